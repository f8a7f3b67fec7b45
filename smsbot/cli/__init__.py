"""The terminal: standard output is for data, standard error for people."""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from smsbot import wiring
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.files import LOCALES, beside
from smsbot.adapters.gettext import file_name, language_named, read_translations, vocabulary_name
from smsbot.adapters.local import Local, local_settings
from smsbot.adapters.redis.embedded import NoServer
from smsbot.adapters.sheets import read_sheet, write_sheet
from smsbot.core.content.broken import Broken
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.conversation.proofread import Library, Proof, proofread_all
from smsbot.core.language.checks import Finding
from smsbot.core.language.segments import measure
from smsbot.core.language.translation import Translation, by_key
from smsbot.core.people.address import PREFIXES, Address, parse_address
from smsbot.core.people.carrier import SENDER_KINDS
from smsbot.core.people.imports import ELSE, NEEDED, SOURCES, WORDS, Unusable
from smsbot.core.people.referral import Referral
from smsbot.core.people.staff import ROLES
from smsbot.core.understanding.reading import Reading
from smsbot.flows.access import change
from smsbot.flows.answer import Answer, Turn
from smsbot.flows.catalogs import Standing, rows, standing, take, texts_of
from smsbot.flows.consents import Consents
from smsbot.ports import Refused, Unavailable
from smsbot.ports.consents import ChainBroken
from smsbot.settings import Misconfigured, Settings
from smsbot.wiring.console import give_back_published

from . import campaign, content


class BadLine(ValueError):
    """A line of JSONL that is not what the command takes."""


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Runs one command; the exit code says whether it did what was asked (0), found something wrong (1) or was misused (2)."""
    options = _parser().parse_args(arguments)
    options.environ = environ
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="surrogatepass" if stream is sys.stdout else "replace"
            )
    try:
        return int(options.command(options) or 0)
    except (Broken, Misconfigured, Unavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except BadLine as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smsbot", description="The bot on a clinic's phone number."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(
        name: str, run: Callable[[argparse.Namespace], int | None], help: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        return added

    def group(name: str, help: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
        return added

    chat = command("chat", _chat, "talk to the bot in the terminal")
    chat.add_argument("--jsonl", action="store_true", help="one JSON object a line in and out")
    chat.add_argument(
        "--from", dest="sender", default="+15145550123", help="the number you write from"
    )
    chat.add_argument("--channel", choices=["sms", "whatsapp", "rcs"], default="sms")
    command("understand", _understand, "what is meant, for JSONL lines on standard input")
    command("segments", _segments, "what a text costs as an SMS, for JSONL lines on standard input")
    calls = command(
        "calls", _calls, "calls to return and red-flag alerts that nobody has taken yet"
    )
    calls.add_argument("--acknowledge", metavar="ID", help="take one: nobody is told of it again")
    _staff_parsers(command("staff", _staff_list, "who may use the console"))
    campaign.parsers(group("campaign", "campaigns and their broadcasts, as in the console"))
    content.parsers(group("content", "what WhatsApp wants to know beforehand"))
    _people_parsers(command("people", _people_verify, "consents, and their proof"))
    command("migrate", _migrate, "bring the database up to date")
    command("learn", _learn, "fit the readers to the examples now; a start does it where it must")
    doctor = command(
        "doctor", _doctor, "what is missing before going live, and how to put it right"
    )
    doctor.add_argument("--make-key", action="store_true", help="print a fresh key for DATA_KEYS")
    fallback = command("fallback", _fallback, "a static page for Twilio's fallback address")
    fallback.add_argument(
        "--output", metavar="FILE", help="where to write it; standard output where not given"
    )
    command("run", _run, "the whole bot on this machine, without accounts (make run)")
    _catalog_parsers(
        command("catalogs", _catalogs_check, "check, count, hand out and take in the translations")
    )
    return parser


def _staff_parsers(staff: argparse.ArgumentParser) -> None:
    doors = staff.add_subparsers(metavar="what")

    def door(
        name: str, run: Callable[[argparse.Namespace], int | None], help: str
    ) -> argparse.ArgumentParser:
        added = doors.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        return added

    door("list", _staff_list, "everybody, with their roles")
    add = door("add", _staff_add, "add a member and print a link that signs them in once")
    add.add_argument("email")
    add.add_argument("--name", default="", help="as others see it; the address where not given")
    add.add_argument(
        "--role", action="append", choices=ROLES, required=True, help="several times for several"
    )
    add.add_argument(
        "--language",
        action="append",
        default=[],
        metavar="TAG",
        help="only these languages; all where not given",
    )
    door("link", _staff_link, "a fresh sign-in link").add_argument("email")
    door("off", _staff_off, "put a member off duty: signed out, and not let in").add_argument(
        "email"
    )
    door("on", _staff_on, "let a member in again").add_argument("email")


def _people_parsers(people: argparse.ArgumentParser) -> None:
    doors = people.add_subparsers(required=True, metavar="what")

    def door(
        name: str, run: Callable[[argparse.Namespace], int | None], help: str
    ) -> argparse.ArgumentParser:
        added = doors.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        return added

    def by(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--by", default="terminal", metavar="NAME", help="who does it, for the audit"
        )

    def whom(parser: argparse.ArgumentParser) -> None:
        one = parser.add_mutually_exclusive_group(required=True)
        one.add_argument("--number", help="their number, such as +15145550123")
        one.add_argument("--key", help="or their coded mark, 32 hex digits")
        parser.add_argument("--channel", choices=["sms", "whatsapp", "rcs"], default="sms")
        by(parser)

    whom(
        door(
            "export", _people_export, "all that is kept of one person, with their receipts, as JSON"
        )
    )
    whom(door("forget", _people_forget, "delete all that is kept of one person, as FORGET does"))
    door(
        "verify", _people_verify, "prove that the ledger of consents is as it was written; 1 if not"
    )
    by(door("rotate", _people_rotate, "seal all numbers anew with the first of DATA_KEYS"))
    taking = door(
        "import",
        _people_import,
        "take in consents that were given elsewhere, where each can be proved; a trial run unless --write",
    )
    taking.add_argument("file", metavar="FILE.csv")
    taking.epilog = (
        f"The file is CSV in UTF-8. Its columns: {', '.join(NEEDED)}, and one of {' or '.join(WORDS)} (the exact words that the "
        f"person agreed to, or the name of a file beside this one that holds them); where there is something to say: "
        f"{', '.join(ELSE)}. Source is one of {', '.join(SOURCES)}; from the web, ip and user_agent are needed too."
    )
    by(taking)
    how = taking.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="take them in")
    how.add_argument(
        "--dry-run", action="store_true", help="only say what would become of each row"
    )
    taking.add_argument(
        "--report",
        metavar="FILE",
        help="where to write what became of each row; else standard output",
    )


def _catalog_parsers(catalogs: argparse.ArgumentParser) -> None:
    doors = catalogs.add_subparsers(required=True, metavar="what")

    def door(
        name: str, run: Callable[[argparse.Namespace], int | None], help: str
    ) -> argparse.ArgumentParser:
        added = doors.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        added.add_argument(
            "--language", metavar="TAG", help="one language only, such as fr or zh-Hans"
        )
        return added

    door("check", _catalogs_check, "hold every text against every rule")
    door("stats", _catalogs_stats, "a table of how far each language is")
    out = door("export", _catalogs_export, "write the texts for translators")
    out.add_argument("--format", choices=["po", "xlsx", "csv"])
    out.add_argument(
        "--published",
        action="store_true",
        help="write what staff published into the languages' own files instead (needs DATABASE_URL)",
    )
    out.add_argument(
        "--locales", metavar="DIR", help="with --published: a copy of the folder locales"
    )
    out.add_argument(
        "target", nargs="?", metavar="DIR|FILE", help="a folder, or, with --language, a file"
    )
    back = door(
        "import",
        _catalogs_import,
        "take in a translator's PO, XLSX or CSV file; what breaks a rule is refused",
    )
    back.add_argument("file", metavar="FILE")


# ---------------------------------------------------------------- JSONL


def _lines(stream: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects on the stream with their line numbers; empty lines are passed over. Raises `BadLine`."""
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise BadLine(f"line {number}: not JSON: {error}") from None
        if not isinstance(value, dict):
            raise BadLine(f'line {number}: must be an object, such as {{"text": "..."}}')
        yield number, value


def _put(value: Mapping[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False)
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = json.dumps(value)
    print(text, flush=True)


def _text(value: Mapping[str, Any], name: str, number: int, default: str | None = None) -> str:
    found = value.get(name, default)
    if found is None and default is not None:
        found = default
    if not isinstance(found, str):
        raise BadLine(f"line {number}: {name} must be a text")
    return found


# ---------------------------------------------------------------- chat


def _chat(options: argparse.Namespace) -> None:
    settings = Settings.from_env()
    bot = wiring.in_memory(wiring.texts_of(settings))
    if options.jsonl:
        for turn_number, (number, value) in enumerate(_lines(sys.stdin), 1):
            _put(_spoken(bot.answer(_inbound(value, number, f"SM{turn_number:032x}"))))
        return
    _talk(bot, parse_address(options.sender).handle, options.channel)


def _talk(bot: Answer, sender: str, channel: str) -> None:
    print(f"You write from {sender} on {channel}. An empty line ends the talk.", file=sys.stderr)
    for turn_number in count(1):
        print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return
        inbound = _inbound(
            {"from": sender, "channel": channel, "body": line.rstrip("\n")},
            turn_number,
            f"SM{turn_number:032x}",
        )
        turn = bot.answer(inbound)
        for text, segments in zip(turn.kept.texts, turn.kept.segments, strict=True):
            print(text)
            print(
                f"  [{turn.kept.language}, {segments} segment{'s' if segments != 1 else ''}]",
                file=sys.stderr,
            )


def _inbound(value: Mapping[str, Any], number: int, message_id: str) -> Inbound:
    """The message that a line describes. Raises `BadLine`."""
    written = parse_address(_text(value, "from", number))
    channel = _text(value, "channel", number, written.channel)
    if channel not in ("sms", *PREFIXES.values()):
        raise BadLine(f"line {number}: channel {channel!r} is not one of sms, whatsapp, rcs")
    kind = _text(value, "sender_kind", number, "short_code")
    if kind not in SENDER_KINDS:
        raise BadLine(
            f"line {number}: sender_kind {kind!r} is not one of {', '.join(SENDER_KINDS)}"
        )
    media = value.get("media") or []
    if not isinstance(media, list) or not all(isinstance(m, str) for m in media):
        raise BadLine(f"line {number}: media must be a list of MIME types")
    return Inbound(
        message_id=message_id,
        addresses=(Address(channel, written.handle),),
        body=_text(value, "body", number, ""),
        at=_moment(value.get("at"), number),
        choice=_text(value, "choice", number, "") or None,
        media=tuple(media),
        location=bool(value.get("location")),
        referral=_referral(value.get("referral"), number),
        sender_kind=kind,
    )


# What a line may call the parts of an advertisement: as we do, or as the carrier's form does.
_REFERRAL = {
    "source_id": "ReferralSourceId",
    "clid": "ReferralCtwaClid",
    "headline": "ReferralHeadline",
    "body": "ReferralBody",
}


def _referral(value: object, number: int) -> Referral | None:
    """The advertisement that a line names; None where it names none. Raises `BadLine`."""
    if not value:
        return None
    if not isinstance(value, dict):
        raise BadLine(f"line {number}: referral must be an object")
    parts = {
        ours: _text(value, ours, number, _text(value, theirs, number, ""))
        for ours, theirs in _REFERRAL.items()
    }
    return Referral(**parts)


def _moment(value: object, number: int) -> datetime:
    if value is None:
        return SystemClock().now()
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadLine(
            f"line {number}: at {value!r} is not a moment such as 2026-11-24T09:30:00Z"
        ) from None
    return moment if moment.tzinfo else moment.astimezone()


def _spoken(turn: Turn) -> dict[str, Any]:
    kept = turn.kept
    spoken: dict[str, Any] = {
        "replies": list(kept.texts),
        "intent": kept.intents[0] if kept.intents else "unknown",
        "intents": list(kept.intents),
        "lang": kept.language,
        "segments": list(kept.segments),
        "events": list(kept.events),
    }
    return spoken | ({"topic": kept.topic} if kept.topic else {})


# ---------------------------------------------------------------- understand, segments


def _understand(_options: argparse.Namespace) -> None:
    texts = wiring.texts_of(Settings.from_env())
    bot = wiring.in_memory(texts)
    for number, value in _lines(sys.stdin):
        text = _text(value, "text", number)
        current, region = _text(value, "lang", number, ""), _text(value, "region", number, "")
        reading = bot.read(text, current, region.upper())
        intents = (reading.triage.intents if reading.triage else ()) + reading.intents
        _put(
            {
                "lang": reading.language,
                "intent": _likeliest(reading, intents),
                "confidence": round(reading.confidence, 3),
                "tier": reading.tier,
                "candidates": [
                    [name, score] for name, score in _candidates(reading.triage, reading.candidates)
                ],
            }
        )


def _likeliest(reading: Reading, intents: Sequence[str]) -> str:
    """What is likeliest meant, also where the talk would rather ask: `confidence` tells how sure that is."""
    if intents:
        return intents[0]
    if reading.follow_up:
        return "clarify"
    return reading.candidates[0][0] if reading.candidates else "unknown"


def _candidates(triage: Any, candidates: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    flags = [(name, 1.0) for name in triage.intents] if triage else []
    return [*flags, *candidates]


def _segments(_options: argparse.Namespace) -> None:
    for number, value in _lines(sys.stdin):
        cost = measure(_text(value, "text", number))
        _put({"encoding": cost.encoding, "units": cost.units, "segments": cost.segments})


# ---------------------------------------------------------------- the bot on this machine


def _run(_options: argparse.Namespace) -> int:
    """Starts everything on this machine and stays until it is told to stop."""
    try:
        environ = local_settings(os.environ, Cipher.make_key)
        settings = Settings.from_env(environ)
        wiring.load_proofs(settings, wiring.texts_of(settings).library)
        local = Local(environ)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, lambda *_: sys.exit(0))
        try:
            local.start()
            address = local.environ["PUBLIC_URL"]
            secret = wiring.first_link(Settings.from_env(local.environ))
            print(
                f"\nThe bot is running. Try it as a patient:  {address}/phone"
                f"\nSign in to the console, once:  {address}/console/in/{secret}"
                "\n(Ctrl+C ends it.)\n",
                file=sys.stderr,
            )
            print(f"{address}/phone", flush=True)
            local.wait()
        finally:
            local.stop()
    except (NoServer, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError:
        return 1  # the child has said why
    print("A process of the bot ended by itself; what it said stands above.", file=sys.stderr)
    return 1


def _learn(_options: argparse.Namespace) -> int:
    """Builds what a start would build, so that a host can do it once, where its image is made."""
    settings = Settings.from_env()
    texts = wiring.texts_of(settings)
    wiring.load_proofs(settings, texts.library)  # what the console shows of each text
    for name, why in texts.lacking.items():
        print(f"{name}: {why}", file=sys.stderr)
    print(f"fitted: {len(texts.reader.languages)} languages", file=sys.stderr)
    return 1 if texts.intents.lacking else 0


def _staff_list(_options: argparse.Namespace) -> int:
    access, _ = wiring.access(Settings.from_env())
    for member in access.members.all():
        languages = ",".join(sorted(member.languages)) or "all languages"
        off = "" if member.active else "  off duty"
        print(f"{member.email}  {member.name}  {','.join(sorted(member.roles))}  {languages}{off}")
    return 0


def _staff_add(options: argparse.Namespace) -> int:
    settings = Settings.from_env()
    access, known = wiring.access(settings)
    if strange := [tag for tag in options.language if tag not in known]:
        print(
            f"{', '.join(strange)}: no such language; there are {', '.join(known)}", file=sys.stderr
        )
        return 1
    try:
        _, secret = access.invite(options.email, options.name, options.role, options.language)
    except (ValueError, Refused) as error:
        print(
            f"{options.email} {error}" if isinstance(error, ValueError) else error, file=sys.stderr
        )
        return 1
    return _print_link(settings, secret)


def _staff_link(options: argparse.Namespace) -> int:
    settings = Settings.from_env()
    access, _ = wiring.access(settings)
    member = access.members.by_email(options.email.strip().lower())
    if member is None or not member.active:
        print(f"{options.email} is not among the active staff", file=sys.stderr)
        return 1
    return _print_link(settings, access.link(member))


def _print_link(settings: Settings, secret: str) -> int:
    print("This link signs in once, within a day:", file=sys.stderr)
    print(f"{settings.public_url}/console/in/{secret}")
    return 0


def _staff_off(options: argparse.Namespace) -> int:
    return _duty(options.email, active=False)


def _staff_on(options: argparse.Namespace) -> int:
    return _duty(options.email, active=True)


def _duty(email: str, *, active: bool) -> int:
    access, _ = wiring.access(Settings.from_env())
    member = access.members.by_email(email.strip().lower())
    if member is None:
        print(f"{email} is not among the staff", file=sys.stderr)
        return 1
    try:
        change(
            access,
            member,
            None,
            name=member.name,
            roles=sorted(member.roles),
            languages=sorted(member.languages),
            active=active,
        )
    except Refused as no:
        print(no, file=sys.stderr)
        return 1
    return 0


def _migrate(_options: argparse.Namespace) -> int:
    settings = Settings.from_env()
    if not settings.database_url:
        raise Misconfigured(
            ["DATABASE_URL is not set: the address of your PostgreSQL, or sqlite:///var/smsbot.db"]
        )
    try:
        before, after = wiring.migrate(settings)
    except Unavailable as error:
        print(f"The database does not answer at DATABASE_URL ({error}).", file=sys.stderr)
        return 1
    print(
        f"The database is up to date ({after})."
        if before == after
        else f"The database was brought from {before or 'nothing'} to {after}."
    )
    return 0


def _doctor(options: argparse.Namespace) -> int:
    """Says in plain words what is missing; 1 where something must be put right before going live."""
    if options.make_key:
        print(Cipher.make_key())
        return 0
    findings = wiring.checkup(os.environ)
    for finding in findings:
        print(f"{finding.level:4}  {finding.words}")
    failed = sum(f.level == "fail" for f in findings)
    print(
        f"\n{failed} to put right." if failed else "\nNothing must be put right.", file=sys.stderr
    )
    return 1 if failed else 0


def _calls(options: argparse.Namespace) -> int:
    notices = wiring.notices(Settings.from_env())
    try:
        if options.acknowledge:
            known = notices.acknowledge(options.acknowledge, SystemClock().now(), "terminal")
            print(
                "Acknowledged." if known else "There is no such open call or alert.",
                file=sys.stderr,
            )
            return 0 if known else 1
        listed = notices.open()
    except Unavailable as error:
        print(f"The database does not answer: {error}", file=sys.stderr)
        return 1
    for notice in listed:
        number = notice.address.handle if notice.address else "(number not kept)"
        what = "call" if notice.kind == "call" else f"RED FLAG {','.join(notice.classes)}"
        more = "  blocked by the carrier" if notice.blocked else ""
        print(
            f"{notice.at:%Y-%m-%d %H:%M}Z  {notice.id}  {what}  {notice.language}  {notice.channel}  {number}{more}"
        )
    print(f"{len(listed)} open. Take one: smsbot calls --acknowledge ID", file=sys.stderr)
    return 0


# ---------------------------------------------------------------- people


def _people_export(options: argparse.Namespace) -> int:
    consents = wiring.make_consents(Settings.from_env())
    key, _ = _whom(options, consents)
    found = consents.export(key, options.by)
    if found is None:
        print("Nothing is kept of this person.", file=sys.stderr)
        return 1
    print(json.dumps(found, ensure_ascii=False, indent=2))
    if found["number_unreadable"]:
        print("None of DATA_KEYS opens the number.", file=sys.stderr)
    return 0


def _people_forget(options: argparse.Namespace) -> int:
    consents = wiring.make_consents(Settings.from_env())
    key, address = _whom(options, consents)
    done = consents.forget(key, options.by, address=address)
    if done is None:
        print("Nothing is kept of this person.", file=sys.stderr)
        return 1
    talk = "" if done.talk else " What the talk remembers ends by itself within a day."
    print(f"Deleted.{talk} The reference for the person:", file=sys.stderr)
    print(done.reference)
    return 0


def _whom(options: argparse.Namespace, consents: Consents) -> tuple[str, Address | None]:
    """The mark of the person who is named, and their address where the number is. Raises `BadLine`."""
    if options.key:
        key = options.key.strip().lower()
        if len(key) != 32 or set(key) - set("0123456789abcdef"):
            raise BadLine("--key must be a coded mark of 32 hex digits")
        return key, None
    written = parse_address(options.number.strip())
    handle = "".join(c for c in written.handle if c not in " -.()")
    channel = options.channel if written.channel == "sms" else written.channel
    address = Address(channel, handle)
    if not address.valid:
        raise BadLine("--number must be in international form, such as +15145550123")
    return consents.key(address), address


def _people_verify(_options: argparse.Namespace) -> int:
    try:
        count = wiring.make_consents(Settings.from_env()).verify()
    except ChainBroken as broken:
        print(f"{str(broken).capitalize()}.", file=sys.stderr)
        return 1
    print(f"The ledger is as it was written: {count} entries.")
    return 0


def _people_rotate(options: argparse.Namespace) -> int:
    consents = wiring.make_consents(Settings.from_env())
    anew = already = unread = 0
    with tqdm(unit=" numbers", leave=False, disable=None) as bar:
        for page in consents.rotate(options.by):
            anew, already, unread = anew + page.anew, already + page.already, unread + page.unread
            bar.update(page.anew + page.already + page.unread)
    print(f"{anew} numbers sealed anew, {already} were already.")
    if unread:
        print(
            f"{unread} numbers can be opened with none of DATA_KEYS: put the key back that sealed them.",
            file=sys.stderr,
        )
    if waiting := consents.waiting():
        print(
            f"{waiting} withdrawals wait in Redis, sealed as they came: keep the old keys until none does.",
            file=sys.stderr,
        )
    return 1 if unread else 0


def _people_import(options: argparse.Namespace) -> int:
    """Writes what becomes of each row as soon as it is so: where the run is ended, the report says what is in."""
    consents, path = wiring.make_consents(Settings.from_env()), Path(options.file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Broken(path.name, "file", f"cannot be read: {error.strerror}") from None
    try:
        outcomes = consents.take_in(content, beside(path.parent), options.by, write=options.write)
    except Unusable as error:
        raise Broken(path.name, "file", str(error)) from None
    counts: Counter[str] = Counter()
    with _report(options.report) as report, tqdm(unit=" rows", leave=False, disable=None) as bar:
        lines = csv.writer(report, lineterminator="\n")
        lines.writerow(("row", "number", "outcome", "why"))
        for one in outcomes:
            lines.writerow((one.row, one.number, one.become, one.why))
            report.flush()
            counts[one.become] += 1
            bar.update()
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "no rows"
    trial = "" if options.write else ". Nothing was written: --write takes them in"
    print(f"{told}{trial}.", file=sys.stderr)
    return 1 if counts["refused"] or counts["unwritten"] else 0


@contextmanager
def _report(name: str | None) -> Iterator[TextIO]:
    """Where a report goes. Raises `Broken` where it cannot."""
    if name is None:
        yield sys.stdout
        return
    try:
        file = open(name, "w", encoding="utf-8", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Broken(name, "file", f"cannot be written: {error.strerror}") from None
    with file:
        yield file


def _fallback(options: argparse.Namespace) -> int:
    page = wiring.fallback(Settings.from_env())
    if options.output:
        Path(options.output).write_text(page, encoding="utf-8")
        print(
            f"Written to {options.output}. Put it on a web server of its own and name its address as Twilio's fallback.",
            file=sys.stderr,
        )
    else:
        print(page)
    return 0


# ---------------------------------------------------------------- catalogs


def _catalogs_check(options: argparse.Namespace) -> int:
    library, broken, tags = _library(options)
    for error in broken.values():
        print(error)
    proofs = _proofs(library, tags)
    for proof in proofs:
        for finding in proof.texts:
            _tell(file_name(proof.tag), finding)
        for finding in proof.vocabulary:
            _tell(vocabulary_name(proof.tag), finding)
    errors, warnings = (
        sum(len(p.errors) for p in proofs) + len(broken),
        sum(len(p.warnings) for p in proofs),
    )
    print(f"{len(tags)} languages: {errors} errors, {warnings} warnings", file=sys.stderr)
    return 1 if errors else 0


def _tell(file: str, finding: Finding) -> None:
    shown = "warning: " if finding.severity == "warning" else ""
    print(f"{file}: {finding.key}: {finding.rule}: {shown}{finding.says}")


def _catalogs_stats(options: argparse.Namespace) -> int:
    library, broken, tags = _library(options)
    table = [_HEAD, *(_columns(standing(library, proof)) for proof in _proofs(library, tags))]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEAD))]
    for line in table:
        cells = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  ".join((line[0].ljust(widths[0]), *cells)))
    for error in broken.values():
        print(error, file=sys.stderr)
    return 1 if broken else 0


_COUNTS = ("read", "fuzzy", "untranslated", "signed")
_HEAD = ("language", "texts", "done", *_COUNTS, "segments", "most", "UCS-2", "errors", "warnings")


def _columns(row: Standing) -> tuple[str, ...]:
    counts = (row.read, row.fuzzy, row.untranslated, row.signed)
    cost = (f"{row.segments_average:.1f}", str(row.segments_most), f"{row.ucs2:.0%}")
    return (
        row.tag,
        str(row.texts),
        f"{row.done:.0%}",
        *map(str, counts),
        *cost,
        str(row.errors),
        str(row.warnings),
    )


def _catalogs_export(options: argparse.Namespace) -> int:
    if options.published:
        return _catalogs_give_back(options)
    if not options.format or not options.target or options.locales:
        raise BadLine(
            "name a --format and a folder or file, or --published alone or with --locales"
        )
    library, broken, tags = _library(options)
    if broken:
        raise next(iter(broken.values()))
    shelf, target = wiring.load_shelf(), Path(options.target)
    if target.suffix == f".{options.format}" and not options.language:
        raise BadLine(
            f"{target} is one file: name a folder for all languages, or one language with --language"
        )
    for tag in tags:
        path = (
            target
            if options.language and target.suffix == f".{options.format}"
            else target / _sheet_name(tag, options.format)
        )
        if options.format == "po":
            shelf.copy(tag, path)
        else:
            write_sheet(path, rows(library, tag))
        print(path)
    return 0


def _catalogs_give_back(options: argparse.Namespace) -> int:
    """Writes what staff published into the files, so that it can be committed; 1 where a rule refuses some of it."""
    if options.format or options.target:
        raise BadLine("--published writes into the files of locales: no --format, no other folder")
    locales = Path(options.locales) if options.locales else LOCALES
    library, broken, tags = _library(options, locales)
    for error in broken.values():
        raise error
    written = refused = 0
    for taken, kept in give_back_published(Settings.from_env(), library, tags, locales):
        for finding in taken.refused:
            _tell(file_name(taken.tag), finding)
        for word, why in kept.refused:
            print(f"{vocabulary_name(word.tag)}: {word.label}: {word.text!r} {why}")
        texts, words = len(taken.accepted), len(kept.added)
        if texts or words:
            print(f"{taken.tag}: {texts} texts, {words} words")
        written += texts + words
        refused += len({f.key for f in taken.refused}) + len(kept.refused)
    print(f"{written} written, {refused} refused; the rest stood there already", file=sys.stderr)
    return 1 if refused else 0


def _sheet_name(tag: str, form: str) -> Path:
    """The name of an exported file: PO files keep the folders of `locales/`."""
    return Path(file_name(tag)).relative_to("locales") if form == "po" else Path(f"{tag}.{form}")


def _catalogs_import(options: argparse.Namespace) -> int:
    library, _, _ = _library(options)
    proposed = _proposed(Path(options.file), options.language, library)
    taken = [take(library, tag, texts, wiring.load_shelf()) for tag, texts in proposed.items()]
    for outcome in taken:
        for finding in outcome.refused:
            _tell(file_name(outcome.tag), finding)
    refused = sum(len({f.key for f in t.refused}) for t in taken)
    accepted, unchanged = sum(len(t.accepted) for t in taken), sum(len(t.unchanged) for t in taken)
    print(f"{accepted} texts taken in, {unchanged} unchanged, {refused} refused", file=sys.stderr)
    return 1 if refused else 0


def _proposed(
    path: Path, language: str | None, library: Library
) -> Mapping[str, Mapping[str, Translation]]:
    """The texts in a file by language. Raises `Broken` for a file of another kind or of a language that is not here."""
    proposed: Mapping[str, Mapping[str, Translation]]
    if path.suffix == ".po":
        tag = language or language_named(path)
        script = library.scripts.get(tag)
        proposed = {
            tag: by_key(read_translations(path, script.vocabulary, path.name)[1]) if script else {}
        }
    elif path.suffix in (".csv", ".xlsx"):
        proposed = {
            tag: texts
            for tag, texts in texts_of(read_sheet(path)).items()
            if language in (None, tag)
        }
    else:
        raise Broken(path.name, "file", "must end in .po, .csv or .xlsx")
    if unknown := [tag for tag in proposed if tag not in library.scripts]:
        raise Broken(
            path.name,
            "language",
            f"{unknown[0]!r} is not a language here; there are {', '.join(library.scripts)}",
        )
    return proposed


def _library(
    options: argparse.Namespace, locales: Path = LOCALES
) -> tuple[Library, Mapping[str, Broken], tuple[str, ...]]:
    """All languages, those that cannot be read, and the tags that were asked for. Raises `Broken` for one that is not there."""
    settings = Settings.from_env()
    library, broken = wiring.load_library(
        settings.clinic_file, locales, model_folder=wiring.model_folder(settings)
    )
    if options.language is None:
        return library, broken, tuple(library.scripts)
    if options.language in broken:
        raise broken[options.language]
    if options.language not in library.scripts:
        raise Broken(
            "locales",
            options.language,
            f"is not a language here; there are {', '.join(library.scripts)}",
        )
    return library, {}, (options.language,)


def _proofs(library: Library, tags: Sequence[str]) -> tuple[Proof, ...]:
    with tqdm(total=len(tags), unit=" languages", leave=False, disable=None) as bar:
        return proofread_all(library, tags, lambda _: bar.update())
