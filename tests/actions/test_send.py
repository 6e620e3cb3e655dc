"""Sending a message: what is refused at once, and what is stored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from chat import db
from chat.actions.rooms import named
from chat.actions.send import send, send_named
from chat.actions.speaker import Speaker
from chat.core.errors import BadFrame, Blocked, RateLimited, TooLarge
from chat.core.ids import MessageId, RoomId
from chat.core.values import Posted
from chat.delivery import house as houses
from chat.delivery.house import House
from chat.models import Message, Room
from tests.cast import new_nonce


async def test_a_resend_with_the_same_nonce_makes_one_message(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    """A phone that lost the ack sends again; the room must not show it twice."""
    first = await send(house, ana, cozinha, nonce="nonce-of-ana", body="oi")
    again = await send(house, ana, cozinha, nonce="nonce-of-ana", body="oi")

    assert isinstance(first, Posted)
    assert isinstance(again, Posted)
    assert (again.message, again.v, again.dup) == (first.message, first.v, True)


async def test_a_text_is_stored_as_it_was_cleaned(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    """The same text in another normal form is the same message."""
    nonce, apart = "nonce-of-ana", "ac\u0327a\u0303o"
    first = await send(house, ana, cozinha, nonce=nonce, body=apart)
    again = await send(house, ana, cozinha, nonce=nonce, body="ação")

    assert isinstance(again, Posted)
    assert isinstance(first, Posted)
    assert again.dup
    row = await db.in_db(Message.objects.get, pk=first.message)
    assert row.body == "ação"


@pytest.mark.parametrize("body", ["", " ", "\n\n", "\u200b", "\x00"])
async def test_nothing_is_no_message(
    house: House, cozinha: RoomId, ana: Speaker, body: str
) -> None:
    with pytest.raises(BadFrame):
        send(house, ana, cozinha, nonce=new_nonce(), body=body)


async def test_too_much_is_refused_before_it_is_queued(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    with pytest.raises(TooLarge):
        send(house, ana, cozinha, nonce=new_nonce(), body="á" * 4001)


async def test_an_answer_knows_its_question(
    house: House, cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    asked = await send(house, ana, cozinha, nonce=new_nonce(), body="que horas são?")
    assert isinstance(asked, Posted)

    told = await send(
        house, bia, cozinha, nonce=new_nonce(), body="nove", reply_to=asked.message
    )

    assert isinstance(told, Posted)
    row = await db.in_db(Message.objects.get, pk=told.message)
    assert MessageId(row.reply_to or 0) == asked.message


async def test_a_flood_of_one_person_is_slowed_down(
    house: House, cozinha: RoomId, ana: Speaker, settings: Settings
) -> None:
    settings.RAI_LIMITS = True
    await houses.stop()
    guarded = await houses.start()
    for _ in range(8):
        await send(guarded, ana, cozinha, nonce=new_nonce(), body="oi")

    with pytest.raises(RateLimited) as refused:
        send(guarded, ana, cozinha, nonce=new_nonce(), body="oi")

    assert refused.value.retry_ms


async def test_a_first_message_makes_its_room(house: House, ana: Speaker) -> None:
    room, answer = await send_named(
        house, ana, named("Reunião"), nonce="nonce-of-ana", body="primeira"
    )
    posted = await answer
    again, repeated = await send_named(
        house, ana, named("reunião"), nonce="nonce-of-ana", body="primeira"
    )

    assert isinstance(posted, Posted)
    assert (posted.room, posted.seq) == (room, 1)
    assert again == room
    assert await repeated == replace(posted, dup=True)


async def test_no_room_is_made_for_a_message_that_is_not_taken(
    house: House, ana: Speaker
) -> None:
    with pytest.raises(BadFrame):
        await send_named(house, ana, named("porão"), nonce=new_nonce(), body=" ")

    assert await db.in_db(Room.objects.count) == 0


async def test_a_message_that_lost_its_turn_is_not_stored(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    """While its room was looked up, an earlier message was sent back."""

    def lost() -> None:
        raise Blocked

    with pytest.raises(Blocked):
        await send_named(
            house, ana, named("cozinha"), nonce=new_nonce(), body="oi", check_turn=lost
        )

    await house.log.settle()
    assert await db.in_db(Message.objects.count) == 0
