"""Authlib: signing in at the clinic's own OpenID Connect provider, where the settings name one.

The provider vouches for an address; who may come in, and in which role, is decided here.
"""

from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException

from smsbot.core.people.staff import Member

from .desk import Provider
from .doors import Doors


def routes(app: Flask, doors: Doors, provider: Provider, public_url: str) -> None:
    """Adds the routes. Nothing is asked of the provider before somebody signs in."""
    oauth = OAuth(app)
    oauth.register(
        "staff",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )
    client: Any = oauth.staff

    @doors.get("/provider", needs="anyone")
    def to_provider(_member: Member | None) -> ResponseReturnValue:
        try:
            answer: ResponseReturnValue = client.authorize_redirect(
                f"{public_url}/console/provider/back"
            )
        except (AuthlibBaseError, RequestException, ValueError, RuntimeError):
            return _no(_("The sign-in provider does not answer. Use a link or a password."), 503)
        return answer

    @doors.get("/provider/back", needs="anyone")
    def from_provider(_member: Member | None) -> ResponseReturnValue:
        try:
            claims = dict(client.authorize_access_token().get("userinfo") or {})
        except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError):
            return _no(_("The sign-in provider did not vouch for you. Try again."), 401)
        email = str(claims.get("email", ""))
        if not email or claims.get("email_verified") is not True:
            return _no(_("The sign-in provider has not verified your address."), 403)
        found = doors.desk.access.by_email(email)
        if found is None:
            return _no(_("%(email)s is not among the staff here. Ask an admin.", email=email), 403)
        return doors.come_in(found[1])


def _no(wrong: str, code: int) -> ResponseReturnValue:
    return make_response(render_template("console/sign_in.html", wrong=wrong), code)
