"""Which worker serves a connection, read from /proc: the product does not tell."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tests.client import Socket
from tests.resuming import Client
from tests.services import Product

S = TypeVar("S", bound=Socket)

#: Connections to open, at most, until two workers hold one each.
TRIES = 60


def workers(product: Product) -> list[int]:
    """Return the process ids of the workers that serve."""
    children = Path(f"/proc/{product.pid}/task/{product.pid}/children")
    pids = [int(pid) for pid in children.read_text().split()]
    return [pid for pid in pids if _listens(pid, product.port)]


def worker_of(product: Product, socket: Socket | Client) -> int:
    """Return the process id of the worker behind a connection."""
    connection = socket.socket if isinstance(socket, Socket) else socket.connection
    assert connection is not None
    port: int = connection.local_address[1]
    for pid in workers(product):
        if f"socket:[{_inode(product.port, port)}]" in _files(pid):
            return pid
    raise LookupError(port)


async def one_on_each(
    product: Product, dial: Callable[[], Awaitable[S]]
) -> tuple[S, S]:
    """Dial until two connections are with two workers."""
    first = await dial()
    worker = worker_of(product, first)
    for _ in range(TRIES):
        second = await dial()
        if worker_of(product, second) != worker:
            return first, second
    raise AssertionError("one worker takes all connections")


async def spread(product: Product, clients: list[Client]) -> None:
    """Let clients reconnect until both workers have some."""
    for _ in range(TRIES):
        for client in clients:
            await client.ready()
        if len({worker_of(product, client) for client in clients}) > 1:
            return
        connects = clients[0].journal.connects
        clients[0].drop()
        await clients[0].until(lambda n=connects: clients[0].journal.connects > n)  # type: ignore[misc]
    raise AssertionError("one worker takes all connections")


async def replaced(product: Product, pid: int) -> None:
    """Wait until a worker is gone and there are two again."""
    async with asyncio.timeout(30):
        # Processes come and go without a word.
        while len(found := workers(product)) < 2 or pid in found:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _listens(pid: int, port: int) -> bool:
    inode = _inode(port, 0)
    return f"socket:[{inode}]" in _files(pid)


def _inode(local: int, remote: int) -> str:
    """Return the inode of a socket by its two ports, as /proc/net/tcp has it."""
    ends = (f":{local:04X}", f":{remote:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
            return fields[9]
    raise LookupError(ends)


def _files(pid: int) -> set[str]:
    found = set()
    # Processes end and close files while we look.
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry))
    return found
