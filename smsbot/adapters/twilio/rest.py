"""How Twilio's REST API is asked: over connections that are kept open, by several threads at once, with a time-out always.

The REST part of the library is large and is loaded with the first request. No error names an address, and nothing is logged: the
library's own lines, and those of urllib3 below ERROR, print addresses whole, and an address can carry a number.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from smsbot.ports import Unavailable
from smsbot.ports.campaign import Busy, InDoubt, Rejected

TIMEOUT = 10.0  # seconds to connect, and between two parts of an answer
CONNECTIONS = 16  # kept open, for as many threads; Twilio answers 429 to an account that asks for much more at once

_TOO_MANY = 429


class Rest:
    """The client that the room shares. `api_url` stands in place of every host of Twilio's. `timeout` is in seconds."""

    def __init__(
        self, *, account_sid: str, token: str, api_url: str = "", timeout: float = TIMEOUT
    ) -> None:
        """Raises `ValueError` for a time-out that is none: without one a request may hang for ever."""
        if timeout <= 0:
            raise ValueError("the time-out of Twilio's API must be longer than 0 seconds")
        self.account_sid, self._token = account_sid, token
        self._api_url, self._timeout = api_url.rstrip("/"), timeout

    @cached_property
    def client(self) -> Any:
        """The library's client. Raises `Rejected` without an account or a token."""
        if not self.account_sid or not self._token:
            raise Rejected("Twilio cannot be asked without an account and a token")
        from twilio.rest import Client

        client = Client(self.account_sid, self._token, http_client=_transport(self._timeout))
        if self._api_url:
            for host in (client.api, client.content, client.messaging):
                host.base_url = self._api_url
        return client


def _transport(timeout: float) -> Any:
    """What carries a request: the library's own keeps the latest answer in itself, so that threads take each other's."""
    import requests
    from twilio.http import HttpClient
    from twilio.http.response import Response

    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).setLevel(logging.ERROR)
    silent = logging.Logger("twilio")
    silent.disabled = True
    session = requests.Session()
    session.cookies.set_policy(
        DefaultCookiePolicy(allowed_domains=[])
    )  # nothing that threads share
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS))

    class Transport(HttpClient):  # type: ignore[misc]
        def request(
            self,
            method: str,
            uri: str,
            params: Any = None,
            data: Any = None,
            headers: Mapping[str, str] | None = None,
            auth: tuple[str, str] | None = None,
            timeout: float | None = None,
            allow_redirects: bool = False,
        ) -> Any:
            as_json = "json" in (headers or {}).get("Content-Type", "")
            answer = session.request(
                method,
                uri,
                params=params,
                data=None if as_json else data,
                json=data if as_json else None,
                headers=headers,
                auth=auth,
                timeout=timeout or self.timeout,
                allow_redirects=allow_redirects,
            )
            return Response(answer.status_code, answer.text, answer.headers)

    return Transport(silent, False, timeout)


@contextmanager
def answered() -> Iterator[None]:
    """Turns what the library raises into the port's errors: `Rejected`, `Busy`, and `InDoubt` for whatever may have been done."""
    from requests import ConnectionError as NotConnected
    from requests import RequestException
    from twilio.base.exceptions import TwilioException

    try:
        yield
    except TwilioException as error:
        raise _fault(getattr(error, "status", 0), getattr(error, "code", None)) from None
    except NotConnected as error:
        name = f"Twilio: {type(error).__name__}"
        raise Busy(name) if _never_reached(error) else InDoubt(name) from None
    except RequestException as error:
        raise InDoubt(f"Twilio: {type(error).__name__}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InDoubt("Twilio's answer cannot be read") from None


def _never_reached(error: Exception) -> bool:
    """Whether no connection came about, so that nothing was asked."""
    from requests import ConnectTimeout
    from urllib3.exceptions import NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(
        getattr(cause, "reason", None), NewConnectionError
    )


def _fault(status: int, code: int | None) -> Unavailable | Rejected:
    """The port's error for an answer that is none of success. 429 was never processed; after 500 and more nobody knows."""
    own = (
        code if code != status else None
    )  # the library puts the status where the answer names no code
    if status == _TOO_MANY:
        return Busy(f"Twilio answered {status}") if own != _DAILY_LIMIT else _no(own)
    if 400 <= status < 500:
        return _no(own, status)
    return InDoubt(f"Twilio answered {status or 'unreadably'}")


_DAILY_LIMIT = 63038  # comes with 429 too, and no trying again helps before the next day


def _no(code: int | None, status: int = _TOO_MANY) -> Rejected:
    return Rejected(f"Twilio refused with code {code or status}", code)
