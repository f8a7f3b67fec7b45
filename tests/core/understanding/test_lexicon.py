"""Patterns are found in any language at once, and a slip of one letter does not hide them."""

import pytest

from smsbot.core.understanding.folding import tokens
from smsbot.core.understanding.lexicon import Lexicon, Widened
from smsbot.core.understanding.vocabulary import (
    Malformed,
    Vocabulary,
    read_pattern,
    read_vocabulary,
)


def vocabulary(tag: str = "en", **intents: list[str]) -> Vocabulary:
    table = {
        "own_name": "English",
        "direction": "ltr",
        "fillers": ["please"],
        "spaces": tag != "zh",
        "intents": {name: {"words": words} for name, words in intents.items()},
        "redflags": {},
        "safety": {},
    }
    return read_vocabulary(tag, table)


def found(lexicon: Lexicon, text: str) -> list[str]:
    return [hit.name for hit in lexicon.find(tokens(text))]


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("how much", "and how much is it", True),
        ("how much", "how very much", False),
        ("can't|cannot breathe", "i cannot breathe", True),
        ("can't|cannot breathe", "I can't breathe!", True),
        ("pric*", "pricing", True),
        ("pric*", "pri", False),
        ("get_rid_of|cure spots", "does it get rid of spots", True),
        ("stop .. texting", "stop it with the texting", True),
        ("stop .. texting", "stop right now with all the texting", False),
        ("i am {10-17}", "i am 15", True),
        ("i am {10-17}", "i am 18", False),
        ("i am {10-17}", "i am 1500", False),
    ],
)
def test_a_pattern_is_found_where_it_stands(pattern: str, text: str, is_found: bool) -> None:
    assert found(Lexicon([vocabulary(it=[pattern])]), text) == (["it"] if is_found else [])


@pytest.mark.parametrize("typed", ["pregnent", "pregnnat", "pregnan", "pregnantt", "oregnant"])
def test_one_slip_in_a_long_word_is_forgiven_but_not_its_first_letter(typed: str) -> None:
    assert found(Lexicon([vocabulary(it=["pregnant"])]), typed) == (
        [] if typed[0] != "p" else ["it"]
    )


@pytest.mark.parametrize(
    ("typed", "is_found"), [("stpo", True), ("shop", False), ("step", False), ("stopp", False)]
)
def test_in_a_word_of_four_letters_only_two_swapped_ones_are(typed: str, is_found: bool) -> None:
    assert found(Lexicon([vocabulary(it=["stop"])]), typed) == (["it"] if is_found else [])


def test_a_known_word_is_never_taken_for_another() -> None:
    assert found(Lexicon([vocabulary(price=["price"], prince=["prince"])]), "prince") == ["prince"]


def test_a_slip_in_the_beginning_of_a_word_is_forgiven_too() -> None:
    lexicon = Lexicon([vocabulary(it=["can't swallow*"])])
    assert found(lexicon, "cant swalow") == ["it"]
    assert found(lexicon, "cant swolowing") == []


def test_languages_without_spaces_are_read_by_their_characters() -> None:
    lexicon = Lexicon([vocabulary("zh", price=["多少 钱"], breath=["不能|无法 .. 呼吸"])])
    assert found(lexicon, "请问多少钱呀") == ["price"]
    assert found(lexicon, "我现在不能正常地呼吸") == ["breath"]


def test_the_longest_comes_first_and_a_whole_message_may_have_fillers() -> None:
    lexicon = Lexicon([vocabulary(short=["how"], long=["how long does it last"])])
    assert found(lexicon, "how long does it last")[0] == "long"


@pytest.mark.parametrize("wrong", ["", "..", ".. a", "a ..", "!!!"])
def test_a_pattern_with_nothing_to_find_is_refused(wrong: str) -> None:
    with pytest.raises(Malformed):
        read_pattern(wrong)


def test_a_vocabulary_names_the_key_that_is_wrong() -> None:
    table = {"own_name": "X", "direction": "ltr", "redflags": {}, "safety": {}}
    with pytest.raises(Malformed, match="intents is missing"):
        read_vocabulary("en", table)
    with pytest.raises(Malformed, match=r"intents\.price has wrods"):
        read_vocabulary("en", {**table, "intents": {"price": {"wrods": []}}})
    with pytest.raises(Malformed, match="direction must be"):
        read_vocabulary("en", {**table, "intents": {}, "direction": "up"})
    for formats, said in (
        ({"months": ["janvye"]}, r"formats\.months must have 12 words"),
        ({"units": {"hour": "èdtan"}}, r"formats\.units\.hour must hold {} once"),
        ({"weeks": []}, r"formats\.weeks is not known"),
    ):
        with pytest.raises(Malformed, match=said):
            read_vocabulary("ht", {**table, "intents": {}, "formats": formats})


@pytest.mark.parametrize(
    "text",
    [
        "the damage", "whats the damge", "how much damage", "prise", "price", "praise", "priec",
        "a preson", "person", "parson the price", "damages", "dammage", "how mcuh", "pirce of a parson",
    ],
)  # fmt: skip
def test_a_few_patterns_beside_a_tree_are_found_as_if_they_lay_in_it(text: str) -> None:
    base = vocabulary(price=["price", "how much"], human=["a person|preson"])
    more = vocabulary(price=["damage"], limits=["praise", "parson"])
    whole = Lexicon([base, more])
    assert set(Widened(Lexicon([base]), [more]).find(tokens(text))) == set(whole.find(tokens(text)))


def test_a_lexicon_knows_words_as_they_are_and_not_misspelled() -> None:
    lexicon = Widened(Lexicon([vocabulary(it=["price"])]), [vocabulary(it=["hurt*"])])
    assert [w for w in ("price", "prcie", "hurts", "hut") if lexicon.knows(w)] == ["price", "hurts"]


def test_a_beginning_of_a_few_letters_knows_no_word() -> None:
    lexicon = Lexicon([vocabulary(what=["spor yap*|al*"], price=["appoint*"])])
    assert lexicon.knows("spor")
    assert lexicon.knows("appointments")
    assert not lexicon.knows("alice")
