"""The whole bot in its real processes: what it does when one of them, or a store, is gone."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from tests.running import TOKEN, Site, running

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[str, "Queue[dict[str, object]]"]]:
    """A receiver of notices on this machine: its address, and what it was told."""
    heard: Queue[dict[str, object]] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, told: tuple[str, object]) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("bot")
    with running(
        var, NOTIFY_WEBHOOK_URL=told[0], NOTIFY_WEBHOOK_SECRET="a secret of the test"
    ) as found:
        yield found


def wait_for(what: Callable[[], bool], patience: float = 90.0) -> None:
    """Waits until it is so."""
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def web_workers(site: Site) -> list[int]:
    pid = site.local.children[0].pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_talk_survives_the_restart_of_the_web_process(site: Site) -> None:
    site.say("what results can i expect", "SMa1")
    before = web_workers(site)
    site.local.children[0].send_signal(signal.SIGHUP)  # gunicorn starts its workers anew
    wait_for(lambda: bool(web_workers(site)) and not set(before) & set(web_workers(site)))
    assert "only temporary" in site.say("how long?", "SMa2")[0]


def test_a_worker_that_is_killed_loses_no_talk(site: Site) -> None:
    site.say("quels résultats ?", "SMb1", "+15145550124")
    for pid in web_workers(site):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: site.get("/healthz")[0] == 200)
    assert "temporaires" in site.say("combien de temps", "SMb2", "+15145550124")[0]


def test_two_messages_of_one_person_at_the_same_moment_are_both_answered_and_none_is_lost(
    site: Site,
) -> None:
    site.say("price", "SMc0", "+15145550125")
    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            pair = [("does it hurt", f"SMc{number}x"), ("which areas", f"SMc{number}y")]
            sender = f"+14165550{100 + number}"
            answers = list(pool.map(lambda m, s=sender: site.say(*m, s), pair))  # type: ignore[misc]
            assert "numbing cream" in answers[0][0]
            assert "forehead" in answers[1][0]
            again = [site.say(*message, sender) for message in pair]
            assert again == answers
            assert (
                sum("general facts" in text for answer in answers for text in answer) == 1
            )  # one disclosure in all


def test_the_same_message_again_gets_the_same_answer_and_is_counted_once(site: Site) -> None:
    def turns() -> float:
        lines = site.get("/metrics")[1].splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith("smsbot_turns_total")
        )

    before = turns()
    first = site.say("how does it work", "SMd1", "+15145550126")
    assert [site.say("how does it work", "SMd1", "+15145550126") for _ in range(3)] == [first] * 3
    assert turns() == before + 1


def test_a_call_and_a_red_flag_reach_staff_at_once_with_a_link_and_without_the_words(
    site: Site, told: tuple[str, "Queue[dict[str, object]]"]
) -> None:
    site.say("please call me back", "SMe1", "+15145550127")
    call = told[1].get(timeout=15)
    site.say("i cant swallow my own spit", "SMe2", "+15145550128")
    alert = told[1].get(timeout=15)
    assert (call["kind"], alert["kind"], alert["classes"]) == ("call", "red_flag", ["swallowing"])
    assert "5145550" not in json.dumps([call, alert])
    assert "spit" not in json.dumps(alert)
    path = "/notices/" + str(alert["link"]).rpartition("/notices/")[2]
    status, page = site.get(path)
    assert status == 200
    assert "swallowing" in page
    assert "5145550128" not in page


def test_a_wrong_signature_is_403_and_says_nothing(site: Site) -> None:
    form = {"From": "+15145550123", "Body": "price", "MessageSid": "SMf1"}
    assert site.post(form, token="wrong") == (403, b"")


def test_the_phone_page_cannot_speak_for_a_real_number(site: Site) -> None:
    """Its key is not the carrier's; and what it signs is taken for numbers of fiction only."""
    for body in ("STOP", "NEWS", "FORGET"):
        request = urllib.request.Request(
            f"{site.url}/phone/sign",
            json.dumps({"from": "+15149876543", "channel": "sms", "body": body}).encode(),
            {
                "Content-Type": "application/json",
                "Origin": site.url,
                "Sec-Fetch-Site": "same-origin",
            },
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        with refused.value as error:
            assert error.code == 400


def test_with_redis_gone_the_bot_answers_says_so_and_takes_an_opt_out(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        assert site.local.redis is not None
        site.local.redis.stop()
        assert "no price" in site.say("price", "SMg1")[0]
        assert "opted out" in site.say("STOP", "SMg2")[0]
        state = site.ready()
        assert (state["ready"], state["degraded"], state["redis"]["ok"]) == (True, True, False)  # type: ignore[index]


def test_with_sql_gone_an_opt_out_waits_in_the_outbox_and_is_written_when_it_is_back(
    tmp_path: Path,
) -> None:
    database, away = tmp_path / "smsbot.db", tmp_path / "away"
    with running(tmp_path) as site:
        away.mkdir()
        _lock(database, away)
        try:
            assert "opted out" in site.say("STOP", "SMh1")[0]
            assert "could not write down" in site.say("HUMAN", "SMh2")[0]
            assert "no price" in site.say("price", "SMh3")[0]
            assert site.ready()["redis"]["outbox"] == 1  # type: ignore[index]
        finally:
            _unlock(away)
        wait_for(lambda: site.ready()["redis"]["outbox"] == 0)  # type: ignore[index]


_LOCKS: dict[Path, object] = {}


def _lock(database: Path, mark: Path) -> None:
    """Holds the database's write lock, as a backup that hangs does."""
    import sqlite3

    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    _LOCKS[mark] = connection


def _unlock(mark: Path) -> None:
    connection = _LOCKS.pop(mark)
    connection.execute("ROLLBACK")  # type: ignore[attr-defined]
    connection.close()  # type: ignore[attr-defined]


def test_with_neither_store_the_carrier_is_asked_to_try_again_but_a_red_flag_is_answered(
    tmp_path: Path,
) -> None:
    away = tmp_path / "away"
    with running(tmp_path) as site:
        assert site.local.redis is not None
        site.local.redis.stop()
        for file in tmp_path.glob("smsbot.db*"):
            file.unlink()
        (tmp_path / "smsbot.db").mkdir()
        away.mkdir()
        for number, body in enumerate(["price", "STOP"]):
            assert site.post(
                {
                    "From": "+15145550123",
                    "Body": body,
                    "MessageSid": f"SMi{number}",
                    "NumMedia": "0",
                }
            ) == (503, b"")
        assert "CALL 911 NOW" in site.say("i cant breathe", "SMi9")[0]
        assert site.get("/readyz")[0] == 503


def test_a_red_flag_waits_for_neither_store(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        site.say("price", "SMj0")
        assert site.local.redis is not None
        assert site.local.redis.process is not None
        site.local.redis.process.send_signal(signal.SIGSTOP)
        away = tmp_path / "away"
        away.mkdir()
        _lock(tmp_path / "smsbot.db", away)
        try:
            began = time.monotonic()
            assert "CALL 911 NOW" in site.say("i cant breathe", "SMj1")[0]
            assert time.monotonic() - began < 0.5
        finally:
            _unlock(away)
            site.local.redis.process.send_signal(signal.SIGCONT)


def test_nothing_that_is_logged_holds_a_number_or_a_word_of_a_person(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path) as site:
        site.say("is it safe for my violet elephant", "SMk1", "+15145550133")
        site.post(
            {"From": "+15145550133", "Body": "violet elephant", "MessageSid": "SMk2"}, token="wrong"
        )
    written = "".join(capfd.readouterr())
    assert '"event":"turn"' in written
    assert "5550133" not in written
    assert "elephant" not in written
    assert TOKEN not in written
