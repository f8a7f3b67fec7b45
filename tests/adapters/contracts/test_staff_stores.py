"""What staff's stores keep, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest

from smsbot.adapters.sql.audit import SqlAudit
from smsbot.adapters.sql.edits import SqlEdits
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.members import SqlMembers
from smsbot.adapters.sql.tallies import SqlTallies
from smsbot.core.language.edits import Edit, Signature
from smsbot.core.people.staff import FAILURES, SESSION_IDLE
from smsbot.ports import Refused
from smsbot.ports.console import Done, Taken, Tally

from ..conftest import SERVER, fresh_database

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", SERVER])
def store(request: pytest.FixtureRequest) -> Iterator[Callable[..., object]]:
    """Gives a store of a kind on one database: `store(SqlEdits)`; each call is one more process."""
    url, made = fresh_database(request, request.param), []

    def make(kind: Callable[..., object]) -> object:
        made.append(kind(make_engine(url, 10), 10))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def members(store: Callable[..., SqlMembers]) -> SqlMembers:
    return store(SqlMembers)


@pytest.fixture
def edits(store: Callable[..., SqlEdits]) -> SqlEdits:
    return store(SqlEdits)


def wording(text: str = "Merci", **details: object) -> Edit:
    made = Edit(0, "fr", "thanks", (text,), ("Thanks",), 1, AT)
    return replace(made, **details)  # type: ignore[arg-type]


# ---------------------------------------------------------------- members


def test_a_link_is_redeemed_once_and_not_after_it_ran_out(members: SqlMembers) -> None:
    ann = members.add("ann@clinic.example", "Ann", ["translator"], ["fr"], AT)
    members.offer_link(ann.id, "first", AT + timedelta(hours=1))
    members.offer_link(ann.id, "second", AT + timedelta(hours=1))
    assert members.redeem_link("first", AT) == ann
    assert members.redeem_link("first", AT) is None
    assert members.redeem_link("second", AT + timedelta(hours=2)) is None


def test_a_session_ends_when_it_idles_when_it_is_over_and_when_its_member_leaves(
    members: SqlMembers,
) -> None:
    ann = members.add("ann@clinic.example", "Ann", ["admin"], [], AT)
    ben = members.add("ben@clinic.example", "Ben", ["reviewer"], [], AT)
    for digest in ("idle", "over", "left"):
        members.open_session(ben.id, digest, AT, AT + timedelta(hours=1))
    members.open_session(ann.id, "hers", AT, AT + timedelta(hours=12))
    assert members.session("idle", AT).id == ben.id  # type: ignore[union-attr]
    assert members.session("hers", AT + SESSION_IDLE + timedelta(minutes=1)) is None
    assert members.session("over", AT + timedelta(hours=1)) is None
    members.change(ben.id, name="Ben", roles=["reviewer"], languages=[], active=False)
    assert members.session("left", AT) is None


def test_an_address_is_one_member_s_and_the_last_admin_stays(members: SqlMembers) -> None:
    ann = members.add("ann@clinic.example", "Ann", ["admin"], [], AT)
    with pytest.raises(Refused):
        members.add("ann@clinic.example", "Another", ["translator"], [], AT)
    with pytest.raises(Refused):
        members.change(ann.id, name="Ann", roles=["translator"], languages=[], active=True)
    members.add("ben@clinic.example", "Ben", ["admin"], [], AT)
    members.change(ann.id, name="Ann", roles=["translator"], languages=["fr"], active=True)
    assert members.get(ann.id).languages == {"fr"}  # type: ignore[union-attr]


def test_wrong_passwords_count_for_a_while(members: SqlMembers) -> None:
    counted = [members.failed("ann@clinic.example", AT) for _ in range(FAILURES)]
    assert counted == list(range(1, FAILURES + 1))
    assert members.failures("ann@clinic.example", AT + timedelta(minutes=16)) == 0
    assert members.failures("ben@clinic.example", AT) == 0


# ---------------------------------------------------------------- edits


def test_what_is_published_is_in_force_with_the_next_number(edits: SqlEdits) -> None:
    edit = edits.propose(wording())
    assert (edits.version(), edits.published().edits) == (0, {})
    edits.decide(edit.id, "published", 2, AT)
    published = edits.published()
    assert published.version == edits.version() == 1
    assert published.edits["fr", "thanks"].forms == ("Merci",)
    with pytest.raises(Refused):
        edits.decide(edit.id, "refused", 2, AT)


def test_one_proposal_waits_for_a_text_and_the_second_writer_is_shown_it(edits: SqlEdits) -> None:
    first = edits.propose(wording())
    with pytest.raises(Taken) as taken:
        edits.propose(wording("Merci bien", by=2))
    assert taken.value.edit == first
    again = edits.propose(wording("Merci !"))  # the same writer's newer one takes the older's place
    assert [e.id for e in edits.waiting("fr")] == [again.id]
    assert [e.state for e in edits.history("fr", "thanks")] == ["proposed", "withdrawn"]


def test_who_wrote_beside_an_older_wording_is_told(edits: SqlEdits) -> None:
    first = edits.decide(edits.propose(wording()).id, "published", 2, AT)
    with pytest.raises(Taken) as taken:
        edits.propose(wording("Merci bien", by=3, base=0))
    assert taken.value.edit.id == first.id
    edits.propose(wording("Merci bien", by=3, base=first.id))


def test_of_two_who_propose_at_the_same_moment_one_is_told(
    store: Callable[..., SqlEdits],
) -> None:
    stores, start = [store(SqlEdits), store(SqlEdits)], Barrier(2)

    def propose(number: int) -> str:
        start.wait()
        try:
            stores[number].propose(wording(f"Merci {number}", by=number + 1))
        except Taken:
            return "told"
        return "kept"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(propose, (0, 1))) == ["kept", "told"]


def test_an_earlier_wording_comes_back_in_one_step(edits: SqlEdits) -> None:
    first = edits.decide(edits.propose(wording()).id, "published", 2, AT)
    newer = edits.propose(wording("Merci bien", base=first.id))
    second = edits.decide(newer.id, "published", 2, AT)
    back = edits.restore(wording(base=second.id, state="published"))
    assert edits.published().edits["fr", "thanks"].id == back.id
    with pytest.raises(Taken):
        edits.restore(wording(base=second.id, state="published"))


def test_marks_are_published_as_well(edits: SqlEdits) -> None:
    edits.sign(Signature("fr", "urgent", "Dr Demo", AT, AT + timedelta(days=1), ("Appelez",)), 1)
    edits.mark_seen("fr", "men", ["For men too"], 1, AT)
    edits.mark_seen("fr", "men", ["For men as well"], 1, AT)
    edits.set_missing("men", "never_half", 1, AT)
    published = edits.published()
    assert published.version == 4
    assert published.signatures["fr", "urgent"].by == "Dr Demo"
    assert published.seen["fr", "men"].source == ("For men as well",)
    assert published.missing == {"men": "never_half"}


# ---------------------------------------------------------------- the record, and counts


def test_the_record_is_searched_newest_first(store: Callable[..., SqlAudit]) -> None:
    audit = store(SqlAudit)
    for number in range(5):
        audit.add(Done("text published", f"fr text_{number}", AT, 1, "Ann", {"edit": str(number)}))
    audit.add(Done("signed in", "ben@clinic.example", AT, 2, "Ben"))
    assert [d.subject for d in audit.find("text_3")] == ["fr text_3"]
    assert [d.who for d in audit.find(act="signed in")] == ["Ben"]
    assert audit.find("100%") == []
    page = audit.find(member_id=1, limit=2)
    assert [d.subject for d in page] == ["fr text_4", "fr text_3"]
    assert [d.subject for d in audit.find(member_id=1, before=page[-1].seq, limit=1)] == [
        "fr text_2"
    ]


def test_counts_of_several_processes_add_up(store: Callable[..., SqlTallies]) -> None:
    day = date(2026, 11, 24)
    several = [store(SqlTallies) for _ in range(3)]
    start = Barrier(3)

    def count(one: SqlTallies) -> None:
        start.wait()
        for _ in range(5):
            one.add([Tally(day, "fr", "sms", "topic", 2), Tally(day, "fr", "sms", "unknown", 1)])

    with ThreadPoolExecutor(3) as all_:
        list(all_.map(count, several))
    found = {t.outcome: t.count for t in several[0].since(day)}
    assert found == {"topic": 30, "unknown": 15}
    assert several[0].since(day + timedelta(days=1)) == []
