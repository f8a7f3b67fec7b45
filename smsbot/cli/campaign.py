"""`smsbot campaign`: what marketing does in the console, from the terminal. Data goes to standard output, words to standard error."""

import argparse
import csv
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from datetime import time as hour
from pathlib import Path
from typing import Any

from tqdm import tqdm

from smsbot import wiring
from smsbot.core.campaign.account import (
    CAME,
    COUNT_HEAD,
    LINE_HEAD,
    Counted,
    Forecast,
    account_of,
    by,
    count_rows,
    failures,
    harmless,
    harvest,
    harvests,
    line_rows,
    passed_over,
    read_forecast,
    read_progress,
    wordings_compared,
)
from smsbot.core.campaign.broadcast import ENDED, Broadcast, BroadcastAct
from smsbot.core.campaign.campaign import Campaign, Fault
from smsbot.core.campaign.fill import fill_broadcast, fill_campaign
from smsbot.core.campaign.meanings import failed, skipped, stopped
from smsbot.core.people.staff import Member
from smsbot.flows.access import NotAllowed
from smsbot.flows.campaigns import Wrong
from smsbot.ports import Refused, Unavailable
from smsbot.ports.console import CAMPAIGN, Tally
from smsbot.ports.ways import PAPERS
from smsbot.settings import Settings

from .written import as_toml

PATIENCE = 600  # seconds that the terminal waits for a forecast
LOOKS = 1.0  # seconds between two looks at what moves
RUNS = timedelta(days=30)  # a new campaign, where its file does not say
STANDS = timedelta(days=3)  # the offer of a new broadcast


class BadInput(Exception):
    """What was asked for cannot be, or cannot be read; nothing was changed."""


Run = Callable[[argparse.Namespace], int | None]


def parsers(campaign: argparse.ArgumentParser) -> None:
    """The commands under `smsbot campaign`."""
    doors = campaign.add_subparsers(required=True, metavar="what")
    door = _doors(doors)
    door("list", _list, "every campaign, with what came of it")
    door("show", _show, "one campaign as a file that `change` takes", of="campaign")
    new = door("new", _new, "make a campaign from a file", acts=True)
    new.add_argument("file", metavar="FILE.toml")
    change = door("change", _change, "change a campaign by a file", of="campaign", acts=True)
    change.add_argument("file", metavar="FILE.toml")
    door("launch", _launch, "let people come by it, on its days", of="campaign", acts=True)
    door("end", _end, "let nobody come by it any more", of="campaign", acts=True)
    links = door("links", _links, "its links in each language", of="campaign")
    links.add_argument("--language", metavar="TAG", help="one language only")
    poster = door("poster", _poster, "a poster to be printed, as PDF", of="campaign")
    poster.add_argument("--language", metavar="TAG", required=True)
    poster.add_argument("--paper", choices=PAPERS, default=PAPERS[0])
    poster.add_argument("-o", "--output", metavar="FILE", required=True)
    report = door("report", _report, "what came of a campaign", of="campaign")
    report.add_argument("--csv", action="store_true", help="every count, as CSV")
    _broadcast_parsers(door("broadcast", None, "its invitations to those who said yes"))


def _broadcast_parsers(broadcast: argparse.ArgumentParser) -> None:
    doors = broadcast.add_subparsers(required=True, metavar="what")
    door = _doors(doors)
    listed = door("list", _broadcasts, "every broadcast, or those of one campaign")
    listed.add_argument("--campaign", type=int, metavar="ID", default=0)
    door("show", _broadcast, "one broadcast as a file that `change` takes", of="broadcast")
    new = door("new", _new_broadcast, "write a broadcast from a file", acts=True)
    new.add_argument("file", metavar="FILE.toml")
    change = door(
        "change", _change_broadcast, "change a draft by a file", of="broadcast", acts=True
    )
    change.add_argument("file", metavar="FILE.toml")
    forecast = door(
        "forecast", _forecast, "who would get it, and for how much", of="broadcast", acts=True
    )
    forecast.add_argument(
        "--wait",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help="for the worker; %(default)s",
    )
    trial = door("trial", _trial, "send it to staff's own numbers", of="broadcast", acts=True)
    trial.add_argument("--language", metavar="TAG", required=True)
    door("submit", _submit, "done writing: somebody else may release it", of="broadcast", acts=True)
    door("release", _release, "let it go; not by who submitted it", of="broadcast", acts=True)
    acts: tuple[tuple[BroadcastAct, str], ...] = (
        ("withdraw", "take it back to be written on"),
        ("pause", "have it stand still"),
        ("resume", "have it go on"),
        ("cancel", "end it at once, for good"),
    )
    for act, words in acts:
        door(act, _act(act), words, of="broadcast", acts=True)
    door("watch", _watch, "follow it until it has ended or stands still", of="broadcast")
    report = door("report", _broadcast_report, "what came of it", of="broadcast")
    report.add_argument("--csv", action="store_true", help="every count, as CSV")


def _doors(doors: Any) -> Callable[..., argparse.ArgumentParser]:
    """Adds commands: with the id of what they are about, and with who acts, where they need them."""

    def door(
        name: str, run: Run | None, help: str, *, of: str = "", acts: bool = False
    ) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = doors.add_parser(name, help=help, description=help)
        if run is not None:
            added.set_defaults(command=_guarded(run))
        if of:
            added.add_argument(
                "id", type=int, metavar="ID", help=f"of the {of}, as `list` shows it"
            )
        if acts:
            added.add_argument(
                "--as",
                dest="member",
                metavar="EMAIL",
                required=True,
                help="who of the staff does it",
            )
        return added

    return door


def _guarded(run: Run) -> Run:
    """What goes wrong is said in words: 2 where what was asked for cannot be, 1 where it may not or could not be done."""

    def guarded(options: argparse.Namespace) -> int:
        try:
            return int(run(options) or 0)
        except BadInput as bad:
            _tell(str(bad))
        except Wrong as wrong:
            for fault in wrong.faults:
                _tell(_spoken(fault))
        except (Refused, NotAllowed) as no:
            _tell(str(no))
            return 1
        return 2

    return guarded


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


def _bench(options: argparse.Namespace) -> wiring.Bench:
    return wiring.campaigning(Settings.from_env(options.environ))


def _member(bench: wiring.Bench, options: argparse.Namespace) -> Member:
    member = bench.stores.members.by_email(options.member.strip().lower())
    if member is None or not member.active:
        raise BadInput(f"{options.member} is not among the active staff: see smsbot staff list")
    return member


def _campaign(bench: wiring.Bench, campaign_id: int) -> Campaign:
    found = bench.flow.campaigns.get(campaign_id)
    if found is None:
        raise BadInput(f"there is no campaign {campaign_id}: see smsbot campaign list")
    return found


def _found(bench: wiring.Bench, broadcast_id: int) -> Broadcast:
    found = bench.flow.broadcasts.get(broadcast_id)
    if found is None:
        raise BadInput(f"there is no broadcast {broadcast_id}: see smsbot campaign broadcast list")
    return found


def _tongue(bench: wiring.Bench, tag: str) -> str:
    known = bench.flow.book().standing
    if tag not in known:
        raise BadInput(f"{tag} is not a language of the bot; there are {', '.join(known)}")
    return tag


def _read(name: str) -> Mapping[str, Any]:
    """The fields in a file. Raises `BadInput`."""
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{name}: there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{name}: is not TOML: {error}") from None
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from None


def _put(lines: Iterable[Sequence[object]]) -> None:
    """A table for people and programs: columns of the same width, with two spaces between."""
    table = [[str(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip())


def _put_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)


def _checked(found: Sequence[Fault]) -> None:
    """Raises `Wrong` where something is."""
    if found:
        raise Wrong(found)


def _spoken(fault: Fault) -> str:
    words = fault.words % fault.values if fault.values else fault.words
    return f"{fault.where}: {words}"


# ---------------------------------------------------------------- campaigns


def _list(options: argparse.Namespace) -> None:
    bench = _bench(options)
    listed = bench.flow.campaigns.all()
    came = harvests(_tallies(bench, listed), CAMPAIGN)
    _put(
        [
            ("id", "state", "begins", "ends", "code", *CAME, "name"),
            *(
                (
                    c.id,
                    c.state,
                    c.begins,
                    c.ends,
                    c.code,
                    *(came[c.id][what] if c.id in came else 0 for what in CAME),
                    c.name,
                )
                for c in listed
            ),
        ]
    )


def _tallies(bench: wiring.Bench, some: Sequence[Campaign]) -> Sequence[Tally]:
    today = bench.flow.clock.now().date()
    since = min((c.begins for c in some), default=today) - timedelta(days=1)
    return bench.stores.tallies.since(min(since, today)) if some else []


def _show(options: argparse.Namespace) -> None:
    found = _campaign(_bench(options), options.id)
    fields = {
        "name": found.name,
        "begins": found.begins,
        "ends": found.ends,
        "keywords": found.keywords,
        "referrals": found.referrals,
        "news": found.news,
        "welcome": found.welcome,
        "prefill": found.prefill,
        "poster": found.poster,
    }
    print(as_toml(fields, f"campaign {found.id}, {found.state}, code {found.code}"), end="")


def _new(options: argparse.Namespace) -> None:
    bench = _bench(options)
    member = _member(bench, options)
    today = bench.flow.clock.now().astimezone(bench.flow.book().profile.time_zone).date()
    blank = Campaign(0, "", "", today, today + RUNS)
    filled, found = fill_campaign(blank, _read(options.file))
    _checked(found)
    kept = bench.flow.create(member, filled)
    _tell(f"Made, with the code {kept.code}. Nobody comes by it until it is launched.")
    print(kept.id)


def _change(options: argparse.Namespace) -> None:
    bench = _bench(options)
    member = _member(bench, options)
    filled, found = fill_campaign(_campaign(bench, options.id), _read(options.file))
    _checked(found)
    bench.flow.change(member, filled)
    _tell("Kept.")


def _launch(options: argparse.Namespace) -> None:
    bench = _bench(options)
    _campaign(bench, options.id)
    bench.flow.launch(_member(bench, options), options.id)
    _tell("Live: people can come by it from now on, on its days.")


def _end(options: argparse.Namespace) -> None:
    bench = _bench(options)
    _campaign(bench, options.id)
    bench.flow.end(_member(bench, options), options.id)
    _tell("Ended: nobody comes by it any more.")


def _links(options: argparse.Namespace) -> None:
    bench = _bench(options)
    found = _campaign(bench, options.id)
    tags = [_tongue(bench, options.language)] if options.language else bench.flow.book().standing
    ways = bench.ways()
    print(f"qr\t{ways.address(found)}")
    for tag in tags:
        links = ways.links(found, tag)
        for name, link in (
            ("counted", links.counted),
            ("sms", links.sms),
            ("whatsapp", links.whatsapp),
        ):
            if link:
                print(f"{name}\t{tag}\t{link}")


def _poster(options: argparse.Namespace) -> None:
    bench = _bench(options)
    found, tag = _campaign(bench, options.id), _tongue(bench, options.language)
    objections = bench.flow.on_paper(tag, found.poster.get(tag, ()))
    _checked([Fault(f"poster.{tag}", o.words, o.values) for o in objections if o.blocks])
    made = bench.ways().poster(found, tag, options.paper)
    try:
        Path(options.output).write_bytes(made)
    except OSError as error:
        raise BadInput(f"{options.output}: {error.strerror}") from None
    _tell(f"Written to {options.output}.")


def _report(options: argparse.Namespace) -> None:
    bench = _bench(options)
    found = _campaign(bench, options.id)
    tallies = _tallies(bench, [found])
    if options.csv:
        _put_csv(COUNT_HEAD, count_rows(found.name, tallies, found.id, CAMPAIGN))
        return
    came = harvest(tallies, found.id, CAMPAIGN)
    groups = (("language", came.languages), ("channel", came.channels))
    _put(
        [
            ("by", "", *CAME),
            ("all", "", *(came.total[what] for what in CAME)),
            *(
                (by_what, one.name, *(one[what] for what in CAME))
                for by_what, some in groups
                for one in some
            ),
        ]
    )
    for topic, count in came.topics:
        print(f"topic  {topic}  {count}")
    if came.rare:
        _tell(f"{came.rare} topics were asked about too seldom to be named.")


# ---------------------------------------------------------------- broadcasts


def _broadcasts(options: argparse.Namespace) -> None:
    bench = _bench(options)
    if options.campaign:
        _campaign(bench, options.campaign)
    names = {member.id: member.email for member in bench.stores.members.all()}
    _put(
        [
            ("id", "campaign", "state", "day", "submitted by", "released by", "name"),
            *(
                (
                    b.id,
                    b.campaign_id,
                    b.state,
                    b.day,
                    names.get(b.submitted_by, "-"),
                    names.get(b.released_by, "-"),
                    b.name,
                )
                for b in bench.flow.broadcasts.all(options.campaign)
            ),
        ]
    )


def _broadcast(options: argparse.Namespace) -> None:
    bench = _bench(options)
    found = _found(bench, options.id)
    audience = found.audience
    zone = bench.flow.book().profile.time_zone
    fields = {
        "campaign": found.campaign_id,
        "name": found.name,
        "day": found.day,
        "at": found.at,
        "until": found.until.astimezone(zone),
        "languages": audience.languages,
        "channels": audience.channels,
        "countries": audience.countries,
        "campaigns": audience.campaigns,
        "without": audience.without,
        "subscribed_from": audience.subscribed_from,
        "subscribed_until": audience.subscribed_until,
        "holdout": found.holdout,
        "tested": found.tested,
        "decide_hours": found.decide_hours,
        "cap": found.cap,
        "budget": found.budget,
        "error_share": found.error_share,
        "texts": found.texts,
    }
    print(as_toml(fields, f"broadcast {found.id}, {found.state}"), end="")
    if found.state == "paused":
        _tell(_still(found))


def _new_broadcast(options: argparse.Namespace) -> None:
    bench = _bench(options)
    member = _member(bench, options)
    written = dict(_read(options.file))
    campaign_id = written.pop("campaign", None)
    if not isinstance(campaign_id, int):
        raise BadInput(f"{options.file}: name the campaign by its id, such as: campaign = 3")
    _campaign(bench, campaign_id)
    zone = bench.flow.book().profile.time_zone
    tomorrow = bench.flow.clock.now().astimezone(zone).date() + timedelta(days=1)
    ends = datetime.combine(tomorrow + STANDS, hour(18), zone)
    blank = Broadcast(0, campaign_id, "", tomorrow, hour(10), ends)
    filled, found = fill_broadcast(blank, written, zone)
    _checked(found)
    kept = bench.flow.keep(member, filled)
    _tell("Kept. Ask for its forecast, then submit it.")
    print(kept.id)


def _change_broadcast(options: argparse.Namespace) -> None:
    bench = _bench(options)
    member, before = _member(bench, options), _found(bench, options.id)
    written = dict(_read(options.file))
    if written.pop("campaign", before.campaign_id) != before.campaign_id:
        raise BadInput("a broadcast stays with its campaign: write a new one for another")
    filled, found = fill_broadcast(before, written, bench.flow.book().profile.time_zone)
    _checked(found)
    bench.flow.keep(member, filled)
    _tell("Kept.")


def _forecast(options: argparse.Namespace) -> int:
    """Asks, waits until it is there, and shows it: a line a language, then why people are passed over."""
    bench = _bench(options)
    member, found = _member(bench, options), _found(bench, options.id)
    bench.flow.forecast(member, found.id)
    with tqdm(desc="smsbot: working out who gets it", unit="", leave=False, disable=None) as bar:
        end = time.monotonic() + options.wait
        while (foretold := _foretold(bench, found)) is None:
            if time.monotonic() > end:
                _tell("The worker has not answered. Is it running? The forecast comes once it is.")
                return 1
            time.sleep(LOOKS)
            bar.update()
    forecast = read_forecast(foretold)
    assert forecast is not None  # it is there
    currency = bench.price[1] if bench.price else ""
    _put(
        [
            ("language", "people", "held out", "segments", "passed over"),
            *(
                (one.name or "all", one.people, one.held_out, one.segments, one.passed_over)
                for one in (*forecast.languages, forecast.total)
            ),
        ]
    )
    for reason, count in forecast.total.skipped.items():
        print(f"{count}  {skipped(reason)}")
    if forecast.cost is not None:
        print(f"cost  {forecast.cost:.2f} {currency}".rstrip())
    print(f"as of  {_as_of(bench, forecast)}")
    for fault in bench.flow.obstacles(found):
        _tell(f"before it can be submitted: {_spoken(fault)}")
    return 0


def _as_of(bench: wiring.Bench, forecast: Forecast) -> str:
    """When it was counted, in the clinic's own time."""
    if forecast.at is None:
        return "unknown"
    return f"{forecast.at.astimezone(bench.flow.book().profile.time_zone):%Y-%m-%d %H:%M}"


def _foretold(bench: wiring.Bench, broadcast: Broadcast) -> Mapping[str, object] | None:
    report = bench.flow.broadcasts.report(broadcast.id, "forecast")
    fresh = report.get("version") == broadcast.version or broadcast.state != "draft"
    return report if report and fresh else None


def _trial(options: argparse.Namespace) -> None:
    bench = _bench(options)
    _found(bench, options.id)
    sent = bench.flow.trial(_member(bench, options), options.id, _tongue(bench, options.language))
    _tell(f"{sent} sent to staff.")


def _submit(options: argparse.Namespace) -> None:
    bench = _bench(options)
    _found(bench, options.id)
    bench.flow.submit(_member(bench, options), options.id)
    _tell("Submitted: a second person may release it now.")


def _release(options: argparse.Namespace) -> None:
    bench = _bench(options)
    _found(bench, options.id)
    try:
        bench.flow.release(_member(bench, options), options.id)
    except Unavailable:
        if _found(bench, options.id).state != "released":
            raise
        _tell("The worker could not be told; it looks for itself once it is there.")
    _tell(
        f"Released: it leaves at its hour. Follow it: smsbot campaign broadcast watch {options.id}"
    )


def _act(act: BroadcastAct) -> Run:
    def run(options: argparse.Namespace) -> None:
        bench = _bench(options)
        _found(bench, options.id)
        _tell(f"It is {bench.flow.act(_member(bench, options), options.id, act).state} now.")

    return run


def _watch(options: argparse.Namespace) -> int:
    """Follows it until it has ended (0) or stands still (1)."""
    bench = _bench(options)
    found = _found(bench, options.id)
    with tqdm(desc=f"smsbot: {found.name}", unit=" people", leave=False, disable=None) as bar:
        while True:
            account = account_of(_lines(bench, found))
            bar.total = account.people or None
            bar.n = account.settled
            bar.set_postfix(sent=account.sent, failed=account.failed)
            if found.state in ENDED or found.state in STILL:
                break
            time.sleep(LOOKS)
            found = _found(bench, options.id)
    print(
        f"{found.state}  {account.settled} of {account.people} settled  {account.sent} sent  "
        f"{account.delivered} delivered  {account.failed} failed  {account.replied} replied  "
        f"{account.opted_out} opted out"
    )
    if found.state == "paused":
        _tell(_still(found))
    elif found.state not in ENDED:
        _tell("It is not released yet.")
    return 0 if found.state in ENDED else 1


STILL = ("draft", "submitted", "paused")


def _still(broadcast: Broadcast) -> str:
    why = stopped(broadcast.reason)
    means = why.means % why.values if why.values else why.means
    return f"It stands still. {means} {why.do}"


def _lines(bench: wiring.Bench, broadcast: Broadcast) -> Sequence[Counted]:
    """Its deliveries: as they are now where it has ended, else as last counted."""
    if broadcast.state in ENDED and broadcast.released_by:
        return bench.counted(broadcast.id)
    return read_progress(bench.flow.broadcasts.report(broadcast.id, "progress"))


def _broadcast_report(options: argparse.Namespace) -> None:
    bench = _bench(options)
    found = _found(bench, options.id)
    lines = _lines(bench, found)
    if options.csv:
        _put_csv(LINE_HEAD, line_rows(found.name, lines))
        return
    columns = ("sent", "delivered", "read", "failed", "unknown", "skipped", "held_out")
    more = ("replied", "opted_out", "segments")
    groups = (
        ("all", [account_of(lines)]),
        ("language", by(lines, lambda x: x.language)),
        ("channel", by(lines, lambda x: x.channel)),
        ("wording", by([x for x in lines if x.variant], lambda x: x.variant)),
    )
    _put(
        [
            ("by", "", *columns, *more),
            *(
                (name, one.name, *(getattr(one, column) for column in (*columns, *more)))
                for name, some in groups
                for one in some
            ),
        ]
    )
    for error, reason, count in failures(lines):
        print(f"failed  {count}  {failed(error, reason)}{f' ({error})' if error else ''}")
    for reason, count in passed_over(lines):
        print(f"passed over  {count}  {skipped(reason)}")
    _put_cost(bench, found, account_of(lines).segments)
    _put_comparison(lines)


def _put_cost(bench: wiring.Bench, broadcast: Broadcast, segments: int) -> None:
    forecast = read_forecast(bench.flow.broadcasts.report(broadcast.id, "forecast"))
    if bench.price is None:
        return
    price, currency = bench.price
    foretold = (
        f", forecast {forecast.cost:.2f} as of {_as_of(bench, forecast)}"
        if forecast and forecast.cost is not None
        else ""
    )
    print(f"cost  {price * segments:.2f} {currency}{foretold}")


def _put_comparison(lines: Sequence[Counted]) -> None:
    compared = wordings_compared(lines)
    if compared is None:
        return
    between = compared.between
    print(
        f"B answered {compared.other.value:.1%}, A {compared.one.value:.1%}: "
        f"{between.value * 100:+.1f} points, between {between.low * 100:+.1f} and {between.high * 100:+.1f}"
        f"{'' if compared.sure else '; it may be chance'}"
    )
