"""Logging: one line an event, for eyes or as JSON, never the text of a message."""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def config(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING for `LOG_LEVEL` and `LOG_FORMAT`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": _formatter, "form": form}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # Their own handlers would print every line twice.
            "django": {"handlers": [], "level": level.upper(), "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # One line for each 404 and each refused path is an attacker's log flood.
            "django.request": {"level": "ERROR"},
            "uvicorn": {"handlers": [], "level": _quieter(level), "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True},
            "websockets": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }


def _quieter(level: str) -> str:
    # uvicorn tells each connection at INFO, with the path and so the room's name.
    return "WARNING" if level == "info" else level.upper()


def _formatter(form: str) -> logging.Formatter:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor]
    if form == "json":
        last = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        last = [structlog.processors.format_exc_info, _line]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _line(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Write `time level logger: event`, with line ends escaped: no forged lines."""
    head = f"{event.pop('timestamp')} {event.pop('level'):<7} {event.pop('logger')}: "
    trace = event.pop("exception", None)
    text = str(event.pop("event")) + "".join(f" {k}={v}" for k, v in event.items())
    line = head + text.replace("\r", "\\r").replace("\n", "\\n")
    # A traceback is ours, not a visitor's; in one line nobody could read it.
    return f"{line}\n{trace}" if trace else line
