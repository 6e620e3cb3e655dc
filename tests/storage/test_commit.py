"""One commit: versions without holes, one price for many writes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from chat.actions.speaker import Speaker
from chat.core.ids import RoomId
from chat.core.ops import Op
from chat.log import commit, sql
from chat.models import Change, Message, Nonce, RoomHead
from tests.cast import a_post, new_room, nobody, say

#: BEGIN, lock, nonces, members, messages, spent nonces, log, heads, COMMIT; on
#: PostgreSQL also the lock's timeout.
STATEMENTS = 9
POSTGRES_STATEMENTS = STATEMENTS + 1


def statements(*ops: Op) -> int:
    """How many statements a commit takes."""
    with CaptureQueriesContext(connection) as captured:
        commit(ops)
    return len(captured)


def test_a_message_takes_a_fixed_number_of_statements(
    cozinha: RoomId, ana: Speaker
) -> None:
    say(cozinha, ana)

    taken = statements(a_post(cozinha, ana))

    postgres = connection.vendor == "postgresql"
    assert taken == (POSTGRES_STATEMENTS if postgres else STATEMENTS)


def test_a_full_batch_of_many_rooms_takes_no_more_than_one_message(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    rooms = [cozinha, *(new_room(f"sala-{n}", ana) for n in range(5))]
    people = (ana, bia)
    for room in rooms:
        commit([a_post(room, who) for who in people])

    one = statements(a_post(cozinha, ana))
    many = statements(
        *[a_post(room, who) for room in rooms for who in people for _ in range(20)]
    )

    assert many == one


def test_what_is_refused_writes_nothing(cozinha: RoomId, ana: Speaker) -> None:
    post = a_post(cozinha, ana)
    commit([post])

    with CaptureQueriesContext(connection) as captured:
        commit([post])

    verbs = {query["sql"].split()[0] for query in captured}
    assert not verbs & {"INSERT", "UPDATE", "DELETE"}


def test_a_failed_commit_leaves_no_trace(cozinha: RoomId, ana: Speaker) -> None:
    """Versions come from the row that rolls back with all the rest: no holes."""
    before = say(cozinha, ana)

    with pytest.raises(DatabaseError):
        commit([a_post(cozinha, ana), a_post(cozinha, nobody(ana))])
    after = say(cozinha, ana)

    assert (after.v, after.seq) == (before.v + 1, before.seq + 1)


def test_threads_that_write_one_room_leave_no_hole(
    cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    writers, each = 4, 10
    together = threading.Barrier(writers)

    def write(number: int) -> None:
        together.wait()
        for n in range(each):
            commit([a_post(cozinha, (ana, bia)[n % 2], f"{number}/{n}")])
        connection.close()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))

    head = RoomHead.objects.get(room=cozinha)
    versions = Change.objects.filter(room=cozinha).order_by("v")
    assert list(versions.values_list("v", flat=True)) == list(range(1, head.head + 1))
    seqs = Message.objects.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, writers * each + 1))
    assert head.seq == writers * each


def test_threads_that_write_the_same_send_store_it_once(
    cozinha: RoomId, sala: RoomId, ana: Speaker
) -> None:
    """Two workers get the same retry at once: one stores it, both answer alike."""
    posts = [a_post(cozinha, ana, nonce=f"nonce-both-{n:03}") for n in range(10)]
    together = threading.Barrier(2)

    def write(_: int) -> list[int]:
        together.wait()
        answers = [commit([post]).answers[0] for post in posts]
        connection.close()
        return [answer.v for answer in answers]  # type: ignore[union-attr]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(write, range(2))

    assert one == other
    assert Message.objects.count() == Nonce.objects.count() == len(posts)


def test_times_of_a_room_never_go_back(cozinha: RoomId, ana: Speaker) -> None:
    """A clock that was set back must not make a message older than the one before."""
    RoomHead.objects.filter(room=cozinha).update(last_at=4_000_000_000_000)

    first, second = say(cozinha, ana), say(cozinha, ana)

    assert first.at == second.at == 4_000_000_000_000


def test_rooms_are_locked_in_one_order_whatever_the_batch(
    cozinha: RoomId, sala: RoomId, ana: Speaker
) -> None:
    """Two processes that lock two rooms the other way round would wait for ever."""
    with connection.cursor() as cursor:
        locked = [*sql.lock_rooms(cursor, {sala, cozinha})]

    assert locked == sorted([sala, cozinha])
