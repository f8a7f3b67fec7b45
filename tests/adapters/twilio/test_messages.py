"""Messages by REST, at a carrier in a process of its own that goes wrong as told."""

import itertools
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.people.address import Address
from smsbot.ports import Refused, Unavailable
from smsbot.ports.campaign import Accepted, Busy, InDoubt, Messages, Outgoing, Rejected
from tests.adapters.receivers import Receiver, make_certificate, receiving
from tests.carrier import ACCOUNT, PUBLIC_URL, SENDER, TOKEN, LocalCarrier, local_carrier
from tests.running import free_port

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

SERVICE = "MG" + "2" * 32
TEMPLATE = {"twilio/text": {"body": "Hello {{1}}, from {{2}}"}}

numbers = itertools.count()


def somebody(channel: str = "sms") -> Address:
    """A person whom no other test writes to."""
    number = next(numbers)
    return Address(channel, f"+1{416 + number // 100}55501{number % 100:02d}")  # type: ignore[arg-type]


def messages(url: str, **settings: object) -> TwilioMessages:
    given = {
        "account_sid": ACCOUNT,
        "token": TOKEN,
        "sender": SENDER,
        "public_url": PUBLIC_URL,
    } | settings
    return TwilioMessages(api_url=url, **given)  # type: ignore[arg-type]


def entries(carrier: LocalCarrier, to: Address, kind: str = "created") -> list[dict[str, object]]:
    return [entry for entry in carrier.log(kind) if str(entry["to"]).endswith(to.handle)]


# ---------------------------------------------------------------- what is asked


def test_a_text_is_sent_from_the_clinics_number_with_the_address_of_its_status(
    carrier: LocalCarrier,
) -> None:
    to = somebody()
    sender: Messages = messages(carrier.url)
    accepted = sender.send(Outgoing(to, "d 1/ü", "hello", valid_for=600))
    [entry] = entries(carrier, to)
    assert accepted == Accepted(str(entry["sid"]), 1)
    assert entry["params"] == {
        "To": to.handle,
        "From": SENDER,
        "Body": "hello",
        "StatusCallback": f"{PUBLIC_URL}/twilio/status/d%201%2F%C3%BC",
        "ValidityPeriod": "600",
        "SmartEncoded": "false",
    }


def test_the_carrier_counts_the_segments(carrier: LocalCarrier) -> None:
    assert messages(carrier.url).send(Outgoing(somebody(), "d", "ж" * 71)).segments == 2
    by_service = messages(carrier.url, messaging_service=SERVICE)
    assert (
        by_service.send(Outgoing(somebody(), "d", "ж" * 71)).segments == 0
    )  # not known before a sender is


def test_a_service_sends_where_one_is_named(carrier: LocalCarrier) -> None:
    to = somebody()
    messages(carrier.url, messaging_service=SERVICE).send(Outgoing(to, "d", "hello"))
    [entry] = entries(carrier, to)
    assert entry["params"]["MessagingServiceSid"] == SERVICE  # type: ignore[index]
    assert "From" not in entry["params"]  # type: ignore[operator]


def test_a_template_goes_with_its_variables_and_without_a_text(carrier: LocalCarrier) -> None:
    to = somebody("whatsapp")
    made = carrier.call(
        "POST", "/v1/Content", {"language": "en", "types": TEMPLATE}, (ACCOUNT, TOKEN)
    )[1]
    asked = {"name": "hello", "category": "MARKETING"}
    carrier.call(
        "POST", f"/v1/Content/{made['sid']}/ApprovalRequests/whatsapp", asked, (ACCOUNT, TOKEN)
    )
    variables = {"1": "Zoë", "2": "the clinic"}
    messages(carrier.url).send(Outgoing(to, "d", content_sid=made["sid"], variables=variables))
    [entry] = entries(carrier, to)
    assert entry["body"] == "Hello Zoë, from the clinic"
    params = dict(entry["params"])  # type: ignore[call-overload]
    assert json.loads(params.pop("ContentVariables")) == variables
    assert params == {
        "To": f"whatsapp:{to.handle}",
        "From": f"whatsapp:{SENDER}",
        "ContentSid": made["sid"],
        "StatusCallback": f"{PUBLIC_URL}/twilio/status/d",
    }


def test_a_text_of_staff_asks_for_no_status(carrier: LocalCarrier) -> None:
    to = somebody()
    sid = messages(carrier.url).say(to, "hello")
    [entry] = entries(carrier, to)
    assert (entry["sid"], entry["callback"]) == (sid, "")


# ---------------------------------------------------------------- what comes back


def refused(send: Callable[[], object]) -> Rejected:
    with pytest.raises(Rejected) as no:
        send()
    assert isinstance(no.value, Refused)
    assert no.value.__cause__ is None
    assert no.value.__context__ is None or no.value.__suppress_context__  # theirs names numbers
    return no.value


def test_a_no_has_the_carriers_code_and_names_nobody(carrier: LocalCarrier) -> None:
    to = somebody()
    no = refused(lambda: messages(carrier.url).send(Outgoing(Address("sms", "12"), "d", "hello")))
    assert (no.code, str(no)) == (21211, "Twilio refused with code 21211")
    no = refused(lambda: messages(carrier.url).send(Outgoing(to, "d", "x" * 1601)))
    assert no.code == 21617
    assert to.handle not in str(no)
    no = refused(lambda: messages(carrier.url, token="another").send(Outgoing(to, "d", "hello")))
    assert no.code == 20003


def test_without_an_account_or_a_token_nothing_is_asked(carrier: LocalCarrier) -> None:
    no = refused(lambda: messages(carrier.url, token="").send(Outgoing(somebody(), "d", "hello")))
    assert no.code is None


def test_a_no_without_a_code_of_twilios_has_none() -> None:
    with receiving(Receiver(404, b"<html>not here</html>")) as elsewhere:
        assert (
            refused(lambda: messages(elsewhere.url).send(Outgoing(somebody(), "d", "x"))).code
            is None
        )


@pytest.mark.parametrize(
    ("rule", "error", "created"),
    [
        ({"answer": "refused", "status": 429, "code": 20429}, Busy, 0),
        ({"answer": "refused", "status": 503}, InDoubt, 0),
        ({"answer": "refused", "status": 500, "created": True}, InDoubt, 1),
        ({"answer": "lost"}, InDoubt, 1),
        ({"answer": "lost", "created": False}, InDoubt, 0),
        ({"answer": "closed"}, InDoubt, 1),
        ({"answer": "garbled"}, InDoubt, 1),
        ({"answer": "refused", "status": 400, "code": 21610}, Rejected, 0),
        (
            {"answer": "refused", "status": 429, "code": 63038},
            Rejected,
            0,
        ),  # no trying again helps today
    ],
)
def test_what_went_wrong_says_whether_there_may_be_a_message(
    carrier: LocalCarrier, rule: dict[str, object], error: type[Exception], created: int
) -> None:
    to = somebody()
    carrier.script(None, {"to": to.handle, **rule})
    with pytest.raises(error) as raised:
        messages(carrier.url, timeout=0.5).send(Outgoing(to, "d", "hello"))
    assert type(raised.value) is error
    assert to.handle not in str(raised.value)
    assert len(entries(carrier, to)) == created


def test_nobody_there_is_busy_and_so_is_a_host_that_is_not_who_it_says(tmp_path: Path) -> None:
    with pytest.raises(Busy):
        messages(f"http://127.0.0.1:{free_port()}").send(Outgoing(somebody(), "d", "hello"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(make_certificate(tmp_path / "server.pem"))
        port = listener.getsockname()[1]
        stranger = threading.Thread(target=_shake_hands, args=(listener, context))
        stranger.start()
        with pytest.raises(Busy):
            messages(f"https://127.0.0.1:{port}").send(Outgoing(somebody(), "d", "hello"))
        stranger.join(10)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection, pytest.raises(OSError, match=r"."):
        context.wrap_socket(connection, server_side=True)


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"{}", b'{"sid": 1}', b'{"sid": "SM1"}', b"\xff", b'{"sid": null}']
)
def test_an_answer_that_names_no_message_leaves_us_in_doubt(answer: bytes) -> None:
    with receiving(Receiver(201, answer)) as odd, pytest.raises(InDoubt):
        messages(odd.url).send(Outgoing(somebody(), "d", "hello"))


def test_a_redirection_is_not_followed() -> None:
    with receiving(Receiver(201, b"{}")) as elsewhere:
        with (
            receiving(Receiver(307, b"", {"Location": elsewhere.url})) as first,
            pytest.raises(InDoubt),
        ):
            messages(first.url).send(Outgoing(somebody(), "d", "hello"))
        assert elsewhere.got == []


def test_a_time_out_is_always_set() -> None:
    with pytest.raises(ValueError, match="time-out"):
        messages("", timeout=0)


# ---------------------------------------------------------------- several threads


def test_threads_get_each_their_own_answer(carrier: LocalCarrier) -> None:
    sender = messages(carrier.url)
    people = [somebody() for _ in range(16)]

    def send(number: int) -> tuple[str, str]:
        return sender.send(
            Outgoing(people[number % 16], f"t{number}", f"text {number}")
        ).sid, f"text {number}"

    with ThreadPoolExecutor(8) as threads:
        sent = dict(threads.map(send, range(160)))
    bodies = {str(entry["sid"]): entry["body"] for entry in carrier.log("created")}
    assert len(sent) == 160
    assert {sid: bodies[sid] for sid in sent} == sent


# ---------------------------------------------------------------- the list


def test_the_list_tells_what_was_sent_latest_first_and_what_became_of_it(
    carrier: LocalCarrier,
) -> None:
    to, since = somebody(), datetime.now(UTC)
    carrier.script(None, {"to": to.handle, "outcome": "undelivered", "error": 30003})
    sender = messages(carrier.url)
    sids = [sender.send(Outgoing(to, "d", body)).sid for body in ("first", "second")]
    carrier.settle()
    listed = sender.sent_to(to, since)
    assert sorted(one.sid for one in listed) == sorted(sids)
    assert {one.body: (one.status, one.error, one.outbound) for one in listed} == {
        "first": ("undelivered", 30003, True),
        "second": ("undelivered", 30003, True),
    }
    assert all(abs(one.created_at - since) < timedelta(seconds=30) for one in listed)
    assert [one.created_at for one in listed] == sorted(
        (one.created_at for one in listed), reverse=True
    )


def test_a_message_of_the_same_second_is_listed_although_the_list_has_no_smaller_times(
    carrier: LocalCarrier,
) -> None:
    to = somebody()
    sid = messages(carrier.url).say(to, "hello")
    [entry] = entries(carrier, to)
    at = datetime.fromtimestamp(float(str(entry["at"])), UTC)
    found = messages(carrier.url).sent_to(to, at.replace(microsecond=999_999))
    assert [one.sid for one in found] == [sid]
    assert not messages(carrier.url).sent_to(to, at + timedelta(seconds=1))


def test_the_list_is_read_over_its_pages_and_holds_one_person_alone(carrier: LocalCarrier) -> None:
    to, other = somebody(), somebody()
    sender = messages(carrier.url)
    with ThreadPoolExecutor(4) as threads:
        sent = list(threads.map(lambda n: sender.say(to, f"{n}"), range(205)))
    sender.say(other, "hello")
    found = sender.sent_to(to, datetime.now(UTC) - timedelta(hours=1))
    assert sorted(one.sid for one in found) == sorted(sent)


def test_what_the_bot_answered_is_listed_as_no_message_of_the_api(tmp_path: Path) -> None:
    to = somebody()
    twiml = b"<Response><Message>hi there</Message></Response>"
    with (
        receiving(Receiver(200, twiml, {"Content-Type": "text/xml"})) as bot,
        local_carrier(tmp_path, bot_url=bot.url) as own,
    ):
        own.inbound("hello", to.handle)
        listed = messages(own.url).sent_to(to, datetime.now(UTC) - timedelta(hours=1))
    assert [(one.body, one.outbound) for one in listed] == [("hi there", False)]


@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b"{}", b'{"messages": [{}], "next_page_uri": null}']
)
def test_a_list_that_cannot_be_read_is_unavailable(answer: bytes) -> None:
    with receiving(Receiver(200, answer)) as odd, pytest.raises(Unavailable):
        messages(odd.url).sent_to(somebody(), datetime.now(UTC))


def test_a_list_that_is_refused_says_with_which_code(carrier: LocalCarrier) -> None:
    with pytest.raises(Rejected) as no:
        messages(carrier.url, token="another").sent_to(somebody(), datetime.now(UTC))
    assert no.value.code == 20003


# ---------------------------------------------------------------- silence


def test_no_number_and_no_text_is_logged_at_any_level(
    carrier: LocalCarrier, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("twilio").setLevel(logging.DEBUG)
    to = somebody()
    sender = messages(carrier.url, timeout=0.5)
    sender.send(Outgoing(to, "d", "a text of ours"))
    sender.sent_to(to, datetime.now(UTC))
    carrier.script(None, {"to": to.handle, "answer": "closed"})
    with pytest.raises(InDoubt):
        sender.send(Outgoing(to, "d", "a text of ours"))
    said = caplog.text + "".join(capfd.readouterr())
    assert to.handle[2:] not in said
    assert "a text of ours" not in said
