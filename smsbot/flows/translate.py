"""One edit of a text, from proposal to patient: who may, what the rules say, who reads it a second time, and what is written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from smsbot.core.conversation.preview import Bench, Preview, bench, preview
from smsbot.core.conversation.proofread import proofread, readers_of
from smsbot.core.language.checks import Finding
from smsbot.core.language.edits import SIGN_OFF_LIFE, Edit, Missing, Signature, stale
from smsbot.core.language.translation import Translation, by_key
from smsbot.core.people.staff import Act, Member, may
from smsbot.ports import Clock, Refused
from smsbot.ports.console import Audit, Done, Edits

from .edition import Edition


class NotAllowed(Exception):
    """The member may not do this."""


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
        english = by_key(library.scripts[library.source].translations)
        first = by_key(edition.files.scripts[library.source].translations)
        open_ = self.edits.waiting(tag) if waiting is None else waiting
        by_text = {edit.key: edit for edit in open_ if edit.tag == tag}
        found = {}
        for phrase in library.content.phrases.values():
            key = phrase.key
            text = texts.get(key, Translation(key, phrase.forms, ()))
            said, of_file = (t[key].forms if key in t else phrase.forms for t in (english, first))
            found[key] = Standing(
                key=key,
                english=said,
                forms=text.forms,
                state=text.state,
                edit=published.edits.get((tag, key)),
                waiting=by_text.get(key),
                stale=stale(tag, key, said, of_file, published),
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
    ) -> Edit:
        """Keeps a wording for a second person to read. Raises `NotAllowed`, `Blocked`, `Taken`, `Refused`."""
        self._allowed(member, "translate", tag)
        written = tuple(form.replace("\r\n", "\n").strip() for form in forms)
        library = self.edition().library
        standing = by_key(library.scripts[tag].translations).get(key)
        if standing is not None and standing.forms == written and standing.state == "read":
            raise Refused("nothing has changed")
        self._fit(tag, key, written, waived)
        english = by_key(library.scripts[library.source].translations).get(key)
        source = english.forms if english and english.forms else library.content.phrases[key].forms
        edit = self.edits.propose(
            Edit(
                id=0,
                tag=tag,
                key=key,
                forms=written,
                source=written if tag == library.source else source,
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
        self, tag: str, key: str, forms: tuple[str, ...], waived: Sequence[tuple[str, str]]
    ) -> None:
        library = self.edition().library
        if key not in library.content.phrases:
            raise Refused(f"{key} is no text of the bot")
        seen = preview(bench(library, tag), key, forms)
        found = seen.findings
        if not seen.blocked and key.endswith(".label"):
            found = (*found, *self._read_back(tag, key, forms))
        errors = [f for f in found if f.severity == "error"]
        reasons = {rule for rule, why in waived if why.strip()}
        unexplained = [f for f in found if f.severity == "warning" and f.rule not in reasons]
        if errors or unexplained:
            raise Blocked(errors or unexplained)

    def _read_back(self, tag: str, key: str, forms: tuple[str, ...]) -> Sequence[Finding]:
        """A word to type is tried out in all languages: it must be read as what it stands for."""
        library = self.edition().library
        script = library.scripts[tag]
        text = Translation(key, library.content.phrases[key].forms, forms)
        changed = library.with_script(script.with_texts({key: text}))
        before = {(f.key, f.rule) for f in proofread(library, tag, readers_of(library, tag)).errors}
        after = proofread(changed, tag, readers_of(changed, tag)).errors
        return [f for f in after if (f.key, f.rule) not in before]

    # ------------------------------------------------------------ deciding

    def publish(self, member: Member, edit_id: int) -> Edit:
        """Puts a proposal in force, for every process within two seconds. Raises `NotAllowed`, `Blocked`, `Refused`, `Taken`."""
        edit = self._open(edit_id)
        self._allowed(member, "review", edit.tag)
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
        self._allowed(member, "review", edit.tag)
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
        self._allowed(member, "review", tag)
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
        english = by_key(files.scripts[files.source].translations)[key]
        return text.forms, english.forms

    # ------------------------------------------------------------ marking

    def sign(
        self, member: Member, tag: str, key: str, by: str, until: datetime | None = None
    ) -> Signature:
        """Writes down that a named person signs the wording in force off. Raises `NotAllowed`, `Refused`."""
        self._allowed(member, "review", tag)
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
        self.audit.add(
            Done("text signed", f"{tag} {key}", now, member.id, member.name, {"by": signature.by})
        )
        self.refresh()
        return signature

    def still_right(self, member: Member, tag: str, key: str) -> None:
        """Says that a text still holds beside the English of today. Raises `NotAllowed`."""
        self._allowed(member, "translate", tag)
        library = self.edition().library
        english = by_key(library.scripts[library.source].translations)[key].forms
        self.edits.mark_seen(tag, key, english, member.id, self.clock.now())
        self.audit.add(
            Done("text still right", f"{tag} {key}", self.clock.now(), member.id, member.name)
        )
        self.refresh()

    def set_missing(self, member: Member, key: str, rule: Missing) -> None:
        """What people get where a language lacks the text. A safety text is never half-translated. Raises `NotAllowed`, `Refused`."""
        self._allowed(member, "review", "")
        phrase = self.edition().library.content.phrases.get(key)
        if phrase is None:
            raise Refused(f"{key} is no text of the bot")
        if phrase.safety and rule != "never_half":
            raise Refused("a safety text is never half-translated")
        self.edits.set_missing(key, rule, member.id, self.clock.now())
        self.audit.add(
            Done("gap rule", key, self.clock.now(), member.id, member.name, {"rule": rule})
        )
        self.refresh()

    # ------------------------------------------------------------ doors

    def _allowed(self, member: Member, act: Act, tag: str) -> None:
        if not may(member, act, tag):
            raise NotAllowed("your role does not allow this" + (f" in {tag}" if tag else ""))

    def _open(self, edit_id: int) -> Edit:
        edit = self.edits.get(edit_id)
        if edit is None or edit.state != "proposed":
            raise Refused("somebody has decided on this proposal already")
        return edit

    def _note(self, member: Member, act: str, edit: Edit) -> None:
        self.audit.add(
            Done(
                act,
                f"{edit.tag} {edit.key}",
                self.clock.now(),
                member.id,
                member.name,
                {"edit": str(edit.id), **({"note": edit.note} if edit.note else {})},
            )
        )
