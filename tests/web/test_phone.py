"""The phone page's doors: who may have a form signed, what the form looks like, and what is told of a turn."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

import smsbot.web
from smsbot import wiring
from smsbot.core.conversation.decision import EVENTS
from smsbot.core.understanding.triage import TIERS
from smsbot.flows.answer import Turn
from smsbot.web.phone import blueprint
from smsbot.web.phone.countries import Country, known_countries
from smsbot.web.phone.form import Draft, Wrong, form_of, read_draft
from smsbot.web.phone.trace import HEADER_LIMIT, encode, trace

Says = Callable[..., Turn]

NOBODY = "+15145550123"
SOMEBODY = "+15145550200"  # the first number after those reserved
ACCOUNT = "AC" + "0" * 32
STATIC = Path(smsbot.web.__file__).parent / "static" / "phone"


def signature(url: str, form: Mapping[str, str]) -> str:
    return f"{url} {len(form)}"


@pytest.fixture
def client(texts: wiring.Texts) -> FlaskClient:
    app = Flask("smsbot.web")
    app.register_blueprint(
        blueprint(
            sign=signature,
            profile=texts.book.profile,
            account=ACCOUNT,
            public_url="https://bot.example/",
        )
    )
    return app.test_client()


def decoded(header: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))  # type: ignore[no-any-return]


# ---------------------------------------------------------------- the page


def test_the_page_runs_nothing_that_is_not_its_own_file(client: FlaskClient) -> None:
    page = client.get("/phone")
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
    } <= set(policy)
    assert "unsafe" not in " ".join(policy)
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    html = page.text
    assert "style=" not in html
    assert "<style" not in html
    assert "onclick" not in html
    assert html.count("<script") == 1


def test_the_page_says_that_it_is_a_demonstration(client: FlaskClient) -> None:
    html = client.get("/phone").text
    assert "This is a demonstration with numbers that belong to nobody." in html
    assert "Not for emergencies." in html


def test_every_file_that_the_page_names_is_there(client: FlaskClient) -> None:
    html = client.get("/phone").text
    named = [part.split('"')[0] for part in html.split('"/static/')[1:]]
    assert len(named) == 3
    for name in named:
        with client.get(f"/static/{name}") as file:
            assert file.status_code == 200


def test_only_examples_in_offered_languages_are_shown(
    client: FlaskClient, texts: wiring.Texts
) -> None:
    html = client.get("/phone").text
    assert ("¿duele?" in html) is ("es" in texts.book.profile.languages)
    assert "i cant swallow" in html


def test_every_name_that_the_bot_uses_has_plain_words(texts: wiring.Texts) -> None:
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    names = {
        *texts.book.content.topics,
        *texts.book.content.words,
        *EVENTS,
        *TIERS,
        "urgent_today",
        "clarify",
        "not_covered",
        "media",
    }
    assert [name for name in sorted(names) if f"\n  {name}: " not in words] == []


# ---------------------------------------------------------------- countries


def test_countries_come_with_flag_and_number(client: FlaskClient) -> None:
    canada = client.get("/phone/countries").json[0]  # type: ignore[index]
    assert canada == {
        "code": "CA",
        "name": "Canada (Montreal)",
        "flag": "🇨🇦",
        "number": NOBODY,
        "written": "+1 514 555 01",
    }


def test_a_country_of_real_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="not reserved"):
        Country("CA", "Canada", "+1 514 555 02")


def test_each_country_is_the_region_of_its_numbers(say: Says) -> None:
    wrong = [
        c.code for c in known_countries() if say("hello", sender=next(c.numbers())).region != c.code
    ]
    assert wrong == []


# ---------------------------------------------------------------- signing


def test_a_message_is_signed_for_the_address_that_the_webhook_checks(client: FlaskClient) -> None:
    answer = client.post(
        "/phone/sign", json={"from": NOBODY, "channel": "sms", "body": "how much?"}
    )
    assert answer.status_code == 200
    signed = answer.json
    assert signed is not None
    assert signed["url"] == "https://bot.example/twilio/messages"
    assert signed["signature"] == signature(signed["url"], signed["form"])
    assert signed["form"]["Body"] == "how much?"
    assert signed["form"]["From"] == NOBODY
    assert signed["form"]["AccountSid"] == ACCOUNT


def test_each_message_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = {
        client.post("/phone/sign", json={"from": NOBODY, "body": "hi"}).json["form"]["MessageSid"]
        for _ in range(5)
    }  # type: ignore[index]
    assert len(ids) == 5
    assert all(len(i) == 34 and i.startswith("SM") and int(i[2:], 16) >= 0 for i in ids)


@pytest.mark.parametrize(
    "sender",
    [
        SOMEBODY,
        f"whatsapp:{NOBODY}",
        "whatsapp:" + SOMEBODY,
        "",
        None,
        15145550123,
        [NOBODY],
        f"{NOBODY}\n",
        f" {NOBODY}",
        "CA.123",
        NOBODY + "4",
    ],
)
def test_a_number_that_may_be_somebodys_is_never_signed(
    client: FlaskClient, sender: object
) -> None:
    answer = client.post("/phone/sign", json={"from": sender, "body": "STOP"})
    assert answer.status_code == 400
    assert "reserved for fiction" in answer.json["error"]  # type: ignore[index]
    assert "signature" not in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "x" * 1601),
        ("body", "half \ud83d"),
        ("body", 7),
        ("channel", "pigeon"),
        ("channel", ["sms"]),
        ("sender_kind", "satellite"),
        ("media", "image/jpeg"),
        ("media", ["not a type"]),
        ("media", ["image/jpeg"] * 11),
        ("location", "yes"),
        ("choice", "x" * 201),
        ("choice", "how"),  # on SMS
        ("to", "+15145550100"),
    ],
)
def test_what_the_carrier_would_not_send_is_refused_with_words(
    client: FlaskClient, field: str, value: object
) -> None:
    answer = client.post("/phone/sign", json={"from": NOBODY, field: value})
    assert answer.status_code == 400
    assert answer.json["error"]  # type: ignore[index]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 15000, b"[]", b'"text"', b"\xff\xfe", b"1" * 9000]
)
def test_what_is_no_message_is_a_clean_refusal(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/phone/sign", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]  # type: ignore[index]


def test_a_request_that_is_too_large_is_not_read(client: FlaskClient) -> None:
    assert (
        client.post("/phone/sign", data=b" " * 20_000, content_type="application/json").status_code
        == 413
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_no_other_sites_page_gets_a_signature(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/phone/sign", json={"from": NOBODY, "body": "hi"}, headers=headers)
    assert answer.status_code == 403
    assert "signature" not in (answer.json or {})


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]
)
def test_the_page_itself_gets_a_signature(client: FlaskClient, headers: dict[str, str]) -> None:
    assert (
        client.post("/phone/sign", json={"from": NOBODY, "body": "hi"}, headers=headers).status_code
        == 200
    )


# ---------------------------------------------------------------- the form


def form(**fields: object) -> dict[str, str]:
    return form_of(read_draft({"from": NOBODY, **fields}), "SM" + "0" * 32, ACCOUNT, "+15145550100")


@pytest.mark.parametrize(
    ("channel", "sender", "to"),
    [
        ("sms", NOBODY, "+15145550100"),
        ("whatsapp", f"whatsapp:{NOBODY}", "whatsapp:+15145550100"),
        ("rcs", f"rcs:{NOBODY}", "rcs:clinic_demo_agent"),
    ],
)
def test_each_channel_spells_addresses_its_own_way(channel: str, sender: str, to: str) -> None:
    made = form(channel=channel)
    assert (made["From"], made["To"]) == (sender, to)


def test_a_photo_a_place_a_button_and_an_advertisement_are_fields_of_the_form() -> None:
    made = form(
        channel="whatsapp",
        body="How it works",
        choice="how",
        media=["image/jpeg", "audio/ogg"],
        location=True,
        referral=True,
    )
    assert made["NumMedia"] == "2"
    assert made["MediaContentType1"] == "audio/ogg"
    assert made["MediaUrl0"].startswith("https://")
    assert (made["ButtonPayload"], made["ButtonText"]) == ("how", "How it works")
    assert made["Latitude"]
    assert made["ReferralHeadline"]


def test_an_ordinary_message_has_none_of_them() -> None:
    assert not {"ButtonPayload", "Latitude", "ReferralHeadline", "MediaUrl0", "OptOutType"} & set(
        form(body="hi")
    )


@pytest.mark.parametrize(
    ("kind", "body", "acted"),
    [
        ("advanced_opt_out", " Stop", "STOP"),
        ("advanced_opt_out", "stop it", None),
        ("long_code", "STOP", None),
    ],
)
def test_only_advanced_opt_out_says_that_the_carrier_acted(
    kind: str, body: str, acted: str | None
) -> None:
    assert form(body=body, sender_kind=kind).get("OptOutType") == acted


@pytest.mark.parametrize(
    ("kind", "channel", "carrier"),
    [
        ("long_code", "sms", "STOP"),
        ("advanced_opt_out", "whatsapp", "STOP"),
        ("short_code", "sms", None),
        ("long_code", "whatsapp", None),
    ],
)
def test_the_page_is_told_when_the_carrier_answers_by_itself(
    client: FlaskClient, kind: str, channel: str, carrier: str | None
) -> None:
    draft = {"from": NOBODY, "channel": channel, "sender_kind": kind, "body": "stop"}
    assert client.post("/phone/sign", json=draft).json["carrier"] == carrier  # type: ignore[index]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)
fields = st.sampled_from(
    ["from", "channel", "body", "choice", "media", "location", "referral", "sender_kind", "other"]
)


@given(st.dictionaries(fields, json_values | st.just(NOBODY)) | json_values)
def test_any_json_is_a_message_or_wrong(value: object) -> None:
    try:
        draft = read_draft(value)
    except Wrong:
        return
    assert isinstance(draft, Draft)
    assert draft.sender == NOBODY
    assert all(
        isinstance(v, str)
        for v in form_of(draft, "SM" + "0" * 32, ACCOUNT, "+15145550100").values()
    )


# ---------------------------------------------------------------- the trace


def test_the_trace_tells_language_meaning_facts_and_cost(say: Says, texts: wiring.Texts) -> None:
    told = trace(say("how much does it cost?"), texts.book)
    assert told["lang"] == "en"
    assert told["evidence"]["en"] > 0
    assert told["intents"] == ["price"]
    assert told["candidates"][0][0] == "price"
    assert told["tier"] in ("command", "keywords", "encoder")
    assert told["found"]
    assert told["region"] == "CA"
    assert told["emergency"] == "911"
    first = told["replies"][0]
    assert first["key"] == "price"
    assert (first["encoding"], first["segments"]) == ("GSM-7", 2)
    assert first["rtl"] is False
    assert {"id", "says", "sentence", "flag"} == set(first["facts"][0])
    assert all(f["sentence"].startswith("S") for f in first["facts"])


def test_an_option_is_told_as_it_stands_in_the_text_and_as_it_is_sent(
    say: Says, texts: wiring.Texts
) -> None:
    reply = trace(say("how much?"), texts.book)["replies"][0]
    assert [o["send"] for o in reply["options"]] == ["1", "2"]
    assert all(o["shown"] in reply["text"] and o["word"] and o["title"] for o in reply["options"])
    assert reply["buttons"] is False


def test_every_number_that_a_text_offers_is_an_option(say: Says, texts: wiring.Texts) -> None:
    for body in ("menu", "more"):
        turn = say(body)
        assert turn.decision is not None
        reply = trace(turn, texts.book)["replies"][0]
        assert [o["id"] for o in reply["options"]] == list(turn.decision.conversation.options)


def test_on_whatsapp_options_are_found_in_the_numbered_list(say: Says, texts: wiring.Texts) -> None:
    reply = trace(say("is it safe?", channel="whatsapp"), texts.book)["replies"][0]
    assert reply["key"] == "safe.whatsapp"
    assert [o["shown"][:2] for o in reply["options"]] == ["1.", "2.", "3."]


def test_buttons_are_told_only_where_the_patient_gets_buttons(
    say: Says, texts: wiring.Texts
) -> None:
    turn = say("how much?", channel="whatsapp")
    assert trace(turn, texts.book)["replies"][0]["buttons"] is False
    assert trace(turn, texts.book, buttons=True)["replies"][0]["buttons"] is True


def test_a_red_flag_is_told_with_its_signs(say: Says, texts: wiring.Texts) -> None:
    told = trace(say("i cant swallow"), texts.book)
    assert told["redflags"] == ["swallowing"]
    assert told["tier"] == "redflag"
    assert "RedFlagSeen" in told["events"]


def test_a_message_heard_twice_is_told_from_what_was_kept(say: Says, texts: wiring.Texts) -> None:
    first = say("how much?", message_id="SM" + "f" * 32)
    again = trace(say("how much?", message_id="SM" + "f" * 32), texts.book)
    assert again["tier"] == "kept"
    assert [r["text"] for r in again["replies"]] == list(first.kept.texts)
    assert [r["segments"] for r in again["replies"]] == list(first.kept.segments)


def test_the_header_holds_the_trace_in_ascii(say: Says, texts: wiring.Texts) -> None:
    told = trace(say("how much?"), texts.book)
    header = encode(told)
    assert header.isascii()
    assert "=" not in header
    assert decoded(header) == told


def test_the_header_stays_short_and_gives_up_texts_first(say: Says, texts: wiring.Texts) -> None:
    told = trace(say("how much?"), texts.book)
    told["replies"] = [{**told["replies"][0], "text": "هل هو آمن؟ " * 200}] * 3
    header = encode(told)
    assert len(header) < HEADER_LIMIT
    assert "text" not in decoded(header)["replies"][0]
    assert decoded(header)["replies"][0]["facts"] == told["replies"][0]["facts"]


def test_the_header_stays_short_whatever_it_has_to_hold(say: Says, texts: wiring.Texts) -> None:
    told = trace(say("menu"), texts.book)
    told |= {
        "found": ["ar: " + "م" * 90] * 60,
        "candidates": [[f"topic{n}", 0.5] for n in range(400)],
        "replies": told["replies"] * 60,
    }
    assert 0 < len(encode(told)) < HEADER_LIMIT


def test_every_answer_of_the_menu_fits_into_a_header_with_its_facts(
    say: Says, texts: wiring.Texts
) -> None:
    for topic in texts.book.content.topics:
        label = texts.book.catalogs.find("en", f"{topic}.label")[1][0]
        header = encode(trace(say(label, channel="whatsapp"), texts.book))
        assert len(header) < HEADER_LIMIT
        assert all("facts" in reply for reply in decoded(header)["replies"])
