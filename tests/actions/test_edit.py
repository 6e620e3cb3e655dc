"""Changing and taking back one's own message."""

from __future__ import annotations

import pytest

from chat import db
from chat.actions.edit import delete, edit
from chat.actions.speaker import Speaker
from chat.core.errors import BadFrame, EditConflict, Forbidden, Gone, NotFound
from chat.core.ids import MessageId, RoomId
from chat.delivery.house import House
from chat.models import Message
from tests.cast import say


async def test_an_edit_is_cleaned_like_a_message(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    posted = await db.in_writer(say, cozinha, ana)

    await edit(house, ana, cozinha, posted.message, body="a\r\nb\u0007")

    row = await db.in_db(Message.objects.get, pk=posted.message)
    assert row.body == "a\nb"


async def test_an_edit_to_nothing_is_refused_at_once(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    posted = await db.in_writer(say, cozinha, ana)

    with pytest.raises(BadFrame):
        edit(house, ana, cozinha, posted.message, body="  ")


async def test_anothers_message_is_out_of_reach(
    house: House, cozinha: RoomId, ana: Speaker, bia: Speaker
) -> None:
    posted = await db.in_writer(say, cozinha, ana)

    with pytest.raises(Forbidden):
        await edit(house, bia, cozinha, posted.message, body="hackeada")
    with pytest.raises(Forbidden):
        await delete(house, bia, cozinha, posted.message)


async def test_a_message_that_is_not_there_cannot_be_changed(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    with pytest.raises(NotFound):
        await edit(house, ana, cozinha, MessageId(10**9), body="oi")
    with pytest.raises(NotFound):
        await delete(house, ana, cozinha, MessageId(10**9))


async def test_two_tabs_that_edit_at_once_do_not_overwrite_each_other(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    posted = await db.in_writer(say, cozinha, ana)
    edits = [
        edit(house, ana, cozinha, posted.message, body=body, if_v=posted.v)
        for body in ("um", "dois")
    ]

    assert await edits[0] == posted.v + 1
    with pytest.raises(EditConflict):
        await edits[1]


async def test_what_was_taken_back_stays_so(
    house: House, cozinha: RoomId, ana: Speaker
) -> None:
    posted = await db.in_writer(say, cozinha, ana)
    v = await delete(house, ana, cozinha, posted.message)

    again = await delete(house, ana, cozinha, posted.message)
    with pytest.raises(Gone):
        await edit(house, ana, cozinha, posted.message, body="voltei")

    assert again == v
