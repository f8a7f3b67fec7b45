"""How Twilio's REST API is asked: over connections that are kept open, by several threads at once, with a time-out always.

The REST part of the library is large and is loaded with the first request. No error names an address, and nothing is logged: the
library's own lines, and those of urllib3 below ERROR, print addresses whole, and an address can carry a number.
"""

import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from urllib.request import getproxies, proxy_bypass

import urllib3

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

        carried = _transport(self._timeout, through_proxy=not self._api_url)
        client = Client(self.account_sid, self._token, http_client=carried)
        if self._api_url:
            for host in (client.api, client.content, client.messaging):
                host.base_url = self._api_url
        return client


def _transport(timeout: float, *, through_proxy: bool) -> Any:
    """What carries a request.

    The library's own writes addresses into its log, keeps the latest request and answer in itself, and costs a message twice the
    time (1.3 ms against 0.7 ms of one core, measured on the local carrier).
    """
    from twilio.http import HttpClient
    from twilio.http.response import Response

    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).setLevel(logging.ERROR)
    pool = _pool(urllib3.Timeout(connect=timeout, read=timeout), through_proxy)

    class Transport(HttpClient):  # type: ignore[misc]
        def request(
            self,
            method: str,
            uri: str,
            params: Mapping[str, object] | None = None,
            data: Mapping[str, object] | None = None,
            headers: Mapping[str, str] | None = None,
            auth: tuple[str, str] | None = None,
            timeout: float | None = None,  # noqa: ARG002 - there is one, that of the pool
            allow_redirects: bool = False,  # noqa: ARG002 - none is followed: a message would be sent twice
        ) -> Any:
            sent = dict(headers or {})
            if auth is not None:
                sent |= urllib3.make_headers(basic_auth=":".join(auth))
            encode = json.dumps if "json" in sent.get("Content-Type", "") else urlencode
            answer = pool.request(
                method,
                f"{uri}?{urlencode(params)}" if params else uri,
                body=encode(data) if data else None,
                headers=sent,
                redirect=False,
            )
            return Response(answer.status, answer.data.decode(), answer.headers)

    return Transport(logging.Logger("unused", logging.CRITICAL), False, timeout)


def _pool(timeout: urllib3.Timeout, through_proxy: bool) -> urllib3.PoolManager:
    """Connections kept open; through the proxy that the machine has for the outside, where it has one."""
    proxy = getproxies().get("https") if through_proxy else None
    if proxy and not proxy_bypass("api.twilio.com"):
        return urllib3.ProxyManager(proxy, maxsize=CONNECTIONS, timeout=timeout, retries=False)
    return urllib3.PoolManager(maxsize=CONNECTIONS, timeout=timeout, retries=False)


@contextmanager
def answered() -> Iterator[None]:
    """Turns what the library raises into the port's errors: `Rejected`, `Busy`, and `InDoubt` for whatever may have been done."""
    from twilio.base.exceptions import TwilioException

    try:
        yield
    except TwilioException as error:
        raise _fault(getattr(error, "status", 0), getattr(error, "code", None)) from None
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise Busy(f"Twilio: {type(error).__name__}") from None
    except urllib3.exceptions.HTTPError as error:
        name = f"Twilio: {type(error).__name__}"
        cause = error.args[0] if error.args else None
        unasked = isinstance(cause, ssl.SSLCertVerificationError)  # before anything was said
        raise (Busy(name) if unasked else InDoubt(name)) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise InDoubt("Twilio's answer cannot be read") from None


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
