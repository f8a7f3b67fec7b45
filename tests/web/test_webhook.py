"""The carrier's doors: what a stranger gets, what a person gets, and that nothing anybody sends makes them fall over."""

from collections.abc import Callable, Mapping
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from smsbot import wiring
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.memory import MemoryPeople
from smsbot.adapters.twilio import TwilioCarrier, sign
from smsbot.core.conversation.inbound import Inbound
from smsbot.flows.answer import Turn
from smsbot.ports import Unavailable
from smsbot.web.app import Doors, make_app

URL = "https://bot.clinic.example"
TOKEN, PHONE_KEY = "a token", "the phone's key"
Noted = list[tuple[str, dict[str, object]]]


def make_client(
    texts: wiring.Texts, noted: Noted | None = None, fails: Callable[[Inbound], Turn] | None = None
) -> FlaskClient:
    """The doors over a bot in memory; `fails` stands in for answering."""
    heard = noted if noted is not None else []

    def note(event: str, /, **details: object) -> None:
        heard.append((event, details))

    bot = wiring.in_memory(texts, note)
    if fails is not None:

        class Failing(type(bot)):  # type: ignore[misc]
            def answer(self, inbound: Inbound) -> Turn:
                return fails(inbound)

        bot = Failing(**{name: getattr(bot, name) for name in bot.__dataclass_fields__})
    doors = Doors(
        answer=lambda: bot,
        profile=bot.book.profile,
        carrier=TwilioCarrier(
            tokens=(TOKEN, "an older token"),
            public_url=URL,
            account_sid="",
            sender_kind="short_code",
            clock=SystemClock(),
            phone_key=PHONE_KEY,
        ),
        notices=MemoryPeople(),
        clock=SystemClock(),
        note=note,
        health=dict,
        metrics=lambda: (b"", "text/plain"),
        public_url=URL,
        secret_key="s" * 32,
        observe=lambda seconds: None,
        trace=lambda turn: "trace",
    )
    return make_app(doors).test_client()


@pytest.fixture
def client(texts: wiring.Texts) -> FlaskClient:
    return make_client(texts)


FORM = {
    "From": "+15145550123",
    "To": "+15145550100",
    "Body": "price",
    "MessageSid": "SM1",
    "NumMedia": "0",
    "AccountSid": "AC1",
}


def post(
    client: FlaskClient, form: Mapping[str, str], token: str = TOKEN, path: str = "/twilio/messages"
) -> TestResponse:
    signature = sign(URL + path, {name: [value] for name, value in form.items()}, token)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def texts_of(answer: TestResponse) -> list[str]:
    return [message.text or "" for message in ElementTree.fromstring(answer.data).iter("Message")]


def test_a_signed_message_is_answered_in_xml(client: FlaskClient) -> None:
    answer = post(client, FORM)
    assert (answer.status_code, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert "no price" in texts_of(answer)[0]
    assert "X-Smsbot-Trace" not in answer.headers


def test_while_tokens_rotate_each_of_them_signs(client: FlaskClient) -> None:
    assert post(client, FORM, "an older token").status_code == 200


@pytest.mark.parametrize("header", [None, "", "nonsense", "ééé"])
def test_without_a_right_signature_it_is_403_with_no_body_and_xml(
    header: str | None, texts: wiring.Texts
) -> None:
    noted: Noted = []
    answer = make_client(texts, noted).post(
        "/twilio/messages",
        data=FORM,
        headers={"X-Twilio-Signature": header} if header is not None else {},
    )
    assert (answer.status_code, answer.data) == (403, b"")
    assert answer.content_type.startswith("text/xml")
    assert [event for event, _ in noted] == ["forged"]
    assert "price" not in repr(noted)


def test_nothing_to_say_is_an_empty_answer(client: FlaskClient) -> None:
    post(client, {**FORM, "Body": "stop"})
    answer = post(client, {**FORM, "Body": "stop", "MessageSid": "SM2"})
    assert (answer.status_code, texts_of(answer)) == (200, [])


def test_the_phone_page_speaks_for_people_who_do_not_exist_and_gets_the_explanation(
    client: FlaskClient,
) -> None:
    assert post(client, FORM, PHONE_KEY).headers["X-Smsbot-Trace"] == "trace"


@pytest.mark.parametrize("body", ["STOP", "NEWS", "FORGET"])
def test_the_phone_page_cannot_speak_for_a_real_number(body: str, client: FlaskClient) -> None:
    for sender in ("+15149876543", "whatsapp:+33612345678", "+447911123456"):
        assert post(client, {**FORM, "Body": body, "From": sender}, PHONE_KEY).status_code == 403


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({**FORM, "MessageSid": ""}, 400),
        ({k: v for k, v in FORM.items() if k != "From"}, 400),
        ({**FORM, "From": "messenger:12345"}, 400),
        ({**FORM, "NumMedia": "many"}, 200),
        ({**FORM, "Body": "😀" * 800}, 200),
        ({**FORM, "Body": "a\x00b\x0bc"}, 200),
        ({**FORM, "Body": ""}, 200),
        (
            {
                **FORM,
                "From": "whatsapp:CA.4566546130240823",
                "ExternalUserId": "whatsapp:CA.4566546130240823",
            },
            200,
        ),
        ({**FORM, "From": "12345"}, 200),
    ],
)
def test_a_strange_form_gets_an_answer_or_a_clean_refusal(
    form: dict[str, str], status: int, client: FlaskClient
) -> None:
    assert post(client, form).status_code == status


def test_a_body_of_a_megabyte_is_too_large(client: FlaskClient) -> None:
    assert client.post("/twilio/messages", data={"Body": "x" * 1_000_000}).status_code == 413


def test_other_ways_to_call_are_refused(client: FlaskClient) -> None:
    assert client.get("/twilio/messages").status_code == 405
    assert client.post("/twilio/messages", json={"From": "+15145550123"}).status_code == 403


def test_where_the_answer_could_only_be_pretended_the_carrier_is_asked_to_try_again(
    texts: wiring.Texts,
) -> None:
    def away(_: Inbound) -> Turn:
        raise Unavailable("both stores are away")

    answer = post(make_client(texts, fails=away), FORM)
    assert (answer.status_code, answer.data) == (503, b"")


def test_a_fault_of_ours_is_an_apology_with_the_clinics_phone_and_never_a_trace(
    texts: wiring.Texts,
) -> None:
    def faulty(inbound: Inbound) -> Turn:
        raise RuntimeError(inbound.body)

    noted: Noted = []
    answer = post(make_client(texts, noted, faulty), FORM)
    assert answer.status_code == 200
    assert "something went wrong on our side" in texts_of(answer)[0]
    assert noted[0][0] == "fault"
    assert "price" not in repr(noted)


def test_a_status_is_taken_from_the_carrier_alone(client: FlaskClient) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    for path in ("/twilio/status", "/twilio/status/abc123"):
        assert post(client, form, path=path).status_code == 204
        assert post(client, form, "wrong", path).status_code == 403


NAMES = st.sampled_from(
    [
        "Body",
        "From",
        "MessageSid",
        "NumMedia",
        "MediaContentType0",
        "ButtonPayload",
        "InteractiveData",
        "Latitude",
        "OptOutType",
        "ChannelMetadata",
        "ExternalUserId",
        "ListId",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    fields=st.dictionaries(NAMES, st.text(max_size=200)),
    noise=st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=3),
)
def test_any_text_in_any_field_gets_an_answer_or_a_clean_refusal(
    fields: dict[str, str], noise: dict[str, str]
) -> None:
    client = _client()
    form = {**FORM, **noise, **fields}
    form = {_clean(name): _clean(value) for name, value in form.items()}
    assert post(client, form).status_code in (200, 400)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=500))
def test_any_bytes_get_a_clean_refusal(raw: bytes) -> None:
    answer = _client().post(
        "/twilio/messages",
        data=raw,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": "x"},
    )
    assert answer.status_code == 403


def _clean(text: str) -> str:
    """What can travel in a form: no lone surrogates."""
    return text.encode("utf-8", "replace").decode()


_made: list[FlaskClient] = []


def _client() -> FlaskClient:
    if not _made:
        _made.append(make_client(wiring.load_texts()))
    return _made[0]


def test_a_repeated_field_is_part_of_what_is_signed(client: FlaskClient) -> None:
    form = MultiDict([*FORM.items(), ("Extra", "b"), ("Extra", "a")])
    signature = sign(f"{URL}/twilio/messages", {name: form.getlist(name) for name in form}, TOKEN)
    assert (
        client.post(
            "/twilio/messages", data=form, headers={"X-Twilio-Signature": signature}
        ).status_code
        == 200
    )
