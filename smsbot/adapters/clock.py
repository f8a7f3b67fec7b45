"""The machine's clock and its randomness."""

import secrets
from datetime import UTC, datetime

# Letters and digits that are not mistaken for one another when read out on the phone.
_REFERENCE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def reference() -> str:
    """A fresh reference of eight characters, to be quoted by a person."""
    return "".join(secrets.choice(_REFERENCE) for _ in range(8))
