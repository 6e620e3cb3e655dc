"""Which names this server answers to: its public one, loopback, its own network."""

import socket
from urllib.parse import urlsplit

from realtime.options import Options

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

# Addresses set aside for documentation (RFC 5737, RFC 3849). Connecting a datagram
# socket sends nothing: it only makes the kernel choose the interface.
_FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def allowed(options: Options) -> list[str]:
    """
    Return Django's ALLOWED_HOSTS; never `*`, which invites DNS rebinding.

    With BASE_URL: that name, ALLOWED_HOSTS, and loopback for health checks. Without:
    also the addresses of this machine, so that a phone on the same network gets in.
    """
    names = [*options.allowed_hosts, *LOOPBACK]
    if options.base_url:
        names.insert(0, _hostname(options.base_url))
    else:
        names += own_addresses()
    return list(dict.fromkeys(names))


def own_addresses() -> list[str]:
    """Return this machine's addresses and name on its networks, as Host says them."""
    found = [socket.gethostname().lower()]
    for family, far in _FAR:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))
                address = probe.getsockname()[0]
        except OSError:
            continue
        found.append(f"[{address}]" if ":" in address else address)
    return found


def _hostname(base_url: str) -> str:
    name = urlsplit(base_url).hostname or ""
    return f"[{name}]" if ":" in name else name
