"""The rules of a turn, as data and as talk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsbot import wiring
from smsbot.core.conversation.decide import LANGUAGES_PAGE, RULES, decide
from smsbot.core.conversation.decision import EVENTS, FAILED, GRANTS
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.people.carrier import SENDER_KINDS
from smsbot.core.understanding.folding import tokens
from smsbot.flows.answer import Answer, Turn
from tests.conftest import OPEN

Say = Callable[..., Turn]


def test_red_flags_are_asked_before_anything_else_and_opt_outs_before_any_limit() -> None:
    names = [rule.__name__ for rule in RULES]
    assert names[0] == "_red_flag"
    assert names.index("_opted_out") < names.index("_too_many") < names.index("_answered")


def test_every_grant_has_words_for_when_it_fails(texts: wiring.Texts) -> None:
    assert set(FAILED) == set(GRANTS)
    assert set(FAILED.values()) <= set(texts.book.content.phrases)


@pytest.mark.parametrize("topic", sorted(wiring.load_texts().book.content.topics))
def test_each_topic_is_answered_with_its_own_text_and_offers_what_comes_next(
    topic: str, say: Say, texts: wiring.Texts
) -> None:
    turn = say(choice=topic)
    assert turn.decision is not None
    assert turn.decision.replies[0].key == topic
    assert turn.kept.intents == (topic,)
    assert turn.decision.conversation.options == texts.book.content.topics[topic].next[:3]


def test_two_topics_in_one_message_are_both_answered_the_riskier_first(say: Say) -> None:
    turn = say("how much is it and is it ok while breastfeeding")
    assert turn.kept.intents[:2] == ("pregnant", "price")
    assert [t.key for t in turn.texts] == ["pregnant", "price", "disclaimer"]


def test_the_disclosure_comes_once_and_never_with_a_red_flag(say: Say) -> None:
    assert [t.key for t in say("i can't swallow").texts] == ["urgent"]
    assert say("price").texts[-1].key == "disclaimer"
    assert "disclaimer" not in [t.key for t in say("does it hurt").texts]


def test_more_turns_the_pages_of_the_languages_until_all_were_offered_and_begins_anew(
    say: Say, texts: wiring.Texts
) -> None:
    offered: list[str] = []
    pages = [say("LANG")]
    while len(offered) < len(texts.book.profile.languages):
        assert pages[-1].decision is not None
        page = pages[-1].decision.conversation.options
        assert 0 < len(page) <= LANGUAGES_PAGE
        offered += [option.removeprefix("lang:") for option in page]
        pages.append(say("more"))
    assert sorted(offered) == sorted(texts.book.profile.languages)
    assert pages[-1].texts == pages[0].texts
    assert "MORE (+" in pages[0].texts[0].text
    chosen = say("2")
    assert chosen.decision is not None
    assert chosen.decision.conversation.language == offered[1]


def test_the_languages_of_a_person_s_country_are_offered_first(say: Say) -> None:
    for number, first in (("+14165550123", ["en", "fr"]), ("+33639980000", ["fr"])):
        turn = say("LANG", number)
        assert turn.decision is not None
        page = [o.removeprefix("lang:") for o in turn.decision.conversation.options]
        assert page[: len(first)] == first


@pytest.mark.parametrize("sign", ["i can't swallow", "my eyelid is drooping", "i want to die"])
@pytest.mark.parametrize(
    "words",
    [
        "ok",
        "thanks",
        "is that normal?",
        "what should I do",
        "and now?",
        "since when",
        "how long",
        "c'est normal ?",
        "¿y ahora?",
        "was soll ich tun",
        "怎么办",
    ],
)
def test_what_asks_nothing_else_after_a_sign_is_told_the_same_again(
    sign: str, words: str, say: Say
) -> None:
    first = say(sign)
    turn = say(words)
    assert turn.texts[0].key in (first.texts[0].key, f"{first.texts[0].key}_short")
    assert turn.kept.intents == first.kept.intents
    assert say(words).kept.keys == turn.kept.keys
    assert "RedFlagSeen" not in turn.kept.events


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("how much is it", "price"),
        ("when are you open", "hours"),
        ("MENU", "menu"),
        ("HELP", "help"),
    ],
)
def test_another_question_after_a_sign_is_answered_behind_whom_to_call(
    words: str, key: str, say: Say
) -> None:
    say("i can't swallow")
    assert [t.key for t in say(words).texts][:2] == ["urgent_short", key]
    assert say("thanks").texts[0].key == "thanks"


def test_a_language_asked_for_after_a_sign_is_told_the_sign_s_answer_in_it(say: Say) -> None:
    say("i can't swallow")
    turn = say("en français svp")
    assert [(t.key, t.language) for t in turn.texts][:2] == [
        ("language_set", "fr"),
        ("urgent", "fr"),
    ]
    assert say("merci").texts[0].key == "urgent_short"


def test_a_yes_is_consent_only_while_a_question_is_open(say: Say) -> None:
    assert "ConsentGiven" not in say("yes").kept.events
    say("news")
    assert "ConsentGiven" in say("yes").kept.events
    assert "ConsentGiven" not in say("yes").kept.events


@pytest.mark.parametrize("words", ["ok", "👍 ok", "sure", "k"])
def test_an_ok_is_no_clear_yes_and_the_question_is_put_once_more(words: str, say: Say) -> None:
    say("news")
    turn = say(words)
    assert [t.key for t in turn.texts] == ["consent_ask"]
    assert not {"ConsentGiven", "ConsentAsked"} & set(turn.kept.events)
    assert "ConsentGiven" in say("yes please").kept.events


@pytest.mark.parametrize("words", ["YES", "Yes, I agree", "oui", "sí", "نعم", "是"])
def test_a_clear_yes_is_heard_in_every_language(words: str, say: Say) -> None:
    say("news")
    assert "ConsentGiven" in say(words).kept.events


def test_a_question_of_consent_closes_after_a_day(say: Say) -> None:
    say("news", at=OPEN)
    assert "ConsentGiven" not in say("yes", at=OPEN + timedelta(hours=24, minutes=1)).kept.events


@pytest.mark.parametrize(
    "words", ["Yes, delete everything", "Sí, borren todo", "是的，删除我的数据"]
)
def test_a_clear_yes_before_the_same_request_deletes(words: str, say: Say) -> None:
    say("forget me")
    assert "Forgotten" in say(words).kept.events


@pytest.mark.parametrize(
    "words",
    ["delete my data", "si borran todo lo mío quedo contenta", "ok delete my data", "👍 ok"],
)
def test_a_deletion_said_again_without_a_clear_yes_is_told_what_is_needed(
    words: str, say: Say
) -> None:
    say("forget me")
    turn = say(words)
    assert [t.key for t in turn.texts] == ["forget_again"]
    assert "Forgotten" not in turn.kept.events
    assert "Forgotten" in say("yes").kept.events


@pytest.mark.parametrize("kind", SENDER_KINDS)
def test_an_opt_out_that_only_the_model_hears_is_confirmed_on_every_kind_of_sender(
    kind: str, say: Say, texts: wiring.Texts
) -> None:
    words = "i would rather not hear from you people again"
    named = {h.name for h in texts.reader.lexicon.find(tokens(words))}
    assert "stop" not in named
    turn = say(words, sender_kind=kind)
    assert "OptedOut" in turn.kept.events
    assert [t.key.removesuffix("_blocked") for t in turn.texts] == ["stop_done"]


@pytest.mark.parametrize(
    ("first", "word", "language"),
    [
        ("how much does it cost", "arrêt", "fr"),
        ("combien ça coûte", "stop", "fr"),
        ("how much does it cost", "stop", "en"),
    ],
)
def test_an_opt_out_is_confirmed_in_the_one_language_that_has_the_word(
    first: str, word: str, language: str, say: Say
) -> None:
    before = say(first)
    turn = say(word)
    assert [t.language for t in turn.texts] == [language]
    assert turn.kept.language == before.kept.language


def test_an_opt_out_closes_an_open_question_of_consent(say: Say) -> None:
    say("news")
    say("stop")
    assert "ConsentGiven" not in say("yes").kept.events


@pytest.mark.parametrize(
    "words",
    [
        "stop",
        "STOP",
        "Stop!!",
        "unsubscribe",
        "end",
        "take me off your list",
        "arrêt",
        "ne m'écrivez plus",
    ],
)
def test_an_opt_out_is_heard_in_any_wording_and_language(words: str, say: Say) -> None:
    turn = say(words)
    assert "OptedOut" in turn.kept.events
    assert [t.key for t in turn.texts] == ["stop_done"]
    assert "OptedOut" in say(words).kept.events
    assert say(words).kept.texts == ()


@pytest.mark.parametrize(
    "words", ["cancel my appointment", "does the effect stop", "when do the results end", "no"]
)
def test_words_of_an_opt_out_in_another_meaning_opt_nobody_out(words: str, say: Say) -> None:
    assert "OptedOut" not in say(words).kept.events


def test_a_milder_sign_after_a_grave_one_takes_nothing_back(say: Say) -> None:
    assert [t.key for t in say("i can't swallow").texts] == ["urgent"]
    after = say("and my eyelid is drooping")
    assert [t.key for t in after.texts] == ["urgent"]
    assert after.decision is not None
    assert after.decision.classes == ("lid",)
    assert say("book me an appointment").texts[0].key == "urgent_short"
    assert [t.key for t in say("my eyelid is drooping", sender="+15145550124").texts] == [
        "urgent_today"
    ]


def test_pregnancy_is_answered_also_while_signs_are_asked_about(say: Say) -> None:
    say("i can't swallow")
    assert [t.key for t in say("i'm pregnant btw").texts][:2] == ["urgent_short", "pregnant"]


def test_hindi_is_no_in_a_tagalog_talk_and_a_language_elsewhere(say: Say) -> None:
    assert say("hindi").kept.language == "hi"
    assert say("Tagalog").kept.language == "tl"
    assert say("hindi").kept.language == "tl"
    assert say("hindi pala").kept.language == "tl"
    say("LANG")
    assert say("hindi").kept.language == "hi"


def test_the_twenty_first_message_in_five_minutes_is_told_so_once_and_then_left_alone(
    say: Say,
) -> None:
    turns = [say("price", at=OPEN + timedelta(seconds=10 * n)) for n in range(23)]
    assert all("RateLimited" not in t.kept.events for t in turns[:20])
    assert turns[20].kept.events == ("RateLimited", "TurnAnswered")
    assert [t.kept.texts for t in turns[21:]] == [(), ()]
    assert "RedFlagSeen" in say("i cant breathe", at=OPEN + timedelta(seconds=240)).kept.events
    assert "OptedOut" in say("stop", at=OPEN + timedelta(seconds=241)).kept.events
    assert say("price", at=OPEN + timedelta(minutes=20)).kept.texts != ()


def test_twenty_messages_in_any_five_minutes_are_no_crowd(say: Say) -> None:
    for n in range(60):
        assert "RateLimited" not in say("price", at=OPEN + timedelta(seconds=16 * n)).kept.events


@pytest.mark.parametrize(
    ("before", "meant"),
    [("results", "lasting"), ("how", "time"), ("price", "lasting"), ("where", "time")],
)
def test_how_long_is_meant_by_what_was_talked_about(before: str, meant: str, say: Say) -> None:
    say(choice=before)
    assert say("how long?").kept.intents == (meant,)


@pytest.mark.parametrize(
    "words", ["how long?", "how many?", "when?", "and after that?", "and for my mother?"]
)
@pytest.mark.parametrize("topic", sorted(wiring.load_texts().book.content.topics))
def test_a_follow_up_never_gets_the_text_that_was_just_sent(
    topic: str, words: str, say: Say
) -> None:
    say(choice=topic)
    assert say(words).texts[0].key != topic


@pytest.mark.parametrize("words", ["and for my mother? she is 74", "et pour ma mère de 74 ans ?"])
def test_an_age_that_the_article_does_not_speak_of_is_first_told_who_should_not(
    words: str, say: Say
) -> None:
    say("price")
    assert [t.key for t in say(words).texts] == ["who", "age"]
    assert say("is it ok at 45").texts[0].key != "who"


def test_how_long_out_of_the_blue_is_asked_about_and_the_number_answers(say: Say) -> None:
    assert say("how long?").kept.intents == ("clarify",)
    turn = say("2")
    assert (turn.kept.intents, turn.kept.topic) == (("choice",), "lasting")


def test_more_goes_on_with_what_was_not_answered_yet(say: Say) -> None:
    first = say("how much does it cost? does it hurt? which areas can be treated? is it safe?")
    assert len(first.kept.intents) == 4
    turn = say("more")
    assert (turn.kept.intents, turn.kept.topic) == (("more",), first.kept.intents[2])


def test_a_minor_gets_no_news_and_is_held_from_marketing(say: Say) -> None:
    turn = say("im 15")
    assert turn.decision is not None
    assert turn.decision.hold
    assert "ConsentAsked" not in say("news").kept.events


def test_the_state_of_a_talk_stays_small(say: Say) -> None:
    import msgspec

    for number in range(25):
        turn = say(
            ["menu", "news", "more", "lang", "forget me"][number % 5],
            at=OPEN + timedelta(seconds=11 * number),
        )
        assert turn.decision is not None
        assert len(msgspec.json.encode(turn.decision.conversation)) < 400


ANYTHING = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["stop", "yes", "1", "more", "news", "lang", "forget me", "pregnant?", "غير", "?"]
    )
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(
    bodies=st.lists(ANYTHING, min_size=1, max_size=5),
    channel=st.sampled_from(["sms", "whatsapp", "rcs"]),
    choice=st.none() | ANYTHING,
)
def test_no_text_makes_a_turn_fail(bodies: list[str], channel: str, choice: str | None) -> None:
    bot = _bot()
    for number, body in enumerate(bodies):
        inbound = Inbound(
            f"SM{number}", (Address(channel, "+15145550123"),), body, OPEN, choice=choice
        )  # type: ignore[arg-type]
        turn = bot.answer(inbound)
        assert set(turn.kept.events) <= set(EVENTS)
        assert all(turn.kept.texts)
        assert turn.kept.intents


def _bot() -> Answer:
    global _texts
    _texts = _texts or wiring.load_texts()
    return wiring.in_memory(_texts)


_texts: wiring.Texts | None = None


def test_decide_is_a_function_of_its_arguments(bot: Answer, say: Say) -> None:
    turn = say("price")
    assert turn.reading is not None
    inbound = Inbound("SM9", (Address("sms", "+15145550123"),), "price", OPEN)
    around = bot._around(bot._heard(inbound), None)
    assert decide(None, inbound, turn.reading, around) == decide(
        None, inbound, turn.reading, around
    )
