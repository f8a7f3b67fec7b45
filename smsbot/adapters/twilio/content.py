"""Templates by Twilio's Content API: made, handed in for approval by WhatsApp, and looked at.

Source: Twilio's pages on the Content API. One content is one language; what was handed in can be changed no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from .languages import whatsapp_code
from .rest import TIMEOUT, Rest, answered

Category = Literal["UTILITY", "MARKETING", "AUTHENTICATION"]

PAGE = 100  # contents on one page of the list
PAGES = 100  # read, at most

_JSON = {"Content-Type": "application/json"}


class NoSuchLanguage(ValueError):
    """WhatsApp has no templates in the language."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What WhatsApp says of a template: `unsubmitted`, `received`, `pending`, `approved`, `rejected`, `paused` or `disabled`."""

    status: str
    name: str = ""
    category: str = ""
    reason: str = ""  # why it was rejected


@dataclass(frozen=True, slots=True)
class Content:
    """A template as Twilio keeps it. `language` is WhatsApp's code; `types` are the texts by content type."""

    sid: str
    name: str
    language: str
    variables: Mapping[str, str]
    types: Mapping[str, Mapping[str, Any]]
    approval: Approval


class TwilioContents:
    """The account's templates. Every method raises `Rejected`, `Busy` or `InDoubt`. Safe for several threads."""

    def __init__(
        self, *, account_sid: str, token: str, api_url: str = "", timeout: float = TIMEOUT
    ) -> None:
        self._rest = Rest(account_sid=account_sid, token=token, api_url=api_url, timeout=timeout)

    def make(
        self,
        friendly_name: str,
        language: str,
        variables: Mapping[str, str],
        types: Mapping[str, Mapping[str, Any]],
    ) -> str:
        """Makes a template and returns its id. `language` is a BCP 47 tag; `variables` are examples by number.

        `types` are the texts by content type, such as `{"twilio/text": {"body": "Hello {{1}}"}}`. Raises `NoSuchLanguage` too.
        """
        code = whatsapp_code(language)
        if code is None:
            raise NoSuchLanguage(f"WhatsApp has no templates in {language}: send an SMS instead")
        made = self._post(
            "/Content",
            {
                "friendly_name": friendly_name,
                "language": code,
                "variables": dict(variables),
                "types": {kind: dict(content) for kind, content in types.items()},
            },
        )
        with answered():
            return str(made["sid"])

    def ask_approval(self, sid: str, name: str, category: Category) -> Approval:
        """Hands the template in. `name`: lower-case letters, digits and underscores."""
        asked = self._post(
            f"/Content/{quote(sid)}/ApprovalRequests/whatsapp", {"name": name, "category": category}
        )
        with answered():
            return _approval(asked)

    def approvals(self, sid: str) -> Approval:
        """Where the template stands with WhatsApp."""
        found = self._get(f"/Content/{quote(sid)}/ApprovalRequests", {})
        with answered():
            return _approval(found.get("whatsapp"))

    def listed(self) -> Sequence[Content]:
        """Every template of the account, with what WhatsApp says of it."""
        contents: list[Content] = []
        params: dict[str, object] = {"PageSize": PAGE}
        for _ in range(PAGES):
            answer = self._get("/ContentAndApprovals", params)
            with answered():
                contents.extend(_content(content) for content in answer["contents"])
                following = answer["meta"]["next_page_url"]
            if not following:
                break
            params = dict(parse_qsl(urlsplit(following).query, keep_blank_values=True))
        return contents

    def _post(self, uri: str, payload: Mapping[str, Any]) -> Any:
        with answered():
            return self._rest.client.content.v1.create(
                "POST", uri, data=payload, headers=dict(_JSON)
            )

    def _get(self, uri: str, params: Mapping[str, object]) -> Any:
        with answered():
            return self._rest.client.content.v1.fetch("GET", uri, params=dict(params))


def _approval(answer: Mapping[str, Any] | None) -> Approval:
    answer = answer or {}
    return Approval(
        status=str(answer.get("status") or "unsubmitted"),
        name=str(answer.get("name") or ""),
        category=str(answer.get("category") or ""),
        reason=str(answer.get("rejection_reason") or ""),
    )


def _content(answer: Mapping[str, Any]) -> Content:
    asked = answer.get("approval_requests")
    return Content(
        sid=str(answer["sid"]),
        name=str(answer.get("friendly_name") or ""),
        language=str(answer["language"]),
        variables=dict(answer.get("variables") or {}),
        types=dict(answer.get("types") or {}),
        approval=_approval(asked),
    )
