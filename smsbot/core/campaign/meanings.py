"""What the words of broadcasts mean to somebody who does not send messages for a living, and what to do: English for gettext."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Why somebody of the audience gets nothing.
SKIPS: Mapping[str, str] = {
    "opted_out": "no longer subscribe",
    "held": "are left in peace for now",
    "cap": "have had as many messages as the cap allows in thirty days",
    "no_text": "read a language in which there is no text",
    "no_template": "are on WhatsApp, where there is no approved template",
    "banned": "live where the channel may not be used for this",
    "no_rules": "live in a country for which there are no rules",
    "no_zone": "are in a place whose time of day nobody knows",
    "no_hour": "have no lawful hour left before the offer ends",
    "": "for a reason that was not kept",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What something means, and what to do about it."""

    means: str
    do: str
    values: Mapping[str, str] = field(default_factory=dict)


_SETUP = "Have whoever keeps your account at the carrier put it right, then resume."
_TEMPLATE = "Have the template looked at in the carrier's console, then resume."
_TOMORROW = "Nothing is lost: resume tomorrow."

# Why a broadcast stands still, by the reason that was kept.
STOPS: Mapping[str, Meaning] = {
    "": Meaning("Somebody of your staff paused it.", "Resume it when you like."),
    "budget": Meaning(
        "The budget is spent.",
        "Cancel the rest, or make a new broadcast with a budget of its own.",
    ),
    "errors": Meaning(
        "More messages failed than you allow.",
        "Look at why they failed. Resume only once that is put right.",
    ),
    "carrier_refused": Meaning("The carrier refuses messages and does not say why.", _SETUP),
}

_ACCOUNT = Meaning(
    "The carrier does not let your account in: a wrong key, or it is closed.", _SETUP
)
_SENDER = Meaning("Your number may not send these messages.", _SETUP)
_REGISTER = Meaning("Your number is not registered for marketing in that country yet.", _SETUP)
_LIMIT = Meaning("You have reached how many messages you may send in a day.", _TOMORROW)
_REFUSED = Meaning("WhatsApp does not accept the template any more.", _TEMPLATE)

# The carrier's errors that stop a broadcast. What each code means: twilio.com/docs/api/errors/<code>.
ACCOUNT_ERRORS: Mapping[int, Meaning] = {
    **dict.fromkeys((10001, 20003, 20404, 30002, 63001, 63020, 63051), _ACCOUNT),
    **dict.fromkeys(
        (21212, 21603, 21606, 21609, 21659, 21703, 21704, 21910, 30024, 63007, 63022), _SENDER
    ),
    21408: Meaning(
        "Your account may not send to one of these countries.",
        "Have the country switched on at the carrier, or leave it out; then resume.",
    ),
    **dict.fromkeys((30018, 30032, 30033, 30034, 30035), _REGISTER),
    **dict.fromkeys((30023, 30027, 63038), _LIMIT),
    **dict.fromkeys((21654, 21655, 21656, 63027, 63028, 63040, 63041, 63042), _REFUSED),
    63062: Meaning("WhatsApp has terms that you have not accepted yet.", _SETUP),
}

_NUMBER = "the number is no longer in use, or gets no such messages"
_BLOCKED = "the carrier took the message for unwanted"
_CONTENT = "WhatsApp did not accept the message"
_AWAY = "the phone could not be reached"

# Why one message failed: by the carrier's error, else by our own word for it.
ERRORS: Mapping[int, str] = {
    **dict.fromkeys((21211, 21217, 21401, 21614, 30006, 63024), _NUMBER),
    21610: "the person had said STOP to the carrier",
    63003: "the person is not on WhatsApp",
    63033: "the person has blocked you on WhatsApp",
    **dict.fromkeys((30003, 30005, 30008, 30410), _AWAY),
    **dict.fromkeys((30004, 30007), _BLOCKED),
    **dict.fromkeys((63005, 63013, 63021, 63030, 63032), _CONTENT),
    63016: "the person had not written in the last 24 hours, and there is no template",
    63049: "WhatsApp limits how much advertising this person gets",
    30036: "it came too late to be sent",
}
FAILURES: Mapping[str, str] = {
    "busy": "the carrier was too busy for too long",
    "drop": "the message was lost at the carrier",
    "suppress": _NUMBER,
    "other_route": _BLOCKED,
    "retry_later": _AWAY,
}
UNKNOWN = "the carrier gives no reason that we know"


def skipped(reason: str) -> str:
    """Why people get nothing."""
    return SKIPS.get(reason, reason)


def stopped(reason: str) -> Meaning:
    """Why a broadcast stands still, and what to do."""
    if reason in STOPS:
        return STOPS[reason]
    code = reason.removeprefix("carrier_")
    if code.isdigit() and int(code) in ACCOUNT_ERRORS:
        return ACCOUNT_ERRORS[int(code)]
    return Meaning("The carrier refuses messages (%(reason)s).", _SETUP, {"reason": reason})


def failed(error: int | None, reason: str) -> str:
    """Why messages failed."""
    if error is not None and error in ERRORS:
        return ERRORS[error]
    if reason in FAILURES:
        return FAILURES[reason]
    if error is not None and error in ACCOUNT_ERRORS:
        return ACCOUNT_ERRORS[error].means
    return UNKNOWN
