"""Who really asks: X-Forwarded-* headers, believed from our own proxies alone."""

import ipaddress
from collections.abc import Sequence

from realtime.scopes import Application, Receive, Scope, Send
from realtime.values import Network

HOPS_MAX = 16


class TrustedProxies:
    """
    Sets a scope's `client` and `scheme` to those of the right-most foreign hop.

    Each proxy appends the address it saw, so whatever stands left of the first
    address that is not ours was written by the client and proves nothing.
    """

    def __init__(self, inner: Application, networks: Sequence[Network]) -> None:
        self._inner = inner
        self._networks = tuple(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the scope on, corrected when it comes from one of our proxies."""
        client = scope.get("client")
        if scope["type"] in ("http", "websocket") and client and self._ours(client[0]):
            hops = _values(scope, b"x-forwarded-for")
            scope["client"] = (self._origin(client[0], hops), 0)
            schemes = _values(scope, b"x-forwarded-proto")
            if schemes and schemes[-1] in ("http", "https"):
                secure = schemes[-1] == "https"
                scope["scheme"] = _scheme(scope["type"], secure=secure)
        await self._inner(scope, receive, send)

    def _origin(self, proxy: str, hops: list[str]) -> str:
        """Return the last address named by somebody we trust."""
        believed = proxy
        for hop in reversed(hops[-HOPS_MAX:]):
            address = _address(hop)
            if address is None:
                break
            believed = address
            if not self._ours(address):
                break
        return believed

    def _ours(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(ip, "ipv4_mapped", None)
        return any((mapped or ip) in network for network in self._networks)


def _values(scope: Scope, name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [part.strip() for part in ",".join(lines).split(",") if part.strip()]


def _address(hop: str) -> str | None:
    """Return the address of a hop: `192.0.2.7`, `192.0.2.7:80`, `[2001:db8::1]:80`."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ipaddress.ip_address(hop))
    except ValueError:
        return None


def _scheme(kind: str, *, secure: bool) -> str:
    plain = "ws" if kind == "websocket" else "http"
    return plain + "s" if secure else plain
