"""
``assert_fold``: old state + what an action told == fresh state.

Each action of the product goes through it. The state before is folded with what the
action made the hub write, and compared with the room as somebody sees it who comes
anew. The same must come out for everybody who comes back: from each earlier cursor,
in one page and in the smallest ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from chat import queries
from chat.core.fold import RoomState, fold_sync
from chat.core.frames import SyncPage
from chat.core.ids import RoomId, room_ref
from chat.core.kinds import Kind
from chat.core.values import At, Page
from chat.db import in_db
from chat.delivery.house import House
from chat.models import Change
from tests.delivery.clients import Client, visible

Action = Callable[[], Awaitable[object]]

#: More than any test writes.
ALL = 10_000
TINY_PAGES = (1, 2, 3)


class FoldCheck:
    """
    One room under watch: ``assert_fold = await FoldCheck.of(house, room)``.

    It remembers the room at every version it was at between two actions: the pasts
    from which somebody may come back.
    """

    def __init__(self, house: House, room: RoomId, client: Client) -> None:
        self._house = house
        self._room = room
        self._client = client
        self._pasts = [RoomState(), copied(client.state)]

    @classmethod
    async def of(cls, house: House, room: RoomId) -> FoldCheck:
        client = Client()
        await client.subscribe(house.hub, room, anew=True)
        return cls(house, room, client)

    async def __call__(self, action: Action) -> list[Kind]:
        """Run the action; return the kinds of change it made."""
        before = self._client.state.pos
        await action()
        fresh = await fresh_state(self._room)
        await self._client.reaches(fresh.pos)

        assert self._client.faults == []
        assert visible(self._client.state) == visible(fresh)
        for past in self._pasts:
            for limit in (ALL, *TINY_PAGES):
                back = await caught_up(self._room, copied(past), limit)
                assert visible(back) == visible(fresh), (past.pos, limit)
        self._pasts.append(copied(fresh))
        return await in_db(_kinds, self._room, before)


async def fresh_state(room: RoomId) -> RoomState:
    """The room as it is read by somebody who knows nothing of it."""
    page = await in_db(queries.window, room, ALL)
    assert page is not None
    return folded(RoomState(), page)


async def caught_up(room: RoomId, state: RoomState, limit: int) -> RoomState:
    """The state brought to the present, page by page."""
    while True:
        page = await in_db(queries.page, room, At(state.pos, state.tok), limit)
        assert page is not None
        assert not page.reset
        assert page.start == state.pos
        assert len(page.changes) <= limit
        folded(state, page)
        if not page.more:
            return state


def folded(state: RoomState, page: Page) -> RoomState:
    """Fold one page, as its frame would be."""
    frame = SyncPage(
        id=0,
        room=room_ref(page.room),
        mode="window" if page.reset else "delta",
        from_=page.start,
        to=page.to.v,
        tok=page.to.tok,
        c=page.changes,
        more=page.more,
    )
    fold_sync(state, frame)
    return state


def copied(state: RoomState) -> RoomState:
    """A state of its own; what it holds is frozen."""
    return replace(
        state,
        msgs=dict(state.msgs),
        members=dict(state.members),
        gone=dict(state.gone),
    )


def _kinds(room: RoomId, after: int) -> list[Kind]:
    rows = Change.objects.filter(room_id=room, v__gt=after).order_by("v")
    return [Kind(kind) for kind in rows.values_list("kind", flat=True)]
