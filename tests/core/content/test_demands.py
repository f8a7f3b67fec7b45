"""What the content asks of each text."""

import pytest

from smsbot.adapters.files import read_content_files
from smsbot.core.content.content import Content, read_content
from smsbot.core.content.demands import comments, demand, terms


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(read_content_files())


def test_a_text_must_name_what_its_facts_rule_out(content: Content) -> None:
    assert set(demand(content.phrases["pregnant"], content).denies) == {"pregnant", "nursing"}
    assert demand(content.phrases["time"], content).denies == ()


def test_a_text_with_a_fact_of_the_article_alone_must_say_so_but_a_question_claims_nothing(
    content: Content,
) -> None:
    assert demand(content.phrases["age"], content).attributed
    assert not demand(content.phrases["time"], content).attributed
    assert not demand(content.phrases["q_age"], content).attributed


def test_a_text_knows_its_kind(content: Content) -> None:
    kinds = {
        key: demand(content.phrases[key], content).kind
        for key in ("price", "price.label", "price.title", "price.whatsapp")
    }
    assert kinds == {
        "price": "text",
        "price.label": "label",
        "price.title": "title",
        "price.whatsapp": "whatsapp",
    }


def test_a_translator_is_told_facts_with_their_sentences_budget_and_safety(
    content: Content,
) -> None:
    assert list(comments(content.phrases["neuro"], content)) == [
        "facts: neuro-never (S18), doctor-first (S19), check-medical-history (S19)",
        "budget: 2 segments in the GSM alphabet, 5 in any other",
        "safety: read by a second person, never half-translated",
    ]
    assert list(comments(content.phrases["neuro.label"], content)) == []


def test_every_term_that_a_fact_denies_is_asked_of_the_vocabularies(content: Content) -> None:
    assert terms(content) >= {
        "pregnant",
        "nursing",
        "neurological",
        "age_spots",
        "everyone",
        "insurer",
        "article",
    }
