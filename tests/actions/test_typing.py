"""Typing: told to those who are there, now and then, and never stored."""

from __future__ import annotations

from pytest_django import Settings

from chat.actions.speaker import Speaker
from chat.actions.typing import typing
from chat.core.frames import Eph
from chat.core.ids import RoomId
from chat.delivery import house as houses
from chat.delivery.house import House
from tests.delivery.clients import Client


async def test_the_room_sees_who_types(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    client = Client()
    await client.subscribe(house.hub, cozinha, anew=True)
    before = client.state.pos

    typing(house, ana, cozinha)

    assert client.all_of(Eph) == [Eph(room=f"r{cozinha}", k="typing", by=ana.by())]
    assert client.state.pos == before


async def test_who_never_stops_typing_is_told_of_now_and_then(
    house: House, cozinha: RoomId, ana: Speaker, settings: Settings
) -> None:
    settings.RAI_LIMITS = True
    await houses.stop()
    guarded = await houses.start()
    client = Client()
    await client.subscribe(guarded.hub, cozinha, anew=True)

    for _ in range(50):
        typing(guarded, ana, cozinha)

    assert len(client.all_of(Eph)) == 2
