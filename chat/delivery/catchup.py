"""
Catching up with the log: a listener that is behind its room, a room behind the log.

``bring`` is the algorithm that cannot miss and cannot double (docs/delivery.md,
"Subscribing"; every interleaving of it is explored in tests/delivery/test_model.py and
test_interleavings.py). Its order of steps is the proof; do not rearrange it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from chat.core.errors import NotFound
from chat.core.frames import Msg
from chat.core.ids import RoomId
from chat.core.ports import Store
from chat.core.values import At, Batch, Head, Page
from chat.delivery.crew import Crew
from chat.delivery.feed import Feed, Listener, Wire

#: Changes of one page of catching up.
PAGE = 200
#: A process that missed more than this does not stream it: its clients catch up.
MAX_FILL = 1000
#: A read that lags behind this process is tried again after this long (s).
STALE_WAIT_S = 0.05


@dataclass(slots=True)
class Counters:
    """What the hub has seen, for operators and tests."""

    gaps: int = 0
    fills: int = 0
    windows: int = 0
    ring_hits: int = 0
    lagged: int = 0
    future_cursors: int = 0


class CatchUp:
    """
    Reads of the log, and what they are read for.

    ``on_gone`` is called for a room that is no longer there, ``on_jump`` for one that
    has to go to another place without showing the way.
    """

    def __init__(
        self,
        store: Store,
        counters: Counters,
        crew: Crew,
        *,
        on_gone: Callable[[Feed], None],
        on_jump: Callable[[Feed, Head], None],
    ) -> None:
        self._store = store
        self._counters = counters
        self._crew = crew
        self._on_gone = on_gone
        self._on_jump = on_jump
        self._fills: dict[Feed, asyncio.Task[object]] = {}

    async def bring(
        self, feed: Feed, listener: Listener, since: At | None, window: int
    ) -> None:
        """
        Bring the listener from ``since`` (None: the newest messages) to live.

        Raises:
            NotFound: The room is gone.
        """
        if since is not None and self._serve_from_ring(feed, listener, since):
            return
        feed.register(listener)
        try:
            await self._read_up(feed, listener, since, window)
        except BaseException:
            feed.drop(listener)
            raise

    def chase(self, feed: Feed, v: int) -> asyncio.Task[object]:
        """Read what this process missed up to ``v``: once, however many ask."""
        feed.wanted = max(feed.wanted, v)
        running = self._fills.get(feed)
        if running is None:
            self._counters.fills += 1
            running = self._fills[feed] = self._crew.spawn(self._fill(feed))
        return running

    # The listener

    def _serve_from_ring(self, feed: Feed, listener: Listener, since: At) -> bool:
        tail = feed.tail(since)
        if tail is None:
            return False
        self._counters.ring_hits += 1
        here = Page(feed.room, since.v, since, Head(since, feed.seq), [])
        listener.write_page(here)
        for beat in tail:
            listener.write_beat(beat)
        feed.go_live(listener)
        return True

    async def _read_up(
        self, feed: Feed, listener: Listener, since: At | None, window: int
    ) -> None:
        at = since
        while True:
            page = await self._read(listener, feed.room, at, window)
            if page.head.at.v < min(listener.base, feed.at.v):
                # A read that is older than what was shown here must not be trusted.
                await asyncio.sleep(STALE_WAIT_S)
                continue
            if listener.has_left:
                return
            self._count(page, since)
            listener.write_page(page)
            at = page.to
            if not await listener.outlet.drained():
                feed.drop(listener)
                return
            if not page.more and await self._is_complete(feed, listener):
                break
        # No await from here: the pages end at ``at``, what was collected goes on.
        for beat in listener.collected():
            listener.write_beat(beat)
        feed.go_live(listener)

    async def _is_complete(self, feed: Feed, listener: Listener) -> bool:
        """Whether the pages and what was collected meanwhile meet without a hole."""
        if listener.at.v > feed.at.v and not await self._reach(feed, listener.at.v):
            return False
        if listener.overflow:
            feed.register(listener)
            return False
        if not feed.meets(listener) and not listener.has_left:
            # One of the two is of a history that was lost: the log has the word.
            await self._reach(feed, feed.at.v + 1)
            return False
        return True

    async def _reach(self, feed: Feed, v: int) -> bool:
        await asyncio.shield(self.chase(feed, v))
        return feed.at.v >= v

    async def _read(
        self, listener: Listener, room: RoomId, at: At | None, window: int
    ) -> Page:
        if at is None:
            page = await self._store.window(room, window)
        else:
            # The seed's wire has no window: what it missed comes message by message.
            whole = listener.wire is Wire.SEED
            page = await self._store.page(room, at, PAGE, whole=whole)
        if page is None:
            raise NotFound
        return page

    def _count(self, page: Page, since: At | None) -> None:
        if page.reset:
            self._counters.windows += 1
            if since is not None and since.v > page.head.at.v:
                self._counters.future_cursors += 1

    # The room

    async def _fill(self, feed: Feed) -> None:
        try:
            while feed.at.v < feed.wanted:
                wanted = feed.wanted
                since = feed.at
                page = await self._store.page(feed.room, since, PAGE)
                if page is None:
                    self._on_gone(feed)
                    return
                if page.reset or page.head.at.v - feed.at.v > MAX_FILL:
                    self._on_jump(feed, page.head)
                    return
                if page.to.v == page.start and feed.wanted == wanted:
                    # Nothing there, and nobody has heard of more since we looked.
                    return
                self._advance_by(feed, since, page)
                feed.wanted = max(feed.wanted, page.head.at.v)
            feed.unheard.caught_up(feed.seq)
        finally:
            feed.wanted = 0
            del self._fills[feed]

    def _advance_by(self, feed: Feed, since: At, page: Page) -> None:
        # The bell may have moved the room while the page was read; then the page's
        # start lies behind it and the next read goes on from where the room is.
        seq = max([feed.seq, *(c.seq for c in page.changes if isinstance(c, Msg))])
        batch = Batch(page.room, *since, *page.to, seq, page.changes)
        feed.advance(batch)
