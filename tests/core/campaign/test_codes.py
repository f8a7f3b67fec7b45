"""A campaign's code is found however people send it, and never in what they say otherwise; keywords likewise."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsbot.core.campaign.codes import (
    CODES,
    DIGITS,
    LETTERS,
    find_code,
    find_keyword,
    is_code,
    make_code,
    new_code,
    place_of,
)
from smsbot.core.understanding.lexicon import one_slip

TALKS = Path(__file__).parents[2] / "transcripts"
BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "understanding"
EVERY = frozenset(make_code(number) for number in range(1, CODES + 1))
FEW = tuple(tuple(sorted(EVERY)[n::316]) for n in range(0, 316, 79))  # four times 250 codes
CODE = "Y5WJ6R"
LIVE = tuple(make_code(number) for number in range(1, 9))
KEYWORDS = ("GLOW", "SPRING", "LUMIÈRE", "весна", "春天", "ربيع")


# ---------------------------------------------------------------- making


def test_no_two_numbers_have_the_same_code_and_each_has_the_shape() -> None:
    shape = re.compile(f"[{LETTERS}][{DIGITS}][{LETTERS}]{{2}}[{DIGITS}][{LETTERS}]")
    assert len(EVERY) == CODES
    assert all(map(shape.fullmatch, EVERY))
    assert all(map(is_code, EVERY))
    assert make_code(1) == CODE


@pytest.mark.parametrize("number", [0, -1, CODES + 1])
def test_there_are_no_codes_for_other_numbers(number: int) -> None:
    with pytest.raises(ValueError, match="from 1 to"):
        make_code(number)


@pytest.mark.parametrize("text", ["", "Y5WJ6", "Y5WJ6RR", "Y5WJ6X", "y5wj6r", "Y5WJ6Р", "555555"])
def test_what_make_code_does_not_make_is_no_code(text: str) -> None:
    assert not is_code(text)


def test_no_one_character_wrong_and_no_two_changed_about_make_another_code() -> None:
    alphabet = LETTERS + DIGITS
    for code in sorted(EVERY)[::97]:
        wrong = {code[:i] + c + code[i + 1 :] for i in range(6) for c in alphabet} - {code}
        swapped = {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(5)} - {code}
        assert not (wrong | swapped) & EVERY


def test_a_new_code_is_unlike_all_that_are_taken() -> None:
    taken: list[str] = []
    for _ in range(60):
        taken.append(new_code(taken))
    assert all(sum(a != b for a, b in zip(x, y, strict=True)) >= 3 for x, y in pairwise(taken))
    assert len(set(taken)) == 60
    assert new_code(["old", CODE]) not in (CODE, "old")


def test_no_code_is_a_word_of_any_language(texts: object) -> None:
    lexicon = texts.reader.lexicon  # type: ignore[attr-defined]
    assert not [code for code in sorted(EVERY)[::7] if lexicon.find((code.lower(),))]


# ---------------------------------------------------------------- finding a code


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def digits_from(zero: str) -> Callable[[str], str]:
    return lambda code: "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in code)


ARRIVES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in small letters": str.lower,
    "in capitals here and there": lambda c: c[0].lower() + c[1:3] + c[3:].lower(),
    "full width": full_width,
    "Arabic digits": digits_from("٠"),
    "Persian digits": digits_from("۰"),
    "Devanagari digits": digits_from("०"),
    "Bengali digits": digits_from("০"),
    "Tamil digits": digits_from("௦"),
    "Thai digits": digits_from("๐"),
    "circled digits": lambda c: re.sub(r"\d", lambda d: chr(0x245F + int(d[0])), c),
    "bold letters of mathematics": lambda c: "".join(
        chr(0x1D400 + ord(x) - 65) if x.isalpha() else x for x in c
    ),
    "letters for digits": lambda c: c.replace("5", "S", 1) if "5" in c else c.replace("6", "G", 1),
    "Cyrillic twins": lambda c: c.translate(str.maketrans("CHKMPTXY", "СНКМРТХУ")),
    "Cyrillic twins, small": lambda c: c.translate(str.maketrans("CHKMPTXY", "снкмртху")),
    "Greek twins": lambda c: c.translate(str.maketrans("HKMNPTXY", "ΗΚΜΝΡΤΧΥ")),
    "a space within": lambda c: f"{c[:3]} {c[3:]}",
    "a dash within": lambda c: f"{c[:2]}-{c[2:]}",
    "an em dash and spaces within": lambda c: f"{c[:2]} — {c[2:]}",
    "a no-break space within": lambda c: f"{c[:4]}\u00a0{c[4:]}",
    "all apart": " ".join,
    "marks of direction around and within": lambda c: f"\u200e{c[:3]}\u200f{c[3:]}\u2069",
    "a zero-width space within": lambda c: f"{c[:3]}\u200b{c[3:]}",
    "in brackets": lambda c: f"({c})",
    "in quotes": lambda c: f"«{c}»",
    "with a full stop": lambda c: f"{c}.",
    "French, before it": lambda c: f"Bonjour, je voudrais en savoir plus\n{c}",
    "German, after it": lambda c: f"{c} Ich hätte gern einen Termin",
    "Arabic around it": lambda c: f"مرحبا، أود معرفة المزيد {c} شكرا",
    "Chinese around it, without spaces": lambda c: f"你好{c}我想了解",
    "Japanese behind it": lambda c: f"{c}です",
    "Korean behind it": lambda c: f"{c}를",
    "Hindi around it": lambda c: f"नमस्ते {c} मुझे जानकारी चाहिए",
    "Russian around it": lambda c: f"Здравствуйте, код {c}, спасибо",
    "Turkish ending": lambda c: f"{c}'i",
    "grown together with a word": lambda c: f"hello{c}",
    "grown together with the next word": lambda c: f"{c}hello",
    "a link": lambda c: f"https://clinic.example/c/{c}",
    "a question after it": lambda c: f"{c} how much is it and does it hurt 2 weeks after?",
}


@pytest.mark.parametrize("way", ARRIVES)
def test_a_code_is_found_however_it_arrives(way: str) -> None:
    for code in LIVE:
        assert find_code(ARRIVES[way](code), LIVE) == code


def slips_of(code: str) -> Iterator[str]:
    alphabet = LETTERS + DIGITS + "AEQV34"
    for i in range(len(code)):
        yield code[:i] + code[i + 1 :]
        yield code[:i] + code[i : i + 2][::-1] + code[i + 2 :]
        for c in alphabet:
            yield code[:i] + c + code[i + 1 :]
            yield code[:i] + c + code[i:]


def test_any_one_slip_leads_to_the_code_that_was_meant() -> None:
    for code in LIVE:
        assert {find_code(f"hello {slip}", LIVE) for slip in slips_of(code)} == {code}


def test_two_slips_lead_nowhere() -> None:
    assert find_code("Y5CC6R", LIVE) is None
    assert find_code("Y9WJ7R", LIVE) is None


def test_another_campaigns_code_is_never_taken_for_a_misspelled_one() -> None:
    over = next(c for c in sorted(EVERY) if sum(a != b for a, b in zip(c, CODE, strict=True)) == 2)
    assert find_code(over, [CODE]) is None
    assert find_code(f"{over} please", [CODE]) is None


def test_a_slip_that_fits_two_codes_leads_to_neither() -> None:
    near = [c for c in sorted(EVERY) if c[:4] == CODE[:4] and c != CODE]
    middle = next(s for s in slips_of(CODE) if not is_code(s) and any(one_slip(s, c) for c in near))
    other = next(c for c in near if one_slip(middle, c))
    assert find_code(middle, [CODE]) == CODE
    assert find_code(middle, [CODE, other]) is None


def test_the_place_of_a_code_is_told_as_it_stands_in_the_message() -> None:
    text = "Hola ﬁn \u200eＹ5 wj6r\u200f gracias"
    place = place_of(text, LIVE)
    assert place is not None
    assert text[place.start : place.end].endswith("wj6r")
    assert text[: place.start].startswith("Hola ﬁn")
    assert text[place.end :].endswith(" gracias")


def test_a_code_of_another_make_is_found_whole_and_as_it_is_only() -> None:
    assert find_code("hi k7f2 there", ["K7F2"]) == "K7F2"
    for text in ("K7F", "K 7 F 2", "K7F22", "k7 f2"):
        assert find_code(text, ["K7F2"]) is None
    assert find_code("87", ["B7"]) is None


def test_without_campaigns_nothing_is_found() -> None:
    assert find_code(CODE, []) is None
    assert find_code("", LIVE) is None


ORDINARY = [
    "covid19", "COVID-19", "H1N1 or HPV16 or KN95", "+1 514-555-0123", "call 514 555 0123 x22",
    "H3H 2Y7", "K1M 1M4 Ottawa", "M5V 2T6", "W1T 4PX", "EC1A 1BB", "SW1X 7XL", "1234 AB", "5 pm", "2PM or 5PM?", "at 5h 6 pm",
    "24.11.2026", "2026-11-24T15:00", "$250", "250 $", "€ 2.500,00", "20 units x 2", "b12", "mp3", "4x4", "2nd", "5k run",
    "iPhone 15 Pro", "A320 to JFK", "AC 6227 YYZ", "BMW X5 M50", "R2D2", "C3PO", "tsktsk", "KMS TBX", "ring me 6 2 8 2",
    "ht5 pt6r", "۲۵۶۷۸۹", "५५५ ६६६", "order #W2567-88", "T2 N0 M0", "room 5C, floor 6", "ref P5-7788", "CT5 6TH", "k 5 min", "4CM X 6CM",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_what_people_write_otherwise_is_no_code_not_even_a_misspelled_one(text: str) -> None:
    """Against every 79th code, in four lots: a slip that fits several codes of a lot leads to none of them."""
    assert {find_code(text, few) for few in FEW} == {None}


def test_no_message_of_the_golden_talks_and_the_benchmark_holds_a_code() -> None:
    talks = [line for path in TALKS.glob("*.txt") for line in path.read_text().splitlines()]
    asked = [
        json.loads(line)["text"]
        for path in BENCHMARK.glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    lines = {line for line in (*talks, *asked) if re.search(r"\d", line)}
    assert len(lines) > 400
    assert [line for line in lines for few in FEW if find_code(line, few)] == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_at_all_can_be_looked_through(text: str) -> None:
    place = place_of(text, LIVE)
    assert place is None or 0 <= place.start < place.end <= len(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.from_regex(r"[a-z]{1,9}|[0-9]{1,10}|[a-z]+[0-9]{1,3}", fullmatch=True), max_size=12)
)
def test_words_and_figures_are_no_codes(words: list[str]) -> None:
    assert find_code(" ".join(words), LIVE[:1]) is None or CODE[0].lower() in " ".join(words)


# ---------------------------------------------------------------- keywords


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("glow", "GLOW"),
        (" GLOW! ", "GLOW"),
        ("“Glow”", "GLOW"),
        ("G.L.O.W", "GLOW"),
        ("ＧＬＯＷ", "GLOW"),
        ("glow ✨", "GLOW"),
        ("lumiere", "LUMIÈRE"),
        ("lumière", "LUMIÈRE"),
        ("lumi ère", "LUMIÈRE"),
        ("ВЕСНА", "весна"),
        ("春天。", "春天"),
        ("رَبيع", "ربيع"),
        ("sprng", "SPRING"),
        ("sprign", "SPRING"),
        ("springg", "SPRING"),
        ("весма", "весна"),
    ],
)
def test_a_keyword_is_the_whole_message_however_it_is_typed(text: str, keyword: str) -> None:
    assert find_keyword(text, KEYWORDS) == keyword


@pytest.mark.parametrize(
    "text",
    ["", "…", "glo", "glw", "clow", "flow", "pring", "strings", "glow please", "when is spring", "春", "sprngg"],
)  # fmt: skip
def test_what_is_not_a_keyword_alone_is_none(text: str) -> None:
    assert find_keyword(text, KEYWORDS) is None


def test_a_word_that_means_something_is_no_keyword_misspelled() -> None:
    assert find_keyword("price", ["PRIZE"]) == "PRIZE"
    assert find_keyword("price", ["PRIZE"], {"price"}.__contains__) is None
    assert find_keyword("prize", ["PRIZE"], {"price", "prize"}.__contains__) == "PRIZE"


def test_a_slip_that_fits_two_keywords_is_neither() -> None:
    assert find_keyword("bloon", ["BLOOM"]) == "BLOOM"
    assert find_keyword("bloon", ["BLOOM", "BLOOP"]) is None
