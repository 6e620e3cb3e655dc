"""Every option of the product: one typed table, read from the environment.

The table feeds the settings, `./rai options` and docs/options.md. It imports nothing
of Django, so that a bad value is told in one line before anything heavy is loaded.
"""

import dataclasses
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from realtime import values

LANGUAGES = ("pt-br", "en", "es")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("console", "json")
WORKERS_MAX = 64


class BadOption(ValueError):
    """A value that cannot be used. `str()` is one line for the terminal."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


def _option(
    default: str,
    parse: Callable[[str], Any],
    *,
    name: str,
    doc: str,
    secret: bool = False,
) -> Any:
    row = {"default": default, "parse": parse, "name": name, "doc": doc}
    return field(metadata=row | {"secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options, checked one by one and together. Made by `read` or `load`."""

    host: str = _option(
        "127.0.0.1",
        values.host,
        name="HOST",
        doc="Address to listen on. `0.0.0.0` lets the local network in.",
    )
    port: int = _option(
        "8000", values.number(1, 65535), name="PORT", doc="TCP port to listen on."
    )
    data_dir: Path = _option(
        "data",
        values.folder,
        name="DATA_DIR",
        doc="Folder of the database file, the secret key and collected static files. "
        "A relative path starts at the project's folder.",
    )
    database_url: str = _option(
        "",
        values.optional(values.database_url),
        name="DATABASE_URL",
        doc="`postgres://user:password@host:5432/name` or `sqlite:////path/file`. "
        "Empty: the file `rai.sqlite3` in `DATA_DIR`.",
        secret=True,
    )
    redis_urls: tuple[str, ...] = _option(
        "",
        values.redis_url,
        name="REDIS_URL",
        doc="`redis://host:6379/0`; several, separated by commas, share the rooms. "
        "Needed by more than one worker. Empty: in memory.",
        secret=True,
    )
    base_url: str = _option(
        "",
        values.optional(values.base_url),
        name="BASE_URL",
        doc="The address people type, such as `https://chat.example.org`. Gives the "
        "allowed hosts, trusted origins and secure cookies. Empty: this machine and "
        "its local network, over plain http.",
    )
    secret_key: str = _option(
        "",
        values.optional(values.secret_key),
        name="SECRET_KEY",
        doc="Signs cookies and what crosses Redis. Empty: made on first start and "
        "kept in `DATA_DIR/secret_key`.",
        secret=True,
    )
    allowed_hosts: tuple[str, ...] = _option(
        "",
        values.hosts,
        name="ALLOWED_HOSTS",
        doc="More names this server answers to, separated by commas. `*` is refused.",
    )
    trusted_proxies: tuple[values.Network, ...] = _option(
        "",
        values.networks,
        name="TRUSTED_PROXIES",
        doc="Addresses or networks of your reverse proxies, separated by commas. Only "
        "their `X-Forwarded-*` headers are believed.",
    )
    workers: int = _option(
        "1",
        values.number(1, WORKERS_MAX),
        name="WEB_CONCURRENCY",
        doc="Server processes. More than one needs `DATABASE_URL` (PostgreSQL) and "
        "`REDIS_URL`.",
    )
    limits: bool = _option(
        "on",
        values.switch,
        name="LIMITS",
        doc="`off` lifts rate and connection limits. For load tests only.",
    )
    log_level: str = _option(
        "info",
        values.choice(*LOG_LEVELS),
        name="LOG_LEVEL",
        doc="Least serious thing to log: " + ", ".join(f"`{x}`" for x in LOG_LEVELS),
    )
    log_format: str = _option(
        "console",
        values.choice(*LOG_FORMATS),
        name="LOG_FORMAT",
        doc="`console` for eyes, `json` for machines; both one line an event.",
    )
    language: str = _option(
        "pt-br",
        values.choice(*LANGUAGES),
        name="LANGUAGE_CODE",
        doc="Language for browsers that ask for none of ours: "
        + ", ".join(f"`{x}`" for x in LANGUAGES),
    )
    time_zone: str = _option(
        "America/Sao_Paulo",
        values.time_zone,
        name="TZ",
        doc="Zone of the times the server writes into pages.",
    )
    admin_path: str = _option(
        "",
        values.optional(values.path_prefix),
        name="ADMIN_PATH",
        doc="Where Django's admin answers, such as `admin`. Empty: nowhere.",
    )
    debug: bool = _option(
        "off",
        values.switch,
        name="DEBUG",
        doc="Django's debug pages. Refused unless `HOST` is a loopback address.",
    )

    @property
    def is_https(self) -> bool:
        """People reach us over TLS."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """The database is a file of ours, which one process may write."""
        return not self.database_url or self.database_url.startswith("sqlite:")


def rows() -> list[Mapping[str, Any]]:
    """Return the table: name, default, doc, secret of each option, in order."""
    return [f.metadata for f in dataclasses.fields(Options)]


def read(environ: Mapping[str, str]) -> Options:
    """
    Read all options from `environ`; unset and empty mean the default.

    A secret may also come from a file named by `<NAME>_FILE`.

    Raises:
        BadOption: A value that cannot be used, alone or beside another.
    """
    found = {f.name: _value(f.metadata, environ) for f in dataclasses.fields(Options)}
    options = Options(**found)
    _check_together(options)
    return options


def load(environ: Mapping[str, str] = os.environ) -> Options:
    """Read all options, or leave the process with one line and exit code 2."""
    try:
        return read(environ)
    except BadOption as bad:
        give_up(str(bad))


def give_up(line: str) -> NoReturn:
    """Leave the process: the start is impossible until somebody changes something."""
    print(f"rai: {line}", file=sys.stderr)
    raise SystemExit(2)


def given(row: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """
    Return what somebody wrote for this option, or an empty text.

    Raises:
        BadOption: It names a file that cannot be read.
    """
    return environ.get(row["name"], "").strip() or _from_file(row, environ)


def _value(row: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    name = row["name"]
    raw = given(row, environ)
    try:
        return row["parse"](raw or row["default"])
    except ValueError as error:
        raise BadOption(name, str(error)) from None


def _from_file(row: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    name = f"{row['name']}_FILE"
    path = environ.get(name, "") if row["secret"] else ""
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadOption(name, f"cannot be read ({type(error).__name__})") from None


def _check_together(options: Options) -> None:
    if options.workers > 1 and not options.redis_urls:
        raise BadOption("WEB_CONCURRENCY", "more than one worker needs REDIS_URL")
    if options.workers > 1 and options.is_sqlite:
        raise BadOption(
            "WEB_CONCURRENCY",
            "more than one worker needs DATABASE_URL=postgres://…; SQLite serves one",
        )
    if options.debug and not values.is_loopback(options.host):
        raise BadOption("DEBUG", "is refused unless HOST is a loopback address")
