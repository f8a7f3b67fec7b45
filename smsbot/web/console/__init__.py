"""The staff's pages: drawn by the server, one module a room, and what the rooms share.

desk.py      what they lean on            doors.py     who may come in, and what is kept while they sign in again
sign_in.py   coming in                    texts.py     translations, and the phone beside the editor
overview.py  the morning's page           words.py     vocabulary and unread messages
files.py     PO and XLSX, out and in      calls.py     calls to return and alerts
staff.py     who is who                   audit.py     who did what
campaigns.py what brings people           broadcasts.py  invitations to those who said yes
reports.py   what came of them            names.py     what its states are called
consents.py  a yes from elsewhere, and what is kept of one person
charts.py    pictures of counts           proofs.py    what the lists show of every text
written.py   texts with placeholders
"""

import gettext

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    make_response,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain, get_locale
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from smsbot.core.people.staff import Member, may
from smsbot.ports import Unavailable

from ..headers import hardened
from . import (
    audit,
    broadcasts,
    calls,
    campaigns,
    consents,
    files,
    overview,
    provider,
    reports,
    sign_in,
    staff,
    texts,
    words,
)
from .desk import Desk
from .doors import Doors
from .proofs import Proofs
from .wordings import said
from .written import written

UPLOAD_LIMIT = 5 * 1024 * 1024  # bytes of a file that a translator sends back

HEADERS = hardened(forms="'self'", referrer="same-origin")
LANGUAGES = {"en": "English", "fr": "Français"}  # of the pages themselves


def install(app: Flask, desk: Desk, secret_key: str, public_url: str) -> Doors:
    """Adds the console to the application."""
    app.secret_key = secret_key
    app.config.update(
        SESSION_COOKIE_NAME="smsbot_staff",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=public_url.startswith("https://"),
        WTF_CSRF_CHECK_DEFAULT=False,  # the carrier's forms are signed; ours are checked at each door
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # the token is enough
        BABEL_DEFAULT_TIMEZONE=str(desk.edition().library.profile.time_zone),
    )
    Babel(app, locale_selector=_language).domain_instance = _Pages(desk)
    blueprint = Blueprint("console", __name__, url_prefix="/console")
    doors = Doors(blueprint, desk, CSRFProtect(app), secret_key)
    proofs = Proofs(desk.edition, desk.proofs)
    sign_in.routes(doors)
    if desk.provider is not None:
        provider.routes(app, doors, desk.provider, public_url)
    overview.routes(doors, proofs)
    texts.routes(doors, proofs)
    words.routes(doors)
    calls.routes(doors)
    campaigns.routes(doors)
    broadcasts.routes(doors)
    reports.routes(doors)
    consents.routes(doors, secret_key)
    files.routes(doors, proofs, secret_key)
    staff.routes(doors, public_url)
    audit.routes(doors)

    @doors.get("/<path:_rest>", needs="signed in")
    def missing(_member: Member, _rest: str) -> ResponseReturnValue:
        """An address that no room has: the staff's own page says so."""
        abort(404)

    @blueprint.before_request
    def roomy() -> None:
        """Files that translators send back are larger than the carrier's forms."""
        request.max_content_length = UPLOAD_LIMIT
        request.max_form_memory_size = UPLOAD_LIMIT

    @blueprint.after_request
    def hardened(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @blueprint.context_processor
    def around() -> dict[str, object]:
        """What every page shows."""
        return {
            "me": g.get("member"),
            "may": may,
            "clinic": desk.edition().library.profile.name,
            "provided": desk.provider is not None,
            "page_languages": LANGUAGES,
            "page_language": str(get_locale()),
            "here": request.full_path.rstrip("?"),
            "said": said,
            "written": written,
        }

    @blueprint.errorhandler(Unavailable)
    def away(_error: Unavailable) -> Response:
        """The database is away: nothing was saved, and what was typed goes back to whoever typed it."""
        page = render_template(
            "console/away.html", typed=[v for k, v in request.form.items() if k != "csrf_token"]
        )
        return make_response(page, 503)

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return make_response(render_template("console/refused.html", error=error), error.code)

    app.register_blueprint(blueprint)
    app.extensions["smsbot.doors"] = doors
    return doors


def _language() -> str:
    """The pages' language: chosen, or the browser's."""
    chosen = session.get("language", "") if request else ""
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


class _Pages(Domain):  # type: ignore[misc] # the library has no types
    """The pages' words, from the languages' console.po; English where a language has none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(domain="console")
        self._desk = desk

    def get_translations(self) -> gettext.NullTranslations:
        """The words of this request's language."""
        words = self._desk.translations
        return words.get(str(get_locale()), words["en"])
