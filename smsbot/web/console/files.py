"""Files for translators outside: out as PO or Excel; back in with a look first, then as proposals that somebody reads."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from smsbot.core.language.edits import TEXT_LENGTH
from smsbot.core.people.staff import SESSION_LIFE, Member, may
from smsbot.flows.access import NotAllowed
from smsbot.flows.exchange import (
    FORMS,
    Bad,
    DryRun,
    Offer,
    Proposed,
    Unusable,
    Wrong,
    dry_run,
    once_more,
    propose_all,
    sent_out,
)

from .desk import Desk
from .doors import Doors, number
from .proofs import Proofs

TYPES = {
    "po": "text/x-gettext-translation; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NAME_LENGTH = 80  # characters of a file's name that are kept
PAGE = 40  # changes that are shown at once

Part = tuple[str, bool]  # of a wording: the text, and whether it differs from the other one


@dataclass(frozen=True, slots=True)
class Sent:
    """What stays of a file between the look and the button: whose it is, and the wordings that can be proposed."""

    tag: str
    name: str
    offers: tuple[Offer, ...]


def routes(doors: Doors, proofs: Proofs, secret_key: str) -> None:
    """Adds the routes."""
    desk = doors.desk
    # What was looked at goes to the browser and back, sealed: the server keeps nothing of a file.
    seal = URLSafeTimedSerializer(secret_key, "files")

    @doors.get("/files", needs="translate")
    def files(member: Member) -> ResponseReturnValue:
        return _page(desk, proofs, member, request.args.get("tag", ""))

    @doors.get("/files/<tag>/<form>", needs="translate")
    def file_out(_member: Member, tag: str, form: str) -> ResponseReturnValue:
        known = next((f for f in FORMS if f == form), None)
        if tag not in desk.edition().library.scripts or known is None:
            abort(404)
        response = make_response(sent_out(desk.edition(), tag, known, desk.files))
        response.headers["Content-Type"] = TYPES[known]
        response.headers["Content-Disposition"] = f'attachment; filename="{tag}.{known}"'
        return response

    @doors.post("/files", needs="translate")
    def file_in(member: Member) -> ResponseReturnValue:
        tag, file = request.form.get("tag", ""), request.files.get("file")
        if tag not in desk.edition().library.scripts:
            return _page(desk, proofs, member, tag, _("Choose the language of the file."), 400)
        if file is None or not file.filename:
            return _page(desk, proofs, member, tag, _("Choose a file."), 400)
        name, language = clean(file.filename), desk.edition().library.scripts[tag].language
        try:
            with file.stream as stream:  # a larger one lies in a file of its own until it is closed
                content = stream.read()
            lines = desk.files.read(file.filename, content, language)
            found = dry_run(desk.translate, proofs.bench(tag), member, lines, tag)
        except Unusable as no:
            wrong = f"{name}: {BAD[no.why](no.what)}"
            return _page(desk, proofs, member, tag, wrong, 422)
        except NotAllowed:
            abort(403)
        return _look(desk, member, found, tag, name, seal)

    @doors.post("/files/look", needs="translate")
    def file_look(member: Member) -> ResponseReturnValue:
        """The next changes of a file that was looked at."""
        sent = _opened(seal, request.form.get("sealed", ""), member)
        if sent is None or sent.tag not in desk.edition().library.scripts:
            return _page(desk, proofs, member, "", _too_old(), 400)
        try:
            at = proofs.bench(sent.tag)
            found = once_more(desk.translate, at, member, sent.offers, sent.tag)
        except (Unusable, NotAllowed):
            abort(403)
        return _look(desk, member, found, sent.tag, sent.name, seal)

    @doors.post("/files/propose", needs="translate")
    def file_propose(member: Member) -> ResponseReturnValue:
        sealed = request.form.get("sealed", "")
        sent = _opened(seal, sealed, member)
        if sent is None or sent.tag not in desk.edition().library.scripts:
            return _page(desk, proofs, member, "", _too_old(), 400)
        reasons = {
            name.removeprefix("waive-"): why
            for name, why in request.form.items()
            if name.startswith("waive-")
        }
        try:
            became = propose_all(
                desk.translate, member, sent.tag, sent.offers, f"from {sent.name}", reasons
            )
        except NotAllowed:
            abort(403)
        flash(_told(became), "wrong" if became.away else "message")
        if not became.left:
            return redirect(url_for("console.texts", tag=sent.tag, only="review"))
        rest = replace(sent, offers=tuple(offer for offer, _why in became.left))
        return _rest(desk, member, rest, became, seal)


def _page(
    desk: Desk, proofs: Proofs, member: Member, tag: str, wrong: str = "", code: int = 200
) -> Response:
    scripts = desk.edition().library.scripts
    sums = proofs.summaries(desk.translate)
    lines = [(scripts[tag].language, found) for tag, found in sums.items()]
    mine = [language for language, _ in lines if may(member, "translate", language.tag)]
    page = render_template("console/files.html", lines=lines, mine=mine, chosen=tag, wrong=wrong)
    return make_response(page, code)


def _too_old() -> str:
    return str(_("This look at a file is too old. Send the file once more."))


def _look(
    desk: Desk, member: Member, found: DryRun, tag: str, name: str, seal: URLSafeTimedSerializer
) -> ResponseReturnValue:
    sent = Sent(tag, name, tuple(change.offer for change in found.changes))
    library = desk.edition().library
    language = library.scripts[tag].language
    start = number(request.form.get("first", ""))
    return render_template(
        "console/files_look.html",
        language=language,
        name=name,
        found=found,
        shown=found.changes[start : start + PAGE],
        start=start,
        page=PAGE,
        sealed=seal.dumps(_sealed(member, sent)),
        typed={n: why for n, why in request.form.items() if n.startswith("waive-")},
        known=library.content.phrases,
        people=desk.names(),
        why=lambda no: WRONG[no.why](no.what),
        rules=rule_names(),
        parts=parts,
    )


def _rest(
    desk: Desk, member: Member, sent: Sent, became: Proposed, seal: URLSafeTimedSerializer
) -> Response:
    """What could not be proposed, with why; where the database went away, the button for the rest."""
    page = render_template(
        "console/files_rest.html",
        language=desk.edition().library.scripts[sent.tag].language,
        name=sent.name,
        left=became.left,
        sealed=seal.dumps(_sealed(member, sent)) if became.away else "",
        reasons={n: why for n, why in request.form.items() if n.startswith("waive-")},
    )
    return make_response(page, 503 if became.away else 409)


def _told(became: Proposed) -> str:
    done = len(became.done)
    says: str = ngettext(
        "%(num)s text was proposed. It goes out once a second person has read it.",
        "%(num)s texts were proposed. They go out once a second person has read them.",
        done,
    )
    if became.same:
        says += " " + _("%(n)s waited already.", n=len(became.same))
    if became.away:
        says += " " + _("Then the database went away: the rest was not saved.")
    return says


# ---------------------------------------------------------------- what goes to the browser and back


def _sealed(member: Member, sent: Sent) -> list[object]:
    offers = [[o.key, o.forms, o.base, o.numbers] for o in sent.offers]
    return [member.id, sent.tag, sent.name, offers]


def _opened(seal: URLSafeTimedSerializer, sealed: str, member: Member) -> Sent | None:
    """What was sealed; None where it is not ours, not this member's, or too old."""
    try:
        whose, tag, name, offers = seal.loads(sealed, max_age=int(SESSION_LIFE.total_seconds()))
    except (BadSignature, ValueError):
        return None
    if whose != member.id:
        return None
    kept = (Offer(k, tuple(forms), base, tuple(at)) for k, forms, base, at in offers)
    return Sent(tag, name, tuple(kept))


def clean(name: str) -> str:
    """A file's name as it is shown and noted: without folders and what cannot be seen, and not too long."""
    bare = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in bare if c.isprintable())[-NAME_LENGTH:] or "?"


# ---------------------------------------------------------------- words


BAD: Mapping[Bad, Callable[[str], str]] = {
    "ending": lambda _w: _("must be a file that ends in .po or .xlsx."),
    "empty": lambda _w: _("has nothing in it."),
    "workbook": lambda _w: _("is not an Excel workbook."),
    "columns": lambda w: _(
        "row 1 lacks the column %(columns)s. Export a file to see them all.", columns=w
    ),
    "large": lambda _w: _("has more in it than any language has."),
    "po": lambda w: (
        _("is not a PO file: line %(line)s cannot be read.", line=w)
        if w
        else _("is not a PO file.")
    ),
    "letters": lambda _w: _("is not UTF-8. Save it as UTF-8."),
    "unnamed": lambda _w: _("does not say which language it is in: its head has no Language."),
    "language": lambda w: _("is of another language: %(tag)s.", tag=w or "-"),
    "plurals": lambda _w: _("counts otherwise than the language does: see its Plural-Forms."),
}


WRONG: Mapping[Wrong, Callable[[str], str]] = {
    "language": lambda w: _("The row is of another language: %(tag)s.", tag=w or "-"),
    "key": lambda w: _("The bot has no text %(key)s.", key=w) if w else _("It has no key."),
    "twice": lambda w: _("It stands twice in the file, in row %(row)s too.", row=w),
    "formula": lambda w: _("There is a formula in the column %(column)s.", column=w),
    "mistake": lambda w: _("There is a mistake in the column %(column)s.", column=w),
    "form": lambda w: _("The language has no plural form %(form)s for this text.", form=w),
    "english": lambda _w: _(
        "The English beside it is not today's. Export the file anew, and translate that."
    ),
    "lacks": lambda w: _("The plural form %(form)s is missing.", form=w),
    "unfinished": lambda _w: _("The translator marked it as unfinished (fuzzy)."),
    "rule": lambda _w: _("A rule forbids it."),
    "waits": lambda _w: _("Somebody else's proposal waits for this text. It stays."),
}


def rule_names() -> Mapping[str, str]:
    """The rules that warn, as people call them."""
    return {
        "segments": _("Long for an SMS"),
        "leftover": _("Left in English"),
        "typography": _("A costly character"),
        "glossary": _("Another word than the glossary's"),
    }


def parts(now: Sequence[str], new: Sequence[str]) -> list[tuple[list[Part], list[Part]]]:
    """Each form as it is and as it would be, in pieces: text, and whether it differs."""
    forms = range(max(len(now), len(new)))
    return [_pieces(_of(now, n), _of(new, n)) for n in forms if _of(now, n) != _of(new, n)]


def _of(forms: Sequence[str], number: int) -> str:
    text = forms[number] if number < len(forms) else ""
    return text if len(text) <= TEXT_LENGTH else f"{text[:500]} …"


def _pieces(now: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both wordings, cut where they differ: by words, or by letters where nothing stands between the words."""
    if not now or not new:
        return [(now, False)], [(new, False)]
    old, young = _tokens(now), _tokens(new)
    was: list[Part] = []
    becomes: list[Part] = []
    matcher = difflib.SequenceMatcher(a=old, b=young, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        was += [("".join(old[a:b]), what != "equal")] if b > a else []
        becomes += [("".join(young[c:d]), what != "equal")] if d > c else []
    return was, becomes


def _tokens(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)s|[\u0e00-\u9fff]|\w+|\s+|.", text, re.DOTALL)
