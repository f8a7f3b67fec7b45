"""Tells staff of calls to return and of red flags, by a signed webhook, mail or SMS. Never a number, never what was written."""

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

import urllib3

from smsbot.core.people.address import Address
from smsbot.ports import Note, Notice, Notify, Refused, Unavailable, silent

SIGNATURE = "X-Smsbot-Signature"
WEBHOOK_PATIENCE = 5.0  # seconds
SMTP_PATIENCE = 10.0  # seconds

_CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp", "rcs": "RCS"}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


# ---------------------------------------------------------------- the words


def headline(notice: Notice) -> str:
    """What happened, in a few words."""
    if notice.kind == "call":
        return "A call to return"
    return f"Red flag: {', '.join(notice.classes).replace('_', ' ') or 'danger sign'}"


def sentences(notice: Notice, link: str) -> tuple[str, ...]:
    """What staff are told, in plain English: class, time, what the person will get of us, and where to take it on."""
    when = f"{notice.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    happened = "asked to be called" if notice.kind == "call" else "wrote of a danger sign"
    told = [
        f"{headline(notice)}.",
        f"Somebody {happened} by {_CHANNELS.get(notice.channel, notice.channel)} (language: {notice.language}) on {when}.",
    ]
    if notice.blocked:
        told.append(
            "They opted out, so nothing from the bot's number reaches them and the bot cannot answer: use another line."
        )
    told.append(f"See who it is, and say that you have it: {link}")
    told.append(
        "This comes again until somebody has it."
        + (f" Told before: {notice.told}." if notice.told else "")
    )
    return tuple(told)


# ---------------------------------------------------------------- the ways


class WebhookNotify:
    """POSTs JSON, signed by HMAC-SHA256 of the raw body in `X-Smsbot-Signature: sha256=<hex>`. Redirects are not followed."""

    def __init__(self, url: str, secret: str, timeout: float = WEBHOOK_PATIENCE) -> None:
        """`timeout` in seconds. Raises `ValueError` without a secret: what is not signed can be sent by anybody."""
        if not secret:
            raise ValueError(
                "NOTIFY_WEBHOOK_SECRET is not set: it signs what NOTIFY_WEBHOOK_URL gets"
            )
        self._url, self._secret, self._timeout = url, secret.encode(), timeout

    def tell(self, notice: Notice, link: str) -> None:
        """Raises `Refused` where the receiver says no, and `Unavailable` where it is busy or was not heard in time."""
        body = _payload(notice, link)
        digest = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "smsbot",
            SIGNATURE: f"sha256={digest}",
        }
        try:
            with urllib3.PoolManager(
                1, timeout=urllib3.Timeout(total=self._timeout), retries=False
            ) as pool:
                answer = pool.request(
                    "POST",
                    self._url,
                    body=body,
                    headers=headers,
                    redirect=False,
                    preload_content=False,
                )
                status = answer.status
                answer.close()
        except urllib3.exceptions.LocationValueError:
            raise Refused("the webhook's address is none") from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable(f"the webhook: {type(error).__name__}") from None
        if status == 429 or status >= 500:
            raise Unavailable(f"the webhook answered {status}")
        if not 200 <= status < 300:
            raise Refused(f"the webhook answered {status}")


def _payload(notice: Notice, link: str) -> bytes:
    told = {
        "id": notice.id,
        "kind": notice.kind,
        "classes": list(notice.classes),
        "at": notice.at.astimezone(UTC).isoformat(),
        "language": notice.language,
        "channel": notice.channel,
        "blocked": notice.blocked,
        "told": notice.told,
        "link": link,
    }
    return json.dumps(told, separators=(",", ":")).encode()


class MailNotify:
    """Sends a mail by `smtp://user:password@host:587` or `smtps://`; the former turns to TLS where the server offers it.

    A password goes over an unencrypted line only to this machine itself.
    """

    def __init__(
        self,
        url: str,
        sender: str,
        to: Sequence[str],
        timeout: float = SMTP_PATIENCE,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """`timeout` in seconds. Raises `ValueError` where the address of the server or of somebody is missing or is none."""
        self._server = urlsplit(url)
        if self._server.scheme not in ("smtp", "smtps") or not self._server.hostname:
            raise ValueError(
                "NOTIFY_SMTP_URL must be smtp://user:password@host:587 or smtps://user:password@host"
            )
        if not sender or not to:
            raise ValueError("NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO must be set to send mail")
        self._port = self._server.port
        self._sender, self._to, self._timeout, self._context = sender, tuple(to), timeout, context

    def tell(self, notice: Notice, link: str) -> None:
        """Raises `Refused` where the mail server says no for good, and `Unavailable` where it may take the mail later."""
        try:
            with self._connected() as server:
                self._secured(server)
                server.send_message(self._mail(notice, link))
        except smtplib.SMTPException as error:
            raise _smtp_fault(error) from None
        except OSError as error:
            raise Unavailable(f"the mail server: {type(error).__name__}") from None

    def _connected(self) -> AbstractContextManager[smtplib.SMTP]:
        host = self._server.hostname or ""
        if self._server.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host, self._port or 465, timeout=self._timeout, context=self._tls()
            )
        return smtplib.SMTP(host, self._port or 587, timeout=self._timeout)

    def _secured(self, server: smtplib.SMTP) -> None:
        secure = isinstance(server, smtplib.SMTP_SSL)
        server.ehlo()
        if not secure and server.has_extn("starttls"):
            server.starttls(context=self._tls())
            server.ehlo()
            secure = True
        if self._server.username:
            if not secure and self._server.hostname not in _LOOPBACK:
                raise Refused("the mail server wants a password but offers no encryption")
            server.login(*_credentials(self._server))

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _mail(self, notice: Notice, link: str) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = headline(notice) + (
            " (cannot be answered from the bot's number)" if notice.blocked else ""
        )
        mail["From"], mail["To"] = self._sender, ", ".join(self._to)
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].strip("> ") or None)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
        mail.set_content("\n\n".join(sentences(notice, link)) + "\n")
        return mail


def _credentials(server: SplitResult) -> tuple[str, str]:
    return unquote(server.username or ""), unquote(server.password or "")


def _smtp_fault(error: smtplib.SMTPException) -> Exception:
    """The port's error: a code from 500 on is for good (RFC 5321, section 4.2.1). No address of anybody is in its words."""
    codes = [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    if isinstance(error, smtplib.SMTPNotSupportedError) or (codes and min(codes) >= 500):
        return Refused(f"the mail server refused: {codes[0] if codes else type(error).__name__}")
    return Unavailable(f"the mail server: {codes[0] if codes else type(error).__name__}")


class SmsNotify:
    """Sends an SMS to one number of staff. `send` is that of whoever sends messages."""

    def __init__(self, send: Callable[[Address, str], object], to: Address) -> None:
        self._send, self._to = send, to

    def tell(self, notice: Notice, link: str) -> None:
        """Raises what sending raises: `Refused` or `Unavailable`."""
        self._send(self._to, " ".join(sentences(notice, link)))


class Several:
    """Tells by every way at once: one that fails does not keep the others from it."""

    def __init__(self, ways: Sequence[Notify], note: Note = silent) -> None:
        self._ways, self._note = tuple(ways), note

    def tell(self, notice: Notice, link: str) -> None:
        """Raises `Unavailable` where every way failed, and `Refused` where there is none."""
        if not self._ways:
            raise Refused("no way to tell staff is set")
        told = [self._told(way, notice, link) for way in self._ways]
        if not any(told):
            raise Unavailable("staff could not be told in any way")

    def _told(self, way: Notify, notice: Notice, link: str) -> bool:
        try:
            way.tell(notice, link)
        except (Refused, Unavailable) as error:
            self._note("way_failed", way=type(way).__name__, why=str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one way must not silence the others
            self._note("way_failed", way=type(way).__name__, why=type(error).__name__)
        else:
            return True
        return False
