"""Products that may be killed, and the truth about them from their databases."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.client import Guest, join
from tests.resuming import Client
from tests.services import Postgres, Product, Redis

_numbers = count(1)

QUERY = (
    "SELECT m.nonce, m.body, m.seq FROM chat_message m JOIN chat_room r"
    " ON r.id = m.room_id WHERE r.slug = %s ORDER BY m.seq"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A stored message."""

    nonce: str
    body: str
    seq: int


def stored(product: Product, room: str) -> list[Row]:
    """What the database holds of a room, read behind the product's back."""
    url = product.environ.get("DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            rows = connection.execute(QUERY, [room]).fetchall()
    else:
        path = Path(product.environ["DATA_DIR"]) / "rai.sqlite3"
        with sqlite3.connect(path) as database:
            rows = database.execute(QUERY.replace("%s", "?"), [room]).fetchall()
        database.close()
    return [Row(*row) for row in rows]


def verdict(product: Product, room: str, clients: list[Client]) -> None:
    """
    Lost 0, twice 0, out of order 0: every journal against the database.

    Each client must have settled, and show all that is stored.
    """
    rows = stored(product, room)
    nonces = [row.nonce for row in rows]
    bodies = [row.body for row in rows]
    assert len(set(nonces)) == len(nonces), "stored twice"
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    for client in clients:
        journal = client.journal
        assert client.shown(room) == bodies
        assert set(journal.sent) <= set(nonces), "written, never stored"
        assert set(journal.acked) <= set(nonces), "acked, not stored"
        mine = [nonce for nonce in nonces if nonce in journal.sent]
        assert mine == list(journal.sent), "stored out of order"
        seqs = [message.seq for message in journal.seen[room]]
        assert seqs == sorted(set(seqs)), "seen twice or out of order"
        assert journal.refused == {}


async def people(product: Product, how_many: int) -> list[Guest]:
    """So many people with a nickname each."""
    names = (f"Pessoa {next(_numbers)}" for _ in range(how_many))
    return list(await asyncio.gather(*(join(product.url, name) for name in names)))


@dataclass(slots=True)
class Town:
    """Two workers of the product with PostgreSQL and Redis of their own."""

    product: Product
    postgres: Postgres
    redis: Redis


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town for the tests of one module; each must leave it whole."""
    postgres, redis = Postgres(), Redis()
    product = Product(
        tmp_path_factory.mktemp("town") / "data",
        {"WEB_CONCURRENCY": "2", "LIMITS": "off", "LOG_LEVEL": "info"},
    )
    try:
        postgres.start()
        redis.start()
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE town")
        url = urlsplit(postgres.url)._replace(path="/town").geturl()
        product.environ |= {"DATABASE_URL": url, "REDIS_URL": redis.url}
        yield Town(product.start(), postgres, redis)
    finally:
        product.kill9()
        redis.kill9()
        postgres.remove()
