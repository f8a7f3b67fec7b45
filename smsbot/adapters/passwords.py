"""argon2: passwords are kept as Argon2id hashes (RFC 9106), with the library's own parameters."""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """The port `Passwords`."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """The hash of a password that nobody has; made when it is first needed, since making one is slow on purpose."""
        return self._hasher.hash("nobody's")

    def hashed(self, password: str) -> str:
        """What is kept of the password."""
        return self._hasher.hash(password)

    def right(self, hashed: str, password: str) -> bool:
        """Whether it is the password. Where there is none (""), it takes as long to say no."""
        try:
            return self._hasher.verify(hashed or self._nobody, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False
