"""The queue in front of the log: order, company, and what is answered when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from django.db import OperationalError, connections

from chat import db
from chat.actions.speaker import Speaker
from chat.core.errors import (
    Busy,
    ChatError,
    Internal,
    NonceConflict,
    ReadOnly,
    UnknownOutcome,
)
from chat.core.ids import RoomId
from chat.core.values import Batch, Posted
from chat.log import Log
from chat.log import append as append_module
from chat.models import Change, Message, RoomHead
from tests.cast import a_post, new_room, nobody


@pytest.fixture
def told() -> list[Batch]:
    """What the log told the delivery."""
    return []


@pytest.fixture
def log(database: None, told: list[Batch]) -> Log:
    return Log(told.append)


class Fault:
    """Makes the database fail where a transaction moves the heads."""

    def __init__(self) -> None:
        self.text = ""
        self.left = 0

    def arm(self, text: str, times: int = 1) -> None:
        self.text, self.left = text, times

    def __call__(
        self,
        execute: Callable[..., object],
        sql: str,
        params: object,
        many: bool,
        context: object,
    ) -> object:
        if self.left and "chat_roomhead" in sql and sql.startswith("UPDATE"):
            self.left -= 1
            raise OperationalError(self.text)
        return execute(sql, params, many, context)


@pytest.fixture
async def fault(log: Log) -> AsyncIterator[Fault]:
    """The database's way to fail, for the log's own threads."""
    wrapper = Fault()

    def install() -> None:
        connections["default"].execute_wrappers.append(wrapper)

    def remove() -> None:
        connections["default"].execute_wrappers.remove(wrapper)

    lanes = range(db.write_lanes())
    for lane in lanes:
        await asyncio.wrap_future(db.submit_write(lane, install))
    yield wrapper
    for lane in lanes:
        await asyncio.wrap_future(db.submit_write(lane, remove))


async def outcome(answer: asyncio.Future[Posted | int]) -> Posted | int | ChatError:
    """The answer, or the refusal."""
    try:
        return await answer
    except ChatError as refusal:
        return refusal


async def test_an_ack_means_stored(log: Log, cozinha: RoomId, ana: Speaker) -> None:
    posted = await log.append(a_post(cozinha, ana, "oi"))

    assert isinstance(posted, Posted)
    row = await db.in_db(Message.objects.get, pk=posted.message)
    assert (row.body, row.seq, row.v, row.at) == ("oi", posted.seq, posted.v, posted.at)


async def test_messages_of_one_caller_keep_their_order(
    log: Log, cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    answers = [
        log.append(a_post(cozinha, who, str(n)))
        for n in range(400)
        for who in (ana, bia)
    ]

    posted = [await answer for answer in answers]

    seqs = [p.seq for p in posted if isinstance(p, Posted)]
    assert seqs == list(range(1, 801))


async def test_what_waits_goes_together(
    log: Log, told: list[Batch], cozinha: RoomId, ana: Speaker
) -> None:
    """The first goes at once and alone; the others share the next commit."""
    first = log.append(a_post(cozinha, ana))
    await asyncio.sleep(0)
    rest = [log.append(a_post(cozinha, ana)) for _ in range(50)]
    await first
    for answer in rest:
        await answer

    assert [len(batch.changes) for batch in told] == [2, 50]


async def test_a_batch_has_a_bound(
    log: Log, told: list[Batch], cozinha: RoomId, ana: Speaker
) -> None:
    answers = [log.append(a_post(cozinha, ana)) for _ in range(600)]
    await asyncio.gather(*answers)

    assert max(len(batch.changes) for batch in told) <= append_module.MAX_BATCH + 1


async def test_the_sink_hears_every_version_once_in_order_and_after_the_ack(
    cozinha: RoomId, sala: RoomId, ana: Speaker
) -> None:
    heard: dict[RoomId, int] = {cozinha: 1, sala: 1}
    answers: list[asyncio.Future[Posted | int]] = []

    def sink(batch: Batch) -> None:
        assert batch.pv == heard[batch.room]
        heard[batch.room] = batch.v
        acked = [a.result() for a in answers if a.done()]
        seqs = {p.seq for p in acked if isinstance(p, Posted) and p.room == batch.room}
        assert batch.seq in seqs

    log = Log(sink)
    for n in range(300):
        answers.append(log.append(a_post((cozinha, sala)[n % 2], ana)))
    await asyncio.gather(*answers)
    await log.settle()

    assert heard == {cozinha: 152, sala: 152}


async def test_two_processes_that_write_the_same_rooms_leave_no_hole(
    cozinha: RoomId, sala: RoomId, ana: Speaker, bia: Speaker
) -> None:
    told: list[Batch] = []
    one, other = Log(told.append), Log(told.append)

    await asyncio.gather(
        *[
            log.append(a_post(room, who))
            for _ in range(50)
            for log, who in ((one, ana), (other, bia))
            for room in (cozinha, sala)
        ]
    )

    for room in (cozinha, sala):
        head = await db.in_db(RoomHead.objects.get, room=room)
        lines = (
            Change.objects.filter(room=room).order_by("v").values_list("v", flat=True)
        )
        assert await db.in_db(list, lines) == list(range(1, head.head + 1))
        heard = sorted((b.pv, b.v) for b in told if b.room == room)
        ends = [1, *(v for _pv, v in heard)]
        assert [pv for pv, _v in heard] == ends[:-1]
        assert head.seq == 100


async def test_one_bad_write_does_not_sink_its_neighbours(
    log: Log, told: list[Batch], cozinha: RoomId, ana: Speaker
) -> None:
    blocker = log.append(a_post(cozinha, ana))
    answers = [
        log.append(a_post(cozinha, ana, "um")),
        log.append(a_post(cozinha, nobody(ana), "fantasma")),
        log.append(a_post(cozinha, ana, "dois")),
    ]
    await blocker
    um, ghost, dois = [await outcome(answer) for answer in answers]

    assert isinstance(um, Posted)
    assert isinstance(ghost, Internal)
    assert isinstance(dois, Posted)
    assert dois.seq == um.seq + 1
    assert [batch.pv for batch in told[1:]] == [batch.v for batch in told[:-1]]


async def test_a_refusal_is_its_own_writers_alone(
    log: Log, cozinha: RoomId, ana: Speaker
) -> None:
    first = a_post(cozinha, ana, "oi", nonce="nonce-used-twice")
    second = a_post(cozinha, ana, "outra", nonce="nonce-used-twice")

    ok, conflict, last = [
        await outcome(answer)
        for answer in [log.append(op) for op in (first, second, a_post(cozinha, ana))]
    ]

    assert isinstance(ok, Posted)
    assert isinstance(conflict, NonceConflict)
    assert isinstance(last, Posted)
    assert last.seq == ok.seq + 1


async def test_when_the_connection_dies_nobody_is_told_that_it_failed(
    log: Log, fault: Fault, cozinha: RoomId, ana: Speaker
) -> None:
    """Stored or not, nobody knows: the same nonce again finds out."""
    post = a_post(cozinha, ana)
    fault.arm("server closed the connection unexpectedly")

    refused = await outcome(log.append(post))
    again = await outcome(log.append(post))

    assert isinstance(refused, UnknownOutcome)
    assert refused.retry
    assert isinstance(again, Posted)
    assert await db.in_db(Message.objects.count) == 1


async def test_nothing_that_waited_overtakes_what_was_refused(
    log: Log, fault: Fault, told: list[Batch], cozinha: RoomId, ana: Speaker
) -> None:
    fault.arm("server closed the connection unexpectedly")
    first = log.append(a_post(cozinha, ana, "um"))
    await asyncio.sleep(0)
    behind = [log.append(a_post(cozinha, ana, str(n))) for n in range(5)]

    refused = await outcome(first)
    others = [await outcome(answer) for answer in behind]

    assert isinstance(refused, UnknownOutcome)
    assert all(isinstance(answer, Busy) for answer in others)
    assert told == []
    await log.settle()
    assert await db.in_db(Message.objects.count) == 0


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("database is locked", Busy),
        ("canceling statement due to lock timeout", Busy),
        ("attempt to write a readonly database", ReadOnly),
        ("cannot execute UPDATE in a read-only transaction", ReadOnly),
        ("disk I/O error", UnknownOutcome),
    ],
)
async def test_what_a_failed_database_is_called(
    log: Log,
    fault: Fault,
    cozinha: RoomId,
    ana: Speaker,
    text: str,
    refusal: type[ChatError],
) -> None:
    fault.arm(text)

    answer = await outcome(log.append(a_post(cozinha, ana)))

    assert type(answer) is refusal
    assert answer.retry
    assert answer.retry_ms


async def test_a_full_queue_answers_busy_at_once(
    log: Log, monkeypatch: pytest.MonkeyPatch, cozinha: RoomId, ana: Speaker
) -> None:
    monkeypatch.setattr(append_module, "MAX_WAITING", 10)
    running = log.append(a_post(cozinha, ana))
    await asyncio.sleep(0)

    queued = [log.append(a_post(cozinha, ana)) for _ in range(10)]
    too_many = log.append(a_post(cozinha, ana))

    assert too_many.done()
    assert isinstance(too_many.exception(), Busy)
    await asyncio.gather(running, *queued)


async def test_a_writer_who_went_away_holds_nobody_back(
    log: Log, cozinha: RoomId, ana: Speaker
) -> None:
    gone, waiting = [log.append(a_post(cozinha, ana)) for _ in range(2)]
    gone.cancel()

    posted = await waiting

    assert isinstance(posted, Posted)
    assert posted.seq == 2, "what was queued is stored, whoever still asks"


async def test_settled_means_all_is_answered(
    log: Log, ana: Speaker, cozinha: RoomId
) -> None:
    rooms = [await db.in_writer(new_room, f"sala-{n}", ana) for n in range(6)]
    answers = [log.append(a_post(room, ana)) for room in rooms]

    await log.settle()

    assert all(answer.done() for answer in answers)


async def test_after_a_restart_a_resend_is_still_known(
    log: Log, cozinha: RoomId, ana: Speaker
) -> None:
    post = a_post(cozinha, ana)
    first = await log.append(post)

    await asyncio.to_thread(db.close_thread_connections)
    again = await Log(lambda _: None).append(post)

    assert isinstance(again, Posted)
    assert isinstance(first, Posted)
    assert (again.message, again.dup) == (first.message, True)
