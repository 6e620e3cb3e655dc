"""
Natural group commit: a batch is what queued while the last commit ran. No timer.

An idle log commits a lone write at once; a busy one shares the price of the disk among
all that waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError

from chat import db
from chat.core.errors import Busy, ChatError, Internal, ReadOnly, UnknownOutcome
from chat.core.ops import Op
from chat.core.ports import CommitSink
from chat.core.values import Posted
from chat.log.commit import Outcome, commit

log = logging.getLogger(__name__)

#: Writes of one commit: enough to drown the disk's price, few enough to keep it short.
MAX_BATCH = 256
#: Writes that may wait for a lane; beyond, ``Busy`` at once.
MAX_WAITING = 10_000
#: A refused client comes back this much later (ms).
BUSY_RETRY_MS = 1000

Answer = Posted | int


@dataclass(slots=True)
class _Waiting:
    op: Op
    answer: asyncio.Future[Answer]


class Log:
    """
    The writing side of the log in one process.

    ``sink`` is called on the event loop after each commit, once a room; the writers
    have their answers by then.
    """

    def __init__(self, sink: CommitSink, lanes: int | None = None) -> None:
        self._sink = sink
        self._lanes = [_Lane(n, sink) for n in range(lanes or db.write_lanes())]

    def append(self, op: Op) -> asyncio.Future[Answer]:
        """
        Queue a write; writes of one room are stored in the order of these calls.

        The future has where a message stands, or the version of another change.
        It fails with a ChatError; ``retry`` there means: again with the same nonce.
        """
        return self._lanes[op.room % len(self._lanes)].append(op)

    async def settle(self) -> None:
        """Wait until all that was queued is answered."""
        for lane in self._lanes:
            await lane.idle.wait()


class _Lane:
    def __init__(self, number: int, sink: CommitSink) -> None:
        self._number = number
        self._sink = sink
        self._queue: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self.idle = asyncio.Event()
        self.idle.set()

    def append(self, op: Op) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if len(self._queue) >= MAX_WAITING:
            answer.set_exception(Busy(retry_ms=BUSY_RETRY_MS))
            return answer
        self._queue.append(_Waiting(op, answer))
        if self.idle.is_set():
            self.idle.clear()
            self._task = asyncio.create_task(self._run(), name=f"log-{self._number}")
        return answer

    async def _run(self) -> None:
        try:
            while self._queue:
                size = min(MAX_BATCH, len(self._queue))
                batch = [self._queue.popleft() for _ in range(size)]
                await self._commit(batch)
        finally:
            self._fail(list(self._queue), Internal())
            self._queue.clear()
            self.idle.set()

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            outcome = await self._submit(batch)
        except (OperationalError, InterfaceError) as error:
            self._give_up(batch, error)
        except DatabaseError:
            await self._commit_singly(batch)
        except Exception:
            log.exception("commit failed by a fault of ours writes=%s", len(batch))
            self._fail(batch, Internal())
        else:
            self._publish(batch, outcome)

    async def _submit(self, batch: list[_Waiting]) -> Outcome:
        ops = [waiting.op for waiting in batch]
        return await asyncio.wrap_future(db.submit_write(self._number, commit, ops))

    async def _commit_singly(self, batch: list[_Waiting]) -> None:
        # One write the tables refuse must not take its neighbours down.
        if len(batch) == 1:
            log.error("the log refused a write room=%s", batch[0].op.room)
            self._fail(batch, Internal())
        else:
            for waiting in batch:
                await self._commit([waiting])

    def _publish(self, batch: list[_Waiting], outcome: Outcome) -> None:
        # Writers first: an ack means stored, and their page settles before it repaints.
        for waiting, answer in zip(batch, outcome.answers, strict=True):
            if waiting.answer.cancelled():
                continue
            if isinstance(answer, ChatError):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
        for moved in outcome.batches:
            self._sink(moved)

    def _give_up(self, batch: list[_Waiting], error: Exception) -> None:
        log.warning(
            "commit failed writes=%s error=%s", len(batch), type(error).__name__
        )
        refusal = _refusal(error)
        self._fail(batch, refusal)
        # Nothing that queued behind may overtake what was just refused.
        queued = list(self._queue)
        self._queue.clear()
        self._fail(queued, Busy(retry_ms=BUSY_RETRY_MS))

    def _fail(self, batch: list[_Waiting], error: ChatError) -> None:
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)
                # Somebody who left need not look at it.
                waiting.answer.exception()


def _refusal(error: Exception) -> ChatError:
    text = str(error).lower()
    if "read-only" in text or "readonly" in text:
        return ReadOnly(retry_ms=BUSY_RETRY_MS)
    if "lock" in text:
        return Busy(retry_ms=BUSY_RETRY_MS)
    # The connection may have died inside COMMIT: stored or not, nobody knows here.
    return UnknownOutcome(retry_ms=BUSY_RETRY_MS)
