"""What the bot is told of a message: signed, in the order and as often as the script says, and written down row for row."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.carrier import ACCOUNT, SENDER, LocalCarrier, local_carrier
from tests.running import free_port

from .asking import create, get, listed, sent, somebody
from .conftest import Bot, listening

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]


def told(carrier: LocalCarrier, delivery: str) -> list[str]:
    """The statuses that the log says were told of a message."""
    return [entry["status"] for entry in carrier.log("callback") if entry["delivery"] == delivery]


# ---------------------------------------------------------------- what is told


def test_an_sms_is_told_to_be_sent_and_delivered(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody()
    message = sent(carrier, to, "a-1")
    carrier.settle()
    first, second = [post for post in bot.posts if post.path == "/twilio/status/a-1"]
    assert first.form == {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "From": SENDER,
        "To": to,
        "MessageSid": message["sid"],
        "SmsSid": message["sid"],
        "MessageStatus": "sent",
        "SmsStatus": "sent",
    }
    assert second.status == "delivered"
    assert len(second.form["RawDlrDoneDate"]) == 10
    assert first.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_on_whatsapp_a_message_is_read(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody("whatsapp")
    carrier.inbound("hello", to, f"whatsapp:{SENDER}")
    sent(carrier, to, "a-2")
    carrier.settle()
    assert bot.statuses("a-2") == ["sent", "delivered", "read"]
    read = bot.posts[-1].form
    assert (read["EventType"], read["ChannelPrefix"], read["ChannelToAddress"]) == (
        "READ",
        "whatsapp",
        to[9:],
    )


def test_a_service_tells_of_the_queue_too(bot: Bot, carrier: LocalCarrier) -> None:
    sent(carrier, somebody(), "a-3", From="", MessagingServiceSid="MG" + "2" * 32)
    carrier.settle()
    assert bot.statuses("a-3") == ["queued", "sent", "delivered"]
    assert {p.form["MessagingServiceSid"] for p in bot.posts if p.path.endswith("/a-3")} == {
        "MG" + "2" * 32
    }


def test_what_fails_is_told_with_its_code_and_stands_in_the_list(
    bot: Bot, carrier: LocalCarrier
) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "outcome": "undelivered", "error": 30003})
    message = sent(carrier, to, "a-4")
    carrier.settle()
    assert [(p.status, p.form.get("ErrorCode")) for p in bot.posts if p.path.endswith("/a-4")] == [
        ("sent", None),
        ("undelivered", "30003"),
    ]
    now = get(carrier, message["uri"])[1]
    assert (now["status"], now["error_code"]) == ("undelivered", 30003)
    assert now["error_message"]


def test_without_an_address_nothing_is_told(bot: Bot, carrier: LocalCarrier) -> None:
    before = len(bot.posts)
    sent(carrier, somebody())
    carrier.settle()
    assert len(bot.posts) == before


def test_a_message_that_waits_longer_than_it_may_expires(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "delay": 600})
    sent(carrier, to, "a-5", ValidityPeriod="60")
    assert bot.statuses("a-5") == []
    carrier.forward(601)
    carrier.settle()
    assert [(p.status, p.form["ErrorCode"]) for p in bot.posts if p.path.endswith("/a-5")] == [
        ("failed", "30036")
    ]


# ---------------------------------------------------------------- out of order


def test_callbacks_come_repeated_out_of_order_or_never(bot: Bot, carrier: LocalCarrier) -> None:
    people = {name: somebody() for name in ("repeated", "shuffled", "dropped")}
    carrier.script(
        None,
        {"to": people["repeated"], "repeat": 3},
        {
            "to": people["shuffled"],
            "shuffle": True,
            "statuses": ["queued", "sending", "sent", "delivered", "read"],
        },
        {"to": people["dropped"], "dropped": 1.0},
    )
    uris = {name: sent(carrier, to, f"b-{name}")["uri"] for name, to in people.items()}
    carrier.settle()
    assert bot.statuses("b-repeated") == ["sent"] * 3 + ["delivered"] * 3
    assert sorted(bot.statuses("b-shuffled")) == ["delivered", "queued", "read", "sending", "sent"]
    assert bot.statuses("b-shuffled") != ["queued", "sending", "sent", "delivered", "read"]
    assert bot.statuses("b-dropped") == []
    now = {name: get(carrier, uri)[1]["status"] for name, uri in uris.items()}
    assert now == {"repeated": "delivered", "shuffled": "read", "dropped": "delivered"}


def test_a_callback_may_come_before_the_answer(bot: Bot, carrier: LocalCarrier) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "early": 2, "delay": 0.3})
    sent(carrier, to, "b-early")
    assert bot.statuses("b-early") == ["sent", "delivered"]
    carrier.settle()
    assert bot.statuses("b-early") == ["sent", "delivered"]


def test_a_message_whose_answer_is_lost_is_told_of_all_the_same(
    bot: Bot, carrier: LocalCarrier
) -> None:
    to = somebody()
    carrier.script(None, {"to": to, "answer": "refused", "status": 503, "created": True})
    assert create(carrier, to, "b-lost")[0] == 503
    carrier.settle()
    assert bot.statuses("b-lost") == ["sent", "delivered"]


# ---------------------------------------------------------------- a bot that is not well


def test_no_more_posts_at_once_than_the_pool_has(bot: Bot, var: Path) -> None:
    bot.slow, bot.busiest = 0.05, 0
    with local_carrier(var, bot_url=bot.url, options=("--pool", "3")) as own:
        people = [somebody() for _ in range(20)]
        for number, to in enumerate(people):
            sent(own, to, f"c-{number}")
        own.settle()
        assert len(own.log("callback")) == 40
    assert bot.busiest == 3


def test_a_bot_that_is_not_there_is_tried_twice_and_then_not_again(var: Path) -> None:
    with local_carrier(var, bot_url=f"http://127.0.0.1:{free_port()}") as own:
        sent(own, somebody(), "c-gone")
        own.settle()
        assert [(e["answered"], e["fault"]) for e in own.log("callback")] == [
            (0, "ClientConnectorError")
        ] * 2


def test_an_answer_of_the_bot_is_written_down_and_not_tried_again(
    bot: Bot, carrier: LocalCarrier
) -> None:
    bot.answers = (503, "text/xml")
    sent(carrier, somebody(), "c-503")
    carrier.settle()
    assert [e["answered"] for e in carrier.log("callback") if e["delivery"] == "c-503"] == [
        503,
        503,
    ]
    assert bot.statuses("c-503") == ["sent", "delivered"]


def test_nothing_is_ever_posted_to_another_machine(var: Path) -> None:
    with local_carrier(var, bot_url="http://192.0.2.1") as own:
        sent(own, somebody(), "c-away")
        sent(own, somebody(), StatusCallback="https://www.example.org/x")
        own.settle()
        assert {e["fault"] for e in own.log("callback")} == {"not on this machine"}


# ---------------------------------------------------------------- the log


def test_the_log_and_the_bot_agree_row_for_row(var: Path) -> None:
    script = {
        "rules": [
            {"share": 0.2, "answer": "refused", "status": 429, "code": 20429, "times": 1},
            {"share": 0.2, "outcome": "undelivered", "error": 30003, "repeat": 2},
            {"share": 0.3, "shuffle": True, "early": 1},
        ],
        "delay": [0.0, 0.05],
    }
    with listening() as bot, local_carrier(var, bot_url=bot.url, script=script) as own:
        people = [somebody() for _ in range(120)]
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda n: create(own, people[n], f"r{n}"), range(120)))
        own.settle()
        created = {e["delivery"]: e["sid"] for e in own.log("created")}
        assert created == {f"r{n}": m["sid"] for n, (s, m) in enumerate(answers) if s == 201}
        assert {e["delivery"] for e in own.log("refused")} == {
            f"r{n}" for n, (s, _) in enumerate(answers) if s != 201
        }
        assert 5 < len(own.log("refused")) < 60
        seen = sorted(
            (p.path.rpartition("/")[2], p.status, p.form["MessageSid"]) for p in bot.posts
        )
        assert seen == sorted((e["delivery"], e["status"], e["sid"]) for e in own.log("callback"))
        assert {e["answered"] for e in own.log("callback")} == {200}


def run(var: Path, seed: int) -> dict[str, Any]:
    """What becomes of the same messages, created at once: for each address what happened, with the ids."""
    script = {
        "rules": [
            {"share": 0.3, "answer": "refused", "status": 503, "created": True},
            {"share": 0.4, "shuffle": True, "repeat": 2, "dropped": 0.2},
        ],
        "delay": [0.0, 0.02],
    }
    people = [f"+1647555{100 + n:04d}" for n in range(60)]
    with listening() as bot, local_carrier(var, bot_url=bot.url, script=script, seed=seed) as own:
        with ThreadPoolExecutor(6) as threads:
            statuses = dict(
                zip(people, threads.map(lambda to: create(own, to, to[1:])[0], people), strict=True)
            )
        own.settle()
        sids = {e["to"]: e["sid"] for e in own.log("created")}
        return {to: (statuses[to], sids.get(to), told(own, to[1:])) for to in people}


def test_the_same_seed_is_the_same_run_whoever_comes_first(tmp_path: Path) -> None:
    once, again, other = run(tmp_path / "1", 7), run(tmp_path / "2", 7), run(tmp_path / "3", 8)
    assert once == again
    assert once != other


# ---------------------------------------------------------------- ended and started again


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_carrier_goes_on_where_it_ended(var: Path, how: signal.Signals) -> None:
    with (
        listening() as bot,
        local_carrier(var, bot_url=bot.url, script={"delay": [0.05, 0.4]}) as own,
    ):
        people = [somebody() for _ in range(40)]
        uris = [sent(own, to, f"e{n}")["uri"] for n, to in enumerate(people)]
        own.wait_for(lambda it: len(it.log("callback")) >= 20)
        own.stop(how)
        before = own.log()
        own.start()
        own.settle()
        assert own.log()[: len(before)] == before
        for number, uri in enumerate(uris):
            assert get(own, uri)[1]["status"] == "delivered"
            assert told(own, f"e{number}") == ["sent", "delivered"]
            heard = bot.statuses(f"e{number}")
            # A post that was under way when the carrier was killed is made again: it was not written down.
            assert list(dict.fromkeys(heard)) == ["sent", "delivered"]
        assert own.state()["counts"]["script"] == 1


def test_what_the_carrier_knew_it_knows_after_a_restart(bot: Bot, var: Path) -> None:
    with local_carrier(var, bot_url=bot.url) as own:
        quiet, writer, plain = somebody(), somebody("whatsapp"), somebody()
        own.inbound("STOP", quiet)
        own.inbound("hello", writer, f"whatsapp:{SENDER}")
        own.script(None, {"to": plain, "times": 1, "answer": "refused", "status": 429})
        assert create(own, plain)[0] == 429
        own.forward(3600)
        sent(own, writer, "f-1")
        own.settle()
        everything = listed(own)
        own.stop(signal.SIGKILL)
        own.start()
        assert listed(own) == everything
        assert create(own, quiet)[1]["code"] == 21610
        assert create(own, plain)[0] == 201
        own.forward(22 * 3600)
        sent(own, writer, "f-2")
        own.forward(3600)
        sent(own, writer, "f-3")
        own.settle()
        assert told(own, "f-2") == ["sent", "delivered", "read"]
        assert told(own, "f-3") == ["failed"]


def test_a_line_that_was_cut_off_is_forgotten(bot: Bot, var: Path) -> None:
    with local_carrier(var, bot_url=bot.url) as own:
        sid = sent(own, somebody(), "g-1")["sid"]
        own.settle()
        own.stop(signal.SIGKILL)
        whole = own.path.read_bytes()
        own.path.write_bytes(whole + b'{"kind": "created", "sid": "SM')
        own.start()
        assert own.path.read_bytes() == whole
        assert [m["sid"] for m in listed(own)] == [sid]
