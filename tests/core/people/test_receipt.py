"""A receipt has the question word for word, the answer, and what ended it."""

from datetime import UTC, datetime, timedelta

from smsbot.core.people.consent import ConsentEvent
from smsbot.core.people.ledger import Grounds, entry
from smsbot.core.people.receipt import Chained, receipts

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def event(seq: int, kind: ConsentEvent, ask_id: str = "", **more: object) -> Chained:
    one = entry(
        kind,
        Grounds("+1", "Clinic", "news", "oui", "keyword", "keyword", frequency="2 a month"),
        person="p",
        message_id=f"SM{seq}",
        at=AT + timedelta(minutes=seq),
        channel="sms",
        language="fr",
        ask_id=ask_id,
        **more,
    )
    return Chained(seq, "hash", one)


ASK = event(1, "ask", proof_digest="d1", proof_language="fr", proof_key="consent_ask")


def test_a_consent_without_an_end_is_in_force() -> None:
    (one,) = receipts([ASK, event(2, "yes", "SM1")], {"d1": "D'accord ?"})
    assert one["asked"] | {"words": "D'accord ?", "frequency": "2 a month"} == one["asked"]
    assert (one["asked"]["entry"], one["asked"]["sha256"]) == (1, "d1")
    assert (one["answered"]["said"], one["answered"]["at"]) == ("oui", "2026-11-24T15:02:00+00:00")
    assert one["ended"] is None


def test_each_consent_has_its_own_question_and_end() -> None:
    second = event(4, "ask", proof_digest="d2")
    events = [
        ASK,
        event(2, "yes", "SM1"),
        event(3, "withdraw"),
        second,
        event(5, "yes", "SM4"),
        event(6, "start"),
    ]
    one, two = receipts(events, {"d1": "First?", "d2": "Second?"})
    assert (one["asked"]["words"], one["ended"]["event"], one["ended"]["entry"]) == (
        "First?",
        "withdraw",
        3,
    )
    assert (two["asked"]["words"], two["ended"]) == ("Second?", None)


def test_a_question_that_is_not_known_any_more_is_none() -> None:
    (one,) = receipts([event(2, "yes", "SM1")], {})
    assert one["asked"] is None


def test_without_a_yes_there_is_no_receipt() -> None:
    assert receipts([ASK, event(2, "no")], {"d1": "?"}) == []
