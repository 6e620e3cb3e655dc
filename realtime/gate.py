"""The gate of every socket: for whom it was asked, and from which site.

A browser lets any page of any site open a socket to us and sends our cookies along
(cross-site WebSocket hijacking), and a name that resolves to us may be anybody's (DNS
rebinding). Django checks pages for both; nothing checks sockets but this.
"""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from realtime.scopes import Application, Headers, Receive, Scope, Send

OK, BAD_REQUEST, FORBIDDEN = 200, 400, 403
DEFAULT_PORTS = {"http": 80, "https": 443}


class Gate:
    """
    Lets a handshake through to `inner`, or answers 400 or 403 before any of it runs.

    A handshake without Origin comes from a program, not a page: it passes as nobody,
    with `scope["rai.anonymous"]` set and its cookies taken away.
    """

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one handshake."""
        headers: Headers = scope["headers"]
        status = verdict(headers, scheme=scope.get("scheme", "ws"))
        if status != OK:
            await _refuse(status, scope, receive, send)
            return
        scope["rai.anonymous"] = not _all(headers, b"origin")
        if scope["rai.anonymous"]:
            scope["headers"] = [(k, v) for k, v in headers if k != b"cookie"]
        await self._inner(scope, receive, send)


def verdict(headers: Headers, *, scheme: str) -> int:
    """Return 200, 400 or 403 for a handshake that came over `scheme` (ws or wss)."""
    hosts, origins = _all(headers, b"host"), _all(headers, b"origin")
    if len(hosts) != 1 or len(origins) > 1:
        # Two of them: whoever reads the other one would judge another request.
        return BAD_REQUEST
    try:
        host = _parse_host(hosts[0])
        if host is None:
            return FORBIDDEN
        if origins and not _is_ours(_parse_origin(origins[0]), host, scheme):
            return FORBIDDEN
    except ValueError:
        return FORBIDDEN
    return OK


def _all(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _parse_host(raw: str) -> str | None:
    """Return `name[:port]` in lower case if we answer to that name."""
    name, _port = split_domain_port(raw)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return None
    return raw.lower()


def _parse_origin(raw: str) -> SplitResult:
    """
    Return an Origin's parts.

    Raises:
        ValueError: It is `null`, or not `scheme://host[:port]` and nothing else.
    """
    parts = urlsplit(raw)
    if parts.scheme not in DEFAULT_PORTS or raw != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("not an origin")
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an origin")
    return parts


def _is_ours(origin: SplitResult, host: str, scheme: str) -> bool:
    """Say whether a page of that origin is a page of ours, as the browser sees it."""
    if settings.BASE_URL and _place(origin) == _place(urlsplit(settings.BASE_URL)):
        return True
    # The address the page was asked for, in a browser that was let in by that name.
    own = urlsplit(f"{'https' if scheme == 'wss' else 'http'}://{host}")
    return _place(origin) == _place(own)


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return scheme, host and port; `parts.port` raises ValueError on nonsense."""
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        # Before accept, a close is a 403: the one refusal every server knows.
        await send({"type": "websocket.close", "code": 1008})
        return
    await send(
        {
            "type": "websocket.http.response.start",
            "status": status,
            "headers": [(b"content-length", b"0")],
        }
    )
    await send({"type": "websocket.http.response.body", "body": b""})
