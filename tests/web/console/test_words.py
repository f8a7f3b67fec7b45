"""Vocabulary: a word is looked at, proposed, read by a second person, published, understood, and taken out again."""

import html
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters import files
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.understanding.collisions import Shelf
from smsbot.core.understanding.look import look, widened
from smsbot.core.understanding.reading import asked_of
from smsbot.core.understanding.redaction import keepable
from smsbot.core.understanding.words import alone
from smsbot.flows.answer import NOT_UNDERSTOOD, Turn
from smsbot.flows.phrasebook import meant
from smsbot.web.app import make_app
from smsbot.wiring.servers import Parts
from smsbot.wiring.words import examples_on_shelf, make_publish

from .desks import Browser, Console, settings_of

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SENDER = Address("sms", "+15145550123")
PATH = "/console/words/en"
Make = Callable[..., Console]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("console") / "template.db"
    wiring.migrate(settings_of(path))
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the encoder has read so far, to which a publishing may add."""
    folder = tmp_path_factory.mktemp("model")
    for path in files.MODEL.glob("rows-*.npz"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def examples(texts: wiring.Texts) -> Callable[[str], Shelf]:
    """The languages' examples, read once a session."""
    return cache(lambda tag: examples_on_shelf(texts, tag))


@pytest.fixture
def make_console(
    migrated: Path,
    model: Path,
    examples: Callable[[str], Shelf],
    tmp_path: Path,
    texts: wiring.Texts,
) -> Iterator[Callable[..., Console]]:
    """Gives the console of a fresh database, with other settings where they are named."""
    made: list[Parts] = []

    def make(**environ: str) -> Console:
        path = tmp_path / f"bot{len(made)}.db"
        with closing(sqlite3.connect(migrated)) as full, closing(sqlite3.connect(path)) as empty:
            full.backup(empty)
        settings = settings_of(path, MODEL_DIR=str(model), **environ)
        parts = wiring.assemble(settings, texts)
        made.append(parts)
        desk = parts.doors.console
        publish = make_publish(
            settings, texts, parts.stores, parts.live, desk.clock, parts.doors.note
        )
        book = replace(desk.phrasebook, send=publish, examples=examples)
        doors = replace(parts.doors, console=replace(desk, phrasebook=book))
        parts = replace(parts, doors=doors)
        return Console(parts, make_app(doors))

    yield make
    for parts in made:
        parts.stores.close()
        parts.people.close()


@pytest.fixture
def console(make_console: Callable[..., Console]) -> Console:
    return make_console()


def propose(
    browser: Browser, text: str, label: str = "price", kind: str = "keyword", **more: str
) -> int:
    """Proposes a word on the page; the status of the answer."""
    return browser.post(PATH, text=text, label=label, kind=kind, **more).status_code


def state_of(console: Console, text: str) -> str:
    """What became of the word that was added last with this text; "" where there is none."""
    found = [w.state for w in console.parts.stores.words.find() if w.text == text]
    return found[0] if found else ""


def decide(browser: Browser, console: Console, text: str, what: str) -> str:
    """Decides on a word; what the page says then."""
    (word_id, *_) = [w.id for w in console.parts.stores.words.find() if w.text == text]
    browser.post(f"/console/word/{word_id}/{what}")
    return browser.get(PATH).text


def says(page: str) -> str:
    """The page's words without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def understood(console: Console, text: str) -> tuple[str, ...]:
    """What the processes' bot takes a text for, once it has looked at what is published."""
    console.parts.live.look()
    return console.parts.live.now().answer.read(text).intents


# What the model takes these for changes with its examples; the first that serves is taken.
ODD = (
    "gift thingies?",
    "the thingies pls",
    "thingies",
    "thingies for nan",
    "zorp thingies",
    "my thingies tho",
)
UNREADABLE = (
    "do you sell gift thingies",
    "is tuesday the man with the beard working",
    "my umbrella thing, does it chip in",
    "what of the sparkle package",
    "do you do gift thingies",
    "est-ce que le truc bidule marche",
    "the sparkle thing for my nan",
    "so about the shiny one",
)


@pytest.fixture
def odd(console: Console) -> str:
    """A message that asks for no price, but would with `thingies` as a keyword for it."""
    book = console.parts.doors.console.phrasebook
    member = console.parts.stores.members.get(console.sign_in("translator").member_id)
    assert member is not None
    now = console.parts.live.now().answer
    few = alone(
        console.parts.texts.library.scripts["en"].vocabulary,
        [book.draft(member, "en", "keyword", "price", "thingies")],
    )
    then = replace(now, reader=widened(now.reader, [few]))
    return next(
        m
        for m in ODD
        if "price" not in meant(now.read(m, "en")) and meant(then.read(m, "en")) == ("price",)
    )


@pytest.fixture
def unreadable(texts: wiring.Texts) -> str:
    """A message that the bot does not understand, and that has nothing to do with anybody's safety."""

    def kept(text: str) -> bool:
        seen = look(texts.reader, text)
        scores = [texts.intents.scores(part) for part in asked_of(seen)]
        told = wiring.in_memory(texts).answer(Inbound("SM1", (SENDER,), text, AT))
        return told.kept.intents in NOT_UNDERSTOOD and keepable(seen, scores)

    return next(m for m in UNREADABLE if kept(m) and kept(f"{m} @annlee"))


# ---------------------------------------------------------------- the main path


def test_a_word_goes_from_proposal_to_understanding_and_out_again(
    console: Console, odd: str
) -> None:
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    assert "price" not in understood(console, odd)
    assert propose(ann, "thingies") == 302
    assert state_of(console, "thingies") == "proposed"
    assert "Approved" in decide(ben, console, "thingies", "approve")
    assert understood(console, odd) != ("price",)
    assert "comes in" in ben.get("/console/words").text
    ben.post("/console/words/publishing")
    report = says(ben.get("/console/words/publishing").text)
    assert "Patients are read by these words now." in report
    assert understood(console, odd) == ("price",)
    assert "in force" in ben.get(PATH).text
    decide(ben, console, "thingies", "remove")
    assert "goes out with the next publishing" in ben.get(PATH).text
    assert understood(console, odd) == ("price",)
    ben.post("/console/words/publishing")
    assert understood(console, odd) != ("price",)
    assert "thingies" not in ben.get(PATH).text


def test_an_example_is_learned_from(console: Console) -> None:
    if console.parts.texts.intents.lacking:
        pytest.skip("the encoder is not on this machine")
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    before = console.parts.texts.intents.scores("will my purple umbrella plan chip in").shares
    propose(ann, "would my purple umbrella plan chip in for it", "insurance", "example")
    decide(ben, console, "would my purple umbrella plan chip in for it", "approve")
    ben.post("/console/words/publishing")
    assert "Patients are read by these words now." in says(
        ben.get("/console/words/publishing").text
    )
    console.parts.live.look()
    after = (
        console.parts.live.now()
        .answer.intents.scores("will my purple umbrella plan chip in")
        .shares
    )
    assert after["insurance"] > before["insurance"]


def test_a_word_that_a_golden_talk_breaks_on_is_blocked_and_both_phones_are_shown(
    console: Console,
) -> None:
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    propose(ann, "botox", "redflags.breathing")
    decide(ben, console, "botox", "approve")
    ben.post("/console/words/publishing")
    page = ben.get("/console/words/publishing").text
    assert "blocked" in page
    assert "Nothing has changed for patients" in page
    assert page.count('class="pair"') >= 1
    assert page.count("<figure") == 2 * page.count('class="pair"')
    assert console.parts.stores.words.version() == 0


def test_only_one_publishing_is_under_way(console: Console) -> None:
    ben = console.sign_in("reviewer")
    console.parts.stores.publishings.ask(ben.member_id, datetime.now(UTC))
    page = ben.get("/console/words/publishing").text
    assert "Waits for the worker." in page
    assert '<meta http-equiv="refresh"' in page
    ben.post("/console/words/publishing")
    assert "being published already" in ben.get("/console/words").text
    assert len(console.parts.stores.publishings.newest(9)) == 1


def test_a_running_publishing_shows_how_far_it_is(console: Console) -> None:
    ben = console.sign_in("reviewer")
    tries, now = console.parts.stores.publishings, datetime.now(UTC)
    asked = tries.ask(ben.member_id, now)
    tries.begin(asked.id, now)
    tries.tell(asked.id, "replaying", 40, now)
    part = ben.get("/console/words/publishing/state").text
    assert "Trying every golden talk" in part
    assert 'value="40"' in part
    assert 'data-open="yes"' in part


# ---------------------------------------------------------------- looking


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("stop", "price", "Phone companies act on “stop” themselves"),
        ("how much", "human", "The very same keyword stands for “Price”."),
        ("thingies on facebook page|pregnant", "price", "stands for"),
        ("thingies", "price", "It runs into nothing."),
    ],
)
def test_looking_first_says_what_a_word_runs_into_and_keeps_nothing(
    text: str, label: str, words: str, console: Console
) -> None:
    ann = console.sign_in("translator")
    answer = ann.post(PATH, text=text, label=label, kind="keyword", **{"and": "look"})
    assert answer.status_code == 200
    assert words in says(answer.text)
    assert f'value="{text}"' in answer.text
    assert console.parts.stores.words.find() == []
    part = ann.post(f"{PATH}/look", text=text, label=label, kind="keyword").text
    assert words in says(part)
    assert "<html" not in part


def test_looking_first_tells_which_talks_and_unread_messages_would_change(
    make_console: Make, odd: str
) -> None:
    console = make_console(KEEP_UNREAD="on")
    ann = console.sign_in("translator")
    console.parts.stores.words.keep("en", odd, [], AT)
    told = says(
        ann.post(PATH, text="thingies", label="price", kind="keyword", **{"and": "look"}).text
    )
    assert f"{odd} → Price" in told
    assert "No golden talk would go otherwise." in told
    told = says(
        ann.post(
            PATH, text="botox", label="redflags.breathing", kind="keyword", **{"and": "look"}
        ).text
    )
    assert "golden talk" in told
    assert "would go otherwise, so it cannot be published" in told


@pytest.mark.parametrize(
    ("text", "label", "kind", "status"),
    [
        ("{abc}", "price", "keyword", 422),
        ("a", "price", "keyword", 422),
        ("thingies", "nothing", "keyword", 422),
        ("thingies", "unknown", "keyword", 422),
        ("how much", "human", "keyword", 422),
        ("how much?", "pain", "example", 422),
        ("x" * 401, "price", "example", 422),
        ("\u202ethingies", "price", "example", 422),
        ("thingies", "price", "riddle", 400),
    ],
)
def test_what_cannot_be_added_is_refused_with_what_was_typed_kept(
    text: str, label: str, kind: str, status: int, console: Console
) -> None:
    ann = console.sign_in("translator")
    answer = ann.post(PATH, text=text, label=label, kind=kind)
    assert answer.status_code == status
    assert status == 400 or html.escape(text) in answer.text
    assert console.parts.stores.words.find() == []


def test_markup_in_a_word_is_shown_as_it_was_typed(console: Console) -> None:
    ann = console.sign_in("translator")
    assert propose(ann, "<b>thingies</b>", kind="example") == 302
    page = ann.get(PATH).text
    assert "<b>thingies" not in page
    assert "&lt;b&gt;thingies&lt;/b&gt;" in page


def test_the_same_word_is_not_proposed_twice(console: Console) -> None:
    ann = console.sign_in("translator")
    assert propose(ann, "thingies") == 302
    answer = ann.post(PATH, text="thingies", label="price", kind="keyword")
    assert answer.status_code == 409
    assert "stands there already" in answer.text


def test_a_languages_words_are_searched_by_words_and_by_meaning(console: Console) -> None:
    ann = console.sign_in("translator")
    page = ann.get(f"{PATH}?q=how+much&label=price").text
    assert "how much" in says(page)
    assert "Does it hurt</td>" not in page
    assert "Nothing here." in ann.get(f"{PATH}?q=qqqqqq").text
    assert ann.get("/console/words/xx").status_code == 404


def test_every_meaning_has_a_name_that_is_no_code(console: Console) -> None:
    page = console.sign_in("translator").get(PATH).text
    names = re.findall(r"<option value=\"([^\"]+)\"[^>]*>([^<]+)</option>", page)
    assert len(names) > 100
    assert [name for value, name in names if value == name or "_" in name] == []


# ---------------------------------------------------------------- who may


def test_one_who_proposed_a_word_does_not_approve_it(console: Console) -> None:
    ben = console.sign_in("reviewer")
    propose(ben, "thingies")
    assert "Somebody else approves it." in ben.get(PATH).text
    assert "a second person reads a word" in decide(ben, console, "thingies", "approve")
    assert state_of(console, "thingies") == "proposed"


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("price", "published"),
        ("stop", "proposed"),
        ("forget", "proposed"),
        ("minor", "proposed"),
        ("pregnant", "proposed"),
        ("neuro", "proposed"),
        ("redflags.breathing", "proposed"),
    ],
)
def test_in_a_small_clinic_one_person_may_do_it_but_never_for_what_is_grave(
    label: str, state: str, make_console: Make
) -> None:
    console = make_console(CONSOLE_REVIEW="one")
    ben = console.sign_in("reviewer")
    propose(ben, "thingies", label)
    decide(ben, console, "thingies", "approve")
    assert state_of(console, "thingies") == state


def test_a_translator_neither_approves_refuses_nor_publishes(console: Console) -> None:
    ann, other = console.sign_in("translator"), console.sign_in("translator")
    propose(ann, "thingies")
    for what in ("approve", "refuse", "remove"):
        assert 'class="said wrong"' in decide(other, console, "thingies", what)
    assert state_of(console, "thingies") == "proposed"
    assert other.post("/console/words/publishing").status_code == 403
    decide(ann, console, "thingies", "remove")
    assert state_of(console, "thingies") == "removed"


def test_a_translator_of_other_languages_proposes_nothing_here(console: Console) -> None:
    ann = console.sign_in("translator", ("fr",))
    assert propose(ann, "thingies") == 409
    assert 'id="add"' not in ann.get(PATH).text
    assert 'id="add"' in ann.get("/console/words/fr").text


def test_a_word_is_decided_on_once_and_a_stranger_word_is_not_found(console: Console) -> None:
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    propose(ann, "thingies")
    assert "Refused." in decide(ben, console, "thingies", "refuse")
    assert "decided on this word already" in decide(ben, console, "thingies", "approve")
    assert ben.post("/console/word/999/approve").status_code == 404
    assert ben.post("/console/word/1/eat").status_code == 404


def test_a_marketer_does_not_come_in(console: Console) -> None:
    mel = console.sign_in("marketer")
    for path in (
        "/console/words",
        PATH,
        "/console/words/publishing",
        "/console/words/publishing/state",
    ):
        assert mel.get(path).status_code == 403


def test_what_was_done_is_written_down_without_the_words(make_console: Make) -> None:
    console = make_console(KEEP_UNREAD="on")
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    console.parts.stores.words.keep("en", "gift thingies?", [], AT)
    ann.post("/console/words/unread/1/teach", label="price")
    decide(ben, console, "gift thingies?", "approve")
    ben.post("/console/words/publishing")
    done = console.parts.stores.audit.find()
    assert {"word proposed", "word approved", "publishing asked", "words in force"} <= {
        d.act for d in done
    }
    assert "thingies" not in repr(done)


# ---------------------------------------------------------------- unread messages


def say(
    console: Console, body: str, number: int = 1, demo: bool = False, **details: object
) -> Turn:
    """A patient writes to the bot, which keeps in SQL what it does not understand."""
    console.parts.live.look()
    live = console.parts.live.now().answer
    bot = console.parts.doors.console.phrasebook.apart(live)
    bot = replace(bot, unread=live.unread)
    return bot.answer(Inbound(f"SM{number:032x}", (SENDER,), body, AT, demo=demo, **details))  # type: ignore[arg-type]


def test_a_message_that_was_not_understood_is_taught_and_then_understood(
    make_console: Make, unreadable: str
) -> None:
    console = make_console(KEEP_UNREAD="on")
    ann, ben = console.sign_in("translator"), console.sign_in("reviewer")
    assert say(console, unreadable).kept.intents in NOT_UNDERSTOOD
    (unread,) = console.parts.stores.words.open()
    assert unread.text == unreadable
    assert html.escape(unreadable) in ann.get("/console/words/unread").text
    assert ann.post(f"/console/words/unread/{unread.id}/teach", label="hours").status_code == 302
    (word,) = console.parts.stores.words.find(state="proposed")
    assert (word.kind, word.label, word.unread_id) == ("example", "hours", unread.id)
    assert html.escape(unreadable) not in ann.get("/console/words/unread").text
    if console.parts.texts.intents.lacking:
        pytest.skip("the encoder is not on this machine")
    decide(ben, console, word.text, "approve")
    ben.post("/console/words/publishing")
    assert say(console, unreadable, 2).kept.intents == ("hours",)


def test_what_is_kept_of_a_message_leads_to_nobody(make_console: Make, unreadable: str) -> None:
    console = make_console(KEEP_UNREAD="on")
    say(console, f"{unreadable} @annlee")
    assert [u.text for u in console.parts.stores.words.open()] == [f"{unreadable} …"]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ("how much is it", {}),
        ("{}, i cannot breathe", {}),
        ("{}, i am pregnant", {}),
        ("{}", {"demo": True}),
        ("", {"media": ("image/png",)}),
    ],
)
def test_what_was_understood_or_is_nobodys_to_read_is_not_kept(
    body: str, details: dict[str, object], make_console: Make, unreadable: str
) -> None:
    console = make_console(KEEP_UNREAD="on")
    say(console, body.format(unreadable), **details)  # type: ignore[arg-type]
    assert console.parts.stores.words.open() == []


def test_without_the_clinics_wish_nothing_is_kept_and_there_is_no_page(
    console: Console, unreadable: str
) -> None:
    ann = console.sign_in("translator")
    say(console, unreadable)
    assert console.parts.stores.words.open() == []
    assert ann.get("/console/words/unread").status_code == 404
    assert "Unread messages" not in ann.get("/console/words").text


def test_an_unread_message_has_the_bots_guesses_as_buttons_and_every_meaning_behind_them(
    make_console: Make,
) -> None:
    console = make_console(KEEP_UNREAD="on")
    ann = console.sign_in("translator")
    console.parts.stores.words.keep("fr", "zorp", [("price", 0.3), ("how", 0.2), ("gone", 0.1)], AT)
    page = ann.get("/console/words/unread?tag=fr").text
    assert re.findall(r'name="label" value="([^"]+)"', page) == ["price", "how"]
    assert '<option value="redflags.breathing">Trouble breathing</option>' in page
    assert "zorp" not in ann.get("/console/words/unread?tag=de").text
    ann.post("/console/words/unread/1/aside", tag="fr")
    assert "Nothing here." in ann.get("/console/words/unread").text
    assert "looked at this message already" in says(
        ann.post("/console/words/unread/1/teach", label="price") and ann.get("/console/words").text
    )


def test_a_member_sees_the_unread_messages_of_their_languages_only(make_console: Make) -> None:
    console = make_console(KEEP_UNREAD="on")
    ann = console.sign_in("translator", ("fr",))
    console.parts.stores.words.keep("en", "zorp", [], AT)
    console.parts.stores.words.keep("fr", "zip", [], AT + timedelta(seconds=1))
    page = ann.get("/console/words/unread").text
    assert "zip" in page
    assert "zorp" not in page
    ann.post("/console/words/unread/1/teach", label="price")
    assert console.parts.stores.words.find() == []
