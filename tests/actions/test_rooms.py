"""Rooms by name: found, or made for their first message."""

from __future__ import annotations

import asyncio

import pytest
from pytest_django import Settings

from chat import db
from chat.actions.rooms import find, find_or_make, named
from chat.actions.speaker import Speaker
from chat.core.errors import NotFound, RateLimited
from chat.core.ids import RoomId
from chat.delivery import house as houses
from chat.delivery.house import House
from chat.models import Room
from tests.delivery.clients import Client


async def test_every_spelling_finds_the_one_room(house: House, ana: Speaker) -> None:
    room = await find_or_make(house, ana, named("Reunião"))

    for spelling in ("reunião", "REUNIÃO", "reunia\u0303o", "reuni%C3%A3o"):
        assert await find_or_make(house, ana, named(spelling)) == room
        assert await find(named(spelling).slug) == room


async def test_a_name_that_can_be_no_room_is_not_found() -> None:
    for raw in ("", ".", "..", "a\u0000b", "x" * 81):
        with pytest.raises(NotFound):
            named(raw)


async def test_looking_for_a_room_makes_none(house: House) -> None:
    assert await find("porão") is None
    assert await db.in_db(Room.objects.count) == 0


async def test_those_who_waited_for_a_name_are_served_at_its_birth(
    house: House, ana: Speaker
) -> None:
    client = Client()
    client.listener.name = "reunião"
    await house.hub.wait_for("reunião", client.listener)

    await find_or_make(house, ana, named("Reunião"))
    await client.reaches(1)

    assert client.state.room is not None


async def test_many_who_come_first_make_one_room(
    house: House, ana: Speaker, bia: Speaker
) -> None:
    rooms = await asyncio.gather(
        *[find_or_make(house, who, named("sala")) for who in (ana, bia) * 5]
    )

    assert len(set(rooms)) == 1


async def test_one_person_makes_so_many_rooms_and_no_more(
    house: House, ana: Speaker, cozinha: RoomId, settings: Settings
) -> None:
    settings.RAI_LIMITS = True
    await houses.stop()
    guarded = await houses.start()

    for number in range(5):
        await find_or_make(guarded, ana, named(f"sala {number}"))
    with pytest.raises(RateLimited):
        await find_or_make(guarded, ana, named("mais uma"))

    assert await db.in_db(Room.objects.count) == 6
    assert await find_or_make(guarded, ana, named("cozinha")) == cozinha
