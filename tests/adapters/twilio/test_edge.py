"""The carrier's edge: who signed a form, what it says, and the answer as TwiML."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from smsbot.adapters.twilio import TwilioCarrier, sign, spelled
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address, parse_address
from smsbot.core.people.referral import Referral
from smsbot.ports import Forged, Refused

PUBLIC = "https://bot.example.org"
PATH = "/twilio/messages"
URL = PUBLIC + PATH
TOKEN = "12345"
PHONE = "the key of the phone page, which signs for nobody real"
AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
REAL = "+15140000123"  # to the bot a number like any other; in truth no exchange begins with 0, so that nobody has it
FICTION = "+15145550123"


class Stopped:
    """A clock that stands still."""

    def now(self) -> datetime:
        return AT


def carrier(
    *,
    tokens: Sequence[str] = (TOKEN,),
    account_sid: str = "",
    phone_key: str = PHONE,
    public_url: str = PUBLIC,
) -> TwilioCarrier:
    return TwilioCarrier(
        tokens=tokens,
        public_url=public_url,
        account_sid=account_sid,
        sender_kind="long_code",
        phone_key=phone_key,
        clock=Stopped(),
    )


def form(**fields: str | Sequence[str]) -> dict[str, list[str]]:
    """A message's form; a field given as an empty tuple is left out."""
    whole: dict[str, str | Sequence[str]] = {
        "MessageSid": "SM" + "a" * 32,
        "From": FICTION,
        "To": "+15145550199",
        "Body": "hi",
    }
    return {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in (whole | fields).items()
        if value != ()
    }


def heard(fields: Mapping[str, Sequence[str]], key: str = TOKEN, **settings: str) -> Inbound:
    return carrier(**settings).hear(URL, fields, sign(URL, fields, key))  # type: ignore[arg-type]


# ---------------------------------------------------------------- published signatures

OLD = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+14158675309"],
    "Digits": ["1234"],
    "From": ["+14158675309"],
    "To": ["+18005551212"],
}
CALL_310 = CALL | {"Caller": ["+14158675310"], "From": ["+14158675310"]}
BODY_7 = "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
BODY_8 = "&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
REPEATED = {"Sid": ["CA123"], "SidAccount": ["AC123"], "Digits": ["5678", "1234", "1234"]}
BINDING = {"MessagingBinding.Address": ["+1325xxxxxxx", "+1415xxxxxxx"]}

VECTORS = [
    ("https", OLD, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    (
        "https with a port that Twilio left out",
        OLD.replace(".com", ".com:1234"),
        CALL,
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    ),
    (
        "http with a port",
        OLD.replace("https", "http").replace(".com", ".com:1234"),
        CALL,
        "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
    ),
    ("https signed with port 443", OLD, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    (
        "http signed with port 80",
        OLD.replace("https", "http"),
        CALL,
        "0ZXoZLH/DfblKGATFgpif+LLRf4=",
    ),
    ("a name three times", OLD, REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    ("a name twice", OLD, BINDING, "83O6e2vORAoJHUNzJjDWN1jz+BA="),
    (
        "a name twice, turned round",
        OLD,
        {k: v[::-1] for k, v in BINDING.items()},
        "83O6e2vORAoJHUNzJjDWN1jz+BA=",
    ),
    # The address of a JSON body is signed without fields. The bot reads no JSON, so the hash in the address is only text.
    ("the address of a JSON body", OLD + BODY_7, {}, "a9nBmqA0ju/hNViExpshrM61xv4="),
    ("the address of an empty JSON body", OLD + BODY_8, {}, "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
    (
        "a JSON body and nothing else",
        OLD.partition("?")[0] + "?" + BODY_7[1:],
        {},
        "y77kIzt2vzLz71DgmJGsen2scGs=",
    ),
    ("user and password", OLD.replace("//", "//user:pass@"), CALL, "CukzLTc1tT5dXEDIHm/tKBanW10="),
    (
        "user and password and port 443",
        OLD.replace("//", "//user:pass@"),
        CALL,
        "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=",
    ),
    ("user alone", OLD.replace("//", "//user@"), CALL, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
    (
        "Twilio's page on security",
        "https://example.com/myapp.php?foo=1&bar=2",
        CALL_310,
        "L/OH5YylLD5NRKLltdqwSvS0BnU=",
    ),
]


@pytest.mark.parametrize(
    ("url", "fields", "signature"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_a_published_signature_is_vouched_for(
    url: str, fields: dict[str, list[str]], signature: str
) -> None:
    carrier().vouch(url, fields, signature)


@pytest.mark.parametrize(
    ("fields", "signature"),
    [
        ({name: [values[-1]] for name, values in REPEATED.items()}, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (
            REPEATED,
            "lwmwedXvBwAQyglWrAQmllAWLTQ=",
        ),  # what comes of a form that keeps one value of each name
    ],
)
def test_every_value_of_a_repeated_name_is_signed(
    fields: dict[str, list[str]], signature: str
) -> None:
    with pytest.raises(Forged):
        carrier().vouch(OLD, fields, signature)


def test_a_json_body_keeps_its_published_hash_in_the_sdk() -> None:
    body = '{"property": "value", "boolean": true}'
    assert RequestValidator(TOKEN).validate(OLD + BODY_7, body, "a9nBmqA0ju/hNViExpshrM61xv4=")
    assert RequestValidator(TOKEN).validate(OLD + BODY_8, "{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc=")


def test_an_rcs_message_with_a_published_signature_is_heard() -> None:
    fields = {"Body": ["hi"], "From": ["rcs:+15551234567"], "MessageSid": ["SM1"]}
    url, signature = "https://gateway.example.com/webhooks/rcs", "QYB6bLhZa+Zesj+IEnLcbIkL8bA="
    inbound = carrier(tokens=("secret",)).hear(url, fields, signature)
    assert inbound == Inbound(
        "SM1", (Address("rcs", "+15551234567"),), "hi", AT, sender_kind="long_code"
    )


SID = "SM" + "a" * 32
WHATSAPP = {
    "AccountSid": "AC" + "0" * 32,
    "ApiVersion": "2010-04-01",
    "Body": "¿Cuánto cuesta? 😀",
    "From": "whatsapp:+34600000000",
    "To": "whatsapp:+14155238886",
    "NumMedia": "0",
    "NumSegments": "1",
    "MessageSid": SID,
    "SmsMessageSid": SID,
    "SmsSid": SID,
    "SmsStatus": "received",
    "ProfileName": "Ana",
    "WaId": "34600000000",
    "ReferralNumMedia": "0",
    "MessageType": "text",
    "Forwarded": "",
}


@pytest.mark.parametrize("body", ["¿Cuánto cuesta? 😀", " hola \r\n", "", "+%20&=;"])
def test_a_whatsapp_message_as_it_comes_is_heard_to_the_last_space(body: str) -> None:
    fields = {name: [value] for name, value in (WHATSAPP | {"Body": body}).items()}
    signature = RequestValidator(TOKEN).compute_signature(URL, WHATSAPP | {"Body": body})
    inbound = carrier(account_sid=WHATSAPP["AccountSid"]).hear(URL, fields, signature)
    assert inbound == Inbound(
        SID,
        (Address("whatsapp", "+34600000000"),),
        body,
        AT,
        sender_kind="long_code",
        to="whatsapp:+14155238886",
    )


def test_an_empty_field_is_signed_too() -> None:
    fields = {name: [value] for name, value in WHATSAPP.items()}
    signature = sign(URL, fields, TOKEN)
    del fields["Forwarded"]
    with pytest.raises(Forged):
        carrier().hear(URL, fields, signature)


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3)), st.text(min_size=1))
def test_our_signature_is_that_of_the_sdk(fields: dict[str, list[str]], key: str) -> None:
    class Every(dict[str, list[str]]):
        def getall(self, name: str) -> list[str]:
            return self[name]

    def encodable(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    clean = {encodable(name): [encodable(v) for v in values] for name, values in fields.items()}
    assert sign(URL, clean, encodable(key)) == RequestValidator(encodable(key)).compute_signature(
        URL, Every(clean)
    )


# ---------------------------------------------------------------- forged


def test_while_tokens_rotate_either_may_sign_and_no_third() -> None:
    fields = form()
    rotating = carrier(tokens=("new token", "old token"))
    for token in ("new token", "old token"):
        rotating.vouch(URL, fields, sign(URL, fields, token))
    with pytest.raises(Forged):
        rotating.vouch(URL, fields, sign(URL, fields, "older token"))


@pytest.mark.parametrize("signature", ["", " ", "AAAA", "é" * 28, "\ud800" * 28, "A" * 100_000])
def test_what_is_no_signature_is_forged(signature: str) -> None:
    for hear in (
        carrier().hear,
        carrier().vouch,
        carrier(tokens=()).vouch,
        carrier(phone_key="").hear,
    ):
        with pytest.raises(Forged):
            hear(URL, form(), signature)


def test_an_empty_token_signs_nothing() -> None:
    fields = form()
    with pytest.raises(Forged):
        carrier(tokens=("",), phone_key="").hear(URL, fields, sign(URL, fields, ""))


def test_one_value_name_or_byte_changed_is_forged() -> None:
    fields = form(Body="STOP", Extra="x")
    signature = sign(URL, fields, TOKEN)
    changed = [
        fields | {"Body": ["STOP "]},
        fields | {"Body": ["stop"]},
        fields | {"From": ["+15145550124"]},
        fields | {"Extra": []},
        fields | {"Extra": ["x", "y"]},
        fields | {"Unsigned": ["1"]},
        {name: values for name, values in fields.items() if name != "Extra"},
        {("body" if name == "Body" else name): values for name, values in fields.items()},
    ]
    carrier().hear(URL, fields, signature)
    for tampered in changed:
        with pytest.raises(Forged):
            carrier().hear(URL, tampered, signature)
    for url in (
        URL + "/",
        URL + "?a=1",
        URL.replace("https", "http"),
        URL.upper(),
        URL.replace("bot.", "bat."),
    ):
        with pytest.raises(Forged):
            carrier().hear(url, fields, signature)
    for other in (signature[:-2] + "A=", signature.swapcase(), signature + "=", signature[:-1]):
        with pytest.raises(Forged):
            carrier().hear(URL, fields, other)


@given(st.data())
def test_any_change_of_any_character_is_forged(data: st.DataObject) -> None:
    fields = form(Body="please stop texting me")
    name = data.draw(st.sampled_from(sorted(fields)))
    value = fields[name][0]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(exclude_characters=value[at]))
    signature = sign(URL, fields, TOKEN)
    with pytest.raises(Forged):
        carrier().hear(URL, fields | {name: [value[:at] + other + value[at + 1 :]]}, signature)


def test_a_message_of_another_account_is_forged() -> None:
    ours, other = "AC" + "1" * 32, "AC" + "2" * 32
    heard(form(AccountSid=ours), account_sid=ours)
    heard(form(), account_sid=ours)
    heard(form(AccountSid=other), account_sid="")
    for fields in (form(AccountSid=other), form(AccountSid=(ours, other))):
        with pytest.raises(Forged):
            heard(fields, account_sid=ours)


def test_a_path_is_heard_at_the_public_address() -> None:
    fields = form()
    assert (
        carrier(public_url=PUBLIC + "/").hear(PATH, fields, sign(URL, fields, TOKEN)).body == "hi"
    )
    assert carrier().hear(PATH, fields, sign(URL, fields, PHONE)).demo


def test_an_address_that_cannot_be_parsed_is_forged() -> None:
    for url in (
        "https://bot.example.org:port/x",
        "https://[bot/x",
        "https://bot.example.org/\ud800",
    ):
        with pytest.raises(Forged):
            carrier().vouch(url, form(), "x" * 28)


# ---------------------------------------------------------------- the phone page


def test_the_phone_page_speaks_for_people_of_fiction_only_and_into_the_demo_space() -> None:
    assert heard(form(), key=PHONE).demo
    assert not heard(form(), key=TOKEN).demo
    assert heard(
        form(From=f"whatsapp:{FICTION}", ExternalUserId=f"whatsapp:{FICTION}"), key=PHONE
    ).demo


@pytest.mark.parametrize("body", ["STOP", "SUBSCRIBE", "YES", "FORGET ME", "START", ""])
@pytest.mark.parametrize(
    "people",
    [
        {"From": REAL},
        {"From": f"whatsapp:{REAL}"},
        {"From": f"rcs:{REAL}"},
        {"From": "26969"},
        {"From": "CLINIC"},
        {"From": f" {FICTION}"},
        {"From": f"{FICTION}\n"},
        {"From": (FICTION, REAL)},
        {"From": (REAL, FICTION)},
        {"From": ("", REAL)},
        {"From": f"whatsapp:whatsapp:{FICTION}"},
        {"From": f"messenger:{FICTION}"},
        {"From": FICTION, "ExternalUserId": "whatsapp:CA.1234567890"},
        {"From": FICTION, "ExternalUserId": f"whatsapp:{REAL}"},
        {"From": "whatsapp:CA.1234567890"},
    ],
)
def test_the_phone_page_cannot_speak_for_anybody_real(body: str, people: dict[str, str]) -> None:
    with pytest.raises(Forged):
        heard(form(Body=body, **people), key=PHONE)


def test_the_phone_page_vouches_for_no_delivery_status() -> None:
    fields = form(MessageStatus="delivered")
    with pytest.raises(Forged):
        carrier().vouch(URL, fields, sign(URL, fields, PHONE))


def test_without_a_phone_page_its_key_opens_nothing() -> None:
    fields = form()
    for key in (PHONE, ""):
        with pytest.raises(Forged):
            carrier(phone_key="").hear(URL, fields, sign(URL, fields, key))


def test_only_the_phone_page_may_choose_the_kind_of_sender() -> None:
    assert heard(form(SenderKind="toll_free"), key=PHONE).sender_kind == "toll_free"
    assert heard(form(SenderKind="pigeon"), key=PHONE).sender_kind == "long_code"
    assert heard(form(SenderKind="toll_free"), key=TOKEN).sender_kind == "long_code"


# ---------------------------------------------------------------- what a form says


@pytest.mark.parametrize("name", ["MessageSid", "SmsMessageSid", "SmsSid"])
def test_a_message_has_its_id_under_any_of_three_names(name: str) -> None:
    assert heard(form(**({"MessageSid": ()} | {name: "MM1"}))).message_id == "MM1"


@pytest.mark.parametrize("sid", ["", "S" * 65, "SM 1", "SMé", "SM\n", "SM\x00", "٣"])
def test_without_an_id_that_can_be_a_message_is_refused(sid: str) -> None:
    with pytest.raises(Refused):
        heard(form(MessageSid=sid))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("+15145550123", Address("sms", "+15145550123")),
        ("26969", Address("sms", "26969")),
        ("My Clinic", Address("sms", "My Clinic")),
        ("whatsapp:+15145550123", Address("whatsapp", "+15145550123")),
        ("whatsapp:CA." + "x" * 128, Address("whatsapp", "CA." + "x" * 128)),
        ("rcs:+15145550123", Address("rcs", "+15145550123")),
    ],
)
def test_an_address_keeps_its_channel_and_its_spelling(written: str, address: Address) -> None:
    assert heard(form(From=written)).addresses == (address,)
    assert spelled(address) == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "messenger:1",
        "sip:a@b",
        "WHATSAPP:+15145550123",
        "whatsapp:",
        "+1\x00",
        "+1\ud800",
        "9" * 201,
    ],
)
def test_without_an_address_that_can_be_answered_a_message_is_refused(written: str) -> None:
    with pytest.raises((Refused, Forged)):
        heard(form(From=written))


def test_the_id_that_stays_comes_before_the_number_and_both_are_kept() -> None:
    number, same = Address("whatsapp", FICTION), Address("whatsapp", "ID.4566546130240823")
    fields = form(From=f"whatsapp:{FICTION}", ExternalUserId="whatsapp:ID.4566546130240823")
    assert heard(fields).addresses == (same, number)
    hidden = form(
        From="whatsapp:ID.4566546130240823", ExternalUserId="whatsapp:ID.4566546130240823"
    )
    assert heard(hidden).addresses == (same,)
    assert heard(hidden).address.kind == "bsuid"


TAPPED = [
    ({"ButtonPayload": "price"}, "price"),
    ({"ListId": "how@3"}, "how@3"),
    ({"ButtonPayload": "price", "ListId": "how"}, "price"),
    (
        {
            "InteractiveData": json.dumps(
                {"type": "button_reply", "button_reply": {"id": "men", "title": "Men"}}
            )
        },
        "men",
    ),
    (
        {
            "InteractiveData": json.dumps(
                {"type": "list_reply", "list_reply": {"id": "age", "title": "Age"}}
            )
        },
        "age",
    ),
    (
        {
            "ChannelMetadata": json.dumps(
                {"type": "whatsapp", "data": {"interactive": {"list_reply": {"id": "age"}}}}
            )
        },
        "age",
    ),
    (
        {
            "ChannelMetadata": json.dumps(
                {"type": "rcs", "data": {"context": {"buttonPayload": "where"}}}
            )
        },
        "where",
    ),
    (
        {
            "InteractiveData": "{",
            "ChannelMetadata": json.dumps({"data": {"context": {"buttonPayload": "where"}}}),
        },
        "where",
    ),
    (
        {
            "ChannelMetadata": json.dumps(
                {"type": "whatsapp", "data": {"context": {"ProfileName": "Ana", "WaId": "1"}}}
            )
        },
        None,
    ),
    ({"InteractiveData": json.dumps({"button_reply": {"id": 7}})}, None),
    ({"InteractiveData": json.dumps({"button_reply": "men"})}, None),
    ({"InteractiveData": '{"button_reply":'}, None),
    ({"InteractiveData": "[" * 100_000}, None),
    ({"InteractiveData": "[" + "9" * 5000 + "]"}, None),
    ({"InteractiveData": "null"}, None),
    ({"ButtonPayload": "x" * 257}, None),
    ({"ButtonText": "Price"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("fields", "choice"), TAPPED)
def test_what_was_tapped_is_read_wherever_the_channel_writes_it(
    fields: dict[str, str], choice: str | None
) -> None:
    assert heard(form(**fields)).choice == choice


@pytest.mark.parametrize(
    ("fields", "media"),
    [
        ({}, ()),
        ({"NumMedia": "0"}, ()),
        (
            {"NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaContentType1": "audio/ogg"},
            ("image/jpeg", "audio/ogg"),
        ),
        ({"NumMedia": "1"}, ("application/octet-stream",)),
        ({"NumMedia": "many", "MediaContentType0": "image/jpeg"}, ()),
        ({"NumMedia": "-1"}, ()),
        ({"NumMedia": "9" * 5000}, ()),
        (
            {"NumMedia": "9999", "MediaContentType0": "image/jpeg"},
            ("image/jpeg",) + ("application/octet-stream",) * 9,
        ),
    ],
)
def test_media_are_their_types_ten_at_most(fields: dict[str, str], media: tuple[str, ...]) -> None:
    assert heard(form(**fields)).media == media


def test_a_place_has_two_coordinates() -> None:
    assert heard(form(Latitude="45.5", Longitude="-73.6")).location
    assert not heard(form(Latitude="45.5")).location


def test_whoever_came_by_an_advertisement_brings_what_it_says() -> None:
    whole = form(
        ReferralSourceId="123",
        ReferralCtwaClid="click",
        ReferralHeadline="Questions?",
        ReferralBody="Write to us",
        ReferralNumMedia="0",
    )
    assert heard(whole).referral == Referral("123", "click", "Questions?", "Write to us")
    assert heard(form(ReferralSourceUrl="https://clinic.example/ad")).referral == Referral()
    assert heard(form(ReferralNumMedia="0", ReferralBody="")).referral is None


def test_an_advertisement_tells_no_more_than_can_be_of_use() -> None:
    long = heard(form(ReferralSourceId="1" * 5000, ReferralBody="b" * 5000)).referral
    assert long is not None
    assert (len(long.source_id), len(long.body)) == (256, 1600)


def test_what_the_carrier_did_with_an_opt_out_is_kept() -> None:
    assert heard(form(Body="STOP", OptOutType="STOP")).opt_out_type == "STOP"
    assert heard(form(Body="STOP")).opt_out_type is None


def test_any_body_survives() -> None:
    for body in ("a\x00b", "😀" * 1600, "", "\u202eabc", "\ufffe"):
        assert heard(form(Body=body)).body == body
    assert heard(form(Body="\ud800"), key=PHONE).body == "\ud800"


FIELDS = [
    "MessageSid", "SmsSid", "AccountSid", "From", "To", "Body", "NumMedia", "MediaContentType0", "Latitude", "Longitude",
    "ButtonPayload", "ListId", "InteractiveData", "ChannelMetadata", "ExternalUserId", "OptOutType", "ReferralBody", "SenderKind",
]  # fmt: skip
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
LIKELY = st.sampled_from(
    [
        FICTION,
        REAL,
        "whatsapp:CA.1",
        "whatsapp:" + FICTION,
        "SM1",
        "1",
        "{}",
        '{"button_reply":{"id":"x"}}',
        "rcs:",
    ]
)


@given(
    st.dictionaries(st.sampled_from(FIELDS) | ANYTHING, st.lists(LIKELY | ANYTHING, max_size=3)),
    st.sampled_from([TOKEN, PHONE]),
)
def test_any_text_in_any_field_is_a_message_or_a_plain_no(
    fields: dict[str, list[str]], key: str
) -> None:
    try:
        inbound = heard(fields, key=key)
    except (Forged, Refused) as no:
        words = str(no)
    else:
        words = repr(inbound.addresses)
        assert inbound.demo == (key == PHONE)
        assert inbound.message_id
        assert inbound.addresses
    assert FICTION not in words
    assert REAL not in words


@given(ANYTHING, ANYTHING)
def test_any_text_for_a_signature_is_a_plain_no(signature: str, body: str) -> None:
    with pytest.raises(Forged):
        carrier().hear(URL, form(Body=body), signature)


# ---------------------------------------------------------------- what is said


def messages(twiml: str) -> list[str]:
    """The texts in TwiML, as a parser of XML reads them."""
    response = ET.fromstring(twiml)
    assert response.tag == "Response"
    assert all(m.tag == "Message" and not len(m) for m in response)
    return [m.text or "" for m in response]


def test_each_text_is_a_message() -> None:
    twiml = carrier().speak(["Hello & <welcome>", "¿Qué tal?\nالسعر"])
    assert twiml.startswith('<?xml version="1.0" encoding="UTF-8"?><Response>')
    assert messages(twiml) == ["Hello & <welcome>", "¿Qué tal?\nالسعر"]


@pytest.mark.parametrize("texts", [[], [""], ["\x00\x0b"], ["  \n"]])
def test_nothing_to_say_is_an_empty_response(texts: list[str]) -> None:
    assert messages(carrier().speak(texts)) == []


def test_what_xml_cannot_carry_is_left_out() -> None:
    assert messages(carrier().speak(["a\x00b\x0bc\ud800d\ufffee\uffff\x1bf\tg\r\nh\ri"])) == [
        "abcdef\tg\nh\ni"
    ]


def test_a_text_too_long_for_one_message_is_split_at_a_space() -> None:
    parts = messages(carrier().speak(["word " * 700]))
    assert [len(p) <= 1600 for p in parts] == [True] * 3
    assert " ".join(parts).split() == ["word"] * 700
    assert messages(carrier().speak(["x" * 1600])) == ["x" * 1600]


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=3300), max_size=3))
def test_whatever_is_said_is_well_formed_and_short_enough(texts: list[str]) -> None:
    for part in messages(carrier().speak(texts)):
        assert 0 < len(part) <= 1600


def test_parsing_an_address_is_undone_by_spelling_it() -> None:
    for text in ("+15145550123", "whatsapp:CA.1", "rcs:+15145550123"):
        assert spelled(parse_address(text)) == text
