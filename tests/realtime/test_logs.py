"""A line of the log is one line, whoever wrote what into it."""

import json
import logging
import logging.config

import pytest
from django.utils.module_loading import import_string

from realtime import logs


@pytest.fixture(params=["console", "json"])
def formatter(request: pytest.FixtureRequest) -> logging.Formatter:
    return made(request.param)


def made(form: str) -> logging.Formatter:
    name = logs.config(level="info", form=form)["formatters"]["line"]["()"]
    formatter: logging.Formatter = import_string(name)()
    return formatter


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("chat", logging.WARNING, "x.py", 1, message, args, None)


def test_a_line_end_in_a_value_forges_no_second_line(
    formatter: logging.Formatter,
) -> None:
    """`GET /\\n2026-01-01 ERROR admin logged in` must stay one event."""
    text = formatter.format(record("path=%s", "a\r\nFORGED\u2028FORGED"))

    assert len(text.splitlines()) == 1


def test_json_keeps_what_was_said() -> None:
    said = json.loads(made("json").format(record("room=%s", "ação")))

    assert said["event"] == "room=ação"
    assert said["level"] == "warning"
    assert said["logger"] == "chat"
    assert said["timestamp"]


def test_the_levels_are_ours_and_uvicorn_stays_quiet_about_people() -> None:
    """At INFO it tells each socket with its path, which holds the room's name."""
    config = logs.config(level="info", form="console")

    assert config["root"]["level"] == "INFO"
    assert config["loggers"]["uvicorn"]["level"] == "WARNING"
