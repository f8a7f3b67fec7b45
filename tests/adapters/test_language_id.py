"""The vote on the language."""

import pytest

from smsbot.adapters.language_id import Detector

TAGS = ("en", "fr", "de", "es", "hi", "zh-Hans", "zh-Hant")


def best(shares: dict[str, float]) -> str:
    return max(shares, key=lambda tag: shares[tag])


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("how much does it cost", "en"),
        ("combien ça coûte", "fr"),
        ("wie viel kostet das", "de"),
        ("cuánto cuesta", "es"),
        ("कितना खर्च आएगा", "hi"),
    ],
)
def test_the_detectors_know_a_plain_sentence(text: str, tag: str) -> None:
    detector = Detector(TAGS)
    if not detector.present:
        pytest.skip("no detector on this machine")
    assert best(dict(detector.votes(text))) == tag


def test_the_shares_sum_to_one_at_most_for_any_text() -> None:
    detector = Detector(TAGS, lambda _: {"fr": 0.9, "en": 0.1})
    for text in ("", "hello there", "\x00\ud800", "多少錢", "😀😀", "ok"):
        votes = detector.votes(text)
        assert set(votes) <= set(TAGS)
        assert sum(votes.values()) <= 1.0 + 1e-6


def test_what_is_romanised_is_left_to_the_learned_model() -> None:
    detector = Detector(TAGS, lambda _: {"hi-Latn": 0.95, "en": 0.05})
    assert best(dict(detector.votes("kitna kharcha aayega"))) == "hi"


def test_a_code_beside_the_words_says_nothing_of_their_language() -> None:
    heard: list[str] = []

    def learned(text: str) -> dict[str, float]:
        heard.append(" ".join(text.split()))
        return {"es": 1.0}

    detector = Detector(TAGS, learned)
    for text in ("hola, duele? K7F2", "kam 3andi 2esh", "STOP K7F2", "2019 hola"):
        detector.votes(text)
    assert heard == ["hola, duele?", "kam 3andi 2esh", "STOP K7F2", "hola"]


def test_every_detector_is_either_there_or_said_to_be_missing() -> None:
    detector = Detector(TAGS)
    assert {*detector.present, *detector.missing} == {"eldc", "py3langid", "pycld2"}
