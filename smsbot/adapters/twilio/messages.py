"""Sends single messages, and asks what was sent.

Source: Twilio's pages on the Messages resource; its OpenAPI, from which `tests/contracts/` holds what is used here.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from smsbot.core.people.address import PREFIXES, Address
from smsbot.ports.campaign import Accepted, InDoubt, Listed, Outgoing

from .rest import TIMEOUT, Rest, answered

PAGE = 100  # messages on one page of the list
PAGES = 20  # of one person, looked at, at most

_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")


def spelled(address: Address) -> str:
    """The address in Twilio's spelling, with the channel's prefix."""
    return (
        next((prefix for prefix, channel in PREFIXES.items() if channel == address.channel), "")
        + address.handle
    )


class TwilioMessages:
    """Sends messages from `sender`, or by the Messaging Service where one is named. `timeout` is in seconds.

    `public_url` is where Twilio tells the status of a message: `<public_url>/twilio/status/<delivery>`. `api_url` stands in place
    of Twilio's own address. Safe for several threads.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        token: str,
        sender: str = "",
        messaging_service: str = "",
        public_url: str = "",
        api_url: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        self._rest = Rest(account_sid=account_sid, token=token, api_url=api_url, timeout=timeout)
        self._sender, self._messaging_service = sender, messaging_service
        self._public_url = public_url.rstrip("/")

    def send(self, message: Outgoing) -> Accepted:
        """Sends the message once. Twilio has no key that would make a second try harmless: after `InDoubt` ask `sent_to` first.

        Raises `Rejected`, `Busy` or `InDoubt`; none of them names a number or a text.
        """
        with answered():
            made = self._rest.client.messages.create(
                to=spelled(message.to),
                **self._origin(message.to),
                **_content(message),
                **self._terms(message),
            )
            sid, segments = made.sid, int(made.num_segments or 0)
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            raise InDoubt("Twilio's answer names no message")
        return Accepted(sid, segments)

    def say(self, to: Address, text: str) -> str:
        """Sends a text whose status nobody waits for, and returns the message's id. Raises what `send` raises."""
        return self.send(Outgoing(to, "", text)).sid

    def sent_to(self, to: Address, since: datetime) -> Sequence[Listed]:
        """What the carrier lists for the address from the second of `since` on, latest first.

        The list is asked neither by date nor only until older messages come: both go by the date of sending, which a message
        that waits has not yet. Raises `Rejected` or `Unavailable`.
        """
        from_second = since.astimezone(UTC).replace(microsecond=0)  # the list has whole seconds
        every = (listed for page in self._pages(to) for listed in page)
        found = [listed for listed in every if listed.created_at >= from_second]
        return sorted(found, key=lambda listed: listed.created_at, reverse=True)

    def _pages(self, to: Address) -> Iterator[list[Listed]]:
        """The pages of the list. Read without the library's own, which lose the code of an error."""
        uri = f"/Accounts/{quote(self._rest.account_sid)}/Messages.json"
        params: dict[str, object] = {"To": spelled(to), "PageSize": PAGE}
        for _ in range(PAGES):
            with answered():
                answer = self._rest.client.api.v2010.fetch("GET", uri, params=params)
                page = [_listed(message) for message in answer["messages"]]
                following = answer["next_page_uri"]
            if page:
                yield page
            if not following or not page:
                return
            params = dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))

    def _origin(self, to: Address) -> dict[str, str]:
        if self._messaging_service:
            return {"messaging_service_sid": self._messaging_service}
        return {"from_": spelled(Address(to.channel, self._sender))}

    def _terms(self, message: Outgoing) -> dict[str, Any]:
        """Until when it may be sent, where its status is told, and that an SMS goes out as it was counted, to the letter."""
        terms: dict[str, Any] = {}
        if message.delivery and self._public_url:
            terms["status_callback"] = (
                f"{self._public_url}/twilio/status/{quote(message.delivery, safe='')}"
            )
        if message.valid_for is not None:
            terms["validity_period"] = message.valid_for
        if message.to.channel == "sms" and message.text:
            terms["smart_encoded"] = False
        return terms


def _content(message: Outgoing) -> dict[str, str]:
    if not message.content_sid:
        return {"body": message.text}
    content = {"content_sid": message.content_sid}
    if message.variables:
        content["content_variables"] = json.dumps(dict(message.variables), ensure_ascii=False)
    return content


def _listed(message: Mapping[str, Any]) -> Listed:
    created = parsedate_to_datetime(message["date_created"])
    error = message.get("error_code")
    return Listed(
        sid=str(message["sid"]),
        body=str(message.get("body") or ""),
        status=str(message["status"]),
        error=int(error) if error else None,
        created_at=created if created.tzinfo else created.replace(tzinfo=UTC),
        outbound=message.get("direction") == "outbound-api",
    )
