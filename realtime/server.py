"""Serves the application: one listening socket, one process or several."""

import contextlib
import errno
import resource
import socket
import sys
from collections.abc import Sequence
from typing import Protocol

from realtime.guards import USER_TIMEOUT_MS, Guards
from realtime.process import DRAIN_HOOK, RaiConfig, RaiServer
from realtime.protocols import RaiHttp, RaiWebSocket
from realtime.scopes import Application
from realtime.values import Network
from realtime.workers import Workers

APPLICATION = "realtime.routing:application"
BACKLOG = 2048
MESSAGE_BYTES = 64 * 1024
EXIT_BAD_ADDRESS = 2


class ServerOptions(Protocol):
    """The options this module reads."""

    @property
    def host(self) -> str:
        """Address or name to listen on."""
        ...

    @property
    def port(self) -> int:
        """TCP port; 0 takes a free one."""
        ...

    @property
    def workers(self) -> int:
        """How many processes serve."""
        ...

    @property
    def limits(self) -> bool:
        """False lifts the rate of frames, for load tests."""
        ...

    @property
    def trusted_proxies(self) -> Sequence[Network]:
        """Whose X-Forwarded-* headers are believed."""
        ...


def serve(
    options: ServerOptions,
    *,
    application: str = APPLICATION,
    drain_hook: tuple[str, str] = DRAIN_HOOK,
) -> int:
    """
    Serve until a signal; return the exit code of the process.

    0 after draining, 1 if somebody was in haste, 2 if the address cannot be listened
    on, 3 if the application could not start. Prints the address once it serves.
    """
    raise_file_limit()
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        say(refusal(options.host, options.port, error), error=True)
        return EXIT_BAD_ADDRESS
    config = configure(options, application)
    config.drain_hook = drain_hook
    try:
        if options.workers > 1:
            return Workers(config, listener).serve(announce)
        return RaiServer(config, announce).serve_on(listener)
    finally:
        listener.close()


def configure(options: ServerOptions, application: str | Application) -> RaiConfig:
    """Return uvicorn's configuration for our options; logging is left to Django."""
    config = RaiConfig(
        application,
        host=options.host,
        port=options.port,
        workers=options.workers,
        loop="uvloop",
        http=RaiHttp,
        ws=RaiWebSocket,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        # Its `*` believes the left-most, spoofable hop; see realtime.proxies.
        proxy_headers=False,
        backlog=BACKLOG,
    )
    config.guards = Guards() if options.limits else Guards(frames=None)
    config.proxies = tuple(options.trusted_proxies)
    return config


def raise_file_limit() -> None:
    """Let this process hold as many sockets as the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listen(host: str, port: int) -> socket.socket:
    """
    Return a listening socket; `::` takes IPv4 too, a name its IPv4 address first.

    From here on connections wait in the backlog, also while the application starts.

    Raises:
        OSError: The address is taken, not ours, or unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # `localhost` names ::1 first, where a browser asked for 127.0.0.1 finds nobody.
    family = min(family for family, *_ in found)
    dual = host == "::" and socket.has_dualstack_ipv6()
    listener = socket.create_server(
        (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=dual
    )
    with contextlib.suppress(AttributeError, OSError):
        # What is accepted inherits it.
        listener.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS
        )
    listener.set_inheritable(True)
    return listener


def announce(listener: socket.socket) -> None:
    """Print what to type into a browser."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - read, not bound
        host = "127.0.0.1"
    say(
        f"Rai Chat: http://[{host}]:{port}"
        if ":" in host
        else f"Rai Chat: http://{host}:{port}"
    )


def refusal(host: str, port: int, error: OSError) -> str:
    """Return one line on why the address cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return f"rai: PORT: {host}:{port} is in use by another program"
    if error.errno == errno.EACCES:
        return f"rai: PORT: {host}:{port} needs more rights; try one above 1023"
    return f"rai: HOST: cannot listen on {host}:{port} ({error.strerror or error})"


def say(line: str, *, error: bool = False) -> None:
    """Print one line to the terminal, at once."""
    print(line, file=sys.stderr if error else sys.stdout, flush=True)
