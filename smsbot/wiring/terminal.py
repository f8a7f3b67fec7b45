"""The terminal's work that needs the servers' parts, and everything to be looked at before going live, in plain words."""

from collections.abc import Mapping
from pathlib import Path

from smsbot.adapters import files
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.redis.client import make_client, server_settings
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import REVISION
from smsbot.core.content.broken import Broken
from smsbot.core.conversation.compose import compose
from smsbot.core.conversation.decision import Say
from smsbot.core.people.staff import may
from smsbot.flows.report import Finding
from smsbot.ports import Notices, Unavailable
from smsbot.settings import Misconfigured, Settings, unknown_settings

from .campaigns import rules_of, sender_of
from .console import make_stores
from .servers import make_carrier, ways_of
from .texts import Texts, texts_of

PATIENCE = 5.0  # seconds that somebody at a terminal waits for SQL


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
        make_engine(settings.database_url, deadline=PATIENCE),
        Cipher(settings.data_keys.split(",")),
        deadline=PATIENCE,
    )


def fallback(settings: Settings) -> str:
    """A page for the carrier's fallback address: where to turn while the bot is away, in the clinic's languages' first."""
    book = texts_of(settings).book
    region = book.profile.country
    emergency = book.profile.emergency or book.content.emergency.get(region, "")
    said = compose(book, (Say("error"),), book.catalogs.default, "sms", emergency=emergency)
    carrier = make_carrier(settings, SystemClock())
    return carrier.speak([t.text for t in said])


def checkup(environ: Mapping[str, str]) -> list[Finding]:
    """Everything to be looked at before going live, in plain words."""
    findings = [Finding("warn", line) for line in unknown_settings(environ)]
    try:
        settings = Settings.from_env(environ)
    except Misconfigured as error:
        return findings + [Finding("fail", line) for line in error.problems]
    findings += [Finding("fail", line) for line in settings.lacking()]
    try:
        texts = texts_of(settings)
    except Broken as error:
        texts = None
        findings.append(Finding("fail", str(error)))
    if texts is not None:
        findings += _texts_looked_at(texts)
    findings += (
        _redis_looked_at(settings) + _sql_looked_at(settings) + _edge_looked_at(settings, environ)
    )
    if texts is not None:
        findings += _campaigns_looked_at(settings, texts.book.profile.country)
    return findings


def _texts_looked_at(texts: Texts) -> list[Finding]:
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
    return [Finding("ok", "the database answers and is up to date"), *_staff_looked_at(settings)]


def _staff_looked_at(settings: Settings) -> list[Finding]:
    """Whether there is somebody for each thing that needs somebody."""
    stores = make_stores(settings, PATIENCE)
    try:
        members = stores.members.all()
    finally:
        stores.close()
    if not any(may(member, "staff") for member in members):
        words = "nobody can sign in to the console as admin: smsbot staff add EMAIL --role admin"
        return [Finding("warn", words)]
    if sum(may(member, "campaigns") for member in members) < 2:
        words = "no broadcast can be released: one member of staff submits it and a second one, marketer or admin, lets it go"
        return [Finding("warn", words)]
    return []


def _edge_looked_at(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    live = settings.mode == "production"
    findings = []
    try:
        told = bool(ways_of(settings))
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


def _campaigns_looked_at(settings: Settings, country: str) -> list[Finding]:
    """What broadcasts need, and the files on which the clinic goes further than a rule of `campaign_rules.toml`."""
    try:
        rules = rules_of(settings)
    except Broken as error:
        return [Finding("fail", str(error))]
    folder = Path(settings.clinic_file).parent if settings.clinic_file else files.CONTENT
    findings = [
        Finding(
            "fail",
            f"campaigns.{place}: the file {wish.evidence} that is named as evidence is not there",
        )
        for place, wish in sorted(rules.wishes.items())
        if wish.evidence and not (folder / wish.evidence).is_file()
    ]
    if rules.of(country) is None:
        words = f"campaigns: there are no rules for {country} in campaign_rules.toml, so nobody there is written to"
        findings.append(Finding("warn", words))
    if sender_of(settings) is None:
        words = "campaigns: broadcasts cannot be sent: set TWILIO_ACCOUNT_SID, and TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"
        findings.append(Finding("warn", words))
    for value, words in (
        (
            settings.trial_numbers,
            "TRIAL_NUMBERS is not set: no broadcast can be tried on staff first",
        ),
        (
            settings.sms_price,
            "SMS_PRICE is not set: forecasts tell no cost, and a budget stops nothing",
        ),
    ):
        if not value:
            findings.append(Finding("warn", f"campaigns: {words}"))
    return findings
