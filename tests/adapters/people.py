"""What the tests of ledgers write down: records of people who do not exist."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from smsbot.core.people.address import Address
from smsbot.ports import Proof, Record, RecordName

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANN, BEN = "a" * 32, "b" * 32
NUMBER = Address("sms", "+15145550123")
WORDS = "Clinique : voulez-vous nos nouvelles par SMS ? OUI"
ASK = Proof("consent_ask", "fr", sha256(WORDS.encode()).hexdigest(), "0123456789ab")


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


def record(
    name: RecordName, message: str = "SM1", at: float = 0, *keys: str, **details: object
) -> Record:
    """A record of so many minutes after the beginning; of Ann, unless other marks are named."""
    made = Record(name, message, keys or (ANN,), minutes(at), "fr", "sms", NUMBER)
    return replace(made, **details)  # type: ignore[arg-type]


def asked(message: str = "SM1", at: float = 0, *keys: str) -> Record:
    return record("ConsentAsked", message, at, *keys, proof=ASK, words=WORDS)


def given(
    message: str = "SM2", at: float = 1, *keys: str, ask: str = "SM1", **details: object
) -> Record:
    return record("ConsentGiven", message, at, *keys, ask_id=ask, **details)
