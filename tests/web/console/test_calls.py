"""Calls to return and alerts: what the page shows and hides, and what its buttons do."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from smsbot import wiring
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.memory import MemoryConversations
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.core.people.address import Address
from smsbot.core.understanding.triage import TIERS
from smsbot.flows.callback import Callback
from smsbot.ports import Notice, Record, RecordName, Refused, Unavailable
from smsbot.ports.console import Done
from smsbot.settings import Settings
from smsbot.web.app import make_app
from smsbot.web.console.calls import SIGNS
from tests.adapters.conftest import migrated

from .conftest import SignIn, Staff

PATH = "/console/calls"
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)


@dataclass
class Ticking:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Room:
    """The page's own database of notices, its talks and its carrier; staff are those of the whole session."""

    parts: wiring.Parts
    people: SqlPeople
    clock: Ticking = field(default_factory=Ticking)
    talks: MemoryConversations = field(default_factory=MemoryConversations)
    sent: list[str] = field(default_factory=list)
    fails: Exception | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(100))

    def send(self, _to: Address, text: str, /) -> str:
        if self.fails:
            raise self.fails
        self.sent.append(text)
        return "SM1"

    def app(self, *, sends: bool = True) -> Flask:
        desk = self.parts.doors.console
        assert desk is not None
        callback = Callback(
            notices=self.people,
            conversations=self.talks,
            audit=desk.audit,
            clock=self.clock,
            send=self.send if sends else None,
        )
        console = replace(desk, notices=self.people, callback=callback, clock=self.clock)
        app = make_app(replace(self.parts.doors, console=console))
        app.testing = True
        return app

    def waits(
        self,
        name: RecordName = "CallRequested",
        ago: timedelta = timedelta(hours=1),
        classes: tuple[str, ...] = (),
        language: str = "fr",
        address: Address | None = None,
    ) -> Notice:
        """Somebody who waits; each is another person."""
        number = next(self.numbers)
        address = address or Address("sms", f"+1514555{number:04}")
        record = Record(
            name,
            f"SM{number}",
            (f"{number:032x}",),
            self.clock.at - ago,
            language,
            address.channel,
            address,
            classes=classes,
        )
        before = {n.id for n in self.people.undone()}
        self.people.write(record)
        (notice,) = [n for n in self.people.undone() if n.id not in before]
        return notice

    def happens(self, name: RecordName, notice: Notice, at: datetime, **details: object) -> None:
        keys = tuple(self.people.marks(notice.id))
        assert notice.address is not None
        more = Record(name, f"{name}{at}", keys, at, "fr", notice.channel, notice.address)
        self.people.write(replace(more, **details))  # type: ignore[arg-type]

    def acts(self, notice: Notice) -> list[Done]:
        """What the audit says of a notice, oldest first."""
        desk = self.parts.doors.console
        assert desk is not None
        return [done for done in desk.audit.find(limit=500) if done.subject == notice.id][::-1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calls") / "template.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def room(assembled: wiring.Parts, template: Path, tmp_path: Path) -> Iterator[Room]:
    path = tmp_path / "notices.db"
    shutil.copy(template, path)
    people = SqlPeople(
        make_engine(f"sqlite:///{path}", 10), Cipher([Cipher.make_key()]), deadline=10
    )
    yield Room(assembled, people)
    people.close()


@pytest.fixture
def app(room: Room) -> Flask:
    return room.app()


@pytest.fixture
def staff(sign_in: SignIn) -> Staff:
    return sign_in("marketer", name="ana")


def places(page: str, *words: str) -> list[int]:
    return [page.index(word) for word in words]


def card(page: str, notice: Notice) -> str:
    """The part of the page that is about one that is open."""
    return re.split(r"</article>", page.split(f'id="n-{notice.id}"', 1)[1], maxsplit=1)[0]


# ---------------------------------------------------------------- who, and what is shown


def test_the_page_is_for_those_who_return_calls(sign_in: SignIn, stranger: Staff) -> None:
    assert sign_in("translator").get(PATH).status_code == 403
    assert stranger.get(PATH).status_code == 401
    for role in ("marketer", "reviewer", "admin"):
        assert sign_in(role).get(PATH).status_code == 200


@pytest.mark.parametrize("what", ["number", "text", "take", "done", "reopen", "speak"])
def test_no_button_works_for_others(what: str, room: Room, sign_in: SignIn) -> None:
    notice = room.waits()
    answer = sign_in("translator").post(f"{PATH}/{notice.id}/{what}", {"text": "hello"})
    assert answer.status_code == 403
    assert (room.sent, room.acts(notice)) == ([], [])


def test_with_nobody_waiting_the_page_says_so(staff: Staff) -> None:
    page = staff.get(PATH).text
    assert "Nobody waits." in page
    assert "Nothing here." in page


def test_alerts_stand_before_calls_and_the_oldest_on_top(room: Room, staff: Staff) -> None:
    hours = [timedelta(hours=h) for h in (5, 1, 3, 2)]
    old_call, new_alert, old_alert, new_call = (
        room.waits(name, ago)
        for name, ago in zip(
            ("CallRequested", "RedFlagSeen", "RedFlagSeen", "CallRequested"), hours, strict=True
        )
    )
    order = [f'id="n-{n.id}"' for n in (old_alert, new_alert, old_call, new_call)]
    page = staff.get(PATH).text
    assert places(page, *order) == sorted(places(page, *order))
    assert "4 wait, 2 of them with a red flag" in page


def test_an_alert_shows_its_signs_in_words_language_channel_and_since_when(
    room: Room, staff: Staff
) -> None:
    address = Address("whatsapp", "+15145550199")
    notice = room.waits(
        "RedFlagSeen", timedelta(hours=3), ("dry_mouth", "swallowing"), "ar", address
    )
    shown = card(staff.get(PATH).text, notice)
    for words in ("a dry mouth, trouble swallowing", "العربية", "WhatsApp", "3 hours ago"):
        assert words in shown
    assert "by nobody yet" in shown


def test_every_sign_has_words() -> None:
    assert set(SIGNS) == set(TIERS)


# ---------------------------------------------------------------- the number


def test_the_number_is_in_the_page_after_the_click_and_not_before(room: Room, staff: Staff) -> None:
    notice, other = room.waits(), room.waits()
    assert "555" not in staff.get(PATH).text
    page = staff.post(f"{PATH}/{notice.id}/number")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert 'href="tel:+15145550100"' in card(page.text, notice)
    assert "555" not in card(page.text, other)
    assert "555" not in staff.get(PATH).text
    assert "555" not in str(page.headers)


def test_that_a_number_was_shown_is_in_the_audit_and_the_number_is_not(
    room: Room, staff: Staff, sign_in: SignIn
) -> None:
    notice = room.waits()
    staff.post(f"{PATH}/{notice.id}/number")
    (done,) = room.acts(notice)
    assert (done.act, done.who) == ("number shown", "ana")
    page = sign_in("admin").get(f"/console/audit?q={notice.id}").text
    assert "number shown" in page
    assert "555" not in page


def test_a_number_asked_for_without_the_forms_token_is_not_shown(room: Room, staff: Staff) -> None:
    notice = room.waits()
    page = staff.client.post(f"{PATH}/{notice.id}/number", data={"csrf_token": "forged"})
    assert page.status_code == 401
    assert "555" not in page.text
    assert room.acts(notice) == []


def test_a_page_with_a_number_is_not_got_by_its_address(room: Room, staff: Staff) -> None:
    notice = room.waits()
    answer = staff.get(f"{PATH}/{notice.id}/number")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PATH}#n-{notice.id}")


def test_where_whatsapp_hides_the_number_or_it_is_erased_the_page_says_so(
    room: Room, staff: Staff
) -> None:
    hidden = room.waits(address=Address("whatsapp", "CA.13491208655302741918"))
    gone = room.waits()
    room.happens("Forgotten", gone, NOW)
    page = staff.get(PATH).text
    assert "hides this person" in card(page, hidden)
    assert "not kept any more" in card(page, gone)
    assert "Show the number" not in page
    assert "13491208655302741918" not in staff.post(f"{PATH}/{hidden.id}/number").text


# ---------------------------------------------------------------- taking and finishing


def test_a_call_is_taken_done_and_not_done_again_and_each_is_in_the_audit(
    room: Room, staff: Staff
) -> None:
    notice = room.waits()
    where = staff.post(f"{PATH}/{notice.id}/take").headers["Location"]
    assert where == f"{PATH}#n-{notice.id}"
    page = staff.get(PATH).text
    assert "nobody is told of it again" in page
    assert "ana, " in card(page, notice)
    assert "I have taken this" not in page
    assert room.people.due(NOW + timedelta(hours=9), 9) == []
    staff.post(f"{PATH}/{notice.id}/done")
    page = staff.get(PATH).text
    assert "Nobody waits." in page
    assert f'id="d-{notice.id}"' in page
    staff.post(f"{PATH}/{notice.id}/reopen")
    assert f'id="n-{notice.id}"' in staff.get(PATH).text
    acts = [(done.act, done.who) for done in room.acts(notice)]
    assert acts == [("call taken", "ana"), ("call done", "ana"), ("call not done", "ana")]


def test_whoever_is_second_is_told_so(room: Room, staff: Staff, sign_in: SignIn) -> None:
    notice = room.waits("RedFlagSeen")
    sign_in("reviewer").post(f"{PATH}/{notice.id}/take")
    staff.post(f"{PATH}/{notice.id}/take")
    assert "Somebody was quicker" in staff.get(PATH).text
    assert [done.act for done in room.acts(notice)] == ["alert taken"]


def test_done_ones_leave_the_page_after_thirty_days(room: Room, staff: Staff) -> None:
    notice = room.waits()
    room.people.done(notice.id, NOW - timedelta(days=30), "ana")
    assert f'id="d-{notice.id}"' in staff.get(PATH).text
    room.clock.at += timedelta(seconds=1)
    assert f'id="d-{notice.id}"' not in staff.get(PATH).text


@pytest.mark.parametrize("what", ["number", "text", "take", "done", "reopen", "speak", "other"])
def test_what_does_not_exist_is_not_found_or_refused(what: str, staff: Staff) -> None:
    answer = staff.post(f"{PATH}/nothing/{what}", {"text": "hello"})
    assert answer.status_code == (409 if what == "text" else 404)


# ---------------------------------------------------------------- a text


def answered(room: Room, staff: Staff, notice: Notice, text: str, **more: str):  # type: ignore[no-untyped-def]
    """The answer to a text that is sent from the page as it stands."""
    page = card(staff.get(PATH).text, notice)
    before = re.search(r'name="before" value="([^"]*)"', page)
    form: dict[str, object] = {"text": text, "before": before[1] if before else "", **more}
    return staff.post(f"{PATH}/{notice.id}/text", form)


def test_a_text_goes_out_and_the_page_shows_the_silence_and_the_button_that_ends_it(
    room: Room, staff: Staff
) -> None:
    notice = room.waits()
    assert answered(room, staff, notice, "We call at three.").status_code == 302
    assert room.sent == ["We call at three."]
    page = staff.get(PATH).text
    assert "The bot keeps silent for this person for 2 hours" in page
    assert "are left to you, are not kept" in card(page, notice)
    (mark,) = room.people.marks(notice.id)
    assert room.talks.handed_over(mark) == int((NOW + timedelta(hours=2)).timestamp())
    staff.post(f"{PATH}/{notice.id}/speak")
    assert room.talks.handed_over(mark) == 0
    assert "are left to you" not in staff.get(PATH).text


def test_the_audit_has_neither_the_text_nor_the_number(room: Room, staff: Staff) -> None:
    notice = room.waits()
    answered(room, staff, notice, "We call at three.")
    staff.post(f"{PATH}/{notice.id}/speak")
    acts = room.acts(notice)
    assert [done.act for done in acts] == ["reply sent", "bot speaks again"]
    assert not re.search("three|555", repr(acts))


def test_the_page_says_that_what_is_written_meanwhile_is_not_kept(room: Room, staff: Staff) -> None:
    notice = room.waits()
    assert "What they write meanwhile is not kept" in card(staff.get(PATH).text, notice)


def test_counting_first_sends_nothing_and_tells_the_segments_and_what_makes_them_many(
    room: Room, staff: Staff
) -> None:
    notice = room.waits()
    page = answered(room, staff, notice, "ő" + "x" * 70, **{"and": "look"})
    shown = card(page.text, notice)
    assert "It goes out as 2 SMS segments." in shown
    assert "Written without ő" in shown
    assert "x" * 70 in shown
    assert (room.sent, room.acts(notice)) == ([], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Write something first."),
        ("x" * 481, "At most 480 characters"),
        ("ő" * 300, "The text takes 5 segments, and at most 4 go out"),
        ("bell\x07", "a sign that no phone can show"),
    ],
)
def test_a_text_that_does_not_fit_is_kept_with_the_reason(
    text: str, words: str, room: Room, staff: Staff
) -> None:
    notice = room.waits()
    page = answered(room, staff, notice, text)
    assert page.status_code == 422
    assert words in card(page.text, notice)
    assert text.strip("\x07 ") in card(page.text, notice)
    assert room.sent == []


def test_what_is_typed_cannot_become_part_of_the_page(room: Room, staff: Staff) -> None:
    notice = room.waits()
    page = answered(room, staff, notice, "</textarea><b>hello", **{"and": "look"})
    assert "</textarea><b>" not in page.text


def test_sending_twice_sends_once(room: Room, staff: Staff) -> None:
    notice = room.waits()
    form = {"text": "We call at three.", "before": ""}
    assert staff.post(f"{PATH}/{notice.id}/text", form).status_code == 302
    again = staff.post(f"{PATH}/{notice.id}/text", form)
    assert again.status_code == 409
    assert "Somebody wrote to this person meanwhile" in again.text
    assert len(room.sent) == 1
    room.clock.at += timedelta(minutes=1)
    assert answered(room, staff, notice, "Or at four.").status_code == 302


def test_a_text_that_the_carrier_refuses_is_kept_and_the_bot_is_not_silent(
    room: Room, staff: Staff
) -> None:
    notice = room.waits()
    room.fails = Refused("Twilio refused with code 21610")
    page = answered(room, staff, notice, "We call at three.")
    assert page.status_code == 409
    assert "refused with code 21610" in page.text
    assert "We call at three." in page.text
    assert room.talks.handed_over(room.people.marks(notice.id)[0]) == 0


def test_a_text_that_may_have_arrived_is_said_to_be_uncertain(room: Room, staff: Staff) -> None:
    notice = room.waits()
    room.fails = Unavailable("Twilio: ReadTimeout")
    assert answered(room, staff, notice, "We call at three.").status_code == 302
    page = staff.get(PATH).text
    assert "Nobody knows whether the text arrived" in page
    assert "The bot is silent" in card(page, notice)


def test_with_the_talks_away_nothing_is_sent_and_the_page_still_comes(
    room: Room, staff: Staff
) -> None:
    notice = room.waits()
    answered(room, staff, notice, "first")
    room.talks.broken = True
    page = answered(room, staff, notice, "We call at three.")
    assert page.status_code == 503
    assert "could not be told to keep silent" in page.text
    assert "We call at three." in page.text
    assert room.sent == ["first"]


def test_no_text_is_offered_where_none_can_arrive_and_the_page_says_why(
    room: Room, staff: Staff
) -> None:
    blocked, gone = room.waits(), room.waits()
    address = Address("whatsapp", "+15145550198")
    late = room.waits(ago=timedelta(hours=24), address=address)
    room.happens("OptedOut", blocked, NOW, carrier_blocks=True)
    room.happens("Forgotten", gone, NOW)
    page = staff.get(PATH).text
    for notice, words in (
        (blocked, "the person opted out"),
        (gone, "the number is not kept any more"),
        (late, "only within 24 hours"),
    ):
        shown = card(page, notice)
        assert words in shown
        assert "<textarea" not in shown
        sent = staff.post(f"{PATH}/{notice.id}/text", {"text": "hello there", "before": ""})
        assert sent.status_code == 409
        assert "hello there" in sent.text
    assert room.sent == []


def test_somebody_who_wrote_again_is_marked_even_when_it_was_done(room: Room, staff: Staff) -> None:
    notice = room.waits()
    answered(room, staff, notice, "We call at three.")
    room.clock.at += timedelta(minutes=1)
    staff.post(f"{PATH}/{notice.id}/done")
    room.happens("WroteAgain", notice, NOW + timedelta(minutes=2))
    shown = card(staff.get(PATH).text, notice)
    assert "Wrote again" in shown
    assert "What they wrote is not kept" in shown


# ---------------------------------------------------------------- many


def test_the_page_stays_small_with_hundreds_and_the_rest_is_a_link_away(
    room: Room, staff: Staff
) -> None:
    for number in range(60):
        room.waits("RedFlagSeen", timedelta(minutes=60 - number), ("breathing", "vision"))
        notice = room.waits("RedFlagSeen", timedelta(minutes=1))
        room.people.done(notice.id, NOW, "ana")
    page = staff.get(PATH)
    assert len(page.data) < 100_000
    assert page.text.count("<article") == 30
    assert f'href="{PATH}?open=30"' in page.text
    assert f'href="{PATH}?done=30#done"' in page.text
    assert staff.get(f"{PATH}?open=30").text.count("<article") == 30
    last = room.people.undone()[-1]
    shown = staff.post(f"{PATH}/{last.id}/number").text
    assert "tel:" in card(shown, last)


class TestWithoutAnAccount:
    @pytest.fixture
    def app(self, room: Room) -> Flask:
        return room.app(sends=False)

    def test_the_page_says_that_sending_is_not_set_up(self, room: Room, staff: Staff) -> None:
        notice = room.waits()
        shown = card(staff.get(PATH).text, notice)
        assert "Sending texts is not set up here" in shown
        assert "<textarea" not in shown


def test_the_local_bot_has_nobody_who_sends_and_an_account_has(
    assembled: wiring.Parts,
) -> None:
    from smsbot.wiring.servers import sending

    desk = assembled.doors.console
    assert desk is not None
    assert desk.callback.send is None
    local = {"SMSBOT_MODE": "local", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}
    assert sending(Settings.from_env(local)) is None
    assert sending(Settings.from_env({**local, "TWILIO_FROM": "+15145550100"})) is not None
