"""Each rule: a wording that passes, and one that does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.language.checks import (
    Demand,
    Finding,
    Tongue,
    check_cost,
    check_labels,
    check_size,
    check_state,
    check_text,
)
from smsbot.core.language.segments import Cost
from smsbot.core.understanding.checks import words

FRENCH = Tongue(
    tag="fr",
    words=words,
    plural_forms=2,
    negations=("jamais", "pas", "ne", "n"),
    forbidden=("sans risque",),
    terms={
        "pregnant": ("enceinte",),
        "age_spots": ("taches de vieillesse",),
        "article": ("article",),
    },
)
CHINESE = Tongue(
    tag="zh-Hans",
    words=words,
    negations=("不", "绝不"),
    forbidden=("无风险",),
    terms={"pregnant": ("怀孕", "孕妇")},
)
ARABIC = Tongue(
    tag="ar",
    words=words,
    plural_forms=6,
    exact=frozenset({0, 1, 2}),
    negations=("لا",),
    terms={"pregnant": ("حامل", "حوامل")},
)
TEXT = Demand("text", ("Call %(phone)s now.",), budget=(2, 5))


def rules(demand: Demand, *forms: str, tongue: Tongue = FRENCH) -> dict[str, str]:
    """The rules that the wording breaks, each with how bad that is."""
    return {finding.rule: finding.severity for finding in check_text(demand, forms, tongue)}


def said(demand: Demand, *forms: str, tongue: Tongue = FRENCH) -> str:
    return " / ".join(finding.says for finding in check_text(demand, forms, tongue))


# ---------------------------------------------------------------- placeholders and plural forms


def test_every_placeholder_of_the_english_is_named_and_no_other() -> None:
    assert rules(TEXT, "Appelez le %(phone)s.") == {}
    assert rules(TEXT, "Appelez.") == {"placeholders": "error"}
    assert rules(TEXT, "%(clinic)s : appelez le %(phone)s.") == {"placeholders": "error"}
    assert "%(phone)s" in said(TEXT, "Appelez.")
    assert "%(clinic)s" in said(TEXT, "%(clinic)s : appelez le %(phone)s.")


COUNTED = Demand("counted", ("%(minutes)s minute", "%(minutes)s minutes"), count="minutes")


def test_a_plural_form_for_one_exact_number_may_leave_the_number_out() -> None:
    n = "%(minutes)s دقائق"
    assert rules(COUNTED, n, "دقيقة", "دقيقتان", n, n, n, tongue=ARABIC) == {}
    assert rules(COUNTED, n, "دقيقة", "دقيقتان", n, "دقائق", n, tongue=ARABIC) == {
        "placeholders": "error"
    }
    assert "plural form 4" in said(COUNTED, n, n, n, n, "دقائق", n, tongue=ARABIC)


def test_a_counted_text_has_as_many_forms_as_the_language() -> None:
    assert rules(COUNTED, "%(minutes)s minute", "%(minutes)s minutes") == {}
    assert rules(COUNTED, "%(minutes)s minute") == {"plurals": "error"}
    assert rules(TEXT, "Appelez le %(phone)s.", "Appelez le %(phone)s.") == {"plurals": "error"}


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("typed", ["10", "٣", "১", "５", "²", "½", "Ⅷ", "%", "٪", "％"])
def test_no_figure_in_any_script_is_typed(typed: str) -> None:
    demand = replace(TEXT, budget=None)
    assert rules(demand, f"Appelez le %(phone)s ({typed}).") == {"numbers": "error"}
    assert typed[0] in said(demand, f"Appelez le %(phone)s ({typed}).")


def test_number_words_and_numbered_placeholders_are_no_figures() -> None:
    demand = Demand("list", ("%(n1)s. One cream.",))
    assert rules(demand, "%(n1)s. Une crème.") == {}
    assert rules(demand, "%(n1)s. 一种药膏。", tongue=CHINESE) == {}


# ---------------------------------------------------------------- negations and attribution

DENIES = Demand("safe", ("Never if pregnant.",), denies=("pregnant",))


@pytest.mark.parametrize(
    "text",
    [
        "Jamais pour une femme enceinte.",
        "Femmes ENCEINTES : jamais.",
        "Bonjour ! N'y allez pas enceinte. Merci.",
    ],
)
def test_what_a_fact_rules_out_stands_in_one_sentence_with_a_word_that_denies(text: str) -> None:
    assert rules(DENIES, text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Pour une femme enceinte.",
        "Enceinte ? Jamais.",
        "Enceinte.\nJamais.",
        "Jamais.",
        "Passez enceinte.",
    ],
)
def test_a_denial_that_is_missing_or_in_another_sentence_is_an_error(text: str) -> None:
    assert rules(DENIES, text) == {"negations": "error"}
    assert "enceinte" in said(DENIES, text)


def test_a_term_of_several_words_is_found_whole() -> None:
    demand = Demand("limits", ("It cannot cure age spots.",), denies=("age_spots",))
    assert rules(demand, "Il ne traite pas les taches de vieillesse.") == {}
    assert rules(demand, "Il ne traite pas les taches.") == {"negations": "error"}


def test_a_term_is_found_in_writing_without_spaces_and_behind_an_article() -> None:
    assert rules(DENIES, "孕妇绝不应该使用。", tongue=CHINESE) == {}
    assert rules(DENIES, "孕妇可以使用。不用担心。", tongue=CHINESE) == {"negations": "error"}
    assert rules(DENIES, "لا يناسب الحوامل.", tongue=ARABIC) == {}
    assert rules(DENIES, "يناسب الحوامل.", tongue=ARABIC) == {"negations": "error"}


def test_a_term_that_the_vocabulary_lacks_is_said_to_be_lacking() -> None:
    assert "no safety term 'nursing'" in said(
        Demand("x", ("Never if nursing.",), denies=("nursing",)), "Jamais."
    )


def test_what_only_the_article_says_is_said_to_be_its_word() -> None:
    demand = Demand("results", ("The article says so.",), attributed=True)
    assert rules(demand, "Selon l'article, c'est ainsi.") == {}
    assert rules(demand, "C'est ainsi.") == {"attribution": "error"}


# ---------------------------------------------------------------- claims, leftovers, signs


@pytest.mark.parametrize("claim", ["Sans risque.", "SANS  RISQUES !", "C'est sans... risque."])
def test_what_may_never_be_claimed_is_an_error_however_it_is_written(claim: str) -> None:
    assert rules(Demand("x", ("Text.",)), claim) == {"forbidden": "error"}


def test_words_that_only_contain_a_claim_are_no_claim() -> None:
    assert rules(Demand("x", ("Text.",)), "Ne le faites pas sans demander les risques.") == {}


def test_a_text_left_in_english_is_a_warning_but_one_shared_word_is_not() -> None:
    assert rules(Demand("x", ("Call us now.",)), "Call us now.") == {"leftover": "warning"}
    assert rules(Demand("menu.title", ("Menu",), kind="title"), "Menu") == {}
    assert rules(Demand("menu.label", ("MENU",), kind="label"), "MENU") == {}
    assert (
        rules(Demand("x", ("Call us now.",)), "Call us now.", tongue=replace(FRENCH, source=True))
        == {}
    )


def test_a_sign_that_alone_makes_an_sms_dearer_is_named() -> None:
    demand = Demand("x", ("A “word”.",), budget=(2, 5))
    assert rules(demand, "Un « soin ».") == {"typography": "warning"}
    assert "«" in said(demand, "Un « soin ».")
    assert "LEFT-POINTING" in said(demand, "Un « soin ».")


def test_a_sign_that_is_folded_or_stands_among_foreign_letters_is_no_matter() -> None:
    demand = Demand("x", ("A “word”.",), budget=(2, 5))
    assert rules(demand, "Un “soin”… l’été") == {}
    assert rules(demand, "Un « soin » sûr.") == {}
    assert rules(replace(demand, budget=None), "Un « soin ».") == {}


@pytest.mark.parametrize("sign", ["\u200f", "\u202e", "\u2068", "\u0000", "\r"])
def test_no_invisible_sign_of_direction_or_control_is_typed(sign: str) -> None:
    found = check_text(Demand("x", ("Text.",)), (f"Du texte{sign}.",), FRENCH)
    assert ("controls", "error") in [(f.rule, f.severity) for f in found]


def test_line_ends_and_joiners_of_letters_are_allowed() -> None:
    assert rules(Demand("x", ("Text.",)), "Du texte.\nEncore.") == {}
    assert rules(Demand("x", ("Text.",)), "می\u200cشود") == {}


def test_a_title_fits_on_a_button() -> None:
    demand = Demand("x.title", ("Price",), kind="title")
    assert rules(demand, "x" * 20) == {}
    assert rules(demand, "x" * 21) == {"length": "error"}


# ---------------------------------------------------------------- measured


def test_a_text_over_its_budget_is_an_error_in_either_alphabet() -> None:
    demand = Demand("x", ("Text.",), budget=(1, 4))
    assert check_cost(demand, Cost("GSM-7", 160, 1)) == ()
    assert [f.severity for f in check_cost(demand, Cost("GSM-7", 161, 2))] == ["error"]
    assert [f.severity for f in check_cost(demand, Cost("UCS-2", 300, 5))] == ["error"]
    assert check_cost(replace(demand, budget=None), Cost("UCS-2", 300, 5)) == ()


def test_a_dear_text_within_its_budget_is_a_warning() -> None:
    demand = Demand("x", ("Text.",), budget=(2, 5))
    assert check_cost(demand, Cost("UCS-2", 201, 3)) == ()
    assert [f.severity for f in check_cost(demand, Cost("UCS-2", 202, 4))] == ["warning"]


def test_a_whatsapp_text_is_short_enough_to_be_read() -> None:
    demand = Demand("x.whatsapp", ("Text.",), kind="whatsapp")
    assert check_size(demand, 700) == ()
    assert [f.severity for f in check_size(demand, 701)] == ["error"]
    assert check_size(replace(demand, kind="text"), 701) == ()


def test_a_text_that_nobody_read_is_a_warning_and_an_error_where_safety_hangs_on_it() -> None:
    safety = replace(TEXT, safety=True)
    assert list(check_state(TEXT, "read")) == list(check_state(safety, "read")) == []
    for state, rule in (("empty", "missing"), ("fuzzy", "fuzzy")):
        assert [(f.rule, f.severity) for f in check_state(TEXT, state)] == [(rule, "warning")]
        assert [(f.rule, f.severity) for f in check_state(safety, state)] == [(rule, "error")]


# ---------------------------------------------------------------- labels


def labels(**given: str) -> list[tuple[str, str]]:
    named = {f"{key}.label": label for key, label in given.items()}
    meant = {"stop.label": frozenset({"stop", "arret"})}
    return [
        (f.key, f.says)
        for f in check_labels(named, FRENCH, frozenset({"stop", "arret", "yes", "info"}), meant)
    ]


def test_labels_that_are_single_words_and_all_different_pass() -> None:
    assert labels(price="PRIX", time="DURÉE", stop="STOP", where="OU", what="C'EST") == []


@pytest.mark.parametrize("label", ["LE PRIX", "", "PRIX!", "PRIX2", " PRIX"])
def test_a_label_is_one_word_of_letters(label: str) -> None:
    assert [key for key, _ in labels(price=label)] == ["price.label"]


def test_two_labels_that_are_typed_alike_are_both_named() -> None:
    assert [key for key, _ in labels(time="DURÉE", lasting="duree")] == [
        "lasting.label",
        "time.label",
    ]


def test_a_word_on_which_the_carrier_acts_may_only_mean_the_same() -> None:
    assert labels(stop="ARRET") == []
    assert labels(stop="ARRÊT") == []
    assert [key for key, _ in labels(exit="ARRÊT")] == ["exit.label"]
    assert [key for key, _ in labels(more="Info", stop="YES")] == ["more.label", "stop.label"]


# ---------------------------------------------------------------- properties


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_finding_never_fails_to_be_made_whatever_is_typed(source: str, text: str) -> None:
    demand = Demand("x", (source,), denies=("pregnant",), attributed=True, budget=(2, 5))
    assert all(isinstance(finding, Finding) for finding in check_text(demand, (text,), FRENCH))


@given(st.text(st.characters(whitelist_categories=("Ll", "Lu"), max_codepoint=0x24F), max_size=80))
def test_the_english_text_passes_as_english(text: str) -> None:
    found = check_text(
        Demand("x", (text,)), (text,), replace(FRENCH, forbidden=(), plural_forms=1, source=True)
    )
    assert found == ()
