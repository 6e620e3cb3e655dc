"""Every option of the product: one typed table, read from the environment.

The table feeds the settings, `./rai options` and docs/options.md. It imports nothing
of Django, so that a bad value is told in one line before anything heavy is loaded.
"""

import dataclasses
import ipaddress
import os
import sys
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

PROJECT = Path(__file__).resolve().parent.parent

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LANGUAGES = ("pt-br", "en", "es")
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("console", "json")
SECRET_KEY_MIN = 50  # Characters; what Django's own deployment check asks for.
WORKERS_MAX = 64


class BadOption(ValueError):
    """A value that cannot be used. `str()` is one line for the terminal."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


def _text(raw: str) -> str:
    return raw


def _switch(raw: str) -> bool:
    match raw.lower():
        case "on" | "1" | "true" | "yes":
            return True
        case "off" | "0" | "false" | "no":
            return False
        case _:
            raise ValueError("must be on or off")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and low <= int(raw[:9]) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(raw)

    return parse


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return raw.lower()

    return parse


def _host(raw: str) -> str:
    if raw.strip("[]") != raw or any(c in raw for c in "/ @") or raw == "*":
        raise ValueError("must be a bare address or name, such as 127.0.0.1 or 0.0.0.0")
    return raw


def _folder(raw: str) -> Path:
    path = (PROJECT / Path(raw).expanduser()).resolve()
    if path.exists() and not path.is_dir():
        raise ValueError("is a file, not a folder")
    return path


def _url(raw: str, schemes: tuple[str, ...]) -> SplitResult:
    # Never quotes the value: such addresses carry passwords.
    try:
        parts = urlsplit(raw)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in schemes:
        raise ValueError("must start with " + " or ".join(f"{s}://" for s in schemes))
    return parts


def _database_url(raw: str) -> str:
    parts = _url(raw, ("postgres", "postgresql", "sqlite"))
    if not parts.path.strip("/"):
        raise ValueError("names no database")
    return raw


def _redis_url(raw: str) -> tuple[str, ...]:
    urls = _list(raw)
    for url in urls:
        parts = _url(url, ("redis", "rediss", "unix"))
        if not (parts.path if parts.scheme == "unix" else parts.hostname):
            raise ValueError("names no host")
    return urls


def _base_url(raw: str) -> str:
    parts = _url(raw.rstrip("/"), ("http", "https"))
    if not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError("must be like https://chat.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _list(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def _hosts(raw: str) -> tuple[str, ...]:
    hosts = _list(raw.lower())
    for host in hosts:
        if "*" in host or "/" in host or "://" in host:
            raise ValueError("takes names such as chat.example.org; * is refused")
    return hosts


def _networks(raw: str) -> tuple[Network, ...]:
    networks = []
    for part in _list(raw):
        try:
            network = ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError("must be addresses or networks like 10.0.0.0/8") from None
        if network.prefixlen == 0:
            raise ValueError("must not trust everybody")
        networks.append(network)
    return tuple(networks)


def _secret_key(raw: str) -> str:
    if len(raw) < SECRET_KEY_MIN:
        raise ValueError(f"must have at least {SECRET_KEY_MIN} characters")
    return raw


def _time_zone(raw: str) -> str:
    try:
        zoneinfo.ZoneInfo(raw)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError("must be a zone such as America/Sao_Paulo") from None
    return raw


def _path_prefix(raw: str) -> str:
    prefix = raw.strip("/")
    if not prefix.replace("-", "").replace("_", "").isalnum() or not prefix.isascii():
        raise ValueError("must be one word of a path, such as admin")
    return prefix


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
        _host,
        name="HOST",
        doc="Address to listen on. `0.0.0.0` lets the local network in.",
    )
    port: int = _option(
        "8000", _number(1, 65535), name="PORT", doc="TCP port to listen on."
    )
    data_dir: Path = _option(
        "data",
        _folder,
        name="DATA_DIR",
        doc="Folder of the database file, the secret key and collected static files. "
        "A relative path starts at the project's folder.",
    )
    database_url: str = _option(
        "",
        _database_url,
        name="DATABASE_URL",
        doc="`postgres://user:password@host:5432/name` or `sqlite:////path/file`. "
        "Empty: the file `rai.sqlite3` in `DATA_DIR`.",
        secret=True,
    )
    redis_urls: tuple[str, ...] = _option(
        "",
        _redis_url,
        name="REDIS_URL",
        doc="`redis://host:6379/0`; several, separated by commas, share the rooms. "
        "Needed by more than one worker. Empty: in memory.",
        secret=True,
    )
    base_url: str = _option(
        "",
        _base_url,
        name="BASE_URL",
        doc="The address people type, such as `https://chat.example.org`. Gives the "
        "allowed hosts, trusted origins and secure cookies. Empty: this machine and "
        "its local network, over plain http.",
    )
    secret_key: str = _option(
        "",
        _secret_key,
        name="SECRET_KEY",
        doc="Signs cookies and what crosses Redis. Empty: made on first start and "
        "kept in `DATA_DIR/secret_key`.",
        secret=True,
    )
    allowed_hosts: tuple[str, ...] = _option(
        "",
        _hosts,
        name="ALLOWED_HOSTS",
        doc="More names this server answers to, separated by commas. `*` is refused.",
    )
    trusted_proxies: tuple[Network, ...] = _option(
        "",
        _networks,
        name="TRUSTED_PROXIES",
        doc="Addresses or networks of your reverse proxies, separated by commas. Only "
        "their `X-Forwarded-*` headers are believed.",
    )
    workers: int = _option(
        "1",
        _number(1, WORKERS_MAX),
        name="WEB_CONCURRENCY",
        doc="Server processes. More than one needs `DATABASE_URL` (PostgreSQL) and "
        "`REDIS_URL`.",
    )
    limits: bool = _option(
        "on",
        _switch,
        name="LIMITS",
        doc="`off` lifts rate and connection limits. For load tests only.",
    )
    log_level: str = _option(
        "info",
        _choice(*LOG_LEVELS),
        name="LOG_LEVEL",
        doc="Least serious thing to log: " + ", ".join(f"`{x}`" for x in LOG_LEVELS),
    )
    log_format: str = _option(
        "console",
        _choice(*LOG_FORMATS),
        name="LOG_FORMAT",
        doc="`console` for eyes, `json` for machines; both one line an event.",
    )
    language: str = _option(
        "pt-br",
        _choice(*LANGUAGES),
        name="LANGUAGE_CODE",
        doc="Language for browsers that ask for none of ours: "
        + ", ".join(f"`{x}`" for x in LANGUAGES),
    )
    time_zone: str = _option(
        "America/Sao_Paulo",
        _time_zone,
        name="TZ",
        doc="Zone of the times the server writes into pages.",
    )
    admin_path: str = _option(
        "",
        _path_prefix,
        name="ADMIN_PATH",
        doc="Where Django's admin answers, such as `admin`. Empty: nowhere.",
    )
    debug: bool = _option(
        "off",
        _switch,
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
    values = {f.name: _value(f.metadata, environ) for f in dataclasses.fields(Options)}
    options = Options(**values)
    _check_together(options)
    return options


def load(environ: Mapping[str, str] = os.environ) -> Options:
    """Read all options, or leave the process with one line and exit code 2."""
    try:
        return read(environ)
    except BadOption as bad:
        give_up(str(bad))


def listing(environ: Mapping[str, str]) -> str:
    """Return the table for a terminal: each option's value now, and what it is."""
    load(environ)
    return "\n\n".join(
        f"{row['name']}={_shown(row, environ)}\n    {row['doc']}" for row in rows()
    )


def markdown() -> str:
    """Return docs/options.md."""
    lines = [
        "# Options",
        "",
        "Given by environment; an empty value means the default. A value that cannot",
        "be used ends the start with one line and exit code 2. `./rai options` shows",
        "what holds now. Secrets may also come from a file: `SECRET_KEY_FILE=/path`.",
        "",
        "<!-- Made by `./rai options --markdown`; the text stands in"
        " realtime/options.py. -->",
        "",
        "| Option | Default | What it does |",
        "|---|---|---|",
    ]
    for row in rows():
        default = f"`{row['default']}`" if row["default"] else ""
        lines.append(f"| `{row['name']}` | {default} | {row['doc']} |")
    return "\n".join(lines) + "\n"


def _shown(row: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    raw = environ.get(row["name"], "").strip() or _from_file(row, environ)
    if raw and row["secret"]:
        return "(set, not shown)"
    return str(raw or row["default"])


def give_up(line: str) -> NoReturn:
    """Leave the process: the start is impossible until somebody changes something."""
    print(f"rai: {line}", file=sys.stderr)
    raise SystemExit(2)


def _value(row: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    name = row["name"]
    raw = environ.get(name, "").strip() or _from_file(row, environ)
    if not raw and not row["default"]:
        return _EMPTY[row["parse"]]
    try:
        return row["parse"](raw or row["default"])
    except ValueError as error:
        raise BadOption(name, str(error)) from None


# What an option without a default is when nobody sets it.
_EMPTY: Mapping[Callable[[str], Any], Any] = {
    _database_url: "",
    _redis_url: (),
    _base_url: "",
    _secret_key: "",
    _hosts: (),
    _networks: (),
    _path_prefix: "",
}


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
    if options.debug and not is_loopback(options.host):
        raise BadOption("DEBUG", "is refused unless HOST is a loopback address")


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
