"""`smsbot content sync`: registers with Twilio what WhatsApp wants to know beforehand."""

import argparse
import sys
from collections import Counter

from tqdm import tqdm

from smsbot import wiring
from smsbot.flows.contents import AS_TEXT, Synced
from smsbot.ports import Refused, Unavailable
from smsbot.settings import Misconfigured, Settings


def parsers(content: argparse.ArgumentParser) -> None:
    """The commands under `smsbot content`."""
    doors = content.add_subparsers(required=True, metavar="what")
    help = "register templates and menus, hand in what must be approved, and ask how it stands"
    sync = doors.add_parser("sync", help=help, description=help)
    sync.set_defaults(command=_sync)


def _sync(_options: argparse.Namespace) -> int:
    """One line for each on standard output: its state, key and language. 1 where something was left out or cannot be asked."""
    states: Counter[str] = Counter()
    said: set[str] = set()
    try:
        syncing = wiring.make_syncing(Settings.from_env())
        with tqdm(total=len(syncing.wanted()), unit=" texts", leave=False, disable=None) as bar:

            def tell(one: Synced) -> None:
                states[one.state] += 1
                wanted = one.wanted
                tqdm.write(f"{one.state}\t{wanted.key}\t{wanted.language}", file=sys.stdout)
                if one.why and one.state != AS_TEXT:
                    tqdm.write(f"{wanted.key}, {wanted.language}: {one.why}", file=sys.stderr)
                elif one.why and wanted.language not in said:
                    said.add(wanted.language)
                    tqdm.write(
                        f"{wanted.language}: WhatsApp has no menus in this language; they go out as numbered texts",
                        file=sys.stderr,
                    )
                bar.update()

            syncing.sync(tell)
    except (Misconfigured, Refused, Unavailable) as error:
        print(
            f"{error}\nWhat was registered until now is kept; run it again to go on.",
            file=sys.stderr,
        )
        return 1
    print(", ".join(f"{count} {state}" for state, count in states.items()), file=sys.stderr)
    return 1 if states["left out"] or states["rejected"] else 0
