"""What the stores of words do, on SQLite and on PostgreSQL: words, the fittings that put them in force, tries, unread messages."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.publishings import PATIENCE, SqlPublishings
from smsbot.adapters.sql.words import SqlWords
from smsbot.core.understanding.words import Word, WordState
from smsbot.ports import Refused
from smsbot.ports.console import Publishings, UnreadMessages, Words

from ..conftest import SERVER, fresh_database

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANN, BEN = 1, 2


@pytest.fixture(params=["sqlite", SERVER])
def url(request: pytest.FixtureRequest) -> str:
    return fresh_database(request, request.param)


@pytest.fixture
def words(url: str) -> Iterator[SqlWords]:
    store = SqlWords(make_engine(url, 10), 10)
    yield store
    store.close_all()


@pytest.fixture
def publishings(url: str) -> Iterator[SqlPublishings]:
    store = SqlPublishings(make_engine(url, 10), 10)
    yield store
    store.close()


def word(text: str = "the damage", **details: object) -> Word:
    given = {"tag": "en", "kind": "keyword", "label": "price", "text": text, "by": ANN, "at": AT}
    return Word(id=0, **(given | details))  # type: ignore[arg-type]


def test_the_stores_are_the_ports(words: SqlWords, publishings: SqlPublishings) -> None:
    told: Words = words
    kept: UnreadMessages = words
    tries: Publishings = publishings
    assert (told.version(), told.find(), kept.open(), tries.newest()) == (0, [], [], [])
    assert told.in_force() == ((), b"")
    assert told.ids_in_force() == frozenset()


def test_a_proposed_word_is_found_by_language_state_and_label(words: SqlWords) -> None:
    kept = words.propose(word())
    words.propose(word("combien", tag="fr"))
    assert kept.id
    assert words.word(kept.id) == kept
    assert words.word(kept.id + 99) is None
    assert words.find("en") == [kept]
    assert words.find(state="published") == []
    assert [w.tag for w in words.find(label="price")] == ["fr", "en"]


def test_the_same_word_is_kept_once_until_it_is_gone(words: SqlWords) -> None:
    kept = words.propose(word())
    with pytest.raises(Refused):
        words.propose(word(label="human"))
    words.propose(word(kind="example"))
    words.decide([kept.id], "refused", BEN, AT)
    assert words.propose(word()).id != kept.id


@pytest.mark.parametrize(
    ("states", "allowed"),
    [
        (["published"], True),
        (["published", "removed"], True),
        (["removed"], True),
        (["refused"], True),
        (["refused", "published"], False),
        (["removed", "published"], False),
        (["published", "refused"], False),
        (["published", "published"], False),
    ],
)
def test_a_word_is_decided_on_once(words: SqlWords, states: list[WordState], allowed: bool) -> None:
    kept = words.propose(word())
    *before, last = states
    for state in before:
        words.decide([kept.id], state, BEN, AT)
    if allowed:
        words.decide([kept.id], last, BEN, AT)
        found = words.word(kept.id)
        assert found is not None
        assert (found.state, found.decided_by, found.decided_at) == (last, BEN, AT)
    else:
        with pytest.raises(Refused):
            words.decide([kept.id], last, BEN, AT)


def test_of_several_words_either_all_are_decided_on_or_none(words: SqlWords) -> None:
    first, second = words.propose(word()), words.propose(word("the bill"))
    words.decide([second.id], "refused", BEN, AT)
    with pytest.raises(Refused):
        words.decide([first.id, second.id], "published", BEN, AT)
    found = words.word(first.id)
    assert found is not None
    assert found.state == "proposed"


def test_what_the_newest_fitting_has_is_in_force_and_nothing_else(words: SqlWords) -> None:
    first, second = words.propose(word()), words.propose(word("the bill"))
    assert words.fitted([first.id, second.id], b"head", {"talks": 49}, AT) == 1
    assert words.in_force() == ([first, second], b"head")
    assert words.fitted([second.id], b"other", {"talks": 50}, AT + timedelta(hours=1)) == 2
    assert words.version() == 2
    assert words.in_force() == ([second], b"other")
    assert words.ids_in_force() == {second.id}
    assert words.fitted([], b"", {}, AT) == 3
    assert words.in_force() == ([], b"")


# ---------------------------------------------------------------- tries


def test_a_try_waits_runs_and_ends(publishings: SqlPublishings) -> None:
    asked = publishings.ask(ANN, AT)
    assert (asked.state, asked.by, asked.open) == ("waiting", ANN, True)
    assert publishings.begin(asked.id, AT)
    assert publishings.tell(asked.id, "replaying", 40, AT + timedelta(seconds=2))
    (now,) = publishings.newest()
    assert (now.state, now.step, now.share) == ("running", "replaying", 40)
    assert now.beat_at == AT + timedelta(seconds=2)
    publishings.end(asked.id, "blocked", {"talks": 49}, AT)
    (now,) = publishings.newest()
    assert (now.state, now.report, now.open) == ("blocked", {"talks": 49}, False)


def test_only_one_try_is_open_at_a_time(publishings: SqlPublishings) -> None:
    asked = publishings.ask(ANN, AT)
    with pytest.raises(Refused):
        publishings.ask(BEN, AT)
    publishings.begin(asked.id, AT)
    with pytest.raises(Refused):
        publishings.ask(BEN, AT)
    publishings.end(asked.id, "done", {}, AT)
    assert publishings.ask(BEN, AT).id == asked.id + 1


def test_of_many_who_ask_at_once_one_is_heard(publishings: SqlPublishings) -> None:
    def ask(by: int) -> bool:
        try:
            return bool(publishings.ask(by, AT))
        except Refused:
            return False

    with ThreadPoolExecutor(4) as several:
        assert sum(several.map(ask, range(4))) == 1
    assert len(publishings.newest(9)) == 1


def test_a_try_is_taken_on_by_one_worker_only(publishings: SqlPublishings) -> None:
    asked = publishings.ask(ANN, AT)
    assert publishings.begin(asked.id, AT)
    assert not publishings.begin(asked.id, AT)
    assert not publishings.begin(asked.id + 1, AT)


@pytest.mark.parametrize("begun", [False, True])
def test_a_try_without_a_sign_of_life_for_long_has_failed_and_changes_nothing_any_more(
    publishings: SqlPublishings, begun: bool
) -> None:
    lost = publishings.ask(ANN, AT)
    if begun:
        publishings.begin(lost.id, AT)
    with pytest.raises(Refused):
        publishings.ask(BEN, AT + PATIENCE)
    publishings.ask(BEN, AT + PATIENCE + timedelta(seconds=1))
    _, old = publishings.newest(2)
    assert (old.state, old.report) == ("failed", {"why": "lost"})
    assert not publishings.begin(lost.id, AT + PATIENCE)
    assert not publishings.tell(lost.id, "fitting", 0, AT + PATIENCE)
    publishings.end(lost.id, "done", {}, AT + PATIENCE)
    assert publishings.newest(2)[1].state == "failed"


# ---------------------------------------------------------------- unread messages


def test_an_unread_message_is_kept_once_and_listed_until_somebody_looked(words: SqlWords) -> None:
    words.keep("en", "zap zap", [("price", 0.3), ("how", 0.2)], AT)
    words.keep("en", "zap zap", [("price", 0.4)], AT + timedelta(days=1))
    words.keep("fr", "zip", [], AT)
    french, english = words.open()
    assert (french.tag, french.guesses) == ("fr", ())
    assert (english.text, english.guesses) == ("zap zap", (("price", 0.3), ("how", 0.2)))
    assert words.open("en") == [english]
    words.close(english.id, "taught")
    assert words.open("en") == []
    found = words.get(english.id)
    assert found is not None
    assert found.state == "taught"


def test_unread_messages_from_before_a_day_are_removed_whatever_became_of_them(
    words: SqlWords,
) -> None:
    words.keep("en", "old", [], AT)
    words.keep("en", "new", [], AT + timedelta(seconds=1))
    words.close(words.open()[1].id, "aside")
    assert words.tidy(AT + timedelta(seconds=1)) == 1
    assert [u.text for u in words.open()] == ["new"]
