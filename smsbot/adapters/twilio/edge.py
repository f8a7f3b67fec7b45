"""Hears and speaks: who signed a form and what it says, and answers as TwiML.

Source: Twilio's pages on webhook security and on the parameters of incoming messages.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from twilio.request_validator import RequestValidator

from smsbot.core.conversation.inbound import BODY_LIMIT, Inbound
from smsbot.core.language.segments import split
from smsbot.core.people.address import Address, parse_address
from smsbot.core.people.carrier import SENDER_KINDS, SenderKind
from smsbot.core.people.fiction import is_fictional
from smsbot.core.people.referral import LONGEST_ID, LONGEST_WORDS, Referral
from smsbot.ports import Clock, Forged, Refused

Form = Mapping[str, Sequence[str]]  # every value of every field: a name may come more than once

MEDIA_LIMIT = 10  # files on one message
ADDRESS_LIMIT = 200  # characters; a business-scoped user id with its prefix has up to 145
CHOICE_LIMIT = 256  # characters; the id on a button or a list row has at most 200

# What sends a person here from an advertisement; the number of its files alone is on every WhatsApp message, and is 0.
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_NO_REFERRAL = "ReferralNumMedia"
_MESSAGE_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")  # the same id; the later names are older
_PEOPLE = (
    "ExternalUserId",
    "From",
)  # where WhatsApp hides the number, the id is the one that stays
_MESSAGE_ID = re.compile(r"[!-~]{1,64}")
_COUNT = re.compile(r"[0-9]{1,4}")
_NOT_XML = re.compile(
    "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # outside Char of XML 1.0, section 2.2


def sign(url: str, form: Form, key: str) -> str:
    """The signature of a form as Twilio makes it: Base64 of HMAC-SHA1 over the address and each name and value in order."""
    pairs = (f"{name}{value}" for name in sorted(form) for value in sorted(set(form[name])))
    material = "".join((url, *pairs)).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(key.encode(), material, hashlib.sha1)).decode()


class TwilioCarrier:
    """Twilio's webhook and TwiML. A `url` may be the whole address that was signed, or its path, which is put after `public_url`.

    `tokens` are the auth tokens that may sign; `phone_key` is the phone page's own key, "" where there is no phone page;
    `account_sid` is "" where messages of any account that signs are taken.
    """

    def __init__(
        self,
        *,
        tokens: Sequence[str],
        public_url: str,
        account_sid: str,
        sender_kind: SenderKind,
        clock: Clock,
        phone_key: str = "",
    ) -> None:
        self._tokens = tuple(token for token in tokens if token)
        self._validators = tuple(RequestValidator(token) for token in tokens if token)
        self._public_url = public_url.rstrip("/")
        self._account_sid = account_sid
        self._sender_kind = sender_kind
        self._phone_key = phone_key
        self._clock = clock

    def vouch(self, url: str, form: Form, signature: str) -> None:
        """Raises `Forged` where no token of ours signed exactly this form, or where it is of another account."""
        if not signature or not self._signed(self._whole(url), form, signature):
            raise Forged("the signature is missing or is not Twilio's")
        if self._account_sid and any(
            sid != self._account_sid for sid in form.get("AccountSid", ()) if sid
        ):
            raise Forged("the form is of another account")

    def hear(self, url: str, form: Form, signature: str) -> Inbound:
        """The message in a form that Twilio signed, or the phone page for people who do not exist.

        Raises `Forged`, or `Refused` for a form that names no message or no sender that can be answered.
        """
        demo = self._from_phone(url, form, signature)
        if not demo:
            self.vouch(url, form, signature)
        return Inbound(
            message_id=_message_id(form),
            addresses=_addresses(form),
            body=_one(form, "Body"),
            at=self._clock.now(),
            choice=_choice(form),
            media=_media(form),
            location=bool(_one(form, "Latitude") and _one(form, "Longitude")),
            referral=_referral(form),
            opt_out_type=_one(form, "OptOutType") or None,
            sender_kind=_demo_kind(form, self._sender_kind) if demo else self._sender_kind,
            demo=demo,
            to=_one(form, "To") or _one(form, "MessagingServiceSid"),
        )

    def speak(self, texts: Sequence[str]) -> str:
        """TwiML with one message a text; a text too long for one message is split; none at all where there is nothing to say."""
        parts = (
            part for text in texts for part in split(_speakable(text), BODY_LIMIT) if part.strip()
        )
        messages = "".join(f"<Message>{escape(part)}</Message>" for part in parts)
        return (
            f"{_DECLARATION}<Response>{messages}</Response>"
            if messages
            else f"{_DECLARATION}<Response />"
        )

    def _whole(self, url: str) -> str:
        return self._public_url + url if url.startswith("/") else url

    def _signed(self, url: str, form: Form, signature: str) -> bool:
        try:
            if any(_same(sign(url, form, token), signature) for token in self._tokens):
                return True
            fields = _Fields(form)
            return any(validator.validate(url, fields, signature) for validator in self._validators)
        except ValueError:  # an address that cannot be parsed, or lone surrogates: nothing that is sent over HTTP in UTF-8
            return False

    def _from_phone(self, url: str, form: Form, signature: str) -> bool:
        """Whether the phone page signed the form, and everybody in it is of fiction: its key is no key to real people."""
        if not self._phone_key or not signature:
            return False
        if not _same(sign(self._whole(url), form, self._phone_key), signature):
            return False
        return all(
            is_fictional(parse_address(text).handle)
            for name in _PEOPLE
            for text in form.get(name, ())
            if text
        )


def _same(ours: str, theirs: str) -> bool:
    """Whether two signatures are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))


class _Fields(dict[str, Sequence[str]]):
    """A form as Twilio's validator reads one: with every value of a name that comes more than once."""

    def getall(self, name: str) -> Sequence[str]:
        return self[name]


def _speakable(text: str) -> str:
    """The text in the characters that XML can carry, its lines ended as XML ends them."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


# ---------------------------------------------------------------- what a form says


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _message_id(form: Form) -> str:
    found = next(filter(None, (_one(form, name) for name in _MESSAGE_IDS)), "")
    if not _MESSAGE_ID.fullmatch(found):
        raise Refused("the message's id is missing or cannot be one")
    return found


def _addresses(form: Form) -> tuple[Address, ...]:
    if not _one(form, "From"):
        raise Refused("the form names no sender")
    return tuple(dict.fromkeys(_address(text) for name in _PEOPLE if (text := _one(form, name))))


def _address(text: str) -> Address:
    """The address; a plain one may be a number, a short code or a sender's name. Raises `Refused` for channels we do not know."""
    address = parse_address(text)
    if address.channel == "sms" and ":" in address.handle:
        raise Refused("the message came over an unknown channel")
    if not address.handle or len(text) > ADDRESS_LIMIT or not text.isprintable():
        raise Refused("the sender's address cannot be one")
    return address


def _media(form: Form) -> tuple[str, ...]:
    count = _one(form, "NumMedia")
    total = min(int(count), MEDIA_LIMIT) if _COUNT.fullmatch(count) else 0
    return tuple(
        _one(form, f"MediaContentType{n}") or "application/octet-stream" for n in range(total)
    )


def _referral(form: Form) -> Referral | None:
    """The advertisement that sent the person here; None where nothing but the number of its files is told."""
    if not any(n.startswith("Referral") and n != _NO_REFERRAL and any(form[n]) for n in form):
        return None
    return Referral(
        source_id=_one(form, "ReferralSourceId")[:LONGEST_ID],
        clid=_one(form, "ReferralCtwaClid")[:LONGEST_ID],
        headline=_one(form, "ReferralHeadline")[:LONGEST_WORDS],
        body=_one(form, "ReferralBody")[:LONGEST_WORDS],
    )


def _demo_kind(form: Form, configured: SenderKind) -> SenderKind:
    asked = _one(form, "SenderKind")
    return next((kind for kind in SENDER_KINDS if kind == asked), configured)


def _choice(form: Form) -> str | None:
    """The id on what was tapped, wherever this channel writes it."""
    plain = (_one(form, name) for name in ("ButtonPayload", "ListId"))
    nested = (_tapped(_one(form, name)) for name in ("InteractiveData", "ChannelMetadata"))
    found = next((text for source in (plain, nested) for text in source if text), None)
    return found if found and len(found) <= CHOICE_LIMIT else None


def _tapped(text: str) -> str | None:
    """The id in the channel's own JSON; None where there is none or where it is no JSON."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return next(_ids(json.loads(text), 8), None)
    except (ValueError, RecursionError):
        return None


def _ids(value: Any, depth: int) -> Iterator[str]:
    """Ids of tapped buttons and rows, outermost first: `button_reply` and `list_reply` of WhatsApp, `buttonPayload` of RCS."""
    if isinstance(value, dict) and depth:
        replies = (value.get("button_reply"), value.get("list_reply"))
        ids = [reply.get("id") for reply in replies if isinstance(reply, dict)]
        yield from (
            found
            for found in (*ids, value.get("buttonPayload"))
            if isinstance(found, str) and found
        )
    if isinstance(value, dict | list) and depth:
        for child in value.values() if isinstance(value, dict) else value:
            yield from _ids(child, depth - 1)
