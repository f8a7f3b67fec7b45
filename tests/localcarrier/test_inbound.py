"""Somebody writes: the bot hears it signed, its answer is sent, and the carrier does with STOP what this kind of sender does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.carrier import ACCOUNT, SENDER, LocalCarrier, local_carrier

from .asking import create, listed, sent, somebody
from .conftest import Bot

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

WHATSAPP = f"whatsapp:{SENDER}"


def twiml(*texts: str) -> str:
    return f"<Response>{''.join(f'<Message>{text}</Message>' for text in texts)}</Response>"


def test_the_bot_hears_a_message_and_its_answers_are_sent(bot: Bot, carrier: LocalCarrier) -> None:
    bot.reply = lambda form: twiml("hello &amp; welcome", "<Body>how are you?</Body>")
    to = somebody()
    answer = carrier.inbound("hi ¿qué?", to)
    assert (answer["status"], answer["replies"]) == (200, ["hello & welcome", "how are you?"])
    assert bot.posts[-1].path == "/twilio/messages"
    assert bot.posts[-1].form == {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "MessageSid": answer["sid"],
        "SmsMessageSid": answer["sid"],
        "SmsSid": answer["sid"],
        "SmsStatus": "received",
        "From": to,
        "To": SENDER,
        "Body": "hi ¿qué?",
        "NumMedia": "0",
        "NumSegments": "1",
    }
    inbound = listed(carrier, From=to)
    assert [(m["direction"], m["status"], m["body"]) for m in inbound] == [
        ("inbound", "received", "hi ¿qué?")
    ]
    replies = {m["sid"]: (m["direction"], m["body"]) for m in listed(carrier, To=to)}
    assert [replies[sid] for sid in answer["sids"]] == [
        ("outbound-reply", "hello & welcome"),
        ("outbound-reply", "how are you?"),
    ]


def test_whatever_twilio_adds_can_be_added(bot: Bot, carrier: LocalCarrier) -> None:
    carrier.inbound(
        "STOP",
        somebody("whatsapp"),
        WHATSAPP,
        ProfileName="Ana",
        ButtonPayload="stop",
        ReferralSourceId="7",
    )
    form = bot.posts[-1].form
    assert (form["ProfileName"], form["ButtonPayload"], form["ReferralSourceId"]) == (
        "Ana",
        "stop",
        "7",
    )
    assert form["WaId"] == form["From"].removeprefix("whatsapp:+")


def test_a_message_that_comes_twice_is_one_message(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody()
    first = carrier.inbound("hi", to)
    second = carrier.inbound("hi", to, MessageSid=first["sid"])
    assert first["sid"] == second["sid"]
    assert [p.form["MessageSid"] for p in bot.posts[-2:]] == [first["sid"]] * 2
    assert len(listed(carrier, From=to)) == 1


@pytest.mark.parametrize(
    ("status", "kind", "body", "replies", "code"),
    [
        (503, "text/xml", "", [], 11200),
        (403, "text/xml", "", [], 11200),
        (200, "text/xml", "<Response/>", [], None),
        (200, "text/xml", "", [], None),
        (200, "text/xml", "<Response>", [], 12100),
        (200, "text/html", "<html><p>fault</html>", [], 12100),
        (200, "application/json", "{}", [], 12300),
        (
            200,
            "text/plain",
            "Traceback",
            ["Traceback"],
            None,
        ),  # is texted to the person: so never answer so
    ],
)
def test_an_answer_that_is_none_is_told_by_twilios_code(
    bot: Bot,
    carrier: LocalCarrier,
    status: int,
    kind: str,
    body: str,
    replies: list[str],
    code: int | None,
) -> None:
    bot.answers, bot.reply = (status, kind), lambda form: body
    answer = carrier.inbound("hi", somebody())
    assert (answer["status"], answer["replies"], answer["code"]) == (status, replies, code)


def test_a_message_from_nobody_is_refused(carrier: LocalCarrier) -> None:
    status, error = carrier.call("POST", "/local/inbound", {"Body": "hi"})
    assert (status, error["error"]) == (400, "From and To are needed")


# ---------------------------------------------------------------- the window


def test_on_whatsapp_a_text_goes_for_a_day_after_the_persons_last(
    bot: Bot, carrier: LocalCarrier
) -> None:
    to = somebody("whatsapp")
    earlier = datetime.now(UTC) - timedelta(hours=30)

    def ends() -> list[str]:
        carrier.settle()
        return [m["status"] for m in listed(carrier, To=to)]

    sent(carrier, to)
    assert ends() == ["failed"]
    carrier.inbound("hi", to, WHATSAPP, at=earlier.isoformat())
    sent(carrier, to)
    assert ends() == ["failed", "failed"]
    carrier.inbound("hi", to, WHATSAPP)
    sent(carrier, to)
    assert ends() == ["read", "failed", "failed"]
    assert {m["error_code"] for m in listed(carrier, To=to)} == {None, 63016}


def test_the_window_is_open_under_both_names_of_a_person(bot: Bot, carrier: LocalCarrier) -> None:
    to, hidden = somebody("whatsapp"), "whatsapp:CA.4566546130240823"
    carrier.inbound("hi", to, WHATSAPP, ExternalUserId=hidden)
    sent(carrier, hidden)
    carrier.settle()
    assert [m["status"] for m in listed(carrier, To=hidden)] == ["read"]


# ---------------------------------------------------------------- stop


def test_a_long_code_blocks_at_stop_and_answers_itself(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody()
    bot.reply = lambda form: twiml("You are out.")
    answer = carrier.inbound(" Stop\n", to)
    assert bot.posts[-1].form["Body"] == " Stop\n"
    assert "OptOutType" not in bot.posts[-1].form
    assert (len(answer["carrier"]), answer["replies"], answer["sids"]) == (1, ["You are out."], [])
    assert [(e["via"], e["code"]) for e in carrier.log("refused") if e["to"] == to] == [
        ("twiml", 21610)
    ]
    assert create(carrier, to)[1]["code"] == 21610
    assert create(carrier, f"rcs:{to}")[1]["code"] == 21610  # one phone, one opt-out
    carrier.inbound("hello", to)
    assert create(carrier, to)[0] == 400
    carrier.inbound("START", to)
    assert create(carrier, to)[0] == 201


@pytest.mark.parametrize("body", ["YES", "STOP PLEASE", "please stop", "ARRET", "no", ""])
def test_only_the_word_alone_is_acted_on(bot: Bot, carrier: LocalCarrier, body: str) -> None:
    to = somebody()
    assert carrier.inbound(body, to)["carrier"] == []
    assert create(carrier, to)[0] == 201


def test_whatsapp_knows_no_words(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody("whatsapp")
    assert carrier.inbound("STOP", to, WHATSAPP)["carrier"] == []
    sent(carrier, to)
    carrier.settle()
    assert [m["status"] for m in listed(carrier, To=to)] == ["read"]


@pytest.mark.parametrize(
    ("kind", "acts", "reopens", "late"),
    [
        ("short_code", False, "START", False),
        ("toll_free", True, "START", False),
        ("messaging_service", True, "YES", True),
        ("advanced_opt_out", True, "YES", True),
    ],
)
def test_each_kind_of_sender_does_its_own(
    bot: Bot, var: Path, kind: str, acts: bool, reopens: str, late: bool
) -> None:
    with local_carrier(var, bot_url=bot.url, options=("--sender-kind", kind)) as own:
        to = somebody()
        assert bool(own.inbound("STOP", to)["carrier"]) == acts
        assert bot.posts[-1].form.get("OptOutType") == (
            "STOP" if kind == "advanced_opt_out" else None
        )
        status, answer = create(own, to)
        assert status == (400 if acts and not late else 201)
        own.settle()
        if acts and late:
            assert [
                (m["status"], m["error_code"])
                for m in listed(own, To=to)
                if m["sid"] == answer["sid"]
            ] == [("failed", 21610)]
        if kind == "toll_free":
            own.inbound("YES", to)
            assert create(own, to)[0] == 400
        own.inbound(reopens, to)
        sid = sent(own, to)["sid"]
        own.settle()
        assert [m["status"] for m in listed(own, To=to) if m["sid"] == sid] == ["delivered"]


def test_advanced_opt_out_works_on_whatsapp_too(bot: Bot, var: Path) -> None:
    with local_carrier(var, bot_url=bot.url, options=("--sender-kind", "advanced_opt_out")) as own:
        to = somebody("whatsapp")
        own.inbound("STOP", to, WHATSAPP)
        assert bot.posts[-1].form["OptOutType"] == "STOP"
        sent(own, to)
        own.settle()
        assert [
            m["error_code"] for m in listed(own, To=to) if m["direction"] == "outbound-api"
        ] == [21610]


def test_only_the_accounts_numbers_send_where_they_are_named(bot: Bot, var: Path) -> None:
    with local_carrier(var, bot_url=bot.url, options=("--sender", SENDER)) as own:
        assert create(own, somebody())[0] == 201
        assert create(own, somebody(), From="+15145550199")[1]["code"] == 21606
