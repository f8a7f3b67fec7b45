"""`python -m localcarrier`: listens on this machine only, and says where on standard output, in one line of JSON."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from .carrier import SENDER_KINDS, Carrier, Identity
from .journal import Journal
from .poster import Poster
from .script import BadScript, Script, parse
from .server import make_app

HOST = "127.0.0.1"


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m localcarrier", description=__doc__)
    options.add_argument("--port", type=int, default=8100, help="0 for a free one")
    options.add_argument("--account", required=True, help="the account's SID (AC...)")
    options.add_argument("--token", required=True, help="its auth token, which also signs")
    options.add_argument("--public-url", required=True, help="the bot's address, as it is signed")
    options.add_argument("--bot-url", help="where the bot listens, if that is another")
    options.add_argument(
        "--log", type=Path, required=True, help="the log; a carrier goes on where it ends"
    )
    options.add_argument("--script", type=Path, help="a file that says what goes wrong")
    options.add_argument("--seed", type=int, default=1, help="the same seed gives the same run")
    options.add_argument(
        "--sender",
        action="append",
        default=[],
        help="a number of the account; without any, every number is",
    )
    options.add_argument("--sender-kind", choices=SENDER_KINDS, default="long_code")
    options.add_argument("--pool", type=int, default=16, help="callbacks at once, at most")
    return options


async def serve(given: argparse.Namespace, script: Script) -> None:
    """Serves until it is told to stop."""
    bot_url = given.bot_url or given.public_url
    journal = Journal(given.log)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Poster(
        token=given.token, public_url=given.public_url, bot_url=bot_url, pool=given.pool
    ) as poster:
        identity = Identity(
            account=given.account,
            token=given.token,
            senders=tuple(given.sender),
            sender_kind=given.sender_kind,
            inbound_url=f"{given.public_url.rstrip('/')}/twilio/messages",
        )
        carrier = Carrier(
            identity=identity, journal=journal, poster=poster, seed=given.seed, script=script
        )
        runner = web.AppRunner(make_app(carrier), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, HOST, given.port)
        await site.start()
        carrier.resume()
        port = runner.addresses[0][1]
        sys.stdout.write(json.dumps({"url": f"http://{HOST}:{port}"}) + "\n")
        sys.stdout.flush()
        await stop.wait()
        carrier.stopping.set()
        await runner.cleanup()
        await carrier.stop()
    journal.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 2 where the carrier cannot start; why stands on standard error."""
    given = parser().parse_args(arguments)
    try:
        script = parse(given.script.read_bytes()) if given.script else Script()
        asyncio.run(serve(given, script))
    except (BadScript, OSError) as error:
        sys.stderr.write(f"localcarrier: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
