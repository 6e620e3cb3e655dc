"""
The hub: rooms to the clients of this process.

What waits for the log is in ``catchup``; here is who listens to what, and what has been
heard.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from chat.core import codec_v1
from chat.core.errors import ChatError, NotFound
from chat.core.frames import By, End, Eph
from chat.core.ids import RoomId, room_ref
from chat.core.packets import Packet
from chat.core.ports import Doorbell, Store
from chat.core.values import At, Batch, Head
from chat.delivery.catchup import CatchUp, Counters
from chat.delivery.crew import Crew
from chat.delivery.feed import Feed, Listener, Wire
from chat.delivery.unheard import Unheard

log = logging.getLogger(__name__)

#: Messages in a window.
WINDOW = 50
#: Catching up that failed is tried again after this long (s).
RETRY_S = 0.5
#: Typing in a room is passed on to at most this many listeners.
TYPING_AUDIENCE = 100


@dataclass(slots=True)
class _Warming:
    """A room whose head is being read; what is heard meanwhile waits."""

    done: asyncio.Future[Feed | None]
    heard: list[Batch] = field(default_factory=list)
    v: int = 0


class Hub:
    """Where batches arrive and listeners are served. One a process, on one loop."""

    def __init__(self, store: Store, bell: Doorbell) -> None:
        self.counters = Counters()
        self._store = store
        self._bell = bell
        self._feeds: dict[RoomId, Feed] = {}
        self._warming: dict[RoomId, _Warming] = {}
        self._waiting: dict[str, dict[Listener, None]] = {}
        self._crew = Crew()
        self._catch_up = CatchUp(
            store,
            self.counters,
            self._crew,
            on_gone=self._end,
            on_jump=self._jump,
        )

    # What is heard: from our own log and from the bell. Never awaits.

    def heard(self, batch: Batch) -> None:
        """Some process committed this; deliver it, or find out what is missing."""
        warming = self._warming.get(batch.room)
        if warming is not None:
            warming.heard.append(batch)
            return
        feed = self._feeds.get(batch.room)
        if feed is not None and not feed.advance(batch):
            self.counters.gaps += 1
            # Beyond where we are, even if the batch is not: the log has the word.
            self._catch_up.chase(feed, max(batch.v, feed.at.v + 1))

    def heard_head(self, room: RoomId, v: int) -> None:
        """The room has reached ``v`` somewhere."""
        warming = self._warming.get(room)
        if warming is not None:
            warming.v = max(warming.v, v)
        feed = self._feeds.get(room)
        if feed is not None and v > feed.at.v:
            self._catch_up.chase(feed, v)

    def heard_born(self, slug: str, room: RoomId) -> None:
        """A room that somebody here waits for exists now."""
        for listener in self._waiting.pop(slug, {}):
            # All that this room will ever hold is new to them: they stand at 0.
            self._crew.spawn(self._resume(room, listener))
        self._crew.spawn(self._bell.forget_name(slug))

    def heard_typing(self, room: RoomId, by: By) -> None:
        """Pass it on, where the room is small enough for it to be of use."""
        feed = self._feeds.get(room)
        if feed is None or len(feed.live_v1) > TYPING_AUDIENCE:
            return
        packet = Packet(codec_v1.encode(Eph(room=room_ref(room), k="typing", by=by)))
        for listener in feed.live_v1:
            if not listener.outlet.is_lagging:
                listener.outlet.write(packet)

    # What clients ask.

    async def subscribe(
        self, room: RoomId, listener: Listener, since: At | None, window: int = WINDOW
    ) -> None:
        """
        Bring the listener from ``since`` (None: the newest messages) to live.

        Raises:
            NotFound: The room is not there.
        """
        listener.room = room
        feed = await self._warm(room)
        if feed is None:
            raise NotFound
        if listener.has_left:
            return
        await self._catch_up.bring(feed, listener, since, window)

    async def join_live(
        self, room: RoomId, listener: Listener, since: Head | None = None
    ) -> None:
        """
        Go live without any past: what the tutorial's clients expect.

        With ``since``, from where the room stood then.
        """
        if since is not None:
            listener.unheard = Unheard(since.seq)
            await self.subscribe(room, listener, since.at)
            return
        listener.room = room
        feed = await self._warm(room)
        if feed is None:
            raise NotFound
        listener.unheard = feed.unheard.copy()
        feed.go_live(listener)

    async def follow_head(self, room: RoomId, listener: Listener) -> None:
        """
        Tell the listener where the room stands, at most once a second.

        Raises:
            NotFound: The room is not there.
        """
        listener.room = room
        feed = await self._warm(room)
        if feed is None:
            raise NotFound
        feed.follow_head(listener)

    async def wait_for(self, slug: str, listener: Listener) -> None:
        """Serve the listener as soon as the room of this name is born."""
        if listener.has_left:
            return
        self._waiting.setdefault(slug, {})[listener] = None
        await self._bell.watch_name(slug)
        # It may have been born while we were not listening yet.
        for name, room in (await self._store.rooms_named([slug])).items():
            self.heard_born(name, room)

    def leave(self, listener: Listener) -> None:
        """Stop serving the listener, or waiting for its room; for good."""
        listener.has_left = True
        feed = self._feed_of(listener)
        if feed is not None:
            feed.drop(listener)
        if listener.name is not None:
            self._waiting.get(listener.name, {}).pop(listener, None)

    def lag(self, listener: Listener) -> None:
        """The client does not read: write no more, remember where it stands."""
        feed = self._feed_of(listener)
        if feed is not None and feed.hold(listener):
            self.counters.lagged += 1

    def unlag(self, listener: Listener) -> None:
        """The client reads again: bring it from where it stood to live."""
        feed = self._feed_of(listener)
        if feed is not None and listener in feed.live_head:
            # What moved meanwhile was not told; where the room stands says it all.
            feed.follow_head(listener)
        elif listener.is_held and listener.room is not None:
            listener.is_held = False
            self._crew.spawn(self._resume(listener.room, listener))

    def needs_fix(self, listener: Listener, pos: int) -> bool:
        """
        Whether a client that says it is at ``pos`` should ask for a ``sync``.

        Frames in flight are no error: what counts is where it stood at its last ping.
        """
        feed = self._feed_of(listener)
        if feed is None or not feed.is_live(listener):
            return False
        behind = pos < listener.mark or pos > feed.at.v
        listener.mark = feed.at.v
        return behind

    # What the sweeper asks.

    def warm_rooms(self) -> list[RoomId]:
        """Rooms that somebody here listens to."""
        return list(self._feeds)

    def waited_names(self) -> list[str]:
        """Names of rooms that somebody here waits for."""
        return list(self._waiting)

    async def sweep(self, rooms: list[RoomId]) -> None:
        """Compare these rooms with the log: the bound on every lost ring."""
        feeds = [self._feeds[room] for room in rooms if room in self._feeds]
        # Rooms go on while their heads are read: those are compared with where we
        # stood before, or each commit in between would look like a lost one.
        stood = [feed.at for feed in feeds]
        heads = await self._store.heads([feed.room for feed in feeds])
        for feed, at in zip(feeds, stood, strict=True):
            if self._feeds.get(feed.room) is feed:
                self._compare(feed, at, heads.get(feed.room))
        names = self.waited_names()
        if names:
            for name, room in (await self._store.rooms_named(names)).items():
                self.heard_born(name, room)

    async def cool(self) -> None:
        """Forget rooms that nobody here listens to."""
        idle = [room for room, feed in self._feeds.items() if feed.is_idle]
        unwanted = [slug for slug, waiting in self._waiting.items() if not waiting]
        # Dropped before the first await: somebody may come while the bell is told.
        for room in idle:
            del self._feeds[room]
        for slug in unwanted:
            del self._waiting[slug]
        for room in idle:
            if not self._is_wanted(room):
                await self._bell.leave(room)
        for slug in unwanted:
            if slug not in self._waiting:
                await self._bell.forget_name(slug)

    async def close(self) -> None:
        """Cancel what still runs."""
        await self._crew.end()
        # A task cancelled before its first step could not say that it gives up.
        for warming in self._warming.values():
            warming.done.cancel()

    # Below: how.

    def _is_wanted(self, room: RoomId) -> bool:
        return room in self._feeds or room in self._warming

    def _compare(self, feed: Feed, at: At, head: Head | None) -> None:
        if head is None:
            self._end(feed)
        elif head.at.v < at.v or (head.at.v == at.v and head.at.tok != at.tok):
            # The log is not the one we showed: it lost a suffix, or was restored.
            self._jump(feed, head)
        else:
            self.heard_head(feed.room, head.at.v)

    def _feed_of(self, listener: Listener) -> Feed | None:
        return None if listener.room is None else self._feeds.get(listener.room)

    async def _warm(self, room: RoomId) -> Feed | None:
        while (feed := self._feeds.get(room)) is None:
            warming = self._warming.get(room)
            if warming is None:
                warming = _Warming(asyncio.get_running_loop().create_future())
                self._warming[room] = warming
                self._crew.spawn(self._read_head(room, warming))
            # Asked again afterwards: idle rooms may have been forgotten meanwhile.
            if await asyncio.shield(warming.done) is None:
                return None
        return feed

    async def _read_head(self, room: RoomId, warming: _Warming) -> None:
        feed: Feed | None = None
        try:
            # Hear the room first, then read: what is committed in between is either
            # in the head or will ring.
            await self._bell.join(room)
            head = (await self._store.heads([room])).get(room)
            if head is None:
                await self._bell.leave(room)
            else:
                feed = self._feeds[room] = Feed(room, head)
            warming.done.set_result(feed)
        except BaseException as error:
            warming.done.set_exception(error)
            # Marked as seen: those who wait have it, and there may be none.
            warming.done.exception()
            self._crew.spawn(self._bell.leave(room))
            raise
        finally:
            del self._warming[room]
        for batch in warming.heard:
            self.heard(batch)
        self.heard_head(room, warming.v)

    def _jump(self, feed: Feed, head: Head) -> None:
        for listener in feed.jump(head):
            listener.is_held = False
            self._crew.spawn(self._resume(feed.room, listener))

    async def _resume(self, room: RoomId, listener: Listener) -> None:
        """Bring a listener from where it stands to live; nobody asks again for it."""
        while not (listener.has_left or listener.outlet.is_closed):
            try:
                await self.subscribe(room, listener, listener.at)
            except ChatError as error:
                self._write_end(room, listener, error)
            except Exception:
                # The client believes that it is served: it must not stay deaf because
                # the database was away for a moment.
                log.warning("catching up failed room=%s", room, exc_info=True)
                await asyncio.sleep(RETRY_S)
                continue
            return

    def _end(self, feed: Feed) -> None:
        self._feeds.pop(feed.room, None)
        for listener in [*feed.live_v1, *feed.live_head, *feed.pending]:
            self._write_end(feed.room, listener, NotFound())
        self._crew.spawn(self._bell.leave(feed.room))

    def _write_end(self, room: RoomId, listener: Listener, error: ChatError) -> None:
        if listener.wire is Wire.V1:
            end = End(room=room_ref(room), code=error.code.value)
            listener.outlet.write(Packet(codec_v1.encode(end)))
