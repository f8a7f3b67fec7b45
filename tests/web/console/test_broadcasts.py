"""Broadcasts in the console: written, foretold, tried, submitted, released by another, watched and stopped."""

import csv
from datetime import date, time, timedelta
from decimal import Decimal
from io import StringIO

import pytest

from smsbot.core.campaign.broadcast import Audience

from .campaigning import INVITATION, Marketer, Marketing, fields, plain


@pytest.fixture
def mia(clinic: Marketing) -> Marketer:
    return clinic.sign_in("Mia")


@pytest.fixture
def noa(clinic: Marketing) -> Marketer:
    return clinic.sign_in("Noa", "admin")


def filled(clinic: Marketing, **more: object) -> dict[str, object]:
    day = clinic.desk.clock.now().date() + timedelta(days=2)
    return {
        "name": "Invitation",
        "day": day.isoformat(),
        "at": "10:30",
        "until": f"{day + timedelta(days=3)}T18:00",
        "texts.en.A": INVITATION,
        "holdout": "10",
        "tested": "20",
        "decide_hours": "6",
        "cap": "3",
        "budget": "120,50",
        "error_share": "8",
        "version": "1",
        **more,
    }


PROGRESS = {
    "rows": [
        ["en", "sms", "A", "delivered", "", 0, 40, 40, 6, 1],
        ["en", "sms", "A", "undelivered", "", 30003, 4, 4, 0, 0],
        ["fr", "whatsapp", "A", "skipped", "no_template", 0, 5, 0, 0, 0],
        ["en", "sms", "", "planned", "", 0, 51, 0, 0, 0],
    ]
}


def test_a_broadcast_is_kept_as_it_was_filled_in(clinic: Marketing, mia: Marketer) -> None:
    campaign, other = clinic.campaign(mia.member), clinic.campaign(mia.member)
    done = clinic.broadcast(mia.member, campaign_id=other.id)
    form = filled(
        clinic,
        languages=["en", "fr"],
        channels=["whatsapp"],
        countries="ca, us",
        campaigns=[str(other.id)],
        without=[str(done.id)],
        subscribed_from="2026-01-02",
        **{"texts.en.B": f"{INVITATION} Come!", "texts.fr.A": "Bonjour"},
    )
    answer = mia.post(f"/campaigns/{campaign.id}/broadcasts/new", form)
    assert answer.status_code == 302
    (kept,) = clinic.flow.broadcasts.all(campaign.id)
    assert kept.audience == Audience(
        languages=("en", "fr"),
        channels=("whatsapp",),
        countries=("CA", "US"),
        campaigns=(other.id,),
        subscribed_from=date(2026, 1, 2),
        without=(done.id,),
    )
    assert kept.texts == {"en": (INVITATION, f"{INVITATION} Come!"), "fr": ("Bonjour",)}
    assert kept.at == time(10, 30)
    zone = clinic.desk.edition().library.profile.time_zone
    assert kept.until.astimezone(zone).strftime("%H:%M") == "18:00"
    assert (kept.budget, kept.cap, kept.holdout, kept.tested) == (Decimal("120.50"), 3, 10, 20)

    shown = fields(mia.get(f"/campaigns/broadcasts/{kept.id}"))
    assert shown["until"].endswith("T18:00")
    assert (shown["countries"], shown["budget"]) == ("CA US", "120.5")
    assert shown["texts.en.B"].endswith("Come!")
    again = mia.post(f"/campaigns/broadcasts/{kept.id}", {**form, "texts.en.B": ""})
    assert again.status_code == 302
    assert clinic.flow.broadcasts.get(kept.id).texts["en"] == (INVITATION,)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("name", "", "Give the broadcast a name"),
        ("day", "2020-01-01", "This day has passed"),
        ("at", "25:00", "Write an hour"),
        ("until", "2020-01-01T10:00", "This moment has passed"),
        ("countries", "Canada", "CANADA is no country"),
        ("holdout", "77", "Use a percentage from 0 to 50"),
        ("tested", "some", "Write a whole number"),
        ("cap", "0", "At least one message a month"),
        ("budget", "-3", "Use an amount above zero"),
        ("budget", "NaN", "Write an amount"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    clinic: Marketing, mia: Marketer, name: str, value: str, says: str
) -> None:
    campaign = clinic.campaign(mia.member)
    page = mia.post(
        f"/campaigns/{campaign.id}/broadcasts/new",
        filled(clinic, **{name: value, "texts.fr.A": "Bonjour"}),
    )
    assert page.status_code == 422
    assert says in plain(page)
    assert f'id="w-{name}"' in page.text
    assert fields(page)[name] == value
    assert fields(page)["texts.fr.A"] == "Bonjour"
    assert not clinic.flow.broadcasts.all(campaign.id)


def test_the_forecast_is_asked_for_and_shown_when_it_is_there(
    clinic: Marketing, mia: Marketer
) -> None:
    made = clinic.broadcast(mia.member)
    answer = mia.post(f"/campaigns/broadcasts/{made.id}/forecast")
    assert clinic.asked.tasks == [("forecast_broadcast", made.id)]
    page = mia.get(answer.headers["Location"].removeprefix("/console").partition("#")[0])
    assert "Being worked out" in plain(page)
    assert 'data-open="yes"' in page.text

    clinic.foretold(
        made,
        rows=[
            ["en", "sms", "planned", 2100],
            ["en", "sms", "holdout", 210],
            ["en", "sms", "cap", 12],
            ["es", "sms", "no_text", 40],
        ],
        segments=[["en", "sms", 2100]],
        cost="17.43",
        at="2026-11-24T19:05:00+00:00",
    )
    state = mia.get(f"/campaigns/broadcasts/{made.id}/state?asked=1")
    seen = plain(state)
    assert 'data-open="no"' in state.text
    assert "2,100 get it" in seen
    assert "As of 2:05 PM on Nov 24, 2026" in seen
    assert "210 left out to compare" in seen
    assert "12 · have had as many messages as the cap allows" in seen
    assert "There is no text for people who read: Español" in seen
    assert "$17.43" in seen

    clinic.asked.away = True
    mia.post(f"/campaigns/broadcasts/{made.id}/forecast")
    assert "cannot be reached" in plain(mia.get(f"/campaigns/broadcasts/{made.id}"))


def test_nothing_is_submitted_without_a_forecast_a_text_and_the_gate(
    clinic: Marketing, mia: Marketer
) -> None:
    made = clinic.broadcast(mia.member, texts={"en": ("Botox on Friday.",)})
    page = mia.post(f"/campaigns/broadcasts/{made.id}/submit")
    assert page.status_code == 422
    assert "Ask for the forecast first" in plain(page)
    again = mia.get(f"/campaigns/broadcasts/{made.id}/submit")
    assert again.headers["Location"].endswith(f"/campaigns/broadcasts/{made.id}")
    assert mia.get(f"/campaigns/broadcasts/{made.id}/dance").status_code == 404
    assert "“Botox” names the medicine" in plain(page)
    assert 'id="w-texts.en.A"' in page.text
    assert clinic.flow.broadcasts.get(made.id).state == "draft"  # type: ignore[union-attr]


def test_who_submitted_it_cannot_release_it_and_somebody_else_can(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    made = clinic.broadcast(mia.member)
    clinic.foretold(made)
    mia.post(f"/campaigns/broadcasts/{made.id}/submit")
    page = mia.get(f"/campaigns/broadcasts/{made.id}")
    assert "Submitted by Mia" in plain(page)
    assert "somebody else has to release it" in plain(page)
    release = f"/campaigns/broadcasts/{made.id}/release"
    assert release not in page.text
    mia.post(release)
    assert "A second person releases it" in plain(mia.get(f"/campaigns/broadcasts/{made.id}"))
    assert clinic.flow.broadcasts.get(made.id).state == "submitted"  # type: ignore[union-attr]
    assert "Invitation" in plain(noa.get("/campaigns"))

    assert release in noa.get(f"/campaigns/broadcasts/{made.id}").text
    noa.post(release)
    assert clinic.flow.broadcasts.get(made.id).state == "released"  # type: ignore[union-attr]
    assert clinic.asked.tasks == [("plan_broadcast", made.id)]
    assert "Released by Noa" in plain(mia.get(f"/campaigns/broadcasts/{made.id}"))


def test_it_is_watched_paused_resumed_and_canceled(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    made = clinic.broadcast(mia.member)
    clinic.foretold(made)
    path = f"/campaigns/broadcasts/{made.id}"
    mia.post(f"{path}/submit")
    noa.post(f"{path}/release")
    clinic.flow.broadcasts.move(made.id, "start")
    clinic.flow.broadcasts.tell(made.id, "progress", PROGRESS, clinic.desk.clock.now())
    state = mia.get(f"{path}/state")
    seen = plain(state)
    assert "49 of 100 people are settled 49%" in seen
    assert "51 waiting" in seen
    assert "44 sent" in seen
    assert "4 · the phone could not be reached (30003)" in seen
    assert "5 · are on WhatsApp, where there is no approved template" in seen
    assert "$0.37" in seen
    assert 'data-open="yes" data-state="sending"' in state.text

    mia.post(f"{path}/pause")
    assert "Somebody of your staff paused it" in plain(mia.get(path))
    mia.post(f"{path}/resume")
    assert clinic.asked.tasks[-1] == ("plan_broadcast", made.id)
    mia.post(f"{path}/cancel")
    assert clinic.asked.tasks[-1] == ("cancel_broadcast", made.id)
    assert "It has ended" in plain(mia.get(path))
    mia.post(f"{path}/resume")
    assert "Somebody was quicker" in plain(mia.get(path))


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("budget", "The budget is spent"),
        ("errors", "More messages failed than you allow"),
        ("carrier_20003", "does not let your account in"),
        ("carrier_30034", "not registered for marketing"),
        ("carrier_refused", "does not say why"),
        ("carrier_99999", "The carrier refuses messages (carrier_99999)"),
    ],
)
def test_why_it_stands_still_is_said_in_words_with_what_to_do(
    clinic: Marketing, mia: Marketer, noa: Marketer, reason: str, says: str
) -> None:
    made = clinic.broadcast(mia.member)
    for act, by in (("submit", mia), ("release", noa)):
        clinic.flow.broadcasts.move(made.id, act, by=by.member.id)  # type: ignore[arg-type]
    clinic.flow.broadcasts.move(made.id, "pause", reason=reason)
    seen = plain(mia.get(f"/campaigns/broadcasts/{made.id}"))
    assert says in seen
    assert "resume" in seen.casefold()


def test_a_trial_goes_to_staffs_own_numbers(clinic: Marketing, mia: Marketer) -> None:
    made = clinic.broadcast(mia.member, texts={"en": (INVITATION, f"{INVITATION} B")}, tested=10)
    mia.post(f"/campaigns/broadcasts/{made.id}/trial", {"language": "en"})
    assert [m.to.handle for m in clinic.sent.messages] == ["+15145550188"] * 2
    assert "Aurora Demo Clinic: our open day" in clinic.sent.messages[0].text
    assert "2 messages sent to staff" in plain(mia.get(f"/campaigns/broadcasts/{made.id}"))
    page = mia.post(f"/campaigns/broadcasts/{made.id}/trial", {"language": "fr"})
    assert "There is no text in this language yet" in plain(page)


def test_a_copy_says_the_same_on_days_of_its_own(clinic: Marketing, mia: Marketer) -> None:
    made = clinic.broadcast(
        mia.member, audience=Audience(languages=("en",)), budget=Decimal("40"), holdout=5
    )
    path = f"/campaigns/{made.campaign_id}/broadcasts/new?copy={made.id}"
    shown = fields(mia.get(path))
    assert shown["texts.en.A"] == INVITATION
    assert (shown["languages"], shown["budget"], shown["holdout"]) == ("en", "40", "5")
    answer = mia.post(path.partition("?")[0], {**shown, "name": "Second"})
    assert answer.status_code == 302
    assert [b.name for b in clinic.flow.broadcasts.all(made.campaign_id)] == [
        "Second",
        "Invitation",
    ]


def test_what_was_submitted_cannot_be_written_on_until_it_is_taken_back(
    clinic: Marketing, mia: Marketer
) -> None:
    made = clinic.broadcast(mia.member)
    clinic.foretold(made)
    path = f"/campaigns/broadcasts/{made.id}"
    before = fields(mia.get(path))
    mia.post(f"{path}/submit")
    page = mia.get(path)
    assert "texts.en.A" not in fields(page)
    assert "Aurora Demo Clinic: our open day" in plain(page)
    assert mia.post(path, {**before, "name": "Other"}).status_code == 409
    mia.post(f"{path}/withdraw")
    assert mia.post(path, dict(fields(mia.get(path)))).status_code == 302


def test_unknown_broadcasts_and_acts_are_not_there(clinic: Marketing, mia: Marketer) -> None:
    made = clinic.broadcast(mia.member)
    assert mia.get("/campaigns/broadcasts/99999").status_code == 404
    assert mia.post(f"/campaigns/broadcasts/{made.id}/finish").status_code == 404
    assert mia.post(f"/campaigns/broadcasts/{made.id}/start").status_code == 404


# ---------------------------------------------------------------- what came of it


REPORT = [
    ["en", "sms", "A", "delivered", "", 0, 500, 500, 20, 2],
    ["en", "sms", "B", "read", "", 0, 500, 500, 60, 1],
    ["en", "sms", "A", "failed", "suppress", 21610, 7, 0, 0, 0],
    ["fr", "whatsapp", "A", "skipped", "cap", 0, 5, 0, 0, 0],
    ["fr", "whatsapp", "A", "holdout", "", 0, 40, 0, 0, 0],
]


def under_way(clinic: Marketing, mia: Marketer, noa: Marketer, rows: list[list[object]]) -> str:
    """The path of a broadcast that is being sent and stands so."""
    made = clinic.broadcast(mia.member, name="+Invitation")
    clinic.foretold(made)
    path = f"/campaigns/broadcasts/{made.id}"
    mia.post(f"{path}/submit")
    noa.post(f"{path}/release")
    clinic.flow.broadcasts.move(made.id, "start")
    now = clinic.desk.clock.now()
    clinic.flow.broadcasts.tell(made.id, "progress", {"rows": rows}, now)
    return path


def test_the_report_has_failures_costs_and_how_sure_a_difference_is(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    path = under_way(clinic, mia, noa, REPORT)
    page = mia.get(f"{path}/report")
    seen = plain(page)
    assert "1,007 sent" in seen
    assert "7 · the person had said STOP to the carrier (21610)" in seen
    assert "5 · have had as many messages as the cap allows" in seen
    assert "$8.30 spent forecast $0.02" in seen
    assert "B is answered more, by 8 points (between 4.7 and 11.4)" in seen
    assert "A 500 20 4.0% 2.6% - 6.1%" in seen
    assert "Of 40 people left out none is known to have written" in seen
    for name in ("languages", "channels", "wordings"):
        assert mia.get(f"{path}/charts/{name}.svg").text.startswith("<svg")
        assert f"/charts/{name}.svg" in page.text
    assert mia.get(f"{path}/charts/moods.svg").status_code == 404


def test_a_difference_that_may_be_chance_is_called_so(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    rows = [
        ["en", "sms", "A", "delivered", "", 0, 20, 20, 2, 0],
        ["en", "sms", "B", "delivered", "", 0, 20, 20, 3, 0],
        ["en", "sms", "", "holdout", "", 0, 20, 0, 1, 0],
    ]
    path = under_way(clinic, mia, noa, rows)
    seen = plain(mia.get(f"{path}/report"))
    assert seen.count("may be chance") == 2
    assert mia.get(f"{path}/charts/holdout.svg").text.startswith("<svg")


def test_the_sheet_of_a_broadcast_has_a_line_for_each_number(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    path = under_way(clinic, mia, noa, REPORT)
    sheet = mia.get(f"{path}/report.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(sheet)))
    assert rows[0][:4] == ["broadcast", "language", "channel", "wording"]
    assert rows[3] == [
        "'+Invitation",
        "en",
        "sms",
        "A",
        "failed",
        "suppress",
        "21610",
        "7",
        "0",
        "0",
        "0",
    ]
    assert len(rows) == len(REPORT) + 1


def test_a_broadcast_that_has_ended_is_counted_anew(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    path = under_way(clinic, mia, noa, REPORT)
    clinic.flow.broadcasts.move(int(path.rpartition("/")[2]), "finish")
    assert "Nobody is planned yet" in plain(mia.get(f"{path}/report"))
    assert "Nobody is planned yet" not in plain(mia.get(path))


def test_the_campaign_sums_up_its_broadcasts(
    clinic: Marketing, mia: Marketer, noa: Marketer
) -> None:
    path = under_way(clinic, mia, noa, REPORT)
    found = clinic.flow.broadcasts.get(int(path.rpartition("/")[2]))
    assert found is not None
    seen = plain(mia.get(f"/campaigns/{found.campaign_id}/report"))
    assert "+Invitation sending 1,007 1,000 500 7 80 3 $0.02 $8.30" in seen
