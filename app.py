"""What the servers load: `gunicorn app:app` and `dramatiq app:broker`."""

from smsbot.settings import Settings
from smsbot.wiring import build

app, broker = build(Settings.from_env())
