"""cryptography (Fernet): what must not be read by whoever finds the disk is sealed here, and opened here."""

from collections.abc import Sequence

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from smsbot.ports import Record, Refused, Unavailable
from smsbot.settings import Misconfigured


class WrongKey(Unavailable):
    """None of the keys opens it. Nothing is lost: with the key that sealed it, it can be read again."""

    def __init__(self) -> None:
        super().__init__(
            "sealed with a key that is not among DATA_KEYS: put that key back, behind the new ones"
        )


class Cipher:
    """Seals with the first key and opens with any of them, so that keys can be changed without a stop."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` are Fernet keys (32 bytes as URL-safe base64), newest first. Raises `Misconfigured`, without the key."""
        stripped = [key.strip() for key in keys if key.strip()]
        if not stripped:
            raise Misconfigured(["DATA_KEYS is not set: make one with: smsbot doctor --make-key"])
        try:
            each = [Fernet(key) for key in stripped]
            self._fernet, self._first = MultiFernet(each), each[0]
        except ValueError:
            raise Misconfigured(
                [
                    "DATA_KEYS holds something that is no key: make one with: smsbot doctor --make-key"
                ]
            ) from None

    @staticmethod
    def make_key() -> str:
        """A fresh key."""
        return Fernet.generate_key().decode()

    def seal(self, text: str) -> str:
        """The text, unreadable and safe against change; sealed twice it looks different each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """The text again. Raises `WrongKey`, also where what was sealed has been changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise WrongKey from None

    def renewed(self, sealed: str) -> str | None:
        """The same text sealed with the first key; None where it is so already. Raises `WrongKey`."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return self.seal(self.unseal(sealed))
        return None

    def seal_record(self, record: Record) -> str:
        """A whole record as one sealed text."""
        return self.seal(msgspec.json.encode(record).decode())

    def unseal_record(self, sealed: str) -> Record:
        """The record again. Raises `Refused` where it cannot be read: another key sealed it, or another release wrote it."""
        try:
            return msgspec.json.decode(self.unseal(sealed), type=Record)
        except (WrongKey, msgspec.DecodeError) as error:
            raise Refused(f"a sealed record cannot be read: {type(error).__name__}") from None
