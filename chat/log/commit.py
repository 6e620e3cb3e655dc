"""
One commit: many writes, many rooms, one transaction.

Steps 4 and 5 of the path of a message (docs/delivery.md). Runs on a writing thread.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from chat.core.errors import ChatError, NotFound
from chat.core.ops import Op, Post
from chat.core.values import Batch, Posted
from chat.log import sql
from chat.log.draft import Draft, NewMessage, enrolment_key
from chat.log.failpoints import reach
from chat.log.writes import apply, settle


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of a batch of writes.

    Attributes:
        answers: For each write, in order: where a message stands, the version of
            another change, or the refusal.
        batches: For each room that moved, what was added to it.
    """

    answers: list[Posted | int | ChatError]
    batches: list[Batch]


def commit(ops: Sequence[Op]) -> Outcome:
    """
    Apply the writes in order and commit them together.

    Once this returns, all that was not refused is on disk.

    Raises:
        django.db.Error: Nothing was stored, unless the connection died inside COMMIT.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        with connection.cursor() as cursor:
            sql.begin(cursor)
            draft = _open(cursor, ops)
            applied = [_apply(draft, op) for op in ops]
            answers = _write(cursor, draft, applied)
        reach("before_commit")
    reach("after_commit")
    moved = [room.batch() for room in draft.rooms.values() if room.changes]
    return Outcome(answers, moved)


_Applied = Posted | NewMessage | int | ChatError


def _open(cursor: CursorWrapper, ops: Sequence[Op]) -> Draft:
    rooms = sql.lock_rooms(cursor, {op.room for op in ops})
    posts = [op for op in ops if isinstance(op, Post)]
    return Draft(
        now=time.time_ns() // 1_000_000,
        rooms=rooms,
        # Under the lock no other process can be storing the same send.
        spent=sql.spent_nonces(cursor, [(op.author.id, op.nonce) for op in posts]),
        enrolled=sql.enrolled(
            cursor, sorted({enrolment_key(op.room, op.author) for op in posts})
        ),
    )


def _apply(draft: Draft, op: Op) -> _Applied:
    room = draft.rooms.get(op.room)
    if room is None:
        return NotFound()
    try:
        return apply(draft, room, op)
    except ChatError as refusal:
        return refusal


def _write(
    cursor: CursorWrapper, draft: Draft, applied: Sequence[_Applied]
) -> list[Posted | int | ChatError]:
    settled: dict[int, Posted] = {}
    if draft.posts:
        ids = sql.insert_messages(cursor, draft.posts)
        for post in draft.posts:
            key = ids[post.op.room, post.seq]
            settled[id(post)] = settle(post, key, draft)
        sql.insert_nonces(cursor, draft.posts, ids)
    if draft.log_rows:
        sql.write_log(cursor, draft)
    answers: list[Posted | int | ChatError] = []
    answered: set[int] = set()
    for result in applied:
        if isinstance(result, NewMessage):
            posted = settled[id(result)]
            # The same send twice in one batch: the second one is a repetition.
            answers.append(replace(posted, dup=id(result) in answered))
            answered.add(id(result))
        else:
            answers.append(result)
    return answers
