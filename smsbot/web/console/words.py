"""Vocabulary: a language's words, what staff add to it, who reads it, its publishing; and messages that the bot could not read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from smsbot.core.people.staff import Member, may
from smsbot.core.understanding.examples import SIGN, sign
from smsbot.core.understanding.vocabulary import Malformed
from smsbot.core.understanding.words import Word, WordKind, grave
from smsbot.flows.access import NotAllowed
from smsbot.flows.phrasebook import Collides, Outlook, Phrasebook
from smsbot.ports import Refused
from smsbot.ports.console import Publishing

from .desk import Desk
from .doors import Doors, number

MOST = 60  # words of the language's file that one page shows
KINDS: Mapping[str, WordKind] = {"keyword": "keyword", "example": "example"}
CLOSER = 20  # proposals of which the page says what they run into
GUESSES = 3  # of the bot's for an unread message that are a click away

# What has no title among the texts, since no patient ever sees one.
NAMES = {
    "greeting": lazy_gettext("A greeting"),
    "thanks": lazy_gettext("Thanks"),
    "minor": lazy_gettext("Somebody under age"),
    "not_covered": lazy_gettext("Not covered by the article"),
    "unknown": lazy_gettext("No question to us"),
    "clarify": lazy_gettext("Asks what is meant"),
    "urgent": lazy_gettext("Call for help now"),
    "urgent_today": lazy_gettext("See a doctor today"),
    "crisis": lazy_gettext("Crisis line"),
}
SIGNS = {
    "emergency": lazy_gettext("Emergency"),
    "breathing": lazy_gettext("Trouble breathing"),
    "swallowing": lazy_gettext("Trouble swallowing"),
    "speech": lazy_gettext("Trouble speaking"),
    "vision": lazy_gettext("Trouble seeing"),
    "weakness": lazy_gettext("Weak all over"),
    "allergy": lazy_gettext("Allergic reaction"),
    "collapse": lazy_gettext("Fainting, seizure, heart"),
    "dose": lazy_gettext("Too much, or not a clinic's"),
    "lid": lazy_gettext("Drooping eyelid"),
    "eye": lazy_gettext("Eye trouble"),
    "dry_mouth": lazy_gettext("Dry mouth"),
    "tired": lazy_gettext("Very tired"),
    "headache": lazy_gettext("Bad headache"),
    "fever": lazy_gettext("Fever"),
    "infection": lazy_gettext("Infection"),
    "crooked": lazy_gettext("Crooked face"),
    "unwell": lazy_gettext("Feeling unwell"),
    "pregnant_injected": lazy_gettext("Pregnant and already injected"),
    "crisis": lazy_gettext("Wants to die, or is harmed"),
}
HAPPENS = {  # what an answer does beside being sent
    "OptedOut": lazy_gettext("opts the person out"),
    "OptedIn": lazy_gettext("opts the person in again"),
    "ConsentAsked": lazy_gettext("asks for consent"),
    "ConsentGiven": lazy_gettext("takes consent"),
    "ConsentDeclined": lazy_gettext("takes a refusal of consent"),
    "ForgetAsked": lazy_gettext("asks before deleting"),
    "Forgotten": lazy_gettext("deletes the person's data"),
    "CallRequested": lazy_gettext("asks staff to call"),
    "RedFlagSeen": lazy_gettext("alerts staff to a sign of danger"),
    "LanguageChanged": lazy_gettext("changes the language"),
}
FOLLOW_UPS = lazy_gettext("A question that goes on from the last answer")


@dataclass(frozen=True)
class Known:
    """One word of the language's file."""

    kind: WordKind
    label: str
    text: str
    whole: bool = False


def routes(doors: Doors) -> None:
    """Adds the routes."""
    desk = doors.desk
    book = desk.phrasebook
    _word_routes(doors, desk, book)
    _publishing_routes(doors, desk, book)
    if book.keeps_unread:
        _unread_routes(doors, desk, book)


# ---------------------------------------------------------------- words


def _word_routes(doors: Doors, desk: Desk, book: Phrasebook) -> None:
    @doors.get("/words", needs="translate")
    def vocabulary(member: Member) -> ResponseReturnValue:
        counted = _counted(book)
        languages = [
            (script.language, counted.get(tag, {}))
            for tag, script in desk.edition().library.scripts.items()
        ]
        return render_template(
            "console/vocabulary.html",
            languages=languages,
            pending=book.pending(),
            newest=next(iter(book.publishings.newest()), None),
            may_review=may(member, "review"),
            keeps_unread=book.keeps_unread,
            title=_titles(desk),
        )

    @doors.get("/words/<tag>", needs="translate")
    def words(member: Member, tag: str) -> ResponseReturnValue:
        _known(desk, tag)
        looked_at = book.words.word(number(request.args.get("look", "")))
        if looked_at is None or looked_at.tag != tag:
            return _page(desk, book, member, tag)
        return _page(desk, book, member, tag, outlook=book.outlook(looked_at), of=looked_at)

    @doors.post("/words/<tag>", needs="translate")
    def add_word(member: Member, tag: str) -> ResponseReturnValue:
        _known(desk, tag)
        try:
            word = _drafted(book, member, tag)
            if request.form.get("and") == "look":
                return _page(desk, book, member, tag, outlook=book.outlook(word), of=word)
            book.propose(member, word)
        except Malformed as wrong:
            return _page(desk, book, member, tag, wrong=str(wrong), code=422)
        except Collides as collides:
            seen = Outlook(collides.found)
            return _page(desk, book, member, tag, outlook=seen, of=word, code=422)
        except (Refused, NotAllowed) as no:
            return _page(desk, book, member, tag, wrong=str(no), code=409)
        flash(_("Proposed. It goes out once it is approved and published."))
        return redirect(url_for("console.words", tag=tag))

    @doors.post("/words/<tag>/look", needs="translate")
    def look_at_word(member: Member, tag: str) -> ResponseReturnValue:
        """What a word that is being typed runs into and would change, for the page's script."""
        _known(desk, tag)
        try:
            word = _drafted(book, member, tag)
        except Malformed as wrong:
            return render_template("console/_outlook.html", wrong=str(wrong))
        return render_template(
            "console/_outlook.html", outlook=book.outlook(word), of=word, title=_titles(desk)
        )

    @doors.post("/word/<int:word_id>/<what>", needs="translate")
    def decide_word(member: Member, word_id: int, what: str) -> ResponseReturnValue:
        acts: Mapping[str, tuple[Callable[[Member, int], Word], str]] = {
            "approve": (book.approve, _("Approved. It goes out with the next publishing.")),
            "refuse": (book.refuse, _("Refused.")),
            "remove": (book.remove, _("Taken out.")),
        }
        act, says = acts.get(what) or abort(404)
        word = book.words.word(word_id) or abort(404)
        try:
            act(member, word_id)
            flash(says)
        except Collides:
            flash(_("It collides with what is in force by now: look at it again."), "wrong")
        except (Refused, NotAllowed) as no:
            flash(str(no), "wrong")
        return redirect(url_for("console.words", tag=word.tag))


def _drafted(book: Phrasebook, member: Member, tag: str) -> Word:
    form = request.form
    kind = KINDS.get(form.get("kind", "")) or abort(400)
    return book.draft(
        member,
        tag,
        kind,
        form.get("label", ""),
        form.get("text", ""),
        romanised=bool(form.get("romanised")),
    )


def _page(
    desk: Desk,
    book: Phrasebook,
    member: Member,
    tag: str,
    outlook: Outlook | None = None,
    of: Word | None = None,
    wrong: str = "",
    code: int = 200,
) -> Response:
    q, label = request.args.get("q", "").strip(), request.args.get("label", "")
    mine = [w for w in book.words.find(tag) if w.state in ("proposed", "published", "removed")]
    in_force = book.words.ids_in_force()
    mine = [w for w in mine if w.state != "removed" or w.id in in_force]
    shown = [w for w in mine if _found(w.text, w.label, q, label)]
    of_file = [k for k in _of_file(desk, book, tag) if _found(k.text, k.label, q, label)]
    proposed = [w for w in mine if w.state == "proposed"]
    title = _titles(desk)
    page = render_template(
        "console/words.html",
        language=desk.edition().library.scripts[tag].language,
        added=[w for w in shown if w.state != "proposed"],
        proposed=proposed,
        runs_into={w.id: book.collisions(w) for w in proposed[:CLOSER]},
        approvable={w.id for w in proposed if book.may_approve(member, w)},
        in_force=in_force,
        of_file=of_file[:MOST],
        total=len(of_file),
        outlook=outlook,
        of=of,
        draft=of if of and not of.id else None,
        wrong=wrong,
        q=q,
        label=label,
        groups=_groups(desk, book),
        title=title,
        grave=grave,
        people=desk.names(),
        may_review=may(member, "review", tag),
        may_translate=may(member, "translate", tag),
        romanised=tag in desk.edition().answer.reader.romanised,
    )
    return make_response(page, code)


def _of_file(desk: Desk, book: Phrasebook, tag: str) -> Iterator[Known]:
    for entry in desk.edition().files.scripts[tag].vocabulary.entries:
        if entry.kind != "follow_ups":
            label = entry.name if entry.kind == "intents" else SIGN + entry.name
            yield Known("keyword", label, entry.pattern.text, entry.whole)
    for example in book.examples(tag).examples:
        yield Known("example", example.label, example.text)


def _found(text: str, label: str, q: str, wanted: str) -> bool:
    """Whether a word is of the label that is asked for, and holds every word that is searched for."""
    if wanted and label != wanted:
        return False
    held = text.casefold() if q else ""
    return all(part in held for part in q.casefold().split())


def _counted(book: Phrasebook) -> dict[str, dict[str, int]]:
    """How many words of staff's each language has, by what becomes of them; and how many messages nobody has looked at."""
    counted: dict[str, dict[str, int]] = {}
    in_force = book.words.ids_in_force()
    names: list[tuple[str, str]] = [
        (w.tag, "force" if w.id in in_force else w.state)
        for w in book.words.find()
        if w.state in ("proposed", "published") or w.id in in_force
    ]
    if book.keeps_unread:
        names += [(u.tag, "unread") for u in book.unread.open(limit=1000)]
    for tag, name in names:
        of_tag = counted.setdefault(tag, {})
        of_tag[name] = of_tag.get(name, 0) + 1
    return counted


# ---------------------------------------------------------------- publishing


def _publishing_routes(doors: Doors, desk: Desk, book: Phrasebook) -> None:
    @doors.get("/words/publishing", needs="translate")
    def publishing(member: Member) -> ResponseReturnValue:
        tried = book.publishings.newest(10)
        return render_template(
            "console/publishing.html",
            newest=_told(tried[0]) if tried else None,
            earlier=tried[1:],
            pending=book.pending(),
            may_review=may(member, "review"),
            people=desk.names(),
            title=_titles(desk),
        )

    @doors.get("/words/publishing/state", needs="translate")
    def publishing_state(_member: Member) -> ResponseReturnValue:
        """How far it is, for the page's script."""
        tried = book.publishings.newest()
        return render_template(
            "console/_publishing.html", newest=_told(tried[0]) if tried else None
        )

    @doors.post("/words/publishing", needs="review")
    def publish_words(member: Member) -> ResponseReturnValue:
        try:
            book.publish(member)
        except (Refused, NotAllowed) as no:
            flash(str(no), "wrong")
        return redirect(url_for("console.publishing"))


@dataclass(frozen=True)
class Phones:
    """A golden talk that would go otherwise: what is asked, and what is answered before and after, as on the phone."""

    talk: str
    said: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    events_before: str
    events_after: str
    more: int


@dataclass(frozen=True)
class Told:
    """A try to publish with its report in a form that can be shown."""

    tried: Publishing
    phones: tuple[Phones, ...]


def _told(tried: Publishing) -> Told:
    changed = cast("Sequence[Mapping[str, object]]", tried.report.get("changed", ()))
    return Told(tried, tuple(map(_phones, changed)))


def _phones(parting: Mapping[str, object]) -> Phones:
    before, after = (cast("Sequence[str]", parting[name]) for name in ("before", "after"))
    return Phones(
        talk=str(parting["talk"]),
        said=str(parting["said"]),
        before=_bubbles(before),
        after=_bubbles(after),
        events_before=_events(before),
        events_after=_events(after),
        more=int(str(parting["more"])),
    )


def _bubbles(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line[2:].replace("\\n", "\n") for line in lines if line.startswith("< "))


def _events(lines: Sequence[str]) -> str:
    named = (name for line in lines if line.startswith("! ") for name in line[2:].split())
    return ", ".join(str(HAPPENS[name]) for name in named if name in HAPPENS)


# ---------------------------------------------------------------- unread messages


def _unread_routes(doors: Doors, desk: Desk, book: Phrasebook) -> None:
    @doors.get("/words/unread", needs="translate")
    def unread(member: Member) -> ResponseReturnValue:
        tag = request.args.get("tag", "")
        everything = book.unread.open(limit=1000)
        mine = [u for u in everything if may(member, "translate", u.tag)]
        scripts = desk.edition().library.scripts
        counts = {t: sum(u.tag == t for u in mine) for t in dict.fromkeys(u.tag for u in mine)}
        known = book.labels("example")
        return render_template(
            "console/unread.html",
            messages=[u for u in mine if not tag or u.tag == tag][:100],
            total=len(mine),
            counts=counts,
            languages={t: s.language for t, s in scripts.items()},
            tag=tag,
            guesses=lambda u: [name for name, _share in u.guesses if name in known][:GUESSES],
            groups=_groups(desk, book),
            title=_titles(desk),
        )

    @doors.post("/words/unread/<int:unread_id>/teach", needs="translate")
    def teach(member: Member, unread_id: int) -> ResponseReturnValue:
        label = request.form.get("label", "")
        title = _titles(desk)
        try:
            book.teach(member, unread_id, label)
            flash(_("Proposed as an example of “%(title)s”.", title=title(label)))
        except Malformed as wrong:
            flash(str(wrong), "wrong")
        except Collides as collides:
            others = ", ".join(title(c.label) for c in collides.found if c.label)
            flash(
                _("The same message is an example of something else: %(others)s.", others=others),
                "wrong",
            )
        except (Refused, NotAllowed) as no:
            flash(str(no), "wrong")
        return redirect(url_for("console.unread", tag=request.form.get("tag") or None))

    @doors.post("/words/unread/<int:unread_id>/aside", needs="translate")
    def put_aside(member: Member, unread_id: int) -> ResponseReturnValue:
        try:
            book.put_aside(member, unread_id)
        except (Refused, NotAllowed) as no:
            flash(str(no), "wrong")
        return redirect(url_for("console.unread", tag=request.form.get("tag") or None))


# ---------------------------------------------------------------- names


def _titles(desk: Desk) -> Callable[[str], str]:
    """Gives what a label is called on the pages: as patients see it, in the pages' language where it has it."""
    by_tag = desk.edition().answer.book.catalogs.by_tag
    catalogs = [by_tag[tag] for tag in (str(get_locale()), "en") if tag in by_tag]

    def title(label: str) -> str:
        if name := sign(label):
            return str(SIGNS.get(name, name))
        if label.startswith("follow_ups."):
            return str(FOLLOW_UPS)
        if label in NAMES:
            return str(NAMES[label])
        texts = (c.texts.get(f"{label}.title", ("",))[0] for c in catalogs)
        return next(filter(None, texts), label)

    return title


def _groups(desk: Desk, book: Phrasebook) -> list[tuple[str, list[str]]]:
    """Every label, as a person looks for it: topics, what the service does, signs of danger."""
    topics = desk.edition().library.content.topics
    labels = book.labels("example")
    return [
        (_("Topics"), [label for label in labels if label in topics]),
        (_("Service"), [label for label in labels if label not in topics and not sign(label)]),
        (_("Signs of danger"), [label for label in labels if sign(label)]),
    ]


def _known(desk: Desk, tag: str) -> None:
    if tag not in desk.edition().library.scripts:
        abort(404)
