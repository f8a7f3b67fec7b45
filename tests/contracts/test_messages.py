"""What is asked of Twilio, and what the local carrier answers, are as Twilio's published contract says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.people.address import Address
from smsbot.ports import Unavailable
from smsbot.ports.campaign import Outgoing
from tests.adapters.receivers import Receiver, receiving
from tests.carrier import ACCOUNT, PUBLIC_URL, SENDER, TOKEN, LocalCarrier, local_carrier
from tests.contracts.openapi import CONTRACT, MANY, ONE, answer_faults, request_faults

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

SERVICE, TEMPLATE = "MG" + "2" * 32, "HX" + "a" * 32
SMS, WHATSAPP = Address("sms", "+15145550123"), Address("whatsapp", "+15145550123")
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def test_the_contract_keeps_its_licence() -> None:
    assert CONTRACT["info"]["license"]["name"] == "Apache 2.0"
    assert "MIT License" in (Path(__file__).parent / "LICENCE.md").read_text()
    assert set(CONTRACT["paths"]) == {MANY, ONE}


# ---------------------------------------------------------------- what we ask


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: m.send(Outgoing(SMS, "delivery-1", "¿Qué tal?")),
        lambda m: m.send(Outgoing(SMS, "delivery-1", "hello", valid_for=36000)),
        lambda m: m.send(Outgoing(WHATSAPP, "delivery-1", "hello", valid_for=1)),
        lambda m: m.send(
            Outgoing(WHATSAPP, "delivery-1", content_sid=TEMPLATE, variables={"1": "Zoë"})
        ),
        lambda m: m.send(
            Outgoing(Address("whatsapp", "CA.1234"), "delivery-1", content_sid=TEMPLATE)
        ),
        lambda m: m.send(Outgoing(Address("rcs", "+15145550123"), "délivery 2/3", "hello")),
        lambda m: m.say(SMS, "hello"),
        lambda m: m.sent_to(WHATSAPP, datetime(2026, 11, 26, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("origin", [{"sender": SENDER}, {"messaging_service": SERVICE}])
def test_what_we_ask_is_in_the_contract(
    ask: Callable[[TwilioMessages], object], origin: dict[str, str]
) -> None:
    with receiving(Receiver(503, b"{}")) as twilio:
        messages = TwilioMessages(
            account_sid=ACCOUNT, token=TOKEN, public_url=PUBLIC_URL, api_url=twilio.url, **origin
        )
        with pytest.raises(Unavailable):
            ask(messages)
    [(target, headers, body)] = twilio.got
    headers = {name.lower(): value for name, value in headers.items()}
    place = urlsplit(target)
    query, form = parse_qs(place.query, strict_parsing=bool(place.query)), parse_qs(body.decode())
    method = "POST" if body else "GET"
    assert request_faults(method, place.path, query, form) == []
    assert headers["authorization"].startswith("Basic ")
    if body:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert ("From" in form) != ("MessagingServiceSid" in form)
        assert ("Body" in form) != ("ContentSid" in form)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"Body": ["x"]}, "To: required"),
        ({"To": ["+1"], "Text": ["x"]}, "Text: not in the contract"),
        ({"To": ["+1"], "ContentSid": ["HX1"]}, "ContentSid: not of the pattern"),
        ({"To": ["+1"], "ValidityPeriod": ["soon"]}, "ValidityPeriod: no integer"),
        ({"To": ["+1"], "SmartEncoded": ["False"]}, "SmartEncoded: no boolean"),
        ({"To": ["+1"], "StatusCallback": ["x y"]}, "StatusCallback: no uri"),
        ({"To": ["+1"], "ScheduleType": ["soon"]}, "ScheduleType: not one of the values"),
        ({"To": ["+1", "+2"]}, "To: 2 values"),
    ],
)
def test_the_contract_objects_to_what_is_wrong(form: dict[str, list[str]], fault: str) -> None:
    assert fault in request_faults("POST", MESSAGES, {}, form)
    assert request_faults("POST", MESSAGES, {}, {"To": ["+1"], "Body": ["x"]}) == []


# ---------------------------------------------------------------- what the local carrier answers


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCarrier]:
    script = {"rules": [{"to": "+15145550124", "outcome": "undelivered", "error": 30003}]}
    with local_carrier(tmp_path_factory.mktemp("carrier"), script=script) as carrier:
        yield carrier


def asked(carrier: LocalCarrier, method: str, target: str, **form: str) -> tuple[int, Any]:
    """Asks the carrier, with a request that is in the contract itself."""
    place = urlsplit(target)
    fields = {name: [value] for name, value in form.items()}
    assert request_faults(method, place.path, parse_qs(place.query), fields) == []
    body = urlencode(form).encode() if form else None
    status, answer = carrier.call(method, target, auth=(ACCOUNT, TOKEN), form=body)
    assert answer_faults(method, place.path, status, answer) == []
    return status, answer


def test_every_answer_of_the_local_carrier_is_in_the_contract(carrier: LocalCarrier) -> None:
    made = [
        asked(carrier, "POST", MESSAGES, To="+15145550123", From=SENDER, Body="ж" * 100)[1],
        asked(
            carrier, "POST", MESSAGES, To="+15145550123", MessagingServiceSid=SERVICE, Body="hello"
        )[1],
        asked(carrier, "POST", MESSAGES, To="+15145550124", From=SENDER, Body="hello")[1],
        asked(
            carrier,
            "POST",
            MESSAGES,
            To="whatsapp:+15145550123",
            From=f"whatsapp:{SENDER}",
            Body="hello",
        )[1],
    ]
    carrier.inbound("hello")
    carrier.settle()
    ends = [asked(carrier, "GET", message["uri"])[1]["status"] for message in made]
    assert ends == ["delivered", "delivered", "undelivered", "failed"]
    target: str | None = f"{MESSAGES}?{urlencode({'PageSize': 2})}"
    directions = {}
    while target:
        page = asked(carrier, "GET", target)[1]
        directions |= {message["sid"]: message["direction"] for message in page["messages"]}
        target = page["next_page_uri"]
    assert [directions[message["sid"]] for message in made] == ["outbound-api"] * 4
    assert "inbound" in directions.values()
    assert asked(carrier, "POST", made[0]["uri"], Body="")[1]["body"] == ""


def test_an_answer_that_is_not_in_the_contract_would_be_seen(carrier: LocalCarrier) -> None:
    status, message = asked(carrier, "POST", MESSAGES, To="+15145550123", From=SENDER, Body="hello")
    for wrong, fault in (
        ({"status": "gone"}, "answer.status: not one of the values"),
        ({"sid": "SM1"}, "answer.sid: not of the pattern"),
        ({"error_code": "30003"}, "answer.error_code: no integer"),
        ({"num_segments": 1}, "answer.num_segments: no string"),
        ({"date_created": "2026-11-26"}, "answer.date_created: no date-time-rfc-2822"),
        ({"extra": 1}, "answer.extra: not in the contract"),
        ({"status": None}, "answer.status: null"),
    ):
        assert fault in answer_faults("POST", MESSAGES, status, message | wrong)
    assert answer_faults("POST", MESSAGES, 200, message) == ["status 200: not in the contract"]


def test_every_status_and_direction_of_the_contract_is_known_to_the_bot() -> None:
    from smsbot.core.campaign.delivery import STATES, advance

    schemas = CONTRACT["components"]["schemas"]
    outbound = [
        s
        for s in schemas["message_enum_status"]["enum"]
        if not s.startswith(("receiving", "received", "partially"))
    ]
    assert {
        s: advance("sending", s) in STATES[STATES.index("sent") :] for s in outbound
    } == dict.fromkeys(outbound, True)
