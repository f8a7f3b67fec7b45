"""structlog: one line for each thing that happened, to standard output."""

import logging
import sys

import msgspec
import structlog

from smsbot.ports import Note

# What has no place in a log, whoever passes it: a note with one of these names is refused.
FORBIDDEN = frozenset(
    {"body", "text", "texts", "number", "handle", "address", "addresses", "name", "to", "sender"}
)
_ERRORS = frozenset({"fault", "work_lost", "work_failed", "round_failed"})


def make_note(log_format: str) -> Note:
    """The writer of lines, as JSON or for people."""
    renderer = (
        structlog.dev.ConsoleRenderer()
        if log_format == "console"
        else structlog.processors.JSONRenderer(serializer=_encode)
    )
    logger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stdout),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    ).bind()

    def note(event: str, /, **details: object) -> None:
        if wrong := FORBIDDEN & details.keys():
            raise ValueError(f"{', '.join(wrong)} must not be logged")
        (logger.error if event in _ERRORS else logger.info)(event, **details)

    return note


def _encode(line: object, **_: object) -> str:
    return msgspec.json.encode(line).decode()
