"""What staff are told of, by each way, at real receivers on this machine."""
# ruff: noqa: ARG002, N802 - the libraries of the receivers call these methods by these names with these arguments

import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from smsbot.adapters.notify import (
    MailNotify,
    Several,
    SmsNotify,
    WebhookNotify,
    headline,
    sentences,
)
from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.people.address import Address
from smsbot.ports import Notice, Notify, Refused, Unavailable
from tests.adapters.receivers import Receiver, make_certificate, receiving

pytestmark = pytest.mark.enable_socket

NUMBER = "+15145550123"
STAFF = "+15145550177"
LINK = "https://bot.example.org/notices/a-token"
SECRET = "what both ends know"
FLAG = Notice(
    id="flag-1",
    kind="red_flag",
    classes=("breathing", "dry_mouth"),
    at=datetime(2026, 11, 24, 10, 5, tzinfo=UTC),
    language="fr",
    channel="whatsapp",
    told=2,
    address=Address("whatsapp", NUMBER),
)
CALL = replace(FLAG, id="call-1", kind="call", classes=(), channel="sms", told=0)
BLOCKED = replace(FLAG, blocked=True)


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize("notice", [FLAG, CALL, BLOCKED])
def test_the_words_name_class_time_and_link_and_no_number(notice: Notice) -> None:
    words = " ".join((headline(notice), *sentences(notice, LINK)))
    assert "2026-11-24 10:05 UTC" in words
    assert LINK in words
    assert NUMBER[-4:] not in words
    assert words.isascii()  # an SMS of it costs no more than its length


def test_a_red_flag_names_its_signs_and_a_call_is_a_call() -> None:
    assert headline(FLAG) == "Red flag: breathing, dry mouth"
    assert headline(CALL) == "A call to return"


def test_the_time_is_in_utc_whatever_zone_it_came_in() -> None:
    local = replace(CALL, at=datetime.fromisoformat("2026-11-24T05:05:00-05:00"))
    assert sentences(local, LINK) == sentences(CALL, LINK)


def test_of_a_person_who_is_blocked_staff_learn_that_the_bot_cannot_answer() -> None:
    assert "cannot answer" in " ".join(sentences(BLOCKED, LINK))
    assert "cannot answer" not in " ".join(sentences(FLAG, LINK))


def test_a_repeated_notice_says_how_often_it_was_told() -> None:
    assert "Told before: 2." in " ".join(sentences(FLAG, LINK))
    assert "Told before" not in " ".join(sentences(CALL, LINK))


# ---------------------------------------------------------------- receivers


def nowhere() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# ---------------------------------------------------------------- webhook


def test_the_webhook_gets_a_notice_that_it_can_verify() -> None:
    with receiving(Receiver(status=204, answer=b"")) as receiver:
        WebhookNotify(receiver.url + "/alerts?team=1", SECRET).tell(FLAG, LINK)
    [(path, headers, body)] = receiver.got
    assert path == "/alerts?team=1"
    assert headers["Content-Type"] == "application/json"
    assert (
        headers["X-Smsbot-Signature"]
        == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    )
    assert json.loads(body) == {
        "id": "flag-1",
        "kind": "red_flag",
        "classes": ["breathing", "dry_mouth"],
        "at": "2026-11-24T10:05:00+00:00",
        "language": "fr",
        "channel": "whatsapp",
        "blocked": False,
        "told": 2,
        "link": LINK,
    }
    assert NUMBER.encode() not in body


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_webhook_is_tried_again(status: int) -> None:
    with (
        receiving(Receiver(status=status)) as receiver,
        pytest.raises(Unavailable, match=str(status)),
    ):
        WebhookNotify(receiver.url, SECRET).tell(FLAG, LINK)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_webhook_that_says_no_refuses(status: int) -> None:
    with receiving(Receiver(status=status)) as receiver, pytest.raises(Refused, match=str(status)):
        WebhookNotify(receiver.url, SECRET).tell(FLAG, LINK)


def test_the_webhook_is_not_followed_elsewhere() -> None:
    with receiving(Receiver()) as elsewhere:
        turning = Receiver(307, headers={"Location": elsewhere.url})
        with receiving(turning) as receiver, pytest.raises(Refused):
            WebhookNotify(receiver.url, SECRET).tell(FLAG, LINK)
    assert len(turning.got) == 1
    assert not elsewhere.got


def test_a_webhook_that_is_not_there_or_says_nothing_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        WebhookNotify(f"http://127.0.0.1:{nowhere()}", SECRET).tell(FLAG, LINK)
    with receiving(Receiver(silent=threading.Event())) as receiver, pytest.raises(Unavailable):
        WebhookNotify(receiver.url, SECRET, timeout=0.1).tell(FLAG, LINK)


def test_a_webhook_with_no_address_refuses() -> None:
    with pytest.raises(Refused):
        WebhookNotify("http://", SECRET).tell(FLAG, LINK)


def test_a_webhook_without_a_secret_is_not_built() -> None:
    with pytest.raises(ValueError, match="NOTIFY_WEBHOOK_SECRET"):
        WebhookNotify("http://127.0.0.1", "")


# ---------------------------------------------------------------- mail


@dataclass
class Mailbox:
    """What a mail server got, and what it says to a recipient."""

    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    says: str = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.says.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.says

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, EmailMessage, policy=default))
        self.to += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"p@ss word", handled=False)


@contextmanager
def post_office(mailbox: Mailbox, **settings: object) -> Iterator[int]:
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=nowhere(),
        authenticator=mailbox.authenticate,
        **settings,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def mail(
    port: int,
    scheme: str = "smtp",
    login: str = "",
    context: ssl.SSLContext | None = None,
    timeout: float = 5.0,
) -> MailNotify:
    url = f"{scheme}://{login}127.0.0.1:{port}"
    return MailNotify(
        url,
        "Bot <bot@clinic.example>",
        ("one@clinic.example", "two@clinic.example"),
        timeout,
        context,
    )


def test_a_mail_reaches_everybody_on_staff_with_class_time_and_link() -> None:
    mailbox = Mailbox()
    with post_office(mailbox) as port:
        mail(port).tell(FLAG, LINK)
    [got] = mailbox.mails
    assert mailbox.to == ["one@clinic.example", "two@clinic.example"]
    assert got["Subject"] == "Red flag: breathing, dry mouth"
    assert got["Auto-Submitted"] == "auto-generated"
    assert "2026-11-24 10:05 UTC" in got.get_content()
    assert LINK in got.get_content()
    assert NUMBER not in str(got)


def test_a_mail_about_a_blocked_person_says_so_in_its_subject() -> None:
    mailbox = Mailbox()
    with post_office(mailbox) as port:
        mail(port).tell(BLOCKED, LINK)
    assert "cannot be answered" in mailbox.mails[0]["Subject"]


def test_a_mail_turns_to_tls_where_it_is_offered_and_logs_in(certificate: Path) -> None:
    mailbox, trusting = Mailbox(), ssl.create_default_context(cafile=str(certificate))
    with post_office(mailbox, tls_context=serving(certificate)) as port:
        mail(port, login="bot%40clinic:p%40ss%20word@", context=trusting).tell(FLAG, LINK)
    assert mailbox.encrypted == [True]
    assert mailbox.logins == [(b"bot@clinic", b"p@ss word")]


def test_a_mail_goes_by_smtps(certificate: Path) -> None:
    mailbox, trusting = Mailbox(), ssl.create_default_context(cafile=str(certificate))
    with post_office(mailbox, ssl_context=serving(certificate)) as port:
        mail(port, "smtps", context=trusting).tell(FLAG, LINK)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(("scheme", "setting"), [("smtp", "tls_context"), ("smtps", "ssl_context")])
def test_a_mail_server_that_cannot_prove_who_it_is_gets_nothing(
    certificate: Path, scheme: str, setting: str
) -> None:
    mailbox = Mailbox()
    with (
        post_office(mailbox, **{setting: serving(certificate)}) as port,
        pytest.raises(Unavailable),
    ):
        mail(port, scheme, login="bot:secret@").tell(FLAG, LINK)
    assert not mailbox.mails
    assert not mailbox.logins


def test_a_password_goes_unencrypted_to_this_machine_only() -> None:
    mailbox = Mailbox()
    with post_office(mailbox, auth_require_tls=False) as port:
        mail(port, login="bot:p%40ss%20word@").tell(FLAG, LINK)
        # The same server under a name that is not known to be this machine.
        elsewhere = MailNotify(
            f"smtp://bot:p%40ss%20word@127.1:{port}", "bot@clinic.example", ("one@clinic.example",)
        )
        with pytest.raises(Refused, match="encryption"):
            elsewhere.tell(FLAG, LINK)
    assert mailbox.logins == [(b"bot", b"p@ss word")]


def test_a_wrong_password_is_refused_without_anybody_being_named() -> None:
    with post_office(Mailbox(), auth_require_tls=False) as port, pytest.raises(Refused) as refused:
        mail(port, login="bot:wrong@").tell(FLAG, LINK)
    assert "bot" not in str(refused.value)


@pytest.mark.parametrize(
    ("says", "error"), [("550 no such user", Refused), ("450 try later", Unavailable)]
)
def test_a_recipient_may_be_refused_for_good_or_for_now(says: str, error: type[Exception]) -> None:
    with post_office(Mailbox(says=says)) as port, pytest.raises(error, match=says[:3]) as raised:
        mail(port).tell(FLAG, LINK)
    assert "clinic.example" not in str(raised.value)


def test_a_mail_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        mail(nowhere()).tell(FLAG, LINK)


def test_a_mail_server_that_says_nothing_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unavailable):
        mail(mute.getsockname()[1], timeout=0.1).tell(FLAG, LINK)


@pytest.mark.parametrize(
    ("url", "sender", "to"),
    [("http://x", "a@b.example", ["c@d.example"]), ("smtp://", "a@b.example", ["c@d.example"]), ("smtp://x", "", ["c@d.example"]),
     ("smtp://x", "a@b.example", []), ("smtp://x:port", "a@b.example", ["c@d.example"])],
)  # fmt: skip
def test_mail_without_a_server_or_people_is_not_built(url: str, sender: str, to: list[str]) -> None:
    with pytest.raises(ValueError, match=r"NOTIFY_|[Pp]ort"):
        MailNotify(url, sender, to)


# ---------------------------------------------------------------- SMS, by a small Twilio


ACCOUNT = "AC" + "1" * 32
SENT = json.dumps({"sid": "SM" + "b" * 32, "status": "queued"}).encode()


def twilio(url: str, **settings: object) -> TwilioMessages:
    given = {"sender": "+15145550199", "timeout": 5.0} | settings
    return TwilioMessages(account_sid=ACCOUNT, token="a token", api_url=url, **given)  # type: ignore[arg-type]


def fields(receiver: Receiver) -> dict[str, list[str]]:
    [(_, _, body)] = receiver.got
    return parse_qs(body.decode(), strict_parsing=True)


def test_staff_are_told_by_sms() -> None:
    with receiving(Receiver(201, SENT)) as receiver:
        SmsNotify(twilio(receiver.url).say, Address("sms", STAFF)).tell(FLAG, LINK)
    assert receiver.got[0][0] == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert fields(receiver)["To"] == [STAFF]
    assert fields(receiver)["From"] == ["+15145550199"]
    [body] = fields(receiver)["Body"]
    assert LINK in body
    assert "breathing" in body
    assert NUMBER not in body


def test_a_message_goes_from_the_sender_of_its_channel_or_by_the_service() -> None:
    with receiving(Receiver(201, SENT)) as receiver:
        assert twilio(receiver.url).say(Address("whatsapp", NUMBER), "hi") == "SM" + "b" * 32
    assert fields(receiver) == {
        "To": [f"whatsapp:{NUMBER}"],
        "From": ["whatsapp:+15145550199"],
        "Body": ["hi"],
    }
    with receiving(Receiver(201, SENT)) as receiver:
        twilio(receiver.url, messaging_service="MG" + "2" * 32).say(Address("sms", NUMBER), "hi")
    assert fields(receiver) == {
        "To": [NUMBER],
        "MessagingServiceSid": ["MG" + "2" * 32],
        "Body": ["hi"],
        "SmartEncoded": ["false"],
    }


PLAIN = {"code": 21610, "message": f"{STAFF} is unsubscribed", "more_info": "", "status": 400}
PROBLEM = {"type": "https://x", "title": f"{STAFF} is unsubscribed", "status": 400, "code": 21610}


@pytest.mark.parametrize("problem", [PLAIN, PROBLEM])
def test_a_message_that_twilio_refuses_is_refused_by_its_code_and_names_no_number(
    problem: dict[str, object],
) -> None:
    with (
        receiving(Receiver(400, json.dumps(problem).encode())) as receiver,
        pytest.raises(Refused) as refused,
    ):
        twilio(receiver.url).say(Address("sms", STAFF), "hi")
    assert str(refused.value) == "Twilio refused with code 21610"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_twilio_is_unavailable(status: int) -> None:
    busy = json.dumps(PLAIN | {"status": status, "code": 20429}).encode()
    with receiving(Receiver(status, busy)) as receiver, pytest.raises(Unavailable) as error:
        twilio(receiver.url).say(Address("sms", STAFF), "hi")
    assert STAFF not in str(error.value)


def test_a_twilio_that_is_away_silent_or_unreadable_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        twilio(f"http://127.0.0.1:{nowhere()}").say(Address("sms", STAFF), "hi")
    with receiving(Receiver(silent=threading.Event())) as receiver, pytest.raises(Unavailable):
        twilio(receiver.url, timeout=0.1).say(Address("sms", STAFF), "hi")
    with receiving(Receiver(201, b"<html>")) as receiver, pytest.raises(Unavailable):
        twilio(receiver.url).say(Address("sms", STAFF), "hi")
    with receiving(Receiver(502, b"<html>")) as receiver, pytest.raises(Unavailable):
        twilio(receiver.url).say(Address("sms", STAFF), "hi")


def test_without_credentials_a_message_is_refused() -> None:
    with pytest.raises(Refused):
        TwilioMessages(account_sid="", token="").say(Address("sms", STAFF), "hi")


# ---------------------------------------------------------------- several ways


@dataclass
class Way:
    """A way to tell that keeps what it told, or fails."""

    fails: Exception | None = None
    told: list[str] = field(default_factory=list)

    def tell(self, notice: Notice, link: str) -> None:
        if self.fails:
            raise self.fails
        self.told.append(notice.id)


def noting(into: list[str]) -> Callable[..., None]:
    def note(event: str, /, **details: object) -> None:
        into.append(f"{event} {sorted(details.items())}")

    return note


def test_one_way_that_works_is_enough_and_all_are_tried() -> None:
    first, last, lines = Way(), Way(), list[str]()
    ways: list[Notify] = [
        first,
        Way(Unavailable("gone")),
        Way(Refused("no")),
        Way(RuntimeError(NUMBER)),
        last,
    ]
    Several(ways, noting(lines)).tell(FLAG, LINK)
    assert first.told == last.told == ["flag-1"]
    assert len(lines) == 3
    assert NUMBER not in "".join(lines)


def test_when_every_way_fails_staff_are_not_told() -> None:
    with pytest.raises(Unavailable):
        Several([Way(Unavailable("gone")), Way(Refused("no"))]).tell(FLAG, LINK)


def test_with_no_way_at_all_nobody_is_told() -> None:
    with pytest.raises(Refused):
        Several([]).tell(FLAG, LINK)
