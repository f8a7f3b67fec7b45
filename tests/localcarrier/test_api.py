"""The doors of Twilio's REST API, as any program sees them."""

import base64
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.carrier import ACCOUNT, SENDER, TOKEN, LocalCarrier

from .asking import AUTH, MESSAGES, create, get, listed, post, sent, somebody
from .conftest import Bot

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

ONE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{{}}.json"


# ---------------------------------------------------------------- who may ask


@pytest.mark.parametrize(
    "auth",
    [None, (ACCOUNT, "another"), (ACCOUNT, ""), ("AC" + "2" * 32, TOKEN), ("", ""), (ACCOUNT, "é")],
)
def test_nobody_without_the_accounts_token_is_heard(
    carrier: LocalCarrier, auth: tuple[str, str] | None
) -> None:
    before = carrier.state()["counts"].get("created", 0)
    for method, path in (
        ("POST", MESSAGES),
        ("GET", MESSAGES),
        ("GET", "/v1/Content"),
        ("GET", ONE.format("SM1")),
    ):
        status, error = carrier.call(
            method, path, auth=auth, form=b"To=x" if method == "POST" else None
        )
        assert (status, error["code"]) == (401, 20003)
    assert carrier.state()["counts"].get("created", 0) == before


def test_another_account_or_page_is_not_found(carrier: LocalCarrier) -> None:
    other = MESSAGES.replace(ACCOUNT, "AC" + "2" * 32)
    for path in (other, ONE.format("SM" + "0" * 32), "/2010-04-01/Accounts", "/v1/Content/HX0"):
        status, error = get(carrier, path)
        assert (status, error["code"], error["status"]) == (404, 20404, 404)


def test_the_carrier_is_alive_to_anybody_and_listens_on_this_machine_alone(
    carrier: LocalCarrier,
) -> None:
    with urllib.request.urlopen(carrier.url + "/healthz", timeout=5) as answer:
        assert answer.read() == b"ok"
    assert carrier.url.startswith("http://127.0.0.1:")


# ---------------------------------------------------------------- messages


def test_a_message_is_created_told_and_found(carrier: LocalCarrier) -> None:
    to = somebody()
    message = sent(carrier, to, Body="¿Qué tal?")
    assert (message["to"], message["from"], message["body"]) == (to, SENDER, "¿Qué tal?")
    assert (message["status"], message["direction"], message["num_segments"]) == (
        "queued",
        "outbound-api",
        "1",
    )
    assert (message["error_code"], message["date_sent"]) == (None, None)
    carrier.settle()
    status, now = get(carrier, message["uri"])
    assert (status, now["sid"], now["status"]) == (200, message["sid"], "delivered")
    assert now["date_sent"] is not None
    assert [m["sid"] for m in listed(carrier, To=to)] == [message["sid"]]


def test_each_message_has_an_id_of_its_own(carrier: LocalCarrier) -> None:
    to = somebody()
    assert len({sent(carrier, to)["sid"] for _ in range(20)}) == 20


def test_a_service_finds_a_sender_later(carrier: LocalCarrier) -> None:
    service = "MG" + "2" * 32
    message = sent(carrier, somebody(), From="", MessagingServiceSid=service)
    assert (message["status"], message["from"], message["num_segments"]) == ("accepted", None, "0")
    carrier.settle()
    now = get(carrier, message["uri"])[1]
    assert (now["from"], now["num_segments"], now["messaging_service_sid"]) == (
        SENDER,
        "1",
        service,
    )
    assert now["sid"] in {m["sid"] for m in listed(carrier, From=SENDER)}


def test_a_refusal_is_spelled_as_twilio_spells_it(carrier: LocalCarrier) -> None:
    status, error = create(carrier, somebody(), Body="")
    assert status == 400
    assert error == {
        "code": 21602,
        "message": "A message needs a body, a medium or a content",
        "more_info": "https://www.twilio.com/docs/errors/21602",
        "status": 400,
    }


def test_a_field_that_comes_twice_counts_once_and_the_body_is_kept_to_the_letter(
    carrier: LocalCarrier,
) -> None:
    form = f"To=%2B1{somebody()[2:]}&From=%2B{SENDER[1:]}&Body=%20a+b%0D%0A%26%F0%9F%98%80&Body=x".encode()
    status, message = carrier.call("POST", MESSAGES, auth=AUTH, form=form)
    assert (status, message["body"]) == (201, " a b\r\n&😀")


# ---------------------------------------------------------------- the list


def test_the_list_is_by_person_and_sender_latest_first(carrier: LocalCarrier) -> None:
    to, other, sender = somebody(), somebody(), "+15145550188"
    first, second = sent(carrier, to)["sid"], sent(carrier, to)["sid"]
    third = sent(carrier, to, From=sender)["sid"]
    sent(carrier, other)
    assert [m["sid"] for m in listed(carrier, To=to)] == [third, second, first]
    assert [m["sid"] for m in listed(carrier, To=to, From=SENDER)] == [second, first]
    assert [m["sid"] for m in listed(carrier, From=sender)] == [third]
    assert listed(carrier, To=somebody()) == []


def test_the_pages_of_a_list_hold_still_while_messages_come(carrier: LocalCarrier) -> None:
    to = somebody()
    old = [sent(carrier, to)["sid"] for _ in range(5)]
    page = get(carrier, f"{MESSAGES}?To=%2B{to[1:]}&PageSize=2")[1]
    seen = [m["sid"] for m in page["messages"]]
    assert (page["page_size"], page["page"], page["start"], page["end"]) == (2, 0, 0, 1)
    while page["next_page_uri"]:
        sent(carrier, to)
        page = get(carrier, page["next_page_uri"])[1]
        seen += [m["sid"] for m in page["messages"]]
    assert seen == old[::-1]


def test_by_date_only_what_was_sent_is_listed(carrier: LocalCarrier) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "statuses": []})
    waits = sent(carrier, to)["sid"]
    carrier.script()
    went = sent(carrier, to)["sid"]
    carrier.settle()
    now = datetime.now(UTC)
    today, yesterday = f"{now:%Y-%m-%d}", f"{now - timedelta(days=1):%Y-%m-%d}"
    soon = (now + timedelta(seconds=5)).isoformat()
    for query, found in (
        ({}, [went, waits]),
        ({"DateSent>": yesterday}, [went]),
        ({"DateSent<": yesterday}, []),
        ({"DateSent<": today}, [went]),
        ({"DateSent>": soon}, []),
        ({"DateSent<": soon}, [went]),
    ):
        assert [m["sid"] for m in listed(carrier, To=to, **query)] == found, query


@pytest.mark.parametrize(
    "query", ["DateSent=tomorrow", "PageSize=many", "PageToken=PASM0", "Page=-1"]
)
def test_a_list_that_is_asked_wrongly_is_refused(carrier: LocalCarrier, query: str) -> None:
    assert get(carrier, f"{MESSAGES}?{query}")[1]["code"] == 20001


# ---------------------------------------------------------------- changed


def test_a_message_that_has_not_left_is_canceled_and_nothing_more_is_told_of_it(
    carrier: LocalCarrier,
) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "delay": 30})
    message = sent(carrier, to, "canceled-1")
    status, now = post(carrier, message["uri"], Status="canceled")
    assert (status, now["status"]) == (200, "canceled")
    carrier.settle()
    told = [entry["status"] for entry in carrier.log("callback") if entry["sid"] == message["sid"]]
    assert told == ["canceled"]


def test_what_is_being_told_when_a_message_is_canceled_is_told_to_its_end(
    bot: Bot, carrier: LocalCarrier
) -> None:
    bot.slow = 0.5
    service = "MG" + "2" * 32
    to = somebody()
    carrier.script(None, {"to": to, "delay": 0.01, "statuses": ["queued"]})
    message = sent(carrier, to, "canceled-2", From="", MessagingServiceSid=service)
    carrier.wait_for(lambda _: bot.statuses("canceled-2") == ["queued"])
    assert post(carrier, message["uri"], Status="canceled")[0] == 200
    carrier.settle()
    assert bot.statuses("canceled-2") == ["queued", "canceled"]


def test_what_has_left_is_canceled_no_more(carrier: LocalCarrier) -> None:
    message = sent(carrier, somebody())
    carrier.settle()
    assert post(carrier, message["uri"], Status="canceled")[1]["code"] == 30409


def test_a_text_is_taken_away_once_the_message_is_done(carrier: LocalCarrier) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "statuses": []})
    assert post(carrier, sent(carrier, to)["uri"], Body="")[0] == 409
    carrier.script()
    message = sent(carrier, to)
    carrier.settle()
    status, now = post(carrier, message["uri"], Body="")
    assert (status, now["body"], now["status"]) == (200, "", "delivered")
    assert post(carrier, message["uri"], Body="another")[1]["code"] == 20001


# ---------------------------------------------------------------- going wrong


def test_too_many_requests_at_once_are_refused_and_surely_not_created(
    carrier: LocalCarrier,
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    carrier.script({"concurrency": 2}, {"hold": 0.3})
    people = [somebody() for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda to: create(carrier, to), people))
    statuses = [status for status, _ in answers]
    assert statuses.count(201) >= 2
    assert statuses.count(429) == 6 - statuses.count(201) > 0
    assert {a["code"] for s, a in answers if s == 429} == {20429}
    assert sum(bool(listed(carrier, To=to)) for to in people) == statuses.count(201)


def test_a_rule_for_the_first_tries_ends(carrier: LocalCarrier) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "times": 2, "answer": "refused", "status": 429, "code": 20429})
    assert [create(carrier, to)[0] for _ in range(3)] == [429, 429, 201]
    assert [e["code"] for e in carrier.log("refused") if e["to"] == to] == [20429, 20429]


def test_an_answer_may_be_lost_garbled_or_cut_off_and_the_message_is_there(
    carrier: LocalCarrier,
) -> None:
    for answer, wrong in (
        ("lost", TimeoutError),
        ("closed", ConnectionError),
        ("garbled", ValueError),
    ):
        to = somebody()
        carrier.script(None, {"to": to, "answer": answer})
        request = urllib.request.Request(
            carrier.url + MESSAGES, f"To={to}&From={SENDER}&Body=x".replace("+", "%2B").encode()
        )
        request.add_header(
            "Authorization", "Basic " + base64.b64encode(":".join(AUTH).encode()).decode()
        )
        with (
            pytest.raises((wrong, urllib.error.URLError)),
            urllib.request.urlopen(request, timeout=0.3) as heard,
        ):
            json.loads(heard.read())
        assert len(listed(carrier, To=to)) == 1, answer


def test_a_script_that_is_wrong_is_refused_and_the_old_one_stays(carrier: LocalCarrier) -> None:
    carrier.script({"delay": 1.5})
    status, error = carrier.call("POST", "/local/script", {"rules": [{"wrong": 1}]})
    assert status == 400
    assert "wrong" in error["error"]
    assert carrier.call("GET", "/local/script")[1]["delay"] == 1.5
