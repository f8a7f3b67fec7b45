"""Templates and menus are registered once, handed in where they must be, and looked at again until they are decided on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from smsbot.adapters.clock import SystemClock
from smsbot.adapters.sql.broadcasts import SqlBroadcasts
from smsbot.adapters.sql.campaigns import SqlCampaigns, SqlContents
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.twilio import TwilioContents
from smsbot.core.campaign.broadcast import Audience, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.conversation.compose import Book
from smsbot.flows.contents import BUTTON_LENGTH, BUTTONS, ROWS, Synced, Syncing
from smsbot.wiring import load_library
from smsbot.wiring.texts import spoken_by
from tests.adapters.conftest import migrated
from tests.carrier import ACCOUNT, TOKEN, local_carrier

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TEXT = "Hello from %(clinic)s, at %(address)s. Type %(STOP)s to end."


@dataclass
class Said:
    status: str


@dataclass
class Clerk:
    """The carrier's clerk, who writes down what is handed in."""

    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    handed_in: list[str] = field(default_factory=list)
    status: str = "pending"

    def make(
        self,
        friendly_name: str,
        language: str,
        variables: Mapping[str, str],  # noqa: ARG002 - the port has them
        types: Mapping[str, Mapping[str, Any]],  # noqa: ARG002
    ) -> str:
        if language == "ht":
            raise ValueError("WhatsApp has no templates in ht")
        sid = f"HX{len(self.made):032x}"
        self.made[sid] = (friendly_name, language)
        return sid

    def ask_approval(self, sid: str, name: str, category: str) -> Said:  # noqa: ARG002
        self.handed_in.append(sid)
        return Said(self.status)

    def approvals(self, sid: str) -> Said:  # noqa: ARG002
        return Said(self.status)


@pytest.fixture(scope="module")
def book() -> Book:
    library, _ = load_library(heard=False)
    return spoken_by(library)


@dataclass
class Office:
    broadcasts: SqlBroadcasts
    contents: SqlContents
    syncing: Syncing
    clerk: Clerk
    campaign: int

    def write(self, **more: object) -> Broadcast:
        wanted: dict[str, Any] = {
            "id": 0,
            "campaign_id": self.campaign,
            "name": "Hello",
            "day": NOW.date(),
            "at": time(11),
            "until": NOW + timedelta(days=3),
            "texts": {"en": (TEXT,), "fr": (TEXT, "B " + TEXT)},
        }
        return self.broadcasts.keep(Broadcast(**{**wanted, **more}))

    def sync(self) -> list[Synced]:
        told: list[Synced] = []
        self.syncing.sync(told.append)
        return told


@pytest.fixture
def office(tmp_path: Path, book: Book) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    migrated(url)
    engine = make_engine(url, 10)
    broadcasts, contents = SqlBroadcasts(engine, 10), SqlContents(engine, 10)
    campaigns = SqlCampaigns(engine, 10)
    campaign = campaigns.keep(Campaign(0, "Spring", "K7F2", NOW.date(), NOW.date(), "live"))
    clerk = Clerk()
    syncing = Syncing(
        broadcasts=broadcasts,
        contents=contents,
        templates=clerk,  # type: ignore[arg-type]
        book=lambda: book,
        clock=SystemClock(),
    )
    yield Office(broadcasts, contents, syncing, clerk, campaign.id)
    for store in (broadcasts, contents, campaigns):
        store.close()


def of_broadcasts(told: list[Synced]) -> list[tuple[str, str, str]]:
    return [
        (one.wanted.key, one.wanted.language, one.state)
        for one in told
        if one.wanted.key.startswith("broadcast/")
    ]


def test_each_wording_of_each_language_is_made_once_and_handed_in(office: Office) -> None:
    made = office.write()
    first = office.sync()
    key = f"broadcast/{made.id}/"
    assert of_broadcasts(first) == [
        (key + "A", "en", "pending"),
        (key + "A", "fr", "pending"),
        (key + "B", "fr", "pending"),
    ]
    count = len(office.clerk.made)
    assert len(office.clerk.handed_in) == 3
    again = office.sync()
    assert len(office.clerk.made) == count
    assert not any(one.made for one in again)


def test_an_approval_that_comes_later_is_seen_and_one_that_is_taken_back_too(
    office: Office,
) -> None:
    made = office.write(texts={"en": (TEXT,)})
    office.sync()
    office.clerk.status = "approved"
    office.sync()
    (content,) = [c for c in office.contents.all() if c.key == f"broadcast/{made.id}/A"]
    assert content.state == "approved"
    assert office.contents.sid(content.key, "en", content.digest) == content.sid
    office.clerk.status = "paused"
    office.sync()
    assert office.contents.sid(content.key, "en", content.digest) == ""


def test_another_wording_is_another_template(office: Office) -> None:
    made = office.write(texts={"en": (TEXT,)})
    office.sync()
    office.broadcasts.keep(Broadcast(**{**vars_of(made), "texts": {"en": ("New " + TEXT,)}}))
    office.sync()
    assert len({c.digest for c in office.contents.all() if c.key.startswith("broadcast/")}) == 2


def vars_of(broadcast: Broadcast) -> dict[str, Any]:
    return {name: getattr(broadcast, name) for name in Broadcast.__dataclass_fields__}


def test_a_broadcast_by_sms_needs_no_template(office: Office) -> None:
    office.write(audience=Audience(channels=("sms",)))
    assert of_broadcasts(office.sync()) == []


def test_a_language_that_whatsapp_lacks_is_left_out_and_said(office: Office) -> None:
    made = office.write(texts={"ht": (TEXT,)})
    told = [one for one in office.sync() if one.wanted.key == f"broadcast/{made.id}/A"]
    assert [(one.state, one.made) for one in told] == [("left out", False)]
    assert "ht" in told[0].why


def test_its_menus_stay_numbered_texts(office: Office) -> None:
    menus = [one for one in office.sync() if one.wanted.language == "ht"]
    assert menus
    assert {(one.state, one.made) for one in menus} == {("text", False)}


def fields_of(wanted: object) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}  # type: ignore[attr-defined]


def test_menus_keep_to_what_whatsapp_takes(office: Office, book: Book) -> None:
    menus = [one for one in office.syncing.wanted() if not one.approved]
    assert {one.language for one in menus} == set(book.catalogs.offered)
    for one in menus:
        for kind, content in one.types.items():
            assert content["body"] == "{{1}}"
            if kind == "twilio/quick-reply":
                assert 1 <= len(content["actions"]) <= BUTTONS
                assert all(len(a["title"]) <= BUTTON_LENGTH for a in content["actions"])
            else:
                assert 1 <= len(content["items"]) <= ROWS
                assert all(len(i["item"]) <= 24 for i in content["items"])


@pytest.mark.live
@pytest.mark.enable_socket
def test_the_local_carrier_takes_all_of_it(office: Office, tmp_path: Path) -> None:
    office.write()
    with local_carrier(tmp_path / "carrier") as carrier:
        real = TwilioContents(account_sid=ACCOUNT, token=TOKEN, api_url=carrier.url)
        told: list[Synced] = []
        syncing = Syncing(**{**fields_of(office.syncing), "templates": real})
        syncing.sync(lambda _: None)  # handed in
        syncing.sync(told.append)
        assert {one.state for one in told} == {"approved", "session", "text"}
        assert {one.wanted.language for one in told if one.why} == {"ht"}
