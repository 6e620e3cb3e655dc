"""What a value of an option may look like: text in, typed value out.

Each function takes the text from the environment and returns the value, or raises
ValueError with the end of a sentence that begins with the option's name.
"""

import ipaddress
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
SECRET_KEY_MIN = 50  # Characters; what Django's own deployment check asks for.

TAKEN_PATHS = {"api", "apelido", "chat", "healthz", "i18n", "readyz", "static", "ws"}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def text(raw: str) -> str:
    return raw


def optional(parse: Callable[[str], str]) -> Callable[[str], str]:
    """Return the same parser, for an option that may be left empty."""
    return lambda raw: parse(raw) if raw else ""


def switch(raw: str) -> bool:
    match raw.lower():
        case "on" | "1" | "true" | "yes":
            return True
        case "off" | "0" | "false" | "no":
            return False
        case _:
            raise ValueError("must be on or off")


def number(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and low <= int(raw[:9]) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(raw)

    return parse


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return raw.lower()

    return parse


def host(raw: str) -> str:
    if raw.strip("[]") != raw or any(c in raw for c in "/ @") or raw == "*":
        raise ValueError("must be a bare address or name, such as 127.0.0.1 or 0.0.0.0")
    return raw


def folder(raw: str) -> Path:
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


def database_url(raw: str) -> str:
    parts = _url(raw, ("postgres", "postgresql", "sqlite"))
    if not parts.path.strip("/"):
        raise ValueError("names no database")
    return raw


def redis_url(raw: str) -> tuple[str, ...]:
    urls = _list(raw)
    for url in urls:
        parts = _url(url, ("redis", "rediss", "unix"))
        if not (parts.path if parts.scheme == "unix" else parts.hostname):
            raise ValueError("names no host")
    return urls


def base_url(raw: str) -> str:
    parts = _url(raw.rstrip("/"), ("http", "https"))
    if not parts.hostname or parts.path or parts.query or parts.username:
        raise ValueError("must be like https://chat.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _list(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def hosts(raw: str) -> tuple[str, ...]:
    hosts = _list(raw.lower())
    for host in hosts:
        if "*" in host or "/" in host or "://" in host:
            raise ValueError("takes names such as chat.example.org; * is refused")
    return hosts


def networks(raw: str) -> tuple[Network, ...]:
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


def secret_key(raw: str) -> str:
    if len(raw) < SECRET_KEY_MIN:
        raise ValueError(f"must have at least {SECRET_KEY_MIN} characters")
    return raw


def time_zone(raw: str) -> str:
    try:
        zoneinfo.ZoneInfo(raw)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError("must be a zone such as America/Sao_Paulo") from None
    return raw


def path_prefix(raw: str) -> str:
    prefix = raw.strip("/")
    if not prefix.replace("-", "").replace("_", "").isalnum() or not prefix.isascii():
        raise ValueError("must be one word of a path, such as admin")
    if prefix in TAKEN_PATHS:
        raise ValueError("is where other pages are")
    return prefix


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
