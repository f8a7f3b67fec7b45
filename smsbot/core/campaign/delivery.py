"""One message to one person: what has become of it, and what each of the carrier's errors asks of us.

Sources: Twilio's pages on tracking the status of outbound messages (statuses; that their order is not guaranteed), and its error
dictionary, twilio.com/docs/api/errors/<code> (what each code means). What is done about a code is the house's own choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

State = Literal[
    "planned",  # a row, and nothing was sent
    "skipped",  # decided not to send: consent withdrawn, held, no text
    "holdout",  # left out on purpose, to compare
    "sending",  # handed over, or about to be: a crash here leaves us in doubt
    "unknown",  # in doubt for good: never sent again
    "sent",  # the carrier has it
    "canceled",
    "expired",  # too late: the carrier, or we, gave it up
    "failed",  # the carrier did not get it off
    "undelivered",  # it left, and did not arrive
    "delivered",
    "read",
]
STATES: tuple[State, ...] = get_args(State)

# What the carrier says, as a state of ours. Other words (of incoming messages, or new ones) change nothing.
_SAID: Mapping[str, State] = {
    "scheduled": "sent",
    "accepted": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "canceled": "canceled",
    "failed": "failed",
    "undelivered": "undelivered",
    "delivered": "delivered",
    "read": "read",
}

# The later in the order of `STATES`, the more is known. Being a total order makes the outcome the same however callbacks come: late,
# twice, or the earlier after the later. It lets a late receipt overrule a failure, and nothing overrule a delivery but a reading. It
# also lets the carrier overrule us: where it reports on a row that we think was never sent (a restored database), it was sent.
_RANK: Mapping[State, int] = {state: rank for rank, state in enumerate(STATES)}

SETTLED: frozenset[State] = frozenset(
    {"skipped", "holdout", "unknown", "canceled", "expired", "failed", "undelivered", "delivered", "read"}
)  # fmt: skip
ARRIVED: frozenset[State] = frozenset({"delivered", "read"})

EXPIRED = 30036  # the validity period ended in the carrier's queue


def advance(state: State, status: str, error: int | None = None) -> State:
    """The state after the carrier has told a status, by callback, in its list or in answer to the request.

    Never goes back: the same statuses in any order, and any number of times, end in the same state.
    """
    said = _SAID.get(status)
    if said is None:
        return state
    if error == EXPIRED and said in ("failed", "undelivered", "canceled"):
        said = "expired"
    return max(state, said, key=_RANK.__getitem__)


# ---------------------------------------------------------------- errors

Kind = Literal[
    "suppress",  # write to this person no more, on this channel or on any
    "pause",  # something of ours is not in order: the broadcast stops, and staff are told
    "back_off",  # too fast: wait, and slow down
    "retry_later",  # the phone could not be reached: again after `after`, `at_most` times
    "drop",  # this message is lost
    "other_route",  # the same message so will not pass: another text, a template, another channel or sender
]
Scope = Literal["channel", "all"]


@dataclass(frozen=True, slots=True)
class Action:
    """What one error of the carrier asks of us. `tell`: staff learn of it although the broadcast goes on."""

    kind: Kind
    scope: Scope | None = None  # of `suppress`
    opt_out: bool = False  # of `suppress`: the person has said stop, which the ledger may lack
    after: timedelta | None = None  # of `back_off` (at least) and `retry_later`
    at_most: int = 0  # of `retry_later`: further tries
    tell: bool = False


_GONE = Action("suppress", "all")
_NOT_HERE = Action("suppress", "channel")
_OPTED_OUT = Action("suppress", "all", opt_out=True)
_PAUSE = Action("pause", tell=True)
_BACK_OFF = Action("back_off", after=timedelta(seconds=1))
_SLOW_DOWN = Action("back_off", after=timedelta(minutes=1))
_UNREACHABLE = Action("retry_later", after=timedelta(hours=6), at_most=2)
_DROP = Action("drop")
_FAULT = Action("drop", tell=True)
_OTHER = Action("other_route")

# Not here, because they say nothing of the message: 20500 and 20503 (in doubt, asked of the list), and those of our own webhook.
_ACTIONS: Mapping[int, Action] = {
    # the account, its senders and its rights
    10001: _PAUSE,  # the account is not active
    20003: _PAUSE,  # wrong credentials
    20404: _PAUSE,  # no such account or template
    21212: _PAUSE,  # the sender is no number
    21408: _PAUSE,  # not allowed to send to this country
    21603: _PAUSE,  # no sender named
    21606: _PAUSE,  # the sender cannot send so
    21609: _PAUSE,  # the address of the status callback is none
    21659: _PAUSE,  # the sender is not the account's
    21703: _PAUSE,  # the Messaging Service has no sender
    21704: _PAUSE,  # nor one for this place
    21910: _PAUSE,  # sender and person on different channels
    30002: _PAUSE,  # the account is suspended
    30018: _PAUSE,  # the sender is not registered there
    30023: _PAUSE,  # T-Mobile's limit of the day, until midnight in US Pacific time
    30024: _PAUSE,  # the sender's number is not provisioned
    30027: _PAUSE,  # T-Mobile's limit of the day for the brand
    30032: _PAUSE,  # the toll-free number is not verified
    30033: _PAUSE,  # the 10DLC campaign is suspended
    30034: _PAUSE,  # the number is not registered for 10DLC
    30035: _PAUSE,  # the number is being registered
    63001: _PAUSE,  # the channel refuses our credentials
    63007: _PAUSE,  # no such sender on the channel
    63020: _PAUSE,  # the account is not ready on WhatsApp
    63022: _PAUSE,  # the WhatsApp number's certificate is invalid
    63038: _PAUSE,  # the account's limit of the day
    63051: _PAUSE,  # the WhatsApp business account is locked
    63062: _PAUSE,  # terms of WhatsApp that the clinic has not accepted
    # the template and its variables: every message of that language would fail alike
    21654: _PAUSE,  # variables without a template
    21655: _PAUSE,  # no such template
    21656: _PAUSE,  # variables that cannot be read
    63027: _PAUSE,  # the template is not there in this language
    63028: _PAUSE,  # too few or too many variables
    63040: _PAUSE,  # the template was rejected
    63041: _PAUSE,  # the template is paused
    63042: _PAUSE,  # the template is disabled
    # scheduling, which we do not use
    **dict.fromkeys((35114, 35115, 35116, 35117, 35118, 35125, 35126), _PAUSE),
    # the person
    21211: _GONE,  # the number is none
    21217: _GONE,
    21401: _GONE,
    21610: _OPTED_OUT,  # said stop to the carrier
    21614: _NOT_HERE,  # not a mobile number
    30006: _NOT_HERE,  # a landline, or a carrier that cannot be reached
    63003: _NOT_HERE,  # not on WhatsApp
    63024: _NOT_HERE,  # no recipient on the channel
    63033: _NOT_HERE,  # has blocked the sender
    # too fast
    20429: _BACK_OFF,  # too many requests at once: never processed
    30017: _BACK_OFF,  # the carrier is congested
    30022: _BACK_OFF,  # faster than the 10DLC campaign may
    63017: _BACK_OFF,  # faster than the account may on this channel
    63018: _BACK_OFF,  # faster than the sender may
    21611: _SLOW_DOWN,  # the sender's queue is full
    30001: _SLOW_DOWN,  # the queue overflowed
    # later
    30003: _UNREACHABLE,  # switched off or out of reach
    30005: Action("retry_later", after=timedelta(hours=24), at_most=1),  # unknown: perhaps no longer in service
    30008: _UNREACHABLE,  # the carrier gives no reason
    30410: Action("retry_later", after=timedelta(hours=1), at_most=1),  # the carrier's provider did not answer
    30450: Action("retry_later", after=timedelta(minutes=30), at_most=1),  # held back against fraud, for so long
    # another way
    21612: _OTHER,  # no route from this sender to this number
    30004: _OTHER,  # blocked
    30007: _OTHER,  # filtered: never the same text again
    63005: _OTHER,  # the channel did not accept the content
    63013: _OTHER,  # against the channel's policy
    63016: _OTHER,  # outside WhatsApp's 24 hours: by an approved template only
    63019: _OTHER,  # the medium could not be fetched
    63021: _OTHER,  # content that is not valid
    63030: _OTHER,  # not supported by the channel
    63032: _OTHER,  # in an experiment of Meta's, not to be reached by WhatsApp
    63034: _OTHER,  # the medium is too large
    # lost
    14107: _FAULT,  # too many replies between two numbers: a loop
    21602: _FAULT,  # no text
    21617: _FAULT,  # longer than 1600 characters
    EXPIRED: _DROP,
    30010: _DROP,  # dearer than the highest price (no longer used)
    63015: _DROP,  # not in the sandbox
    63049: _DROP,  # Meta limits how much marketing a person gets; more tries lower the sender's standing
}  # fmt: skip


def action_of(code: int | None) -> Action:
    """What an error asks of us. A code that is not in the table is dropped, and staff are told.

    A refusal without a code (None) is nothing that Twilio's messages API says: a wrong address or a gateway between. It would
    befall every message, so it pauses.
    """
    if code is None:
        return _PAUSE
    return _ACTIONS.get(code, _FAULT)
