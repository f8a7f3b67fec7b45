"""What a file from outside would change, what is proposed of it, and what staff published on its way back into the files."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters.files import CONTENT, LOCALES, read_toml
from smsbot.adapters.gettext import CatalogShelf
from smsbot.adapters.sql.audit import SqlAudit
from smsbot.adapters.sql.edits import SqlEdits
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.word_files import WordFiles
from smsbot.cli import main
from smsbot.core.conversation.preview import bench
from smsbot.core.conversation.proofread import Library
from smsbot.core.language.edits import Edit, Published
from smsbot.core.language.translation import by_key
from smsbot.core.people.staff import Member
from smsbot.core.understanding.words import Word
from smsbot.flows.access import NotAllowed
from smsbot.flows.catalogs import Kept, give_back
from smsbot.flows.edition import Edition, Version
from smsbot.flows.exchange import (
    DryRun,
    Line,
    Offer,
    Unusable,
    dry_run,
    propose_all,
)
from smsbot.flows.translate import Translate
from smsbot.ports import Unavailable
from smsbot.settings import Settings
from smsbot.wiring.console import give_back_published

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANNA = Member(1, "anna@clinic.example", "Anna", frozenset({"translator"}))
BEN = replace(ANNA, id=2, email="ben@clinic.example", name="Ben")
GOOD = "You are very welcome. Reply %(MENU)s for more topics or %(HUMAN)s for our team."
EXPORT = ("catalogs", "export", "--published", "--language", "en", "--locales")


class Noon:
    def now(self) -> datetime:
        return AT


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    """English and Arabic, in a folder that may be changed."""
    for tag in ("en", "ar"):
        shutil.copytree(LOCALES / tag, tmp_path / "locales" / tag)
    clinic = (CONTENT / "clinic.toml").read_text(encoding="utf-8")
    (tmp_path / "clinic.toml").write_text(
        re.sub(r"(?m)^languages = .*$", 'languages = ["en", "ar"]', clinic), encoding="utf-8"
    )
    return tmp_path / "locales"


@pytest.fixture
def library(locales: Path) -> Library:
    return wiring.load_library(str(locales.parent / "clinic.toml"), locales)[0]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings.from_env({"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})
    wiring.migrate(settings)
    return settings


@pytest.fixture
def translate(settings: Settings, library: Library, texts: wiring.Texts) -> Iterator[Translate]:
    engine = make_engine(settings.database_url, 5.0)
    edits, audit = SqlEdits(engine, 5.0), SqlAudit(engine, 5.0)
    edition = Edition(Version(), library, library, Published(), wiring.in_memory(texts))
    yield Translate(
        edits=edits, audit=audit, clock=Noon(), edition=lambda: edition, refresh=lambda: None
    )
    edits.close()
    audit.close()


def lines(library: Library, tag: str = "en", **said: str | tuple[str, ...]) -> list[Line]:
    """Lines of a file, beside the English of today."""
    english = library.english()
    found = []
    for number, (key, text) in enumerate(said.items(), 2):
        forms = (text,) if isinstance(text, str) else text
        beside = english.get(key, ("",))
        for form, words in enumerate(forms):
            source = beside[min(form, len(beside) - 1)]
            found.append(Line(number * 10 + form, tag, key, form, source, words))
    return found


def look(translate: Translate, found: list[Line], tag: str = "en", who: Member = ANNA) -> DryRun:
    return dry_run(translate, bench(translate.edition().library, tag), who, found, tag)


def test_a_text_is_a_change_the_same_empty_or_refused(
    translate: Translate, library: Library
) -> None:
    now = by_key(library.scripts["en"].translations)
    found = look(
        translate,
        lines(
            library,
            thanks=GOOD,
            how=now["how"].forms,
            time="",
            insurance="It is covered. Ask us.",
            nothing="x",
        ),
    )
    assert [change.offer.key for change in found.changes] == ["thanks"]
    assert (found.same, found.empty) == (1, 1)
    assert [(no.key, no.why, no.numbers) for no in found.refused] == [
        ("insurance", "rule", (50,)),
        ("nothing", "key", (60,)),
    ]
    assert translate.edits.waiting() == []


def test_all_six_arabic_forms_come_from_the_file_or_stay(
    translate: Translate, library: Library
) -> None:
    now = by_key(library.scripts["ar"].translations)["rate_limited"].forms
    some = ("", "", "", "", "", now[5].rstrip(".") + " !")
    found = look(translate, lines(library, "ar", rate_limited=some), "ar")
    assert [c.offer.forms for c in found.changes] == [(*now[:5], some[5])]


def test_a_file_of_another_language_and_one_of_nothing_are_refused_whole(
    translate: Translate, library: Library
) -> None:
    with pytest.raises(Unusable, match="language ar"):
        look(translate, lines(library, "ar", thanks=GOOD))
    with pytest.raises(Unusable, match="empty"):
        look(translate, [])


def test_only_who_keeps_the_language_looks_and_proposes(
    translate: Translate, library: Library
) -> None:
    bound = replace(ANNA, languages=frozenset({"ar"}))
    with pytest.raises(NotAllowed):
        look(translate, lines(library, thanks=GOOD), who=bound)
    with pytest.raises(NotAllowed):
        propose_all(translate, bound, "en", [Offer("thanks", (GOOD,), 0)], "", {})


def test_what_nobody_read_and_a_file_calls_read_is_a_change(
    translate: Translate, library: Library
) -> None:
    script = library.scripts["en"]
    fuzzy = replace(by_key(script.translations)["thanks"], fuzzy=True)
    unread = library.with_script(script.with_texts({"thanks": fuzzy}))
    edition = replace(translate.edition(), library=unread)
    there = replace(translate, edition=lambda: edition)
    (line,) = lines(unread, thanks=fuzzy.forms)
    assert [c.offer.key for c in look(there, [line]).changes] == ["thanks"]
    assert look(there, [replace(line, unfinished=True)]).same == 1


def test_ones_own_proposal_is_the_same_until_it_says_something_else(
    translate: Translate, library: Library
) -> None:
    propose_all(translate, ANNA, "en", [Offer("thanks", (GOOD,), 0)], "from a.po", {})
    assert look(translate, lines(library, thanks=GOOD)).same == 1
    (change,) = look(translate, lines(library, thanks=f"{GOOD[:-1]}!")).changes
    assert change.mine
    (no,) = look(translate, lines(library, thanks=f"{GOOD[:-1]}!"), who=BEN).refused
    assert (no.why, no.waiting and no.waiting.by) == ("waits", ANNA.id)


def test_a_word_to_type_that_is_read_as_another_is_left_at_the_button_too(
    translate: Translate, library: Library
) -> None:
    taken = by_key(library.scripts["en"].translations)["insurance.label"].forms
    offers = [Offer("price.label", taken, 0), Offer("thanks", (GOOD,), 0)]
    became = propose_all(translate, ANNA, "en", offers, "", {})
    assert became.done == ("thanks",)
    ((left, why),) = became.left
    assert left.key == "price.label"
    assert "insurance.label" in why


class Away(SqlEdits):
    """Goes away after so many proposals."""

    left = 1

    def propose(self, edit: Edit) -> Edit:
        if not self.left:
            raise Unavailable("away")
        self.left -= 1
        return super().propose(edit)


def test_a_database_that_goes_away_in_the_middle_is_told_and_the_rest_can_be_sent_again(
    translate: Translate, settings: Settings
) -> None:
    away = Away(make_engine(settings.database_url, 5.0), 5.0)
    offers = [Offer("thanks", (GOOD,), 0), Offer("how.title", ("How",), 0)]
    failing = replace(translate, edits=away)
    became = propose_all(failing, ANNA, "en", offers, "", {})
    assert (became.done, became.away) == (("thanks",), True)
    assert [offer.key for offer, _ in became.left] == ["how.title"]
    with pytest.raises(Unavailable):  # nothing was kept, and so nobody is told that something was
        propose_all(failing, BEN, "en", offers[1:], "", {})
    away.close()
    assert propose_all(translate, ANNA, "en", offers[:1], "", {}).same == ("thanks",)


# ---------------------------------------------------------------- what staff published, into the files


def edit(key: str, *forms: str, tag: str = "en") -> Edit:
    return Edit(1, tag, key, forms, forms, 1, AT, "published")


def back(library: Library, locales: Path, *edits: Edit) -> tuple[tuple[str, ...], set[str]]:
    """The texts that were written, and those that were refused."""
    published = Published(edits={(e.tag, e.key): e for e in edits})
    shelf = CatalogShelf(locales, lambda: None)
    taken, _ = give_back(library, "en", published, (), shelf, WordFiles(locales))
    return taken.accepted, {f.key for f in taken.refused}


def test_what_was_published_is_written_and_nothing_else_changes(
    library: Library, locales: Path
) -> None:
    po = locales / "en" / "LC_MESSAGES" / "bot.po"
    before = po.read_text(encoding="utf-8").splitlines()
    other = edit("thanks", "غير", tag="ar")
    assert back(library, locales, edit("thanks", GOOD), other) == (("thanks",), set())
    after = po.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [f'msgstr "{GOOD}"']
    assert (locales / "ar" / "LC_MESSAGES" / "bot.po").read_bytes() == (
        LOCALES / "ar" / "LC_MESSAGES" / "bot.po"
    ).read_bytes()


def test_what_the_files_no_longer_allow_is_named_and_the_rest_is_written(
    library: Library, locales: Path
) -> None:
    edits = (edit("thanks", GOOD), edit("how", "By %(magic)s."), edit("gone", "Gone."))
    assert back(library, locales, *edits) == (("thanks",), {"how", "gone"})


def test_the_terminal_writes_what_staff_published_into_a_copy_of_the_files(
    translate: Translate, settings: Settings, library: Library, locales: Path
) -> None:
    propose_all(translate, ANNA, "en", [Offer("thanks", (GOOD,), 0)], "", {})
    (waiting,) = translate.edits.waiting()
    translate.edits.decide(waiting.id, "published", BEN.id, AT)
    stores = wiring.make_stores(settings, 5.0)
    message = Word(0, "en", "example", "price", "roughly what would that set me back, then", 1, AT)
    kept = stores.words.propose(message)
    stores.words.decide([kept.id], "published", BEN.id, AT)
    stores.close()

    run = subprocess.run(
        [sys.executable, "-m", "smsbot", *EXPORT, str(locales)],
        env={
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "CLINIC_FILE": str(locales.parent / "clinic.toml"),
        },
        cwd=LOCALES.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "en: 1 texts, 1 words\n"
    po = locales / "en" / "LC_MESSAGES" / "bot.po"
    assert GOOD.encode() in po.read_bytes()
    assert message.text in read_toml(locales / "en" / "examples.toml")["intents"]["price"]
    after = po.read_bytes()
    fresh = wiring.load_library(str(locales.parent / "clinic.toml"), locales)[0]
    ((taken, words),) = give_back_published(settings, fresh, ["en"], locales)
    assert (taken.accepted, taken.unchanged, words) == ((), ("thanks",), Kept())
    assert po.read_bytes() == after


@pytest.mark.parametrize(
    "wrong",
    [
        ["--published", "--format", "po"],
        ["--published", "folder"],
        ["--format", "po"],
        ["folder"],
        ["--format", "po", "--locales", "x", "folder"],
    ],
)
def test_an_export_of_two_kinds_at_once_is_misuse(wrong: list[str]) -> None:
    assert main(["catalogs", "export", *wrong]) == 2
