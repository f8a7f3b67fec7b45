"""Campaigns in the console: made, written with the gate beside, launched and ended, and the ways into them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from smsbot.ports.console import Tally

from .campaigning import Marketer, Marketing, fields, plain


@pytest.fixture
def mia(clinic: Marketing) -> Marketer:
    return clinic.sign_in("Mia")


def filled(clinic: Marketing, **more: object) -> dict[str, object]:
    today = clinic.desk.clock.now().date()
    return {
        "name": "Spring",
        "begins": today.isoformat(),
        "ends": (today + timedelta(days=20)).isoformat(),
        "keywords": "",
        "welcome.en": "Welcome to %(clinic)s.",
        **more,
    }


def test_a_campaign_is_made_with_a_code_of_its_own_and_found_in_the_list(
    clinic: Marketing, mia: Marketer
) -> None:
    form = filled(
        clinic,
        name="Spring <i>cleaning</i>",
        keywords="SPRING, ربيع",
        referrals="120210000000001",
        news="yes",
        **{"welcome.fr": "Bienvenue.", "prefill.fr": "Bonjour"},
    )
    answer = mia.post("/campaigns/new", form)
    assert answer.status_code == 302
    (kept, *_) = clinic.flow.campaigns.all()
    assert (kept.keywords, kept.referrals, kept.news) == (
        ("SPRING", "ربيع"),
        ("120210000000001",),
        True,
    )
    assert kept.welcome == {"en": "Welcome to %(clinic)s.", "fr": "Bienvenue."}
    assert kept.prefill == {"fr": "Bonjour"}
    assert (kept.state, bool(kept.code)) == ("draft", True)
    page = mia.get("/campaigns")
    assert "Spring &lt;i&gt;cleaning" in page.text
    assert kept.code in plain(page)
    shown = fields(mia.get(f"/campaigns/{kept.id}"))
    assert shown["keywords"] == "SPRING, ربيع"
    assert shown["welcome.fr"] == "Bienvenue."
    assert shown["news"] == "yes"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "Give the campaign a name"),
        ({"begins": "soon"}, "Write a day, such as 2026-12-24"),
        ({"ends": "2020-01-01"}, "It ends before it begins"),
        ({"keywords": "PRICE"}, "PRICE already means something"),
        ({"welcome.en": "x" * 4001}, "4000 characters are the most"),
        ({"poster.en": "a\nb\nc\nd"}, "A poster has a headline and two lines at most"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    clinic: Marketing, mia: Marketer, wrong: dict[str, str], says: str
) -> None:
    before = clinic.flow.campaigns.version()
    page = mia.post("/campaigns/new", filled(clinic, **{"welcome.fr": "Bonjour !", **wrong}))
    assert page.status_code == 422
    assert says in plain(page)
    (name,) = wrong
    field = name.partition(".")[0]
    assert f'id="w-{field}"' in page.text
    assert fields(page)["welcome.fr"] == "Bonjour !"
    assert clinic.flow.campaigns.version() == before


def test_a_keyword_is_refused_while_it_is_typed(clinic: Marketing, mia: Marketer) -> None:
    kept = clinic.campaign(mia.member, keywords=("TULIP",))
    page = mia.post("/campaigns/look-keywords", {"keywords": "TULIP, rose, price"})
    assert "TULIP is a keyword of Open day" in plain(page)
    assert "price already means something" in plain(page)
    own = mia.post("/campaigns/look-keywords", {"keywords": "TULIP", "campaign": str(kept.id)})
    assert plain(own) == ""


def test_the_gate_and_the_phones_answer_while_a_text_is_typed(mia: Marketer) -> None:
    form: dict[str, object] = {"kind": "welcome", "tag": "en", "text": "Botox at %(clinic)s ô"}
    page = mia.post("/campaigns/look", form)
    seen = plain(page)
    assert "“Botox” names the medicine" in seen
    assert "Botox at Aurora Demo Clinic ô" in seen
    assert "UCS-2 · 1 segment" in seen
    assert "$8.30 a thousand" in seen
    assert "WhatsApp" in seen
    unknown = mia.post("/campaigns/look", {**form, "text": "%(none)s"})
    assert "bubble" not in unknown.text
    for wrong in ({"tag": "xx"}, {"kind": "sermon"}):
        assert mia.post("/campaigns/look", {**form, **wrong}).status_code == 404


def test_right_to_left_texts_are_written_and_shown_from_right_to_left(mia: Marketer) -> None:
    page = mia.post("/campaigns/look", {"kind": "welcome", "tag": "ar", "text": "مرحبا"})
    assert 'dir="rtl" lang="ar"' in page.text
    assert 'lang="ar" dir="rtl"' in mia.get("/campaigns/new").text


def test_a_campaign_is_launched_only_with_texts_that_pass_the_gate(
    clinic: Marketing, mia: Marketer
) -> None:
    kept = clinic.campaign(mia.member, welcome={"en": "Botox for all."})
    page = mia.post(f"/campaigns/{kept.id}/launch")
    assert page.status_code == 422
    assert "“Botox” names the medicine" in plain(page)
    assert 'id="w-welcome.en"' in page.text
    assert clinic.flow.campaigns.get(kept.id).state == "draft"  # type: ignore[union-attr]
    again = mia.get(f"/campaigns/{kept.id}/launch")
    assert again.headers["Location"].endswith(f"/campaigns/{kept.id}")

    empty = clinic.campaign(mia.member, welcome={})
    assert "Write the welcome in one language" in plain(mia.post(f"/campaigns/{empty.id}/launch"))

    good = clinic.campaign(mia.member)
    mia.post(f"/campaigns/{good.id}/launch")
    assert "Live" in plain(mia.get(f"/campaigns/{good.id}"))
    assert clinic.flow.campaigns.get(good.id).state == "live"  # type: ignore[union-attr]
    mia.post(f"/campaigns/{good.id}/end")
    assert clinic.flow.campaigns.get(good.id).state == "ended"  # type: ignore[union-attr]


def test_of_two_people_at_one_campaign_the_second_is_told_and_loses_nothing(
    clinic: Marketing, mia: Marketer
) -> None:
    kept = clinic.campaign(mia.member)
    first, second = (fields(mia.get(f"/campaigns/{kept.id}")) for _ in range(2))
    mia.post(f"/campaigns/{kept.id}", {**first, "name": "Hers"})
    page = mia.post(f"/campaigns/{kept.id}", {**second, "name": "His"})
    assert page.status_code == 409
    assert "Somebody changed the campaign meanwhile" in plain(page)
    again = fields(page)
    assert again["name"] == "His"
    assert mia.post(f"/campaigns/{kept.id}", dict(again)).status_code == 302
    assert clinic.flow.campaigns.get(kept.id).name == "His"  # type: ignore[union-attr]


def test_the_ways_in_are_links_in_each_language_a_qr_code_and_a_poster(
    clinic: Marketing, mia: Marketer
) -> None:
    kept = clinic.campaign(mia.member, prefill={"fr": "Bonjour"})
    page = mia.get(f"/campaigns/{kept.id}/ways")
    assert f"Bonjour {kept.code}" in plain(page)
    assert f"hello in ar {kept.code}" in plain(page)
    links = fields(page)
    assert f"https://wa.me/15145550100?text={kept.code}" in page.text
    assert "language" not in links
    svg = mia.get(f"/campaigns/{kept.id}/qr.svg")
    assert (svg.mimetype, f"/c/{kept.code}" in svg.text) == ("image/svg+xml", True)
    png = mia.get(f"/campaigns/{kept.id}/qr.png?save=1")
    assert png.headers["Content-Disposition"] == f'attachment; filename="qr-{kept.code}.png"'
    assert mia.get(f"/campaigns/{kept.id}/qr.gif").status_code == 404


def test_a_poster_is_made_of_words_that_pass_the_gate(clinic: Marketing, mia: Marketer) -> None:
    form = filled(
        clinic, **{"poster.zh-Hans": "来和医生谈谈\r\n\r\n周五", "poster.en": "Botox days"}
    )
    kept_at = mia.post("/campaigns/new", form).headers["Location"]
    (kept, *_) = clinic.flow.campaigns.all()
    assert kept.poster == {"zh-Hans": ("来和医生谈谈", "周五"), "en": ("Botox days",)}
    page = mia.get(kept_at.removeprefix("/console"))
    assert fields(page)["poster.zh-Hans"] == "来和医生谈谈\n周五"
    assert "“Botox” names the medicine" in plain(page)

    path = f"/campaigns/{kept.id}/poster"
    made = mia.get(f"{path}?language=zh-Hans&paper=letter")
    assert made.mimetype == "application/pdf"
    assert made.data.decode() == f"%PDF {kept.code} zh-Hans letter {kept.poster['zh-Hans']}"
    for tag, says in (("en", "“Botox” names the medicine"), ("fr", "Write the headline")):
        assert mia.get(f"{path}?language={tag}&paper=a4").status_code == 302
        assert says in plain(mia.get(f"/campaigns/{kept.id}/ways"))
    assert mia.get(f"{path}?language=xx&paper=a4").status_code == 404
    assert mia.get(f"{path}?language=en&paper=a9").status_code == 404
    seen = mia.post("/campaigns/look", {"kind": "poster", "tag": "en", "text": "Botox days"})
    assert "“Botox” names the medicine" in plain(seen)
    assert "bubble" not in seen.text


def test_only_marketers_and_admins_come_in(clinic: Marketing, mia: Marketer) -> None:
    kept = clinic.campaign(mia.member)
    translator = clinic.sign_in("Tania", "translator")
    for path in ("/campaigns", f"/campaigns/{kept.id}", f"/campaigns/{kept.id}/broadcasts"):
        assert translator.get(path).status_code == 403
        assert mia.get(path).status_code == 200
    assert translator.post(f"/campaigns/{kept.id}/launch").status_code == 403
    assert "/console/campaigns" not in translator.get("/texts").text
    assert "/console/campaigns" in mia.get("/texts").text
    assert mia.get("/campaigns/99999").status_code == 404


def test_what_was_done_stands_in_the_audit(clinic: Marketing, mia: Marketer) -> None:
    kept = clinic.campaign(mia.member, name="Autumn leaves")
    mia.post(f"/campaigns/{kept.id}/launch")
    admin = clinic.sign_in("Noa", "admin")
    seen = plain(admin.get("/audit?q=Autumn"))
    assert "campaign made" in seen
    assert "campaign launched" in seen


# ---------------------------------------------------------------- what came of it


def counted(clinic: Marketing, campaign_id: int, *counts: tuple[str, str, str, int]) -> None:
    """So many of something happened today, in a language on a channel."""
    day = clinic.desk.clock.now().date()
    clinic.desk.tallies.add(
        [
            Tally(day, language, channel, f"campaign/{campaign_id}/{what}", count)
            for what, language, channel, count in counts
        ]
    )


def test_what_came_of_it_is_shown_by_language_and_channel_and_topics_only_where_not_few(
    clinic: Marketing, mia: Marketer
) -> None:
    kept, other = clinic.campaign(mia.member), clinic.campaign(mia.member)
    counted(
        clinic,
        kept.id,
        ("talk", "en", "sms", 40),
        ("talk", "fr", "whatsapp", 1002),
        ("consent", "fr", "whatsapp", 12),
        ("stop", "en", "sms", 3),
        ("topic:price", "en", "sms", 6),
        ("topic:price", "fr", "whatsapp", 4),
        ("topic:men", "en", "sms", 9),
        ("topic:sensitive", "en", "sms", 11),
    )
    counted(clinic, other.id, ("talk", "en", "sms", 7))
    page = mia.get(f"/campaigns/{kept.id}/report")
    seen = plain(page)
    assert "1,042 Talks begun" in seen
    assert "English 0 0 40 0 0 3" in seen
    assert "WhatsApp 0 0 1,002 12 0 0" in seen
    assert "Price 10" in seen
    assert "A matter of health 11" in seen
    assert "Men 9" not in seen
    assert "1 more topic was asked about less often" in seen
    assert "1,042" in plain(mia.get("/campaigns"))
    for name in ("days", "languages", "channels", "topics"):
        picture = mia.get(f"/campaigns/{kept.id}/charts/{name}.svg?narrow")
        assert picture.mimetype == "image/svg+xml"
        assert picture.text.startswith("<svg")
        assert f"/charts/{name}.svg" in page.text
    assert mia.get(f"/campaigns/{kept.id}/charts/moods.svg").status_code == 404


def test_the_sheet_holds_every_count_and_no_formula(clinic: Marketing, mia: Marketer) -> None:
    kept = clinic.campaign(mia.member, name="=HYPERLINK(1)")
    counted(
        clinic,
        kept.id,
        ("talk", "en", "sms", 2),
        ("topic:price", "en", "sms", 10),
        ("topic:men", "en", "sms", 9),
    )
    sheet = mia.get(f"/campaigns/{kept.id}/report.csv")
    assert sheet.mimetype == "text/csv"
    assert f"campaign-{kept.code}.csv" in sheet.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(sheet.data.decode("utf-8-sig"))))
    day = clinic.desk.clock.now().date().isoformat()
    assert rows == [
        ["campaign", "what", "day", "language", "channel", "count"],
        ["'=HYPERLINK(1)", "talk", day, "en", "sms", "2"],
        ["'=HYPERLINK(1)", "topic:price", "", "", "", "10"],
    ]
