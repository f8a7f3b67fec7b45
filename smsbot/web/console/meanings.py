"""What the words of broadcasts mean to somebody who does not send messages for a living, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext

Words = Any  # a text in the language of whoever reads it; the library has no types

CAMPAIGN_STATES: Mapping[str, tuple[Words, str]] = {  # and how the mark looks
    "draft": (lazy_gettext("draft"), ""),
    "live": (lazy_gettext("live"), "good"),
    "ended": (lazy_gettext("ended"), ""),
}
BROADCAST_STATES: Mapping[str, tuple[Words, str]] = {
    "draft": (lazy_gettext("draft"), ""),
    "submitted": (lazy_gettext("waits for a second person"), "wait"),
    "released": (lazy_gettext("about to begin"), "good"),
    "sending": (lazy_gettext("sending"), "good"),
    "paused": (lazy_gettext("stands still"), "bad"),
    "done": (lazy_gettext("done"), "good"),
    "canceled": (lazy_gettext("canceled"), ""),
}
CHANNELS: Mapping[str, Words] = {"sms": "SMS", "whatsapp": "WhatsApp", "rcs": "RCS"}

CAME: Mapping[str, Words] = {
    "scan": lazy_gettext("Scans"),
    "click": lazy_gettext("Clicks"),
    "talk": lazy_gettext("Talks begun"),
    "consent": lazy_gettext("Yes to news"),
    "reply": lazy_gettext("Replies"),
    "stop": lazy_gettext("Opt-outs"),
}

# Why somebody of the audience gets nothing.
SKIPS: Mapping[str, Words] = {
    "opted_out": lazy_gettext("no longer subscribe"),
    "held": lazy_gettext("are left in peace for now"),
    "cap": lazy_gettext("have had as many messages as the cap allows in thirty days"),
    "no_text": lazy_gettext("read a language in which there is no text"),
    "no_template": lazy_gettext("are on WhatsApp, where there is no approved template"),
    "banned": lazy_gettext("live where the channel may not be used for this"),
    "no_rules": lazy_gettext("live in a country for which there are no rules"),
    "no_zone": lazy_gettext("are in a place whose time of day nobody knows"),
    "no_hour": lazy_gettext("have no lawful hour left before the offer ends"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What something means, and what to do about it."""

    means: Words
    do: Words


_SETUP = lazy_gettext("Have whoever keeps your account at the carrier put it right, then resume.")
_TEMPLATE = lazy_gettext("Have the template looked at in the carrier's console, then resume.")
_DAY = lazy_gettext("Nothing is lost: resume tomorrow.")

# Why a broadcast stands still, by the reason that was kept.
STOPS: Mapping[str, Meaning] = {
    "": Meaning(
        lazy_gettext("Somebody of your staff paused it."), lazy_gettext("Resume it when you like.")
    ),
    "budget": Meaning(
        lazy_gettext("The budget is spent."),
        lazy_gettext("Cancel the rest, or make a new broadcast with a budget of its own."),
    ),
    "errors": Meaning(
        lazy_gettext("More messages failed than you allow."),
        lazy_gettext("Look below at why they failed. Resume only once that is put right."),
    ),
    "carrier_refused": Meaning(
        lazy_gettext("The carrier refuses messages and does not say why."), _SETUP
    ),
}
_ACCOUNT = lazy_gettext("The carrier does not let your account in: a wrong key, or it is closed.")
_SENDER = lazy_gettext("Your number may not send these messages.")
_REGISTER = lazy_gettext("Your number is not registered for marketing in that country yet.")
_LIMIT = lazy_gettext("You have reached how many messages you may send in a day.")
_TEMPLATES = lazy_gettext("WhatsApp does not accept the template any more.")

# The carrier's errors that stop a broadcast. What each code means: twilio.com/docs/api/errors/<code>.
ACCOUNT_ERRORS: Mapping[int, Meaning] = {
    **dict.fromkeys((10001, 20003, 20404, 30002, 63001, 63020, 63051), Meaning(_ACCOUNT, _SETUP)),
    **dict.fromkeys(
        (21212, 21603, 21606, 21609, 21659, 21703, 21704, 21910, 30024, 63007, 63022),
        Meaning(_SENDER, _SETUP),
    ),
    21408: Meaning(
        lazy_gettext("Your account may not send to one of these countries."),
        lazy_gettext("Have the country switched on at the carrier, or leave it out."),
    ),
    **dict.fromkeys((30018, 30032, 30033, 30034, 30035), Meaning(_REGISTER, _SETUP)),
    **dict.fromkeys((30023, 30027, 63038), Meaning(_LIMIT, _DAY)),
    **dict.fromkeys(
        (21654, 21655, 21656, 63027, 63028, 63040, 63041, 63042), Meaning(_TEMPLATES, _TEMPLATE)
    ),
    63062: Meaning(lazy_gettext("WhatsApp has terms that you have not accepted yet."), _SETUP),
}
_NUMBER = lazy_gettext("the number is no longer in use, or gets no such messages")
_BLOCKED = lazy_gettext("the carrier took the message for unwanted")
_CONTENT = lazy_gettext("WhatsApp did not accept the message")
_AWAY = lazy_gettext("the phone could not be reached")

# Why one message failed.
ERRORS: Mapping[int, Words] = {
    **dict.fromkeys((21211, 21217, 21401, 21614, 30006, 63024), _NUMBER),
    21610: lazy_gettext("the person had said STOP to the carrier"),
    63003: lazy_gettext("the person is not on WhatsApp"),
    63033: lazy_gettext("the person has blocked you on WhatsApp"),
    **dict.fromkeys((30003, 30005, 30008, 30410), _AWAY),
    **dict.fromkeys((30004, 30007), _BLOCKED),
    **dict.fromkeys((63005, 63013, 63021, 63030, 63032), _CONTENT),
    63016: lazy_gettext(
        "the person had not written in the last 24 hours, and there is no template"
    ),
    63049: lazy_gettext("WhatsApp limits how much advertising this person gets"),
    30036: lazy_gettext("it came too late to be sent"),
}
FAILURES: Mapping[str, Words] = {
    "busy": lazy_gettext("the carrier was too busy for too long"),
    "drop": lazy_gettext("the message was lost at the carrier"),
    "suppress": _NUMBER,
    "other_route": _BLOCKED,
    "retry_later": _AWAY,
}


def skipped(reason: str) -> str:
    """Why people get nothing."""
    return str(SKIPS.get(reason, reason or gettext("for an unknown reason")))


def stopped(reason: str) -> Meaning:
    """Why a broadcast stands still, and what to do."""
    if reason in STOPS:
        return STOPS[reason]
    code = reason.removeprefix("carrier_")
    if code.isdigit() and int(code) in ACCOUNT_ERRORS:
        return ACCOUNT_ERRORS[int(code)]
    return Meaning(gettext("The carrier refuses messages (%(reason)s).", reason=reason), _SETUP)


def failed(error: int | None, reason: str) -> str:
    """Why messages failed."""
    if error is not None and error in ERRORS:
        return str(ERRORS[error])
    if reason in FAILURES:
        return str(FAILURES[reason])
    if error is not None and error in ACCOUNT_ERRORS:
        return str(ACCOUNT_ERRORS[error].means)
    return str(gettext("the carrier gives no reason that we know"))
