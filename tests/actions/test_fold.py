"""Every kind of change, told and read back, ends in the same room."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from django.db import transaction

from chat.actions.edit import delete, edit
from chat.actions.send import send
from chat.actions.speaker import Speaker
from chat.core.errors import ChatError, Forbidden
from chat.core.ids import MessageId, RoomId
from chat.core.kinds import Kind
from chat.core.ops import Describe, Enrol
from chat.core.values import Posted
from chat.db import in_writer
from chat.delivery.house import House
from chat.models import Change, Message, RoomHead
from tests.cast import new_nonce
from tests.fold_check import FoldCheck


@dataclass(frozen=True)
class Scene:
    """A room with somebody in it, under watch."""

    house: House
    room: RoomId
    ana: Speaker
    bia: Speaker
    assert_fold: FoldCheck

    async def say(self, who: Speaker, body: str = "oi") -> MessageId:
        posted = await send(self.house, who, self.room, nonce=new_nonce(), body=body)
        assert isinstance(posted, Posted)
        return posted.message


@pytest.fixture
async def scene(house: House, cozinha: RoomId, ana: Speaker, bia: Speaker) -> Scene:
    return Scene(house, cozinha, ana, bia, await FoldCheck.of(house, cozinha))


Story = Callable[[Scene], Awaitable[None]]


async def somebody_speaks(it: Scene) -> None:
    assert Kind.MESSAGE in await it.assert_fold(lambda: it.say(it.ana))
    assert await it.assert_fold(lambda: it.say(it.ana, "de novo")) == [Kind.MESSAGE]
    assert Kind.MESSAGE in await it.assert_fold(lambda: it.say(it.bia, "olá 🌙"))


async def many_speak_at_once(it: Scene) -> None:
    async def burst() -> None:
        sent = [
            send(it.house, who, it.room, nonce=new_nonce(), body=str(n))
            for n in range(20)
            for who in (it.ana, it.bia)
        ]
        for answer in sent:
            await answer

    kinds = await it.assert_fold(burst)
    assert kinds.count(Kind.MESSAGE) == 40


async def a_message_answers_another(it: Scene) -> None:
    first = await it.say(it.ana)

    async def answer() -> None:
        posted = send(
            it.house, it.bia, it.room, nonce=new_nonce(), body="sim", reply_to=first
        )
        await posted

    assert Kind.MESSAGE in await it.assert_fold(answer)


async def an_author_edits(it: Scene) -> None:
    first, second = await it.say(it.ana), await it.say(it.bia, "eu também")

    async def change(message: MessageId, who: Speaker, body: str) -> None:
        await edit(it.house, who, it.room, message, body=body)

    kinds = await it.assert_fold(lambda: change(first, it.ana, "oi!"))
    assert kinds[-1:] == [Kind.EDIT]
    assert await it.assert_fold(lambda: change(second, it.bia, "não")) == [Kind.EDIT]
    assert await it.assert_fold(lambda: change(first, it.ana, "oi?")) == [Kind.EDIT]
    assert await it.assert_fold(lambda: change(first, it.ana, "oi?")) == []


async def an_author_deletes(it: Scene) -> None:
    first, _second = await it.say(it.ana), await it.say(it.bia)

    async def take_back() -> None:
        await delete(it.house, it.ana, it.room, first)

    kinds = await it.assert_fold(take_back)
    assert kinds[-1:] == [Kind.DELETE]
    assert await it.assert_fold(take_back) == []


async def an_edited_message_is_deleted(it: Scene) -> None:
    first = await it.say(it.ana)

    async def both() -> None:
        changed = edit(it.house, it.ana, it.room, first, body="não era isso")
        gone = delete(it.house, it.ana, it.room, first)
        await changed
        await gone

    assert (await it.assert_fold(both))[-2:] == [Kind.EDIT, Kind.DELETE]


async def a_row_is_purged(it: Scene) -> None:
    first, _second = await it.say(it.ana), await it.say(it.bia)

    async def purge() -> None:
        v = await in_writer(_purge, it.room, first)
        it.house.hub.heard_head(it.room, v)

    assert (await it.assert_fold(purge))[-1:] == [Kind.DELETE]


async def a_room_is_described(it: Scene) -> None:
    async def describe(topic: str) -> None:
        await it.house.log.append(Describe(it.room, it.ana.author(), "Cozinha", topic))

    assert await it.assert_fold(lambda: describe("receitas")) == [Kind.ROOM]
    await it.say(it.ana)
    assert (await it.assert_fold(lambda: describe("louça")))[-1:] == [Kind.ROOM]
    assert await it.assert_fold(lambda: describe("louça")) == []


async def somebody_comes_is_renamed_and_leaves(it: Scene) -> None:
    async def enrol(who: Speaker, role: str | None) -> None:
        await it.house.log.append(Enrol(it.room, who.author(), role))

    renamed = replace(it.bia, person=replace(it.bia.person, name="Bia Maria"))
    assert await it.assert_fold(lambda: enrol(it.bia, "guest")) == [Kind.MEMBER]
    assert await it.assert_fold(lambda: enrol(renamed, "guest")) == [Kind.MEMBER]
    assert await it.assert_fold(lambda: enrol(renamed, None)) == [Kind.MEMBER]
    assert await it.assert_fold(lambda: enrol(it.ana, "guest")) == [Kind.MEMBER]


async def a_new_nickname_comes_with_the_next_message(it: Scene) -> None:
    renamed = replace(it.ana, person=replace(it.ana.person, name="Aninha"))
    await it.say(it.ana)

    kinds = await it.assert_fold(lambda: it.say(renamed, "mudei"))
    assert kinds[-2:] == [Kind.MEMBER, Kind.MESSAGE]


async def who_left_comes_back_by_speaking(it: Scene) -> None:
    await it.say(it.ana)

    async def leave() -> None:
        await it.house.log.append(Enrol(it.room, it.ana.author(), None))

    assert (await it.assert_fold(leave))[-1:] == [Kind.MEMBER]
    kinds = await it.assert_fold(lambda: it.say(it.ana))
    assert kinds == [Kind.MEMBER, Kind.MESSAGE]


async def a_refusal_changes_nothing(it: Scene) -> None:
    first = await it.say(it.ana)

    async def meddle() -> None:
        with pytest.raises(Forbidden):
            await edit(it.house, it.bia, it.room, first, body="hackeado")
        with pytest.raises(Forbidden):
            await delete(it.house, it.bia, it.room, first)
        with pytest.raises(ChatError):
            send(it.house, it.bia, it.room, nonce=new_nonce(), body=" ")

    await it.assert_fold(lambda: it.say(it.ana))
    assert await it.assert_fold(meddle) == []


#: What each kind's promise is tested by. A kind without a story fails below.
STORIES: dict[Kind, list[Story]] = {
    Kind.MESSAGE: [somebody_speaks, many_speak_at_once, a_message_answers_another],
    Kind.EDIT: [an_author_edits, an_edited_message_is_deleted],
    Kind.DELETE: [an_author_deletes, a_row_is_purged],
    Kind.ROOM: [a_room_is_described],
    Kind.MEMBER: [
        somebody_comes_is_renamed_and_leaves,
        a_new_nickname_comes_with_the_next_message,
        who_left_comes_back_by_speaking,
    ],
}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_change_has_a_story(kind: Kind) -> None:
    assert STORIES.get(kind)


@pytest.mark.parametrize(
    "story",
    [
        *(story for stories in STORIES.values() for story in stories),
        a_refusal_changes_nothing,
    ],
    ids=lambda story: story.__name__,
)
async def test_the_changes_of_an_action_add_up_to_the_fresh_room(
    story: Story, scene: Scene
) -> None:
    await story(scene)


def _purge(room: RoomId, message: MessageId) -> int:
    """What a retention job will do: the row goes, the log says that it went."""
    with transaction.atomic():
        head = RoomHead.objects.select_for_update().get(room_id=room)
        head.head, head.tok = head.head + 1, secrets.randbits(32)
        head.save()
        Change.objects.create(
            room_id=room,
            v=head.head,
            kind=Kind.DELETE,
            obj_id=message,
            tok=head.tok,
            at=head.last_at,
        )
        Message.objects.filter(pk=message).delete()
    return head.head
