"""What the process that sends broadcasts loads: `dramatiq sender:broker`."""

import os
import sys

from smsbot.core.content.broken import Broken
from smsbot.settings import Misconfigured, Settings
from smsbot.wiring import build_sender

os.nice(10)  # whoever asks is answered before anybody is invited

try:
    broker = build_sender(Settings.from_env())
except (Misconfigured, Broken) as error:
    # Words for whoever starts it, in place of a trace; the server would start again and again on any other exit.
    print(error, file=sys.stderr, flush=True)
    os._exit(1)
