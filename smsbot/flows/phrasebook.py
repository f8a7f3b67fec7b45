"""One word of staff's, from proposal to publishing: what it runs into, what it would change, who reads it, and what is written down."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from smsbot.core.conversation.talks import Talk
from smsbot.core.people.carrier import CARRIER_WORDS
from smsbot.core.people.staff import Member, may
from smsbot.core.understanding.collisions import Collision, Shelf, collisions
from smsbot.core.understanding.folding import tokens
from smsbot.core.understanding.lexicon import Lexicon
from smsbot.core.understanding.look import widened
from smsbot.core.understanding.reading import Reading
from smsbot.core.understanding.vocabulary import Malformed, Vocabulary
from smsbot.core.understanding.words import (
    Word,
    WordKind,
    WordState,
    alone,
    grave,
    labels_of,
    read_example,
    read_keyword,
)
from smsbot.ports import Clock, Refused, Unavailable
from smsbot.ports.console import (
    Audit,
    Done,
    Publishing,
    Publishings,
    Unread,
    UnreadMessages,
    Words,
)

from .access import NotAllowed, need
from .answer import Answer
from .edition import Edition
from .talks import Parting, partings


class Collides(Exception):
    """The word cannot be added so; `found` says what it runs into."""

    def __init__(self, found: Sequence[Collision]) -> None:
        super().__init__("; ".join(c.kind for c in found))
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class Change:
    """An unread message that would be read otherwise: as which meanings, now and then."""

    unread: Unread
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a word before it is proposed: what it runs into, and, for a keyword, whose answers it would change."""

    collisions: tuple[Collision, ...] = ()
    unread: tuple[Change, ...] = ()
    talks: tuple[Parting, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether it cannot be added so."""
        return any(c.blocks for c in self.collisions)


@dataclass(frozen=True, slots=True)
class Pending:
    """What the next publishing would change: words that come into force, and words that leave it."""

    coming: tuple[Word, ...]
    leaving: tuple[Word, ...]


@dataclass(frozen=True, kw_only=True)
class Phrasebook:
    """The life of words. `one_person` lets a small clinic do without a second reader, but never for a grave label.

    `examples` gives what a language's file has; `apart` the same bot with nobody's talks in it; `send` asks the worker to publish.
    """

    words: Words
    unread: UnreadMessages
    publishings: Publishings
    audit: Audit
    clock: Clock
    edition: Callable[[], Edition]
    examples: Callable[[str], Shelf]
    talks: Callable[[], Sequence[Talk]]
    apart: Callable[[Answer], Answer]
    send: Callable[[int], None]
    one_person: bool = False
    keeps_unread: bool = False  # whether the clinic keeps messages that could not be read

    # ------------------------------------------------------------ looking

    def labels(self, kind: WordKind) -> tuple[str, ...]:
        """What a word may stand for; an example also for what is no question to us."""
        library = self.edition().files
        known = labels_of(library.scripts[library.source].vocabulary)
        return known if kind == "keyword" else (*known, "unknown")

    def draft(
        self,
        member: Member,
        tag: str,
        kind: WordKind,
        label: str,
        text: str,
        *,
        romanised: bool = False,
        unread_id: int = 0,
    ) -> Word:
        """The word as it would be kept. Raises `Malformed` in words for whoever typed it."""
        if label not in self.labels(kind):
            raise Malformed("choose what it stands for")
        plain = " ".join(text.split())
        if kind == "keyword":
            read_keyword(plain)
        else:
            plain = read_example(plain)
        return Word(
            id=0,
            tag=tag,
            kind=kind,
            label=label,
            text=plain,
            by=member.id,
            at=self.clock.now(),
            romanised=romanised and kind == "example",
            unread_id=unread_id,
        )

    def outlook(self, word: Word) -> Outlook:
        """What the word runs into; for a keyword, also which unread messages and golden talks would be answered otherwise."""
        found = self.collisions(word)
        if word.kind == "example":
            return Outlook(found)  # changes nothing before it is learned from
        few = alone(self._vocabulary(word.tag), [word])
        touches = _touched_by(Lexicon([few]))
        now = self.edition().answer
        then = replace(now, reader=widened(now.reader, [few]))
        unread = self.unread.open(word.tag) if self.keeps_unread else ()
        talks = [talk for talk in self.talks() if any(map(touches, talk.texts))]
        return Outlook(
            found,
            tuple(_changes(now, then, [u for u in unread if touches(u.text)])),
            partings(lambda: self.apart(now), lambda: self.apart(then), talks),
        )

    def collisions(self, word: Word) -> tuple[Collision, ...]:
        """What the word runs into in what is in force."""
        lexicon = self.edition().answer.reader.lexicon
        vocabulary = self._vocabulary(word.tag)
        return collisions(word, vocabulary, lexicon, self.examples(word.tag), CARRIER_WORDS)

    def pending(self) -> Pending:
        """What the next publishing would change."""
        published = {w.id: w for w in self.words.find(state="published")}
        in_force = self.words.ids_in_force()
        removed = self.words.find(state="removed") if in_force - published.keys() else ()
        return Pending(
            tuple(w for w in published.values() if w.id not in in_force),
            tuple(w for w in removed if w.id in in_force),
        )

    def _vocabulary(self, tag: str) -> Vocabulary:
        return self.edition().library.scripts[tag].vocabulary

    # ------------------------------------------------------------ proposing

    def propose(self, member: Member, word: Word) -> Word:
        """Keeps a word for a second person to read. Raises `NotAllowed`, `Collides`, `Refused`."""
        need(member, "translate", word.tag)
        self._clear(word)
        kept = self.words.propose(word)
        self._note(member, "word proposed", kept)
        return kept

    def teach(self, member: Member, unread_id: int, label: str) -> Word:
        """Proposes an unread message as an example of what it means. Raises `NotAllowed`, `Collides`, `Malformed`, `Refused`."""
        unread = self._unread(member, unread_id)
        word = self.draft(member, unread.tag, "example", label, unread.text, unread_id=unread_id)
        kept = self.propose(member, word)
        self.unread.close(unread_id, "taught")
        return kept

    def put_aside(self, member: Member, unread_id: int) -> None:
        """Says that nothing is to be learned from an unread message. Raises `NotAllowed`, `Refused`."""
        unread = self._unread(member, unread_id)
        self.unread.close(unread_id, "aside")
        self.audit.add(Done.by(member, "unread put aside", unread.tag, self.clock.now()))

    # ------------------------------------------------------------ deciding

    def may_approve(self, member: Member, word: Word) -> bool:
        """Whether this member may let the word go out: a reviewer of the language, and somebody else than who proposed it."""
        alone_may = self.one_person and not grave(word.label)
        return may(member, "review", word.tag) and (alone_may or word.by != member.id)

    def approve(self, member: Member, word_id: int) -> Word:
        """Lets a word go out with the next publishing. Raises `NotAllowed`, `Collides`, `Refused`."""
        word = self._word(word_id)
        need(member, "review", word.tag)
        if not self.may_approve(member, word):
            raise NotAllowed("a second person reads a word before it is published")
        self._clear(word)
        return self._decided(member, word, "published", "word approved")

    def refuse(self, member: Member, word_id: int) -> Word:
        """Does not let a word go out. Raises `NotAllowed`, `Refused`."""
        word = self._word(word_id)
        need(member, "review", word.tag)
        return self._decided(member, word, "refused", "word refused")

    def remove(self, member: Member, word_id: int) -> Word:
        """Takes back one's own proposal; or has a published word leave with the next publishing. Raises `NotAllowed`, `Refused`."""
        word = self._word(word_id)
        if word.state != "proposed":
            need(member, "review", word.tag)
        elif word.by != member.id:
            raise NotAllowed("only who proposed a word takes it back")
        return self._decided(member, word, "removed", "word removed")

    def publish(self, member: Member) -> Publishing:
        """Asks the worker to put all approved words in force. Raises `NotAllowed`, `Refused` while that is being done, `Unavailable`."""
        need(member, "review")
        asked = self.publishings.ask(member.id, self.clock.now())
        try:
            self.send(asked.id)
        except Unavailable:
            self.publishings.end(asked.id, "failed", {"why": "queue"}, self.clock.now())
            raise Refused("the worker cannot be reached; nothing has changed") from None
        self.audit.add(Done.by(member, "publishing asked", str(asked.id), self.clock.now()))
        return asked

    # ------------------------------------------------------------ doors

    def _clear(self, word: Word) -> None:
        if found := [c for c in self.collisions(word) if c.blocks]:
            raise Collides(found)

    def _word(self, word_id: int) -> Word:
        word = self.words.word(word_id)
        if word is None:
            raise Refused("there is no such word")
        return word

    def _unread(self, member: Member, unread_id: int) -> Unread:
        unread = self.unread.get(unread_id)
        if unread is None or unread.state != "open":
            raise Refused("somebody has looked at this message already")
        need(member, "translate", unread.tag)
        return unread

    def _decided(self, member: Member, word: Word, state: WordState, act: str) -> Word:
        now = self.clock.now()
        self.words.decide([word.id], state, member.id, now)
        done = replace(word, state=state, decided_by=member.id, decided_at=now)
        self._note(member, act, done)
        return done

    def _note(self, member: Member, act: str, word: Word) -> None:
        """The words themselves are not written down here: an example may have been somebody's message."""
        details = {"word": str(word.id), "kind": word.kind}
        subject = f"{word.tag} {word.label}"
        self.audit.add(Done.by(member, act, subject, self.clock.now(), details))


def _touched_by(few: Lexicon) -> Callable[[str], bool]:
    """Whether a text has a word that stands, or nearly stands, in the few patterns: only then can they change its answer."""

    def touched(text: str) -> bool:
        return any(few.knows(word) or few.near(word) for word in tokens(text))

    return touched


def _changes(now: Answer, then: Answer, messages: Sequence[Unread]) -> Iterator[Change]:
    for unread in messages:
        before, after = (meant(bot.read(unread.text, unread.tag)) for bot in (now, then))
        if before != after:
            yield Change(unread, before, after)


def meant(reading: Reading) -> tuple[str, ...]:
    """What a message is answered with; what is offered instead where it is not sure enough."""
    signs = reading.triage.intents if reading.triage else ()
    return (*signs, *reading.intents) or reading.asks
