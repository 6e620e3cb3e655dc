"""What the database holds, read behind the product's back."""

import sqlite3
from contextlib import closing

import psycopg

from tests.services import Product

TEXTS = """
SELECT m.body FROM chat_message m JOIN chat_room r ON r.id = m.room_id
WHERE r.slug = {} ORDER BY m.seq
"""


def texts(product: Product, slug: str) -> list[str]:
    """Return the texts of a room in their order; empty where one was deleted."""
    if url := product.environ.get("DATABASE_URL"):
        with psycopg.connect(url) as postgres:
            return [body for (body,) in postgres.execute(TEXTS.format("%s"), (slug,))]
    file = product.data_dir / "rai.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as sqlite:
        return [body for (body,) in sqlite.execute(TEXTS.format("?"), (slug,))]
