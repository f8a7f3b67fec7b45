"""Signing in: by a link that works once, by a password, or by the clinic's own sign-in; and out again. What a member may do then."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smsbot.core.people.staff import (
    FAILURES,
    LINK_LIFE,
    PASSWORD_LENGTH,
    SESSION_LIFE,
    Act,
    Member,
    Role,
    may,
    read_email,
)
from smsbot.ports import Clock, Refused
from smsbot.ports.console import Audit, Done, Members, Passwords


class NotAllowed(Exception):
    """The member may not do this."""


def need(member: Member, act: Act, language: str = "") -> None:
    """Raises `NotAllowed` where the member may not do this, in the language where it is about one."""
    if not may(member, act, language):
        raise NotAllowed("your role does not allow this" + (f" in {language}" if language else ""))


class TooMany(Exception):
    """So many wrong passwords that the account waits for a while."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who comes in. `fresh` gives a secret that nobody can guess; the stores only ever see its digest."""

    members: Members
    audit: Audit
    passwords: Passwords
    clock: Clock
    fresh: Callable[[], str]

    # ------------------------------------------------------------ inviting

    def invite(
        self,
        email: str,
        name: str,
        roles: Sequence[Role],
        languages: Sequence[str] = (),
        by: Member | None = None,
    ) -> tuple[Member, str]:
        """A new member, and the secret of a link that signs them in. Raises `ValueError` for an address that is none, `Refused`."""
        member = self.members.add(
            read_email(email), name.strip() or email, roles, languages, self.clock.now()
        )
        self._note(by, "staff added", member.email, roles=", ".join(sorted(roles)))
        return member, self.link(member, by)

    def link(self, member: Member, by: Member | None = None) -> str:
        """The secret of a fresh link for a member."""
        secret = self.fresh()
        self.members.offer_link(member.id, digest(secret), self.clock.now() + LINK_LIFE)
        self._note(by, "link made", member.email)
        return secret

    # ------------------------------------------------------------ coming in

    def by_link(self, secret: str) -> tuple[Member, str] | None:
        """The member and the secret of their session; None where the link was used, ran out or never was."""
        member = self.members.redeem_link(digest(secret), self.clock.now())
        return (member, self._in(member, "link")) if member else None

    def by_password(self, email: str, password: str) -> tuple[Member, str] | None:
        """The same by a password; None where it is wrong, also where nobody has this address. Raises `TooMany`."""
        address, now = email.strip().lower(), self.clock.now()
        if self.members.failures(address, now) >= FAILURES:
            raise TooMany
        member = self.members.by_email(address)
        known = self.members.password(member.id) if member and member.active else ""
        if not self.passwords.right(known, password) or member is None:
            self.members.failed(address, now)
            self._note(None, "sign-in failed", address if member else "an unknown address")
            return None
        return member, self._in(member, "password")

    def by_email(self, email: str) -> tuple[Member, str] | None:
        """The same for an address that the clinic's own sign-in has vouched for."""
        member = self.members.by_email(email.strip().lower())
        return (member, self._in(member, "provider")) if member and member.active else None

    def who(self, secret: str) -> Member | None:
        """Who is signed in with this session."""
        return self.members.session(digest(secret), self.clock.now()) if secret else None

    def leave(self, secret: str, member: Member) -> None:
        """Signs out."""
        self.members.end_session(digest(secret))
        self._note(member, "signed out", member.email)

    # ------------------------------------------------------------ passwords

    def choose_password(self, member: Member, password: str) -> str:
        """A new password for oneself, and the secret of a new session: all others end. Raises `ValueError` for a weak one."""
        if len(password) < PASSWORD_LENGTH:
            raise ValueError(f"must have {PASSWORD_LENGTH} characters or more")
        if password.casefold() in (member.email, member.name.casefold()):
            raise ValueError("must not be the name or the address")
        self.members.set_password(member.id, self.passwords.hashed(password))
        self._note(member, "password changed", member.email)
        return self._in(member, "")

    def _in(self, member: Member, way: str) -> str:
        secret, now = self.fresh(), self.clock.now()
        self.members.open_session(member.id, digest(secret), now, now + SESSION_LIFE)
        if way:
            self._note(member, "signed in", member.email, way=way)
        return secret

    def _note(self, by: Member | None, act: str, subject: str, **details: str) -> None:
        who = by.name if by else "terminal" if act in ("staff added", "link made") else ""
        self.audit.add(Done(act, subject, self.clock.now(), by.id if by else None, who, details))


def change(
    access: Access,
    member: Member,
    by: Member | None,
    *,
    name: str,
    roles: Sequence[Role],
    languages: Sequence[str],
    active: bool,
) -> None:
    """Changes a member's name, roles, languages or duty. Raises `Refused` where nobody would be left who can add staff."""
    if not roles and active:
        raise Refused("a member needs a role")
    access.members.change(
        member.id,
        name=name.strip() or member.email,
        roles=roles,
        languages=languages,
        active=active,
    )
    details = {
        "roles": ", ".join(sorted(roles)),
        "languages": ", ".join(sorted(languages)) or "all",
        "active": "yes" if active else "no",
    }
    who = by.name if by else "terminal"
    access.audit.add(
        Done("staff changed", member.email, access.clock.now(), by.id if by else None, who, details)
    )


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, which leads back to nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
