"""
The statements of a commit, the same for SQLite and PostgreSQL.

Written out, not through the ORM: this is the path of every message, and a batch of
many rooms must cost as few round trips as a batch of one.
"""

# Only marks and our own constants are joined into statements; values are bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper

from chat.core.ids import MessageId, RoomId
from chat.core.values import Posted
from chat.log.draft import Draft, NewMessage, OpenRoom, digest

#: What we bind; nothing of a message ever stands in the text of a statement.
Value = int | str | None

#: How long a writer waits for another process's lock on the same room.
LOCK_TIMEOUT_MS = 2000


def begin(cursor: CursorWrapper) -> None:
    """
    What a fresh transaction needs before it takes locks.

    Acked means stored: a server that was told to commit without waiting for its disk
    waits for these transactions all the same. SQLite's connections are opened with
    ``synchronous=FULL`` (realtime.settings).
    """
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true),"
            " CASE WHEN current_setting('synchronous_commit') = 'off'"
            " THEN set_config('synchronous_commit', 'on', true) END",
            [str(LOCK_TIMEOUT_MS)],
        )


def lock_rooms(cursor: CursorWrapper, rooms: Iterable[int]) -> dict[RoomId, OpenRoom]:
    """
    Lock the heads, in order of id so that two processes cannot deadlock.

    NO KEY UPDATE leaves foreign keys to the room free to be checked meanwhile.
    """
    ids = sorted(rooms)
    # SQLite has taken the whole file's write lock with BEGIN IMMEDIATE.
    lock = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    cursor.execute(
        "SELECT room_id, head, seq, tok, last_at FROM chat_roomhead"
        f" WHERE room_id IN ({_marks(ids)}) ORDER BY room_id{lock}",
        ids,
    )
    return {
        RoomId(room): OpenRoom(
            RoomId(room), head, seq, tok, last_at, start=head, start_tok=tok
        )
        for room, head, seq, tok, last_at in cursor.fetchall()
    }


def spent_nonces(
    cursor: CursorWrapper, keys: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], tuple[str, Posted]]:
    """Sends of these authors and nonces that were stored before."""
    if not keys:
        return {}
    cursor.execute(
        "SELECT author_id, nonce, digest, room_id, message_id, seq, v, at"
        f" FROM chat_nonce WHERE (author_id, nonce) IN ({_pairs(keys)})",
        _flat(keys),
    )
    return {
        (author, nonce): (
            mark,
            Posted(RoomId(room), MessageId(message), seq, v, at, dup=True),
        )
        for author, nonce, mark, room, message, seq, v, at in cursor.fetchall()
    }


def enrolled(
    cursor: CursorWrapper, keys: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], str]:
    """Names under which these people are present members of these rooms."""
    if not keys:
        return {}
    cursor.execute(
        "SELECT room_id, user_id, name FROM chat_member"
        f" WHERE role IS NOT NULL AND (room_id, user_id) IN ({_pairs(keys)})",
        _flat(keys),
    )
    return {(room, user): name for room, user, name in cursor.fetchall()}


def insert_messages(
    cursor: CursorWrapper, posts: Sequence[NewMessage]
) -> dict[tuple[int, int], MessageId]:
    """Write the new messages; ids by (room, seq)."""
    rows: list[tuple[Value, ...]] = [
        (
            post.op.room,
            post.seq,
            post.v,
            post.at,
            post.op.author.id,
            post.op.author.by.name,
            post.op.nonce,
            post.op.body,
            post.op.reply_to,
        )
        for post in posts
    ]
    one = "(%s,%s,%s,%s,%s,%s,%s,%s,%s)"
    cursor.execute(
        "INSERT INTO chat_message"
        " (room_id, seq, v, at, author_id, author_name, nonce, body, reply_to)"
        f" VALUES {','.join([one] * len(rows))} RETURNING room_id, seq, id",
        _flat(rows),
    )
    return {(room, seq): MessageId(key) for room, seq, key in cursor.fetchall()}


def insert_nonces(
    cursor: CursorWrapper,
    posts: Sequence[NewMessage],
    ids: dict[tuple[int, int], MessageId],
) -> None:
    """Remember that these sends were stored."""
    cursor.executemany(
        "INSERT INTO chat_nonce"
        " (author_id, nonce, room_id, message_id, seq, v, at, digest)"
        " VALUES (%s,%s,%s,%s,%s,%s,%s,%s)",
        [
            (
                post.op.author.id,
                post.op.nonce,
                post.op.room,
                ids[post.op.room, post.seq],
                post.seq,
                post.v,
                post.at,
                digest(post.op.room, post.op.body),
            )
            for post in posts
        ],
    )


def write_log(cursor: CursorWrapper, draft: Draft) -> None:
    """The log's lines, the members, and the heads that moved."""
    cursor.executemany(
        "INSERT INTO chat_change (room_id, v, kind, obj_id, tok, at)"
        " VALUES (%s,%s,%s,%s,%s,%s)",
        draft.log_rows,
    )
    if draft.members:
        cursor.executemany(
            "INSERT INTO chat_member (room_id, user_id, name, role, joined_v, v)"
            " VALUES (%s,%s,%s,%s,%s,%s) ON CONFLICT (room_id, user_id) DO UPDATE"
            " SET name = excluded.name, role = excluded.role, v = excluded.v",
            [
                (room, user, name, role, v, v)
                for room, user, name, role, v in draft.members
            ],
        )
    cursor.executemany(
        "UPDATE chat_roomhead SET head=%s, seq=%s, tok=%s, last_at=%s WHERE room_id=%s",
        [
            (room.head, room.seq, room.tok, room.last_at, room.room)
            for room in draft.rooms.values()
            if room.changes
        ],
    )


def _marks(values: Sequence[object]) -> str:
    return ",".join(["%s"] * len(values))


def _pairs(keys: Sequence[object]) -> str:
    return "VALUES " + ",".join(["(%s,%s)"] * len(keys))


def _flat(rows: Iterable[Iterable[Value]]) -> list[Value]:
    return [value for row in rows for value in row]
