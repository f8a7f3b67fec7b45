"""Staff: who they are to the bot, and what each role may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Role = Literal["translator", "reviewer", "marketer", "admin"]
ROLES: tuple[Role, ...] = ("translator", "reviewer", "marketer", "admin")

Act = Literal[
    "see",  # the overview and the texts
    "translate",  # propose a text or a word
    "review",  # publish, refuse, roll back, sign off
    "calls",  # see whom to call back, and answer them
    "campaigns",
    "staff",  # add people, change their roles
    "audit",
]

MAY: Mapping[Act, frozenset[Role]] = {
    "see": frozenset(ROLES),
    "translate": frozenset({"translator", "reviewer", "admin"}),
    "review": frozenset({"reviewer", "admin"}),
    "calls": frozenset({"reviewer", "marketer", "admin"}),
    "campaigns": frozenset({"marketer", "admin"}),
    "staff": frozenset({"admin"}),
    "audit": frozenset({"reviewer", "admin"}),
}

LINK_LIFE = timedelta(hours=24)  # a sign-in link works once, and this long
SESSION_LIFE = timedelta(hours=12)  # after signing in
SESSION_IDLE = timedelta(hours=2)  # after the last page
FAILURES = 5  # wrong passwords for one account within `FAILURE_SPAN`; then it waits
FAILURE_SPAN = timedelta(minutes=15)
PASSWORD_LENGTH = 12  # characters at least


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff. `languages` are those that a translator or reviewer keeps; empty: all of them."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    languages: frozenset[str] = frozenset()
    active: bool = True
    has_password: bool = False
    created_at: datetime | None = None
    signed_in_at: datetime | None = None


def may(member: Member, act: Act, language: str = "") -> bool:
    """Whether the member may do this, in the language where it is about one. Who was put off duty may do nothing."""
    if not member.active or not member.roles & MAY[act]:
        return False
    bound = language and member.languages and "admin" not in member.roles
    return not bound or language in member.languages


def read_email(text: str) -> str:
    """The address as it is kept: in small letters. Raises `ValueError` where it cannot be one."""
    email = text.strip().lower()
    name, at, domain = email.rpartition("@")
    if not (name and at and "." in domain) or any(c.isspace() for c in email) or len(email) > 254:
        raise ValueError("is not an e-mail address, such as anna@clinic.example")
    return email
