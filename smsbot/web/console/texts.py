"""Translations: the list of a language, the page of one text with the phone beside it, and what becomes of a proposal."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smsbot.core.content.demands import comments
from smsbot.core.conversation.preview import Preview
from smsbot.core.language import placeholders
from smsbot.core.language.checks import Finding
from smsbot.core.language.edits import Edit
from smsbot.core.people.staff import Member, may
from smsbot.flows.access import NotAllowed
from smsbot.flows.translate import Blocked
from smsbot.ports import Refused
from smsbot.ports.console import GAP, Taken

from .desk import Desk
from .doors import Doors, number, texts_in
from .money import a_thousand
from .proofs import FILTERS, KEPT, Line, Proofs, summary

GAP_DAYS = 30


def routes(doors: Doors, proofs: Proofs) -> None:
    """Adds the routes."""
    desk = doors.desk
    translate = desk.translate

    @doors.get("/texts", needs="see")
    def languages(_member: Member) -> ResponseReturnValue:
        scripts = desk.edition().library.scripts
        waiting = translate.edits.waiting()
        found = proofs.summaries(translate)
        lines = [(scripts[tag].language, sums) for tag, sums in found.items()]
        return render_template(
            "console/languages.html", lines=lines, waiting=waiting, filters=FILTERS
        )

    @doors.get("/texts/<tag>", needs="see")
    def texts(_member: Member, tag: str) -> ResponseReturnValue:
        _known(desk, tag)
        lines = proofs.lines(translate, tag, translate.edits.waiting(tag), _met(desk, tag))
        only, words = request.args.get("only", ""), request.args.get("q", "").strip()
        shown = [
            line for line in lines if (only not in KEPT or KEPT[only](line)) and _found(line, words)
        ]
        return render_template(
            "console/texts.html",
            language=desk.edition().library.scripts[tag].language,
            lines=shown,
            total=len(lines),
            summary=summary(lines),
            only=only,
            q=words,
            filters=FILTERS,
        )

    @doors.get("/texts/<tag>/<key>", needs="see")
    def text(member: Member, tag: str, key: str) -> ResponseReturnValue:
        return _page(desk, proofs, member, tag, key)

    @doors.post("/texts/<tag>/<key>", needs="translate")
    def propose(member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        forms, waived = texts_in(request.form, "form"), _waived(request.form)
        try:
            edit = translate.propose(
                member,
                tag,
                key,
                forms,
                number(request.form.get("base", "")),
                waived,
                request.form.get("note", ""),
            )
        except Blocked as blocked:
            return _page(desk, proofs, member, tag, key, forms, blocked.findings, waived, code=422)
        except Taken as taken:
            return _page(desk, proofs, member, tag, key, forms, other=taken.edit, code=409)
        except (Refused, NotAllowed) as no:
            return _page(desk, proofs, member, tag, key, forms, wrong=str(no), code=403)
        if request.form.get("and") == "publish":
            return decide(member, edit.id, "publish")
        flash(_("Saved. It goes out once a second person has read it."))
        return redirect(_after(desk, proofs, tag, key))

    @doors.post("/texts/<tag>/<key>/preview", needs="translate")
    def look(_member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        return _phone(desk, proofs, tag, key, texts_in(request.form, "form"))

    @doors.post("/edits/<int:edit_id>/<what>", needs="translate")
    def decide(member: Member, edit_id: int, what: str) -> ResponseReturnValue:
        edit = translate.edits.get(edit_id) or abort(404)
        acts: Mapping[str, tuple[Callable[[], Edit], str]] = {
            "publish": (
                lambda: translate.publish(member, edit_id),
                _("Published: patients get it from now on."),
            ),
            "refuse": (
                lambda: translate.refuse(member, edit_id, request.form.get("why", "")),
                _("Sent back with your reason."),
            ),
            "withdraw": (lambda: translate.withdraw(member, edit_id), _("Taken back.")),
        }
        act, says = acts.get(what) or abort(404)
        return _done(act, says, edit.tag, edit.key)

    @doors.post("/texts/<tag>/<key>/back", needs="review")
    def back(member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        return _done(
            lambda: translate.roll_back(
                member,
                tag,
                key,
                number(request.form.get("edit", "")),
                number(request.form.get("base", "")),
            ),
            _("The earlier wording is in force again."),
            tag,
            key,
        )

    @doors.post("/texts/<tag>/<key>/sign", needs="review")
    def sign(member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        by = request.form.get("by", "")
        return _done(
            lambda: translate.sign(member, tag, key, by), _("Signed off for a year."), tag, key
        )

    @doors.post("/texts/<tag>/<key>/seen", needs="translate")
    def seen(member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        return _done(
            lambda: translate.still_right(member, tag, key), _("Marked as still right."), tag, key
        )

    @doors.post("/texts/<tag>/<key>/gap", needs="review")
    def gap(member: Member, tag: str, key: str) -> ResponseReturnValue:
        _known(desk, tag, key)
        rule = request.form.get("rule", "")
        if rule not in ("fall_back", "never_half"):
            abort(400)
        return _done(lambda: translate.set_missing(member, key, rule), _("Kept."), tag, key)  # type: ignore[arg-type]


def _met(desk: Desk, tag: str) -> dict[str, int]:
    """How often patients lately got another language because this one lacked a text, by text."""
    since = desk.clock.now().date() - timedelta(days=GAP_DAYS)
    met: Counter[str] = Counter()
    for tally in desk.tallies.since(since):
        if tally.language == tag and tally.outcome.startswith(GAP):
            met[tally.outcome.removeprefix(GAP)] += tally.count
    return dict(met)


def _found(line: Line, words: str) -> bool:
    held = " ".join((line.standing.key, *line.standing.english, *line.standing.forms)).casefold()
    return all(word in held for word in words.casefold().split())


# ---------------------------------------------------------------- one text


def _page(
    desk: Desk,
    proofs: Proofs,
    member: Member,
    tag: str,
    key: str,
    forms: tuple[str, ...] = (),
    findings: Sequence[Finding] = (),
    waived: Sequence[tuple[str, str]] = (),
    other: Edit | None = None,
    wrong: str = "",
    code: int = 200,
) -> Response:
    _known(desk, tag, key)
    edition, translate = desk.edition(), desk.translate
    script = edition.library.scripts[tag]
    phrase = edition.library.content.phrases[key]
    standing = translate.standing(tag)[key]
    count = script.language.plural_forms if phrase.plural else 1
    open_ = standing.waiting
    mine = open_.forms if open_ else standing.forms
    written = forms or tuple(mine[i] if i < len(mine) else "" for i in range(count))
    facts = [(f, edition.library.content.facts[f]) for f in phrase.facts]
    named = sorted(frozenset().union(*(placeholders.names(s) for s in phrase.forms)))
    seen = translate.preview(proofs.bench(tag), key, written) if any(written) else Preview((), ())
    people = desk.names()
    page = render_template(
        "console/text.html",
        language=script.language,
        key=key,
        phrase=phrase,
        standing=standing,
        forms=written,
        counted=[_numbers(script.language.plural, i) for i in range(count)],
        facts=facts,
        notes=[c for c in comments(phrase, edition.library.content) if not c.startswith("facts:")],
        glossary=script.vocabulary.glossary,
        placeholders=named,
        history=translate.edits.history(tag, key),
        people=people,
        base=standing.edit.id if standing.edit else 0,
        findings=findings or seen.findings,
        blocked=bool(findings),
        waived=dict(waived) or (dict(open_.waived) if open_ else {}),
        other=other,
        wrong=wrong,
        mine=bool(open_ and open_.by == member.id),
        may_review=may(member, "review", tag),
        may_translate=may(member, "translate", tag),
        missing=edition.published.missing.get(key, "never_half" if phrase.safety else "fall_back"),
        following=_next_key(desk, key),
        seen=seen,
        cost=a_thousand(desk),
    )
    return make_response(page, code)


def _phone(
    desk: Desk, proofs: Proofs, tag: str, key: str, forms: tuple[str, ...]
) -> ResponseReturnValue:
    seen = desk.translate.preview(proofs.bench(tag), key, forms)
    return render_template(
        "console/_look.html",
        seen=seen,
        language=desk.edition().library.scripts[tag].language,
        findings=seen.findings,
        cost=a_thousand(desk),
        waived={},
    )


def _numbers(plural: Callable[[int], int], form: int) -> str:
    some = [str(n) for n in range(1000) if plural(n) == form][:4]
    return ", ".join(some) + (" …" if len(some) == 4 else "")


def _next_key(desk: Desk, key: str) -> str:
    keys = list(desk.edition().library.content.phrases)
    return keys[(keys.index(key) + 1) % len(keys)]


def _after(desk: Desk, proofs: Proofs, tag: str, key: str) -> str:
    """Where to go after saving: the next text that the list would show."""
    wanted = request.form.get("next", "")
    if wanted == "stay" or not wanted:
        return url_for("console.text", tag=tag, key=key)
    lines = proofs.lines(desk.translate, tag, desk.translate.edits.waiting(tag))
    keys = [line.standing.key for line in lines]
    after = [*lines[keys.index(key) + 1 :], *lines[: keys.index(key)]]
    kept = KEPT.get(wanted)
    found = next((line.standing.key for line in after if kept is None or kept(line)), "")
    if found:
        return url_for("console.text", tag=tag, key=found, only=wanted)
    return url_for("console.texts", tag=tag, only=wanted)


def _done(act: Callable[[], object], says: str, tag: str, key: str) -> ResponseReturnValue:
    try:
        act()
        flash(says)
    except Blocked as blocked:
        flash("; ".join(f.says for f in blocked.findings), "wrong")
    except Taken:
        flash(_("Somebody changed this text meanwhile: look at it again."), "wrong")
    except (Refused, NotAllowed) as no:
        flash(str(no), "wrong")
    return redirect(url_for("console.text", tag=tag, key=key))


def _waived(form: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (name.removeprefix("waive-"), why.strip())
        for name, why in form.items()
        if name.startswith("waive-") and why.strip()
    ]


def _known(desk: Desk, tag: str, key: str = "") -> None:
    library = desk.edition().library
    if tag not in library.scripts or (key and key not in library.content.phrases):
        abort(404)
