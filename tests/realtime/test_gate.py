"""Attacks on the handshake: other sites, other names, forged headers."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from realtime.gate import Gate, verdict

Headers = list[tuple[bytes, bytes]]


def headers(*pairs: tuple[str, str]) -> Headers:
    return [(name.encode(), value.encode()) for name, value in pairs]


def from_page(origin: str, host: str = "127.0.0.1:8000") -> Headers:
    return headers(("host", host), ("origin", origin))


@pytest.fixture(autouse=True)
def _hosts(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "chat.example.org"]
    settings.BASE_URL = ""


def test_our_own_page_gets_in() -> None:
    assert verdict(from_page("http://127.0.0.1:8000"), scheme="ws") == 200


def test_our_own_page_gets_in_by_its_ipv6_address() -> None:
    there = from_page("http://[::1]:8000", host="[::1]:8000")

    assert verdict(there, scheme="ws") == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "none",
        "",
        "file://",
        "http://127.0.0.1:8001",  # Another service of this machine.
        "https://127.0.0.1:8000",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.example:8000",
        "http://evil.example/127.0.0.1:8000",
        "http://127.0.0.1:8000@evil.example",
        "http://evil.example#127.0.0.1:8000",
        "http://127.0.0.1:8000/",
        "chrome-extension://abcdef",
    ],
)
def test_s12_a_page_of_another_site_cannot_open_a_socket(origin: str) -> None:
    """Its visitor's browser would send our cookie along (CWE-1385)."""
    assert verdict(from_page(origin), scheme="ws") == 403


@pytest.mark.parametrize(
    "origin", ["https://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:x", "://"]
)
def test_an_origin_that_cannot_be_read_is_refused_and_is_no_crash(origin: str) -> None:
    assert verdict(from_page(origin), scheme="ws") == 403


def test_of_two_origins_neither_counts() -> None:
    """Channels' own check takes the last one, others the first."""
    two = headers(
        ("host", "127.0.0.1:8000"),
        ("origin", "http://evil.example"),
        ("origin", "http://127.0.0.1:8000"),
    )

    assert verdict(two, scheme="ws") == 400


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example:8000",
        "127.0.0.1:8000/chat",
        "127.0.0.1:8000@rebound.example",
        "127.0.0.1, rebound.example",
        "*",
        "",
        "[::1",
        "chat.example.org.rebound.example",
    ],
)
def test_s13_a_rebound_name_reaches_no_socket(host: str) -> None:
    """The page and the socket agree with each other; only the name is not ours."""
    assert verdict(from_page(f"http://{host}", host=host), scheme="ws") == 403


def test_s13_two_hosts_or_none_are_a_bad_request() -> None:
    twice = headers(("host", "127.0.0.1"), ("host", "rebound.example"))

    assert verdict(twice, scheme="ws") == 400
    assert verdict([], scheme="ws") == 400


def test_the_public_address_gets_in_through_a_proxy(settings: Settings) -> None:
    """The proxy speaks plain http to us; the browser saw https."""
    settings.BASE_URL = "https://chat.example.org"
    there = from_page("https://chat.example.org", host="chat.example.org")

    assert verdict(there, scheme="ws") == 200


def test_a_sibling_port_of_the_public_address_is_another_site(
    settings: Settings,
) -> None:
    settings.BASE_URL = "https://chat.example.org"
    there = from_page("https://chat.example.org:8443", host="chat.example.org")

    assert verdict(there, scheme="ws") == 403


async def test_a_program_without_origin_enters_as_nobody() -> None:
    """Its cookies are not used: whatever sends no Origin may be made to send any."""
    seen: dict[str, Any] = {}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    sent = headers(("host", "127.0.0.1:8000"), ("cookie", "rai_guest=stolen"))
    await Gate(inner)({"type": "websocket", "headers": sent}, _receive, _send_nothing)

    assert seen["rai.anonymous"] is True
    assert seen["headers"] == headers(("host", "127.0.0.1:8000"))


async def test_a_refused_handshake_never_reaches_the_consumer() -> None:
    sent: list[dict[str, Any]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("let in")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "headers": from_page("http://evil.example"),
        "extensions": {"websocket.http.response": {}},
    }
    await Gate(inner)(scope, _receive, send)

    assert [message.get("status") for message in sent] == [403, None]


async def _receive() -> dict[str, Any]:
    return {"type": "websocket.connect"}


async def _send_nothing(message: Any) -> None:
    raise AssertionError(message)
