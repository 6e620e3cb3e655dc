"""Logging: one line an event, for eyes or as JSON, never the text of a message."""

import logging
import time
from typing import Any

# By name: only who asks for JSON waits for structlog to be imported.
FORMATTERS = {
    "console": "realtime.logs.OneLine",
    "json": "realtime.logs_json.formatter",
}

# Whatever ends a line somewhere: a terminal, an editor, `str.splitlines`.
LINE_ENDS = {ord(c): repr(c)[1:-1] for c in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029\x1b"}


def config(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING for `LOG_LEVEL` and `LOG_FORMAT`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # Their own handlers would print every line twice.
            "django": {"handlers": [], "level": level.upper(), "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # One line for each 404 and each refused path is an attacker's log flood.
            "django.request": {"level": "ERROR"},
            # Below WARNING it tells each request with its path and query, and so the
            # room's name; websockets tells frames, Django's database texts in SQL.
            "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True},
            "websockets": {"level": "WARNING"},
            "django.db.backends": {"level": "INFO"},
            "django.template": {"level": "INFO"},
            # A traceback, with the name, for each scanner; the answer is 400 anyway.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.security.csrf": {"level": "ERROR"},  # Tells the path.
            "asyncio": {"level": "WARNING"},
            # A traceback a second while Redis is away; the bell says it in one line.
            "channels_redis.pubsub": {"level": "CRITICAL"},
        },
    }


class OneLine(logging.Formatter):
    """Writes `time level logger: event`, with line ends escaped: no forged lines."""

    default_msec_format = "%s.%03d"
    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the event's line; a traceback, which is ours, follows below it."""
        return super().formatMessage(record).translate(LINE_ENDS)
