"""Posts what the carrier has to tell, signed, and only to this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from smsbot.adapters.twilio.edge import sign

CONNECT, TOTAL = 5.0, 15.0  # seconds: Twilio's defaults for webhooks
TRIES = 2  # one more where no connection came about, as Twilio does by default


@dataclass(frozen=True, slots=True)
class Heard:
    """What a page answered: the HTTP status, 0 where nothing was heard; and why."""

    status: int
    kind: str = ""
    text: str = ""
    fault: str = ""


class Poster:
    """At most `pool` posts at once. A page under `public_url` is looked for at `bot_url`; the signature is that of its own address."""

    def __init__(self, *, token: str, public_url: str, bot_url: str, pool: int) -> None:
        self._token = token
        self._public_url, self._bot_url = public_url.rstrip("/"), bot_url.rstrip("/")
        self._pool = pool
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Opens the pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pool),
            timeout=aiohttp.ClientTimeout(total=TOTAL, sock_connect=CONNECT),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes it; what is under way is given up."""
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, form: Mapping[str, str]) -> Heard:
        """Posts a form; never raises for what the other side does."""
        assert self._session is not None
        signed = url.partition("#")[0]
        place = self._place(signed)
        if not _on_this_machine(urlsplit(place).hostname or ""):
            return Heard(0, fault="not on this machine")
        headers = {
            "X-Twilio-Signature": sign(signed, {n: [v] for n, v in form.items()}, self._token),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
        }
        body = urlencode(form).encode()
        heard = Heard(0)
        for _ in range(TRIES):
            try:
                async with self._session.post(
                    URL(place, encoded=True), data=body, headers=headers, allow_redirects=False
                ) as answer:
                    return Heard(answer.status, answer.content_type, await answer.text())
            except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError) as error:
                heard = Heard(0, fault=type(error).__name__)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                return Heard(0, fault=type(error).__name__)
        return heard

    def _place(self, url: str) -> str:
        if self._public_url and url.startswith(f"{self._public_url}/"):
            return self._bot_url + url[len(self._public_url) :]
        return url


@cache
def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
