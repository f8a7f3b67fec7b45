"""The one place that knows everyone: builds the bot from its settings."""

import gc
import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from dramatiq import Broker
from flask import Blueprint, Flask
from tqdm import tqdm

from smsbot.adapters import files, memory
from smsbot.adapters.background import Background
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock, reference
from smsbot.adapters.gettext import CatalogShelf, file_name, posix, read_catalog, read_translations
from smsbot.adapters.language_id import ROMANISED, Detector
from smsbot.adapters.learned.build import Learned, load
from smsbot.adapters.learned.intents import LearnedIntents
from smsbot.adapters.log import make_note
from smsbot.adapters.metrics import Metrics
from smsbot.adapters.notify import MailNotify, Several, SmsNotify, WebhookNotify
from smsbot.adapters.numbers import PhoneRegions, written
from smsbot.adapters.queue import Wake, make_broker
from smsbot.adapters.redis.client import HURRY, TURN, WORK, make_client, server_settings
from smsbot.adapters.redis.conversations import RedisConversations
from smsbot.adapters.redis.outbox import RedisOutbox
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import REVISION
from smsbot.adapters.twilio import TwilioCarrier, TwilioMessages, sign
from smsbot.core.content.broken import Broken
from smsbot.core.content.content import Content, read_content
from smsbot.core.content.profile import read_profile
from smsbot.core.conversation.compose import Book, compose, make_book
from smsbot.core.conversation.decision import Say
from smsbot.core.conversation.proofread import Library, Script
from smsbot.core.conversation.samples import samples
from smsbot.core.language.catalog import Catalog, Catalogs
from smsbot.core.language.language import Language, code
from smsbot.core.people.address import parse_address
from smsbot.core.understanding.examples import Example, read_examples
from smsbot.core.understanding.folding import tokens
from smsbot.core.understanding.look import Reader, make_reader
from smsbot.core.understanding.vocabulary import (
    Entry,
    Malformed,
    Vocabulary,
    read_pattern,
    read_vocabulary,
)
from smsbot.flows.answer import Answer
from smsbot.flows.report import Finding, outcome, states
from smsbot.flows.tend import Tend
from smsbot.jobs import declare
from smsbot.ports import Health, Languages, Note, Notices, Notify, Unavailable, silent
from smsbot.settings import Misconfigured, Settings, unknown_settings
from smsbot.web import phone
from smsbot.web.app import Doors, make_app
from smsbot.web.notices import link_of
from smsbot.web.phone.trace import encode, trace

# Service intents among two in one message: which goes first, beside the topics' own risks.
SERVICE_RISKS = {"minor": 20, "stop": 19, "forget": 18, "human": 3, "check": 3, "not_covered": 0}


@dataclass(frozen=True)
class Texts:
    """Everything read from files: what can be said, and how it is read; and who votes on the language."""

    book: Book
    reader: Reader
    names: Mapping[tuple[str, ...], str]
    codes: Mapping[str, str]
    yes: frozenset[tuple[str, ...]]
    languages: Languages
    intents: LearnedIntents
    lacking: Mapping[str, str]  # what of the readers this machine has not, and why


def load_texts(
    clinic_file: str = "",
    locales: Path = files.LOCALES,
    content_folder: Path = files.CONTENT,
    model_folder: Path = files.MODEL,
) -> Texts:
    """Reads content, catalogs, vocabularies and the clinic. Raises `Broken` naming the file, the key and what is wrong."""
    with _unswept():
        return _load_texts(clinic_file, locales, content_folder, model_folder)


@contextmanager
def _unswept() -> Iterator[None]:
    """Without the collector of garbage: half a million values that all stay would be looked through again and again."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _load_texts(clinic_file: str, locales: Path, content_folder: Path, model_folder: Path) -> Texts:
    content = read_content(files.read_content_files(content_folder))
    vocabularies = {v.tag: v for v in map(_vocabulary, files.language_folders(locales))}
    if "en" not in vocabularies:
        raise Broken(str(locales), "en", "is missing: English is what every language falls back on")
    by_tag = {tag: _catalog(locales, vocabulary) for tag, vocabulary in vocabularies.items()}
    path = Path(clinic_file) if clinic_file else content_folder / "clinic.toml"
    profile = read_profile(files.read_toml(path), path.name, tuple(by_tag))
    vocabularies = {tag: _with_offers(v, by_tag[tag], content) for tag, v in vocabularies.items()}
    check_budgets(content, by_tag["en"].language, content_folder)
    catalogs = Catalogs(by_tag, profile.languages)
    names, codes = _language_names(catalogs)
    learned = _learned(model_folder, locales, vocabularies)
    intents = LearnedIntents(learned)
    detector = Detector(tuple(vocabularies), learned.languages.shares)
    return Texts(
        book=make_book(content, catalogs, profile, written(profile.phone)),
        reader=make_reader(
            vocabularies.values(),
            _risks(content),
            {t.id: t.covers for t in content.topics.values()},
            {
                label.removesuffix(ROMANISED)
                for label in learned.languages.labels
                if label.endswith(ROMANISED)
            },
        ),
        names=names,
        codes=codes,
        yes=_clear_yes(vocabularies.values(), catalogs),
        languages=detector,
        intents=intents,
        lacking={
            **({"encoder": intents.lacking} if intents.lacking else {}),
            **dict.fromkeys(detector.missing, "not on this machine"),
        },
    )


def texts_of(settings: Settings) -> Texts:
    """The texts of the clinic that the settings name, with the readers fitted to the examples: at once where they were before."""
    model = Path(settings.model_dir) if settings.model_dir else files.MODEL
    return load_texts(settings.clinic_file, model_folder=model)


def read_all_examples(
    locales: Path = files.LOCALES, vocabularies: Mapping[str, Vocabulary] | None = None
) -> tuple[Example, ...]:
    """The example messages of the given languages, of all where none are given. Raises `Broken` naming the file and the key."""
    if vocabularies is None:
        vocabularies = {v.tag: v for v in map(_vocabulary, files.language_folders(locales))}
    known = {e.name for e in vocabularies["en"].entries if e.kind == "intents"} | {"unknown"}
    return tuple(
        example for tag in vocabularies for example in _examples(locales / posix(tag), tag, known)
    )


def _examples(folder: Path, tag: str, intents: Collection[str]) -> tuple[Example, ...]:
    path = folder / "examples.toml"
    if not path.exists():
        return ()  # a language may start without: it reads by its keywords and by what the others taught
    try:
        return read_examples(tag, files.read_toml(path), intents)
    except Malformed as error:
        raise Broken(f"locales/{folder.name}/examples.toml", "examples", str(error)) from None


def _learned(folder: Path, locales: Path, vocabularies: Mapping[str, Vocabulary]) -> Learned:
    """What the examples teach, with a line on standard error, and a bar on a terminal, for what takes long."""
    return load(
        folder,
        files.state_of(locales / posix(tag) / "examples.toml" for tag in vocabularies),
        lambda: read_all_examples(locales, vocabularies),
        say=lambda what: print(f"smsbot: {what} (once)", file=sys.stderr, flush=True),
        steps=lambda rows, total, what: tqdm(
            rows,
            total=total,
            desc=f"smsbot: {what} (once)",
            unit="",
            leave=False,
            disable=not sys.stderr.isatty(),
        ),
    )


def _risks(content: Content) -> dict[str, int]:
    """Which of two intents in one message goes first: the higher."""
    return {**SERVICE_RISKS, **{t.id: t.risk for t in content.topics.values()}}


def _with_offers(vocabulary: Vocabulary, catalog: Catalog, content: Content) -> Vocabulary:
    """The vocabulary with what the bot itself offers: a label or a title that is typed back is always understood."""
    own = tuple(
        Entry("intents", name, read_pattern(" ".join(words)), whole=True)
        for name in (*content.topics, *content.words)
        for part in ("label", "title")
        if name != "urgent" and (words := tokens(catalog.texts.get(f"{name}.{part}", ("",))[0]))
    )
    return replace(vocabulary, entries=(*vocabulary.entries, *own))


def check_budgets(content: Content, english: Language, folder: Path) -> None:
    """Raises `Broken` for a first wording that costs more SMS segments than it may, measured with the shipped clinic's values."""
    profile = read_profile(
        files.read_toml(folder / "clinic.toml"), "clinic.toml", ("en",), lenient=True
    )
    masters = Catalogs(
        {"en": Catalog(english, {p.key: p.forms for p in content.phrases.values()})}, ("en",)
    )
    book = make_book(content, masters, profile, written(profile.phone))
    for phrase in content.phrases.values():
        for text in samples(book, "en", phrase) if phrase.budget else ():
            most = phrase.budget[text.cost.encoding == "UCS-2"]  # type: ignore[index]
            if text.cost.segments > most:
                raise Broken(
                    phrase.file,
                    phrase.key,
                    f"costs {text.cost.segments} SMS segments; it may cost {most}",
                )


def _vocabulary(folder: Path) -> Vocabulary:
    name = f"locales/{folder.name}/vocabulary.toml"
    table = files.read_toml(folder / "vocabulary.toml")
    try:
        return read_vocabulary(folder.name.replace("_", "-"), table)
    except Malformed as error:
        raise Broken(name, "vocabulary", str(error)) from None


def _catalog(locales: Path, vocabulary: Vocabulary) -> Catalog:
    return read_catalog(
        _po(locales, vocabulary), vocabulary, _signed(locales / posix(vocabulary.tag))
    )


def _po(locales: Path, vocabulary: Vocabulary) -> Path:
    folder = locales / posix(vocabulary.tag)
    path = folder / "LC_MESSAGES" / "bot.po"
    if not path.exists():
        raise Broken(
            f"locales/{folder.name}",
            "LC_MESSAGES/bot.po",
            "does not exist; `pybabel init` makes it (see CONTRIBUTING)",
        )
    return path


def _signed(folder: Path) -> Mapping[str, object]:
    return files.read_toml(folder / "signoff.toml") if (folder / "signoff.toml").exists() else {}


def load_library(
    clinic_file: str = "", locales: Path = files.LOCALES, content_folder: Path = files.CONTENT
) -> tuple[Library, dict[str, Broken]]:
    """Every language as its files have it, to be checked and edited, and the languages whose files cannot be read at all.

    Raises `Broken` where the content, the clinic or English cannot be read.
    """
    content = read_content(files.read_content_files(content_folder))
    folders = files.language_folders(locales)
    scripts: dict[str, Script] = {}
    broken: dict[str, Broken] = {}
    for folder in folders:
        tag = folder.name.replace("_", "-")
        try:
            scripts[tag] = _script(locales, folder)
        except Broken as error:
            broken[tag] = error
    if "en" not in scripts:
        raise broken.get(
            "en",
            Broken(str(locales), "en", "is missing: English is what every language falls back on"),
        )
    path = Path(clinic_file) if clinic_file else content_folder / "clinic.toml"
    profile = read_profile(files.read_toml(path), path.name, (*scripts, *broken))
    profile = replace(
        profile, languages=tuple(t for t in profile.languages if t in scripts) or ("en",)
    )
    return Library(content, profile, written(profile.phone), scripts, _risks(content)), broken


def _script(locales: Path, folder: Path) -> Script:
    vocabulary = _vocabulary(folder)
    language, translations = read_translations(
        _po(locales, vocabulary), vocabulary, file_name(vocabulary.tag)
    )
    return Script(vocabulary, language, translations, frozenset(_signed(folder)))


def load_shelf(locales: Path = files.LOCALES) -> CatalogShelf:
    """Where edited texts are written."""
    return CatalogShelf(locales, SystemClock().now)


def _language_names(catalogs: Catalogs) -> tuple[dict[tuple[str, ...], str], dict[str, str]]:
    """How people may name a language: in its own words, in any loaded language's words, or by its code."""
    names: dict[tuple[str, ...], str] = {}
    for tag, catalog in catalogs.by_tag.items():
        own, letters = catalog.language, tag.partition("-")[0]
        said = {own.own_name}
        for other in catalogs.by_tag.values():
            said |= {other.language.name_of(tag), other.language.name_of(letters)}
        # Where two languages share a name (Chinese in two scripts), it is the first one's.
        names |= {tokens(n): tag for n in said if tokens(n) and tokens(n) not in names}
        names[tokens(own.own_name)] = tag
    codes = {tag.partition("-")[0]: tag for tag in reversed(tuple(catalogs.by_tag))}
    codes |= {code(tag, tuple(catalogs.by_tag)).lower(): tag for tag in catalogs.by_tag}
    return names, codes


def _clear_yes(
    vocabularies: Iterable[Vocabulary], catalogs: Catalogs
) -> frozenset[tuple[str, ...]]:
    """How people agree beyond doubt: by the very word that the question asks for, or another that means nothing else."""
    labels = (catalog.texts.get("yes.label", ("",))[0] for catalog in catalogs.by_tag.values())
    asked = {said for label in labels if (said := tokens(label))}
    return frozenset(asked | {said for v in vocabularies for said in v.clear_yes})


def in_memory(texts: Texts, note: Note = silent, pepper: bytes = b"chat") -> Answer:
    """The bot on its in-memory twins: for the terminal and for tests."""
    talks, people = memory.MemoryConversations(), memory.MemoryPeople()
    return Answer(
        book=texts.book,
        reader=texts.reader,
        conversations=talks,
        hurried=talks,
        people=people,
        nobody=memory.Nobody(),
        outbox=memory.MemoryOutbox(),
        languages=texts.languages,
        intents=texts.intents,
        regions=PhoneRegions(),
        note=note,
        later=memory.at_once,
        wake=silent,
        fresh=reference,
        pepper=pepper,
        names=texts.names,
        codes=texts.codes,
        yes=texts.yes,
    )


# ---------------------------------------------------------------- the servers

# What a line or a count must not name, beside the topics that say so themselves: it would tell of a person's health.
_SENSITIVE = frozenset({"urgent", "urgent_today", "crisis", "minor"})


@dataclass(frozen=True)
class Parts:
    """The assembled bot; nothing is connected before it is used."""

    texts: Texts
    doors: Doors
    broker: Broker
    people: SqlPeople
    tend: Tend
    background: Background


def build(settings: Settings) -> tuple[Flask, Broker]:
    """The application and the queue's broker. Raises `Misconfigured` or `Broken`, in words for the person who starts it."""
    parts = assemble(settings)
    return make_app(parts.doors), parts.broker


def assemble(settings: Settings) -> Parts:
    """Everything built from the settings and tied together."""
    if lacking := settings.lacking():
        raise Misconfigured([*lacking, "`smsbot doctor` looks at the rest."])
    texts = texts_of(settings)
    metrics = Metrics()
    note = counting_note(make_note(settings.log_format), texts, metrics)
    cipher = Cipher(settings.data_keys.split(","))
    people = SqlPeople(make_engine(settings.database_url), cipher)
    patient, hurried = (make_client(settings.redis_url, seconds) for seconds in (TURN, HURRY))
    outbox = RedisOutbox(patient, cipher.seal_record, cipher.unseal_record)
    queue_url = settings.broker_url or settings.redis_url
    background = Background(note)
    answer = replace(
        in_memory(texts, note, settings.pepper.encode()),
        conversations=RedisConversations(patient),
        hurried=RedisConversations(hurried),
        people=people,
        outbox=outbox,
        later=background.later,
        wake=Wake(make_broker(make_client(queue_url, TURN))),
    )
    clock = SystemClock()
    tend = Tend(
        outbox=outbox,
        people=people,
        notices=people,
        notify=Several(_ways(settings), note),
        link_of=lambda notice: link_of(notice, settings.public_url, settings.secret_key),
        clock=clock,
        note=note,
        repeat=timedelta(minutes=int(settings.notify_repeat_minutes)),
    )
    broker = make_broker(make_client(queue_url, WORK))
    declare(broker, tend, note)
    doors = Doors(
        answer=answer,
        carrier=_carrier(settings, clock),
        notices=people,
        clock=clock,
        note=note,
        health=lambda: states(people, outbox, _more_states(texts, settings)),
        metrics=metrics.page,
        public_url=settings.public_url,
        secret_key=settings.secret_key,
        observe=metrics.seconds.observe,
        phone=_phone(settings, texts),
        trace=lambda turn: encode(trace(turn, texts.book)),
    )
    return Parts(texts, doors, broker, people, tend, background)


def counting_note(write: Note, texts: Texts, metrics: Metrics) -> Note:
    """The writer of lines that also counts. Neither a line nor a count tells of a person's health; demo people are not counted."""
    topics = frozenset(texts.book.content.topics)
    sensitive = _SENSITIVE | {t.id for t in texts.book.content.topics.values() if t.sensitive}

    def note(event: str, /, **details: object) -> None:
        if event != "turn":
            metrics.noted.labels(event).inc()
            write(event, **details)
            return
        intents: tuple[str, ...] = details["intents"]  # type: ignore[assignment]
        events: tuple[str, ...] = details["events"]  # type: ignore[assignment]
        what = outcome(intents, sensitive, topics)
        if not details["demo"]:
            metrics.turn(
                str(details["channel"]),
                str(details["language"]),
                what,
                int(str(details["segments"])),
                events,
            )
        shown = tuple("sensitive" if i in sensitive else i for i in intents)
        write(
            event,
            **{
                **details,
                "intents": shown,
                "events": tuple(e for e in events if e != "RedFlagSeen"),
            },
        )

    return note


def _phone_key(settings: Settings) -> str:
    return hashlib.sha256(f"phone page\x00{settings.secret_key}".encode()).hexdigest()


def _carrier(settings: Settings, clock: SystemClock) -> TwilioCarrier:
    return TwilioCarrier(
        tokens=settings.tokens(),
        public_url=settings.public_url,
        account_sid=settings.account_sid,
        sender_kind=settings.sender_kind,  # type: ignore[arg-type]
        clock=clock,
        phone_key=_phone_key(settings) if settings.phone == "on" else "",
    )


def _phone(settings: Settings, texts: Texts) -> Blueprint | None:
    if settings.phone != "on":
        return None
    key = _phone_key(settings)
    return phone.blueprint(
        sign=lambda url, form: sign(url, {name: [value] for name, value in form.items()}, key),
        profile=texts.book.profile,
        account=settings.account_sid,
        public_url=settings.public_url,
        sender_kind=settings.sender_kind,  # type: ignore[arg-type]
    )


def _ways(settings: Settings) -> list[Notify]:
    """The ways to tell staff that the settings name."""
    ways: list[Notify] = []
    try:
        if settings.notify_webhook_url:
            ways.append(WebhookNotify(settings.notify_webhook_url, settings.notify_webhook_secret))
        if settings.notify_smtp_url:
            ways.append(
                MailNotify(
                    settings.notify_smtp_url,
                    settings.notify_email_from,
                    _listed(settings.notify_email_to),
                )
            )
        for number in _listed(settings.notify_sms_to):
            ways.append(SmsNotify(_messages(settings).send, parse_address(number)))
    except ValueError as error:
        raise Misconfigured([str(error)]) from None
    return ways


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _messages(settings: Settings) -> TwilioMessages:
    if not (
        settings.account_sid
        and settings.tokens()
        and (settings.sender or settings.messaging_service)
    ):
        raise ValueError(
            "NOTIFY_SMS_TO needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM (or a Messaging Service)"
        )
    return TwilioMessages(
        account_sid=settings.account_sid,
        token=settings.tokens()[0],
        sender=settings.sender,
        messaging_service=settings.messaging_service,
        api_url=settings.api_url,
    )


def _more_states(texts: Texts, settings: Settings) -> dict[str, Callable[[], Health]]:
    languages = list(texts.book.catalogs.offered)
    return {
        "texts": lambda: Health(True, extra={"languages": languages}),
        "readers": lambda: Health(
            not texts.lacking,
            "; ".join(f"{name}: {why}" for name, why in texts.lacking.items()),
            needed=False,
        ),
        "notify": lambda: Health(
            bool(_ways(settings)),
            "" if _ways(settings) else "nobody is told of calls and red flags",
            needed=False,
        ),
    }


# ---------------------------------------------------------------- the terminal's work


def migrate(settings: Settings) -> tuple[str | None, str]:
    """Brings the database up to date; the revision before and after. Raises `Unavailable`."""
    from smsbot.adapters.sql.migrate import upgrade

    return upgrade(make_engine(settings.database_url, deadline=None))


def notices(settings: Settings) -> Notices:
    """The calls and alerts, for the terminal."""
    lines = [
        f"{name} is not set"
        for name, value in (
            ("DATABASE_URL", settings.database_url),
            ("DATA_KEYS", settings.data_keys),
        )
        if not value
    ]
    if lines:
        raise Misconfigured(lines)
    return SqlPeople(
        make_engine(settings.database_url, deadline=5.0),
        Cipher(settings.data_keys.split(",")),
        deadline=5.0,
    )


def fallback(settings: Settings) -> str:
    """A page for the carrier's fallback address: where to turn while the bot is away, in the clinic's languages' first."""
    book = texts_of(settings).book
    region = book.profile.country
    emergency = book.profile.emergency or book.content.emergency.get(region, "")
    said = compose(book, (Say("error"),), book.catalogs.default, "sms", emergency=emergency)
    carrier = _carrier(settings, SystemClock())
    return carrier.speak([t.text for t in said])


def checkup(environ: Mapping[str, str]) -> list[Finding]:
    """Everything to be looked at before going live, in plain words."""
    findings = [Finding("warn", line) for line in unknown_settings(environ)]
    try:
        settings = Settings.from_env(environ)
    except Misconfigured as error:
        return findings + [Finding("fail", line) for line in error.problems]
    findings += [Finding("fail", line) for line in settings.lacking()]
    findings += _texts_looked_at(settings)
    findings += (
        _redis_looked_at(settings) + _sql_looked_at(settings) + _edge_looked_at(settings, environ)
    )
    return findings


def _texts_looked_at(settings: Settings) -> list[Finding]:
    try:
        texts = texts_of(settings)
    except Broken as error:
        return [Finding("fail", str(error))]
    catalogs = texts.book.catalogs
    safety = {p.key for p in texts.book.content.phrases.values() if p.safety}
    findings = [
        Finding(
            "ok",
            f"texts: {len(catalogs.offered)} languages, {len(texts.book.content.phrases)} texts each",
        )
    ]
    for tag in catalogs.offered:
        missing = sorted(safety - set(catalogs.by_tag[tag].texts))
        if missing:
            findings.append(
                Finding("fail", f"texts: {tag} lacks safety texts: {', '.join(missing[:5])}")
            )
        unsigned = len(safety - catalogs.by_tag[tag].signed)
        if unsigned:
            findings.append(
                Finding(
                    "warn",
                    f"texts: {unsigned} safety texts of {tag} are not signed off by a named person (signoff.toml)",
                )
            )
    return findings


def _redis_looked_at(settings: Settings) -> list[Finding]:
    if not settings.redis_url:
        return []
    found = server_settings(make_client(settings.redis_url, 2.0))
    if isinstance(found, str):
        return [
            Finding(
                "fail",
                f"Redis does not answer at REDIS_URL ({found}): is it running, are name and password right?",
            )
        ]
    findings = [Finding("ok", "Redis answers")]
    if not found:
        findings.append(
            Finding(
                "warn",
                "Redis does not tell its settings: appendonly must be yes and maxmemory-policy noeviction",
            )
        )
    if found.get("appendonly") not in (None, "yes"):
        findings.append(
            Finding(
                "fail",
                "Redis keeps nothing over a restart: set appendonly yes, so that no waiting opt-out is lost",
            )
        )
    if found.get("maxmemory-policy") not in (None, "noeviction"):
        findings.append(
            Finding("fail", "Redis may throw keys away: set maxmemory-policy noeviction")
        )
    return findings


def _sql_looked_at(settings: Settings) -> list[Finding]:
    if not settings.database_url:
        return []
    try:
        people = SqlPeople(
            make_engine(settings.database_url), Cipher(settings.data_keys.split(","))
        )
        revision = people.revision()
    except Misconfigured as error:
        return [Finding("fail", line) for line in error.problems]
    except Unavailable as error:
        return [Finding("fail", f"the database does not answer at DATABASE_URL ({error})")]
    if revision != REVISION:
        return [Finding("fail", "the database's tables are missing or old: run `smsbot migrate`")]
    return [Finding("ok", "the database answers and is up to date")]


def _edge_looked_at(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    live = settings.mode == "production"
    findings = []
    try:
        told = bool(_ways(settings))
    except Misconfigured as error:
        return [Finding("fail", line) for line in error.problems]
    if not told:
        words = "nobody is told of calls and red flags: set NOTIFY_WEBHOOK_URL, NOTIFY_SMTP_URL or NOTIFY_SMS_TO"
        findings.append(Finding("fail" if live else "warn", words))
    if live and not environ.get("TWILIO_SENDER_KIND"):
        words = "TWILIO_SENDER_KIND is not set: a long code, a toll-free number and a Messaging Service answer STOP themselves"
        findings.append(Finding("warn", words))
    if live and not settings.account_sid:
        findings.append(
            Finding(
                "warn",
                "TWILIO_ACCOUNT_SID is not set: messages of any account with the right token are taken",
            )
        )
    if live and settings.public_url.startswith("http://"):
        findings.append(
            Finding("fail", "PUBLIC_URL is not https: messages would travel readable by anybody")
        )
    if live and settings.phone == "on":
        findings.append(
            Finding("warn", "the phone page is open to everybody: set PHONE=off unless you mean it")
        )
    return findings
