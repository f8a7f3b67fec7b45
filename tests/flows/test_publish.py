"""Words come into force only where no golden talk changes; whatever else happens is written down, and what is in force stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.migrate import upgrade
from smsbot.core.conversation.talks import Talk, read_talk
from smsbot.core.understanding.look import widened
from smsbot.core.understanding.words import Word, alone
from smsbot.flows.answer import Answer
from smsbot.flows.publish import Candidate, Publish, Tell
from smsbot.ports.console import Publishing
from smsbot.settings import Settings
from smsbot.wiring.console import Stores, make_stores

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TALKS = (
    read_talk("en_talk", "> how much is it\n> zorp zorp\n"),
    read_talk("en_other", "> hello\n"),
)


@dataclass
class Worker:
    """A worker that publishes on a database of its own; its clock goes on by a second at each look."""

    texts: wiring.Texts
    stores: Stores
    talks: Sequence[Talk] = TALKS
    head: bytes = b""
    fault: Exception | None = None
    at: datetime = AT
    lines: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def note(self, event: str, /, **_details: object) -> None:
        self.lines.append(event)

    def bot(self, words: Sequence[Word] = ()) -> Answer:
        made = wiring.in_memory(self.texts)
        few = alone(self.texts.library.scripts["en"].vocabulary, words)
        return replace(made, reader=widened(made.reader, [few]))

    def build(self, words: Sequence[Word], tell: Tell) -> Candidate:
        if self.fault:
            raise self.fault
        tell("reading", 50)
        return Candidate(lambda: self.bot(words), self.head, left_out=0)

    def published(self) -> Publishing:
        """Asks for a publishing, and what came of it."""
        asked = self.stores.publishings.ask(1, self.now())
        self.publish(asked.id)
        return self.stores.publishings.newest()[0]

    @property
    def publish(self) -> Publish:
        return Publish(
            words=self.stores.words,
            publishings=self.stores.publishings,
            audit=self.stores.audit,
            clock=self,
            note=self.note,
            talks=lambda: self.talks,
            bot=lambda: self.bot,
            build=self.build,
        )

    def approved(self, text: str, label: str = "hours") -> Word:
        word = self.stores.words.propose(Word(0, "en", "keyword", label, text, 1, AT))
        self.stores.words.decide([word.id], "published", 2, AT)
        return word


@pytest.fixture
def worker(texts: wiring.Texts, tmp_path: Path) -> Iterator[Worker]:
    url = f"sqlite:///{tmp_path / 'words.db'}"
    upgrade(make_engine(url, None))
    stores = make_stores(Settings(database_url=url), 10)
    yield Worker(texts, stores)
    stores.close()


def test_words_that_change_no_talk_come_into_force(worker: Worker) -> None:
    word = worker.approved("the flimflam")
    worker.head = b"fitted"
    tried = worker.published()
    assert tried.state == "done"
    assert tried.report == {
        "words": 1,
        "added": 1,
        "removed": 0,
        "left_out": 0,
        "talks": 2,
        "changed": [],
    }
    assert worker.stores.words.ids_in_force() == {word.id}
    assert worker.stores.words.in_force()[1] == b"fitted"
    (done,) = worker.stores.audit.find(act="words in force")
    assert (done.subject, done.details["added"]) == ("version 1", "1")


def test_a_word_that_is_only_proposed_is_left_out(worker: Worker) -> None:
    worker.stores.words.propose(Word(0, "en", "keyword", "hours", "the flimflam", 1, AT))
    assert worker.published().report["words"] == 0


def test_a_talk_that_would_go_otherwise_blocks_and_is_told(worker: Worker) -> None:
    worker.approved("zorp")
    tried = worker.published()
    assert tried.state == "blocked"
    (changed,) = tried.report["changed"]  # type: ignore[misc]
    assert (changed["talk"], changed["line"], changed["said"]) == ("en_talk", 2, "zorp zorp")
    assert changed["before"] != changed["after"]
    assert worker.stores.words.version() == 0
    assert worker.stores.words.ids_in_force() == frozenset()


def test_with_the_word_taken_out_again_the_others_come_into_force(worker: Worker) -> None:
    good, bad = worker.approved("the flimflam"), worker.approved("zorp")
    assert worker.published().state == "blocked"
    worker.stores.words.decide([bad.id], "removed", 2, AT)
    assert worker.published().state == "done"
    assert worker.stores.words.ids_in_force() == {good.id}


def test_a_removed_word_leaves_with_the_next_publishing(worker: Worker) -> None:
    word = worker.approved("the flimflam")
    worker.published()
    worker.stores.words.decide([word.id], "removed", 2, AT)
    assert worker.stores.words.ids_in_force() == {word.id}
    tried = worker.published()
    assert (tried.state, tried.report["removed"]) == ("done", 1)
    assert worker.stores.words.ids_in_force() == frozenset()
    assert worker.stores.words.version() == 2


def test_without_golden_talks_nothing_is_put_in_force(worker: Worker) -> None:
    worker.approved("the flimflam")
    worker.talks = ()
    tried = worker.published()
    assert (tried.state, tried.report) == ("failed", {"why": "no_talks"})
    assert worker.stores.words.version() == 0


def test_a_fault_on_the_way_is_told_by_its_kind_only(worker: Worker) -> None:
    worker.fault = RuntimeError("+15145550123")
    tried = worker.published()
    assert (tried.state, tried.report) == ("failed", {"why": "fault", "fault": "RuntimeError"})
    assert worker.lines == ["publishing_failed", "publishing"]


def test_what_was_done_or_given_up_on_is_not_done_again(worker: Worker) -> None:
    worker.approved("the flimflam")
    tried = worker.published()
    worker.publish(tried.id)
    assert worker.stores.words.version() == 1


def test_a_try_that_was_given_up_on_meanwhile_changes_nothing(worker: Worker) -> None:
    worker.approved("the flimflam")
    asked = worker.stores.publishings.ask(1, worker.now())

    def build(words: Sequence[Word], tell: Tell) -> Candidate:
        worker.stores.publishings.end(asked.id, "failed", {"why": "lost"}, worker.now())
        return Worker.build(worker, words, tell)

    replace(worker.publish, build=build)(asked.id)
    assert worker.stores.publishings.newest()[0].report == {"why": "lost"}
    assert worker.stores.words.version() == 0
    assert worker.lines == ["publishing_given_up"]
