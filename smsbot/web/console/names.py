"""What states, channels and counts of campaigns are called on the pages."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

Words = Any  # a text in the language of whoever reads it; the library has no types

CAMPAIGN_STATES: Mapping[str, tuple[Words, str]] = {  # and how the mark looks
    "draft": (lazy_gettext("draft"), ""),
    "live": (lazy_gettext("live"), "good"),
    "ended": (lazy_gettext("ended"), ""),
}
BROADCAST_STATES: Mapping[str, tuple[Words, str]] = {
    "draft": (lazy_gettext("draft"), ""),
    "submitted": (lazy_gettext("waits for a second person"), "wait"),
    "released": (lazy_gettext("about to begin"), "good"),
    "sending": (lazy_gettext("sending"), "good"),
    "paused": (lazy_gettext("stands still"), "bad"),
    "done": (lazy_gettext("finished"), "good"),
    "canceled": (lazy_gettext("canceled"), ""),
}
CHANNELS: Mapping[str, Words] = {
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "rcs": "RCS",
    "web": lazy_gettext("Its page"),  # that the counted link opens
}

CAME: Mapping[str, Words] = {
    "scan": lazy_gettext("Scans"),
    "click": lazy_gettext("Clicks"),
    "talk": lazy_gettext("Talks begun"),
    "consent": lazy_gettext("Yes to news"),
    "reply": lazy_gettext("Replies"),
    "stop": lazy_gettext("Opt-outs"),
}
