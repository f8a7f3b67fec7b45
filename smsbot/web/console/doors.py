"""The console's doors: each names what a member must be allowed to do to come in. There is no other way to add a route."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Literal, cast

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer

from smsbot.core.people.staff import Act, Member, may

from .desk import Desk

Needs = Act | Literal["anyone", "signed in"]
View = Callable[..., ResponseReturnValue]

SESSION = "sid"  # where the cookie holds the secret of the session
RESUME_LIFE = 3600  # seconds that what somebody typed waits for them to sign in again
RESUME_MOST = 64 * 1024  # bytes of it


class Doors:
    """Adds the routes of a blueprint, each behind its door. `needs` tells, by endpoint, what is asked at it."""

    def __init__(self, blueprint: Blueprint, desk: Desk, csrf: CSRFProtect, secret: str) -> None:
        self.blueprint, self.desk, self._csrf = blueprint, desk, csrf
        self._kept = URLSafeTimedSerializer(secret, "resume")
        self.needs: dict[str, Needs] = {}

    def get(self, rule: str, needs: Needs) -> Callable[[View], View]:
        """A page."""
        return self._door(rule, needs, "GET")

    def post(self, rule: str, needs: Needs) -> Callable[[View], View]:
        """A form's target; the form must come from one of our own pages."""
        return self._door(rule, needs, "POST")

    def _door(self, rule: str, needs: Needs, method: str) -> Callable[[View], View]:
        def add(view: View) -> View:
            name = view.__name__.strip("_")
            self.needs[f"{self.blueprint.name}.{name}"] = needs

            @wraps(view)
            def guarded(**parts: Any) -> ResponseReturnValue:
                member = g.member = self.desk.access.who(session.get(SESSION, ""))
                if member is None and needs != "anyone":
                    return self.to_sign_in()
                if member is not None:
                    self.desk.translate.refresh()  # another process may have published a moment ago
                if method == "POST":
                    try:
                        self._csrf.protect()
                    except CSRFError:
                        session.clear()
                        return self.to_sign_in()
                if (
                    member is not None
                    and needs not in ("anyone", "signed in")
                    and not self._may(member, needs)
                ):
                    abort(403)
                return view(member, **parts)

            self.blueprint.add_url_rule(rule, name, guarded, methods=[method])
            return view

        return add

    @staticmethod
    def _may(member: Member, needs: Needs) -> bool:
        return needs in ("anyone", "signed in") or may(member, cast("Act", needs))

    # ------------------------------------------------------------ signing in again

    def to_sign_in(self) -> Response:
        """The sign-in page, with what was being sent kept in it, sealed, so that nothing typed is lost."""
        kept = ""
        if request.method == "POST" and (request.content_length or 0) <= RESUME_MOST:
            form = [(k, v) for k, v in request.form.items(multi=True) if k != "csrf_token"]
            kept = self._kept.dumps([request.path, form])
        wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
        page = render_template("console/sign_in.html", resume=kept, wanted=wanted, again=bool(kept))
        return make_response(page, 401)

    def come_in(self, secret: str) -> ResponseReturnValue:
        """Begins the session of this secret, and goes on with what was being sent or looked for."""
        language = session.get("language")
        session.clear()
        session[SESSION] = secret
        if language:
            session["language"] = language
        if kept := self.kept_form(request.form.get("resume", "")):
            return render_template("console/resume.html", path=here(kept[0]), fields=kept[1])
        return redirect(here(request.form.get("wanted", "/console/")))

    def kept_form(self, sealed: str) -> tuple[str, list[tuple[str, str]]] | None:
        """Where a kept form was going, and its fields; None where it is not one of ours or has waited too long."""
        try:
            path, form = self._kept.loads(sealed, max_age=RESUME_LIFE)
        except (BadSignature, ValueError):
            return None
        return str(path), [(str(k), str(v)) for k, v in form]


def here(path: str) -> str:
    """A path of the console that somebody asked for, or the console's front page where it leads elsewhere."""
    ours = path.startswith("/console/") and not path.startswith("//") and "\\" not in path
    return path if ours else "/console/"


def number(text: str) -> int:
    """The whole number that a field or an address holds; 0 where it is none, or has too many digits to be one of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def texts_in(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The fields `name0`, `name1`, ... of a form, in order."""
    found: list[str] = []
    while (field := f"{name}{len(found)}") in form:
        found.append(form[field])
    return tuple(found)
