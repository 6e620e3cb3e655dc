"""Attacks by forged forwarding headers, which every client can send."""

from ipaddress import ip_network
from typing import Any

import pytest

from realtime.proxies import TrustedProxies
from realtime.scopes import Receive, Scope, Send
from tests.realtime.serving import Options, Running, house, serving

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1")]


async def seen(
    client: str | None, *headers: tuple[str, str], kind: str = "http"
) -> tuple[Any, str]:
    """Return client and scheme as the application sees them."""
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> dict[str, Any]:
        return {}

    async def send(event: Any) -> None:
        return None

    scope: Scope = {
        "type": kind,
        "client": None if client is None else (client, 1234),
        "scheme": "ws" if kind == "websocket" else "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await TrustedProxies(app, PROXIES)(scope, receive, send)
    return found[0]["client"] and found[0]["client"][0], found[0]["scheme"]


def hops(value: str) -> tuple[str, str]:
    return ("x-forwarded-for", value)


async def test_a_stranger_cannot_name_another_address() -> None:
    client, scheme = await seen(
        "203.0.113.9", hops("198.51.100.1"), ("x-forwarded-proto", "https")
    )

    assert (client, scheme) == ("203.0.113.9", "http")


@pytest.mark.parametrize(
    ("value", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        # The client wrote the left one itself, before the proxy added its address.
        ("1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("1.2.3.4, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("1.2.3.4,198.51.100.1,10.0.0.7,10.0.0.8", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("198.51.100.1, fd00::5", "198.51.100.1"),
        # Within our own network: the one that asked it.
        ("10.0.0.7", "10.0.0.7"),
        # What is no address proves nothing: we believe the last proxy alone.
        ("unknown", "10.1.1.1"),
        ("198.51.100.1, <script>", "10.1.1.1"),
        ("198.51.100.1, ", "198.51.100.1"),
        ("", "10.1.1.1"),
        ("198.51.100.999", "10.1.1.1"),
        ("198.51.100.1, _hidden, 10.0.0.7", "10.0.0.7"),
        (", ".join(["1.2.3.4"] * 1000 + ["198.51.100.1"]), "198.51.100.1"),
    ],
)
async def test_r35_the_right_most_foreign_hop_is_the_client(
    value: str, client: str
) -> None:
    assert (await seen("10.1.1.1", hops(value)))[0] == client


async def test_two_headers_are_one_list() -> None:
    """A client sends its own line, the proxy adds a second."""
    client, _ = await seen("10.1.1.1", hops("1.2.3.4"), hops("198.51.100.1"))

    assert client == "198.51.100.1"


async def test_a_proxy_over_ipv4_on_an_ipv6_socket_is_ours_too() -> None:
    client, _ = await seen("::ffff:10.1.1.1", hops("198.51.100.1"))

    assert client == "198.51.100.1"


@pytest.mark.parametrize(
    ("kind", "value", "scheme"),
    [
        ("http", "https", "https"),
        ("websocket", "https", "wss"),
        ("websocket", "http", "ws"),
        ("http", "javascript", "http"),
        ("http", "https, http", "http"),
    ],
)
async def test_the_scheme_is_the_nearest_proxys(
    kind: str, value: str, scheme: str
) -> None:
    found = await seen("10.1.1.1", ("x-forwarded-proto", value), kind=kind)

    assert found[1] == scheme


async def test_a_scope_without_client_passes() -> None:
    """A Unix socket has none, nor has the lifespan of the application."""
    assert (await seen(None, hops("1.2.3.4")))[0] is None


def ask(running: Running) -> bytes:
    with running.peer() as peer:
        peer.send(peer.get("/", "X-Forwarded-For: 1.2.3.4, 198.51.100.1\r\n"))
        return peer.response()[1].split()[1]


def test_the_server_believes_nobody_by_default() -> None:
    with serving(house) as running:
        assert ask(running) == b"127.0.0.1"


def test_the_server_believes_the_proxies_it_was_told() -> None:
    with serving(house, options=Options(trusted_proxies=tuple(PROXIES))) as running:
        assert ask(running) == b"198.51.100.1"
