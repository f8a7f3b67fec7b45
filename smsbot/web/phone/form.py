"""The form that the carrier would post for a message written on the phone page; refused where the person could be a real one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from smsbot.core.people.address import PREFIXES, Channel
from smsbot.core.people.carrier import (
    HELP_WORDS,
    SENDER_KINDS,
    START_WORDS,
    STOP_WORDS,
    OptOutType,
    SenderKind,
    habit,
)
from smsbot.core.people.fiction import is_fictional

BODY_LIMIT = 1600  # characters that the carrier takes in one message
MEDIA_LIMIT = 10  # files that the carrier takes in one message
CHOICE_LIMIT = 200  # characters of a button's id
AGENT = (
    "rcs:clinic_demo_agent"  # who an RCS message is to: an agent's name stands there, not a number
)

T = TypeVar("T")
_MIME = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_SPELLED: Mapping[Channel, str] = {
    "sms": "",
    **{channel: prefix for prefix, channel in PREFIXES.items()},
}
_KEYWORDS: tuple[tuple[OptOutType, frozenset[str]], ...] = (
    ("STOP", STOP_WORDS),
    ("START", START_WORDS),
    ("HELP", HELP_WORDS),
)
_FIELDS = frozenset(
    {"from", "channel", "body", "choice", "media", "location", "referral", "sender_kind"}
)


class Wrong(ValueError):
    """A message that the page cannot send; says in plain words what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as the page asks to have it signed. `sender` is a number that belongs to nobody."""

    sender: str
    channel: Channel
    body: str
    choice: str
    media: tuple[str, ...]
    location: bool
    referral: bool
    sender_kind: SenderKind


def read_draft(value: object) -> Draft:
    """The message in the page's JSON. Raises `Wrong`."""
    if not isinstance(value, Mapping):
        raise Wrong("the request must be a JSON object")
    if unknown := sorted(str(k) for k in value if k not in _FIELDS):
        raise Wrong(f"{unknown[0][:40]!r} is not a field of a message")
    draft = Draft(
        sender=_sender(value),
        channel=_one_of(value, "channel", tuple(_SPELLED), "sms"),
        body=_text(value, "body", BODY_LIMIT),
        choice=_text(value, "choice", CHOICE_LIMIT),
        media=_media(value.get("media")),
        location=_switch(value, "location"),
        referral=_switch(value, "referral"),
        sender_kind=_one_of(value, "sender_kind", SENDER_KINDS, "short_code"),
    )
    if draft.choice and draft.channel == "sms":
        raise Wrong("an SMS has no buttons: a choice comes by WhatsApp or RCS")
    return draft


def _sender(value: Mapping[str, Any]) -> str:
    sender = value.get("from")
    if not isinstance(sender, str) or not is_fictional(sender):
        raise Wrong("the phone page writes only from numbers that are reserved for fiction")
    return sender


def _one_of(value: Mapping[str, Any], name: str, allowed: tuple[T, ...], default: T) -> T:
    found = value.get(name) or default
    if found not in allowed:
        raise Wrong(f"{name} must be one of {', '.join(map(str, allowed))}")
    return allowed[allowed.index(found)]


def _text(value: Mapping[str, Any], name: str, limit: int) -> str:
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Wrong(f"{name} must be a text")
    if len(found) > limit:
        raise Wrong(f"{name} is too long: {limit} characters at most")
    if any("\ud800" <= c <= "\udfff" for c in found):
        raise Wrong(f"{name} has half of a character in it")
    return found


def _media(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    if (
        not isinstance(found, list)
        or len(found) > MEDIA_LIMIT
        or not all(isinstance(m, str) and _MIME.fullmatch(m) for m in found)
    ):
        raise Wrong(f"media must be a list of at most {MEDIA_LIMIT} MIME types such as image/jpeg")
    return tuple(found)


def _switch(value: Mapping[str, Any], name: str) -> bool:
    found = value.get(name, False)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise Wrong(f"{name} must be true or false")
    return found


# ---------------------------------------------------------------- the form


def form_of(draft: Draft, message_id: str, account: str, clinic_number: str) -> dict[str, str]:
    """The fields that the carrier would post for `draft`; `SenderKind` is ours and says which kind of line to play."""
    prefix = _SPELLED[draft.channel]
    form = {
        "MessageSid": message_id,
        "SmsSid": message_id,
        "SmsMessageSid": message_id,
        "AccountSid": account,
        "From": f"{prefix}{draft.sender}",
        "To": AGENT if draft.channel == "rcs" else f"{prefix}{clinic_number}",
        "Body": draft.body,
        "NumMedia": str(len(draft.media)),
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "SenderKind": draft.sender_kind,
    }
    return form | _media_fields(draft, message_id, account) | _rich_fields(draft) | _acted(draft)


def _media_fields(draft: Draft, message_id: str, account: str) -> dict[str, str]:
    where = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message_id}/Media"
    fields = {}
    for n, kind in enumerate(draft.media):
        fields[f"MediaContentType{n}"] = kind
        fields[f"MediaUrl{n}"] = f"{where}/ME{n:032x}"  # nobody fetches it
    return fields


def _rich_fields(draft: Draft) -> dict[str, str]:
    fields: dict[str, str] = {}
    if draft.channel == "whatsapp":
        fields |= {"ProfileName": "Demo", "WaId": draft.sender.removeprefix("+")}
    if draft.choice:
        fields |= {"ButtonPayload": draft.choice, "ButtonText": draft.body, "ButtonType": "REPLY"}
    if draft.location:
        fields |= {"Latitude": "45.5019", "Longitude": "-73.5674", "Address": "", "Label": ""}
    if draft.referral:
        fields |= {
            "ReferralHeadline": "Questions about Botox?",
            "ReferralBody": "Write to us, we answer.",
            "ReferralSourceType": "ad",
            "ReferralSourceId": "120000000000000000",
            "ReferralSourceUrl": "https://clinic.example/ad",
            "ReferralNumMedia": "0",
        }
    return fields


def _acted(draft: Draft) -> dict[str, str]:
    """With Advanced Opt-Out the carrier says on which keyword it has acted by itself."""
    if draft.sender_kind != "advanced_opt_out":
        return {}
    word = draft.body.strip().casefold()
    return next(({"OptOutType": name} for name, words in _KEYWORDS if word in words), {})


def answered_by_carrier(draft: Draft, form: Mapping[str, str]) -> OptOutType | None:
    """The keyword that the carrier answers by itself on this kind of line, so that nobody waits for our answer."""
    return habit(draft.sender_kind, draft.channel, draft.body, form.get("OptOutType")).acted
