"""How a room comes to be."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from chat import queries
from chat.actions.speaker import Speaker
from chat.core.frames import RoomChange
from chat.core.ids import RoomId
from chat.core.kinds import Kind
from chat.core.values import At
from chat.log.rooms import find_or_create
from chat.models import Change, Room, RoomHead
from tests.cast import say


def test_a_new_room_is_the_first_line_of_its_own_log(ana: Speaker) -> None:
    room, created = find_or_create("reunião", "Reunião", ana.person.id)

    line = Change.objects.get(room=room)
    head = RoomHead.objects.get(room=room)
    assert created
    assert (line.v, line.kind, line.obj_id) == (1, Kind.ROOM, room)
    assert (head.head, head.seq, head.tok) == (1, 0, line.tok)


def test_who_reads_it_from_the_start_gets_the_room_itself(ana: Speaker) -> None:
    room, _ = find_or_create("reunião", "Reunião", ana.person.id)

    page = queries.page(room, At(0, ""), 10)

    assert page is not None
    assert page.changes == [RoomChange(f"r{room}", "reunião", "Reunião", "", 1)]


def test_the_first_spelling_stays(ana: Speaker, bia: Speaker) -> None:
    first = find_or_create("reunião", "Reunião", ana.person.id)
    again = find_or_create("reunião", "REUNIÃO", bia.person.id)

    room = Room.objects.get()
    assert first == (room.pk, True)
    assert again == (room.pk, False)
    assert (room.shown, room.created_by_id) == ("Reunião", ana.person.id)


def test_two_who_come_first_at_once_get_one_room(ana: Speaker, bia: Speaker) -> None:
    rounds = 5
    together = threading.Barrier(2)

    def come(who: Speaker) -> list[tuple[RoomId, bool]]:
        made: list[tuple[RoomId, bool]] = []
        for number in range(rounds):
            together.wait()
            made.append(
                find_or_create(f"sala-{number}", who.person.name, who.person.id)
            )
        connection.close()
        return made

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(come, (ana, bia))

    assert [room for room, _ in one] == [room for room, _ in other]
    for (room, created), (_, also) in zip(one, other, strict=True):
        assert created != also
        assert Change.objects.filter(room=room).count() == 1
        assert say(room, ana).seq == 1
