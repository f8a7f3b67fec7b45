"""One edit of a text, from proposal to patient: who may, what the rules say, who reads it a second time, and what is written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smsbot.core.conversation.preview import Bench, Preview, bench, preview
from smsbot.core.language.checks import Finding
from smsbot.core.language.edits import SIGN_OFF_LIFE, Edit, Missing, Signature, stale
from smsbot.core.language.translation import Translation, by_key
from smsbot.core.people.staff import Member
from smsbot.ports import Clock, Refused
from smsbot.ports.console import Audit, Done, Edits

from .access import NotAllowed, need
from .catalogs import sifted
from .edition import Edition


class Blocked(Exception):
    """A rule forbids the wording, or a warning was not waived: `findings` say what to mend."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f.says for f in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Standing:
    """How a text stands in a language at this moment."""

    key: str
    english: tuple[str, ...]
    forms: tuple[str, ...]
    state: str  # read, fuzzy, empty
    edit: Edit | None  # in force
    waiting: Edit | None
    stale: bool
    signature: Signature | None
    safety: bool


@dataclass(frozen=True)
class Tried:
    """What many texts of a language are looked at on, and what its words to type would break when they are tried together."""

    at: Bench
    together: Mapping[str, Sequence[Finding]]


@dataclass(frozen=True, kw_only=True)
class Translate:
    """The life of edits. `one_person` lets a small clinic publish what nobody else has read, but never a safety text."""

    edits: Edits
    audit: Audit
    clock: Clock
    edition: Callable[[], Edition]
    refresh: Callable[[], object]  # has this process take up what was just published
    one_person: bool = False

    # ------------------------------------------------------------ looking

    def standing(self, tag: str, waiting: Sequence[Edit] | None = None) -> dict[str, Standing]:
        """Every text of a language, in the order of the content."""
        edition = self.edition()
        library, published = edition.library, edition.published
        texts = by_key(library.scripts[tag].translations)
        english, first = library.english(), edition.files.english()
        open_ = self.edits.waiting(tag) if waiting is None else waiting
        by_text = {edit.key: edit for edit in open_ if edit.tag == tag}
        found = {}
        for phrase in library.content.phrases.values():
            key = phrase.key
            text = texts.get(key, Translation(key, phrase.forms, ()))
            found[key] = Standing(
                key=key,
                english=english[key],
                forms=text.forms,
                state=text.state,
                edit=published.edits.get((tag, key)),
                waiting=by_text.get(key),
                stale=stale(tag, key, english[key], first[key], published),
                signature=published.signatures.get((tag, key)),
                safety=phrase.safety,
            )
        return found

    def preview(self, at: Bench, key: str, forms: Sequence[str]) -> Preview:
        """What the text would look like and what the rules say of it."""
        return preview(at, key, tuple(forms))

    # ------------------------------------------------------------ proposing

    def propose(
        self,
        member: Member,
        tag: str,
        key: str,
        forms: Sequence[str],
        base: int,
        waived: Sequence[tuple[str, str]] = (),
        note: str = "",
        tried: Tried | None = None,
    ) -> Edit:
        """Keeps a wording for a second person to read. Raises `NotAllowed`, `Blocked`, `Taken`, `Refused`.

        `tried` where the text comes with others.
        """
        need(member, "translate", tag)
        written = tuple(form.replace("\r\n", "\n").strip() for form in forms)
        library = self.edition().library
        standing = by_key(library.scripts[tag].translations).get(key)
        if standing is not None and standing.forms == written and standing.state == "read":
            raise Refused("nothing has changed")
        self._fit(tag, key, written, waived, tried)
        edit = self.edits.propose(
            Edit(
                id=0,
                tag=tag,
                key=key,
                forms=written,
                source=written if tag == library.source else library.english()[key],
                by=member.id,
                at=self.clock.now(),
                base=base,
                waived=tuple(waived),
                note=note.strip()[:500],
            )
        )
        self._note(member, "text proposed", edit)
        return edit

    def _fit(
        self,
        tag: str,
        key: str,
        forms: tuple[str, ...],
        waived: Sequence[tuple[str, str]],
        tried: Tried | None = None,
    ) -> None:
        library = self.edition().library
        if key not in library.content.phrases:
            raise Refused(f"{key} is no text of the bot")
        seen = preview(tried.at if tried else bench(library, tag), key, forms)
        found = seen.findings
        if tried:
            found = (*found, *tried.together.get(key, ()))
        elif not seen.blocked and key.endswith(".label"):
            # A word to type must be read as what it stands for, in all languages.
            alone = Translation(key, library.content.phrases[key].forms, forms)
            found = (*found, *sifted(library, tag, {key: alone})[1])
        errors = [f for f in found if f.severity == "error"]
        reasons = {rule for rule, why in waived if why.strip()}
        unexplained = [f for f in found if f.severity == "warning" and f.rule not in reasons]
        if errors or unexplained:
            raise Blocked(errors or unexplained)

    # ------------------------------------------------------------ deciding

    def publish(self, member: Member, edit_id: int) -> Edit:
        """Puts a proposal in force, for every process within two seconds. Raises `NotAllowed`, `Blocked`, `Refused`, `Taken`."""
        edit = self._open(edit_id)
        need(member, "review", edit.tag)
        safety = self.edition().library.content.phrases[edit.key].safety
        if edit.by == member.id and (safety or not self.one_person):
            why = "a safety text is always read" if safety else "a text is read"
            raise NotAllowed(f"{why} by a second person before it is published")
        self._fit(edit.tag, edit.key, edit.forms, edit.waived)
        done = self.edits.decide(edit_id, "published", member.id, self.clock.now())
        self._note(member, "text published", done)
        self.refresh()
        return done

    def refuse(self, member: Member, edit_id: int, why: str) -> Edit:
        """Sends a proposal back with a reason. Raises `NotAllowed`, `Refused`."""
        edit = self._open(edit_id)
        need(member, "review", edit.tag)
        done = self.edits.decide(edit_id, "refused", member.id, self.clock.now(), why.strip()[:500])
        self._note(member, "text refused", done)
        return done

    def withdraw(self, member: Member, edit_id: int) -> Edit:
        """Takes one's own proposal back. Raises `NotAllowed`, `Refused`."""
        edit = self._open(edit_id)
        if edit.by != member.id:
            raise NotAllowed("only who proposed a text takes it back")
        done = self.edits.decide(edit_id, "withdrawn", member.id, self.clock.now())
        self._note(member, "text withdrawn", done)
        return done

    def roll_back(self, member: Member, tag: str, key: str, edit_id: int, base: int) -> Edit:
        """Puts back in force what was in force before: an earlier edit, or, for 0, the file's wording.

        Raises `NotAllowed`, `Blocked`, `Refused`, `Taken`.
        """
        need(member, "review", tag)
        if edit_id:
            earlier = self.edits.get(edit_id)
            if (
                earlier is None
                or earlier.state != "published"
                or (earlier.tag, earlier.key) != (tag, key)
            ):
                raise Refused("this wording was never published")
            forms, source = earlier.forms, earlier.source
        else:
            forms, source = self._of_file(tag, key)
        self._fit(
            tag,
            key,
            forms,
            [(rule, "rolled back") for rule in ("segments", "typography", "leftover")],
        )
        at = self.clock.now()
        done = self.edits.restore(
            Edit(
                0,
                tag,
                key,
                forms,
                source,
                member.id,
                at,
                "published",
                base,
                member.id,
                at,
                note=f"back to {edit_id or 'the file'}",
            )
        )
        self._note(member, "text rolled back", done)
        self.refresh()
        return done

    def _of_file(self, tag: str, key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        files = self.edition().files
        text = by_key(files.scripts[tag].translations).get(key)
        if text is None or text.state != "read":
            raise Refused("the language's file has no wording that a second person has read")
        return text.forms, files.english()[key]

    # ------------------------------------------------------------ marking

    def sign(
        self, member: Member, tag: str, key: str, by: str, until: datetime | None = None
    ) -> Signature:
        """Writes down that a named person signs the wording in force off. Raises `NotAllowed`, `Refused`."""
        need(member, "review", tag)
        text = by_key(self.edition().library.scripts[tag].translations).get(key)
        if text is None or text.state != "read":
            raise Refused("only a text that is read and in force can be signed off")
        if not by.strip():
            raise Refused("name the person who signs")
        now = self.clock.now()
        signature = Signature(
            tag, key, by.strip()[:120], now, until or now + SIGN_OFF_LIFE, text.forms
        )
        self.edits.sign(signature, member.id)
        self.audit.add(Done.by(member, "text signed", f"{tag} {key}", now, {"by": signature.by}))
        self.refresh()
        return signature

    def still_right(self, member: Member, tag: str, key: str) -> None:
        """Says that a text still holds beside the English of today. Raises `NotAllowed`."""
        need(member, "translate", tag)
        english = self.edition().library.english()[key]
        self.edits.mark_seen(tag, key, english, member.id, self.clock.now())
        self.audit.add(Done.by(member, "text still right", f"{tag} {key}", self.clock.now()))
        self.refresh()

    def set_missing(self, member: Member, key: str, rule: Missing) -> None:
        """What people get where a language lacks the text. A safety text is never half-translated. Raises `NotAllowed`, `Refused`."""
        need(member, "review")
        phrase = self.edition().library.content.phrases.get(key)
        if phrase is None:
            raise Refused(f"{key} is no text of the bot")
        if phrase.safety and rule != "never_half":
            raise Refused("a safety text is never half-translated")
        self.edits.set_missing(key, rule, member.id, self.clock.now())
        self.audit.add(Done.by(member, "gap rule", key, self.clock.now(), {"rule": rule}))
        self.refresh()

    # ------------------------------------------------------------ doors

    def _open(self, edit_id: int) -> Edit:
        edit = self.edits.get(edit_id)
        if edit is None or edit.state != "proposed":
            raise Refused("somebody has decided on this proposal already")
        return edit

    def _note(self, member: Member, act: str, edit: Edit) -> None:
        details = {"edit": str(edit.id), **({"note": edit.note} if edit.note else {})}
        subject = f"{edit.tag} {edit.key}"
        self.audit.add(Done.by(member, act, subject, self.clock.now(), details))
