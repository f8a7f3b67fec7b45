"""What the servers load: `gunicorn app:app` and `dramatiq app:broker`."""

import os
import sys

from smsbot.core.content.broken import Broken
from smsbot.settings import Misconfigured, Settings
from smsbot.wiring import build

try:
    app, broker = build(Settings.from_env())
except (Misconfigured, Broken) as error:
    # Words for whoever starts it, in place of a trace; the servers would start again and again on any other exit.
    print(error, file=sys.stderr, flush=True)
    os._exit(1)
