"""
What both sockets share: who comes in, how they are counted, how they leave.

The consumers are Channels consumers on the outside; inside, nothing of a message
passes through Channels' dispatch, a layer channel or a thread (docs/delivery.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, ClassVar, cast

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError, InterfaceError

from accounts import cookies, guests
from accounts.addresses import address_key
from accounts.people import Kind, Person
from chat.actions.speaker import Speaker
from chat.core.errors import ChatError, Close, Internal, UnknownOutcome
from chat.db import in_db
from chat.delivery import house as houses
from chat.delivery.feed import Wire
from chat.delivery.house import House
from chat.delivery.outlet import Outlet, Send, SendOutlet, TransportOutlet

log = logging.getLogger(__name__)


class Door(AsyncWebsocketConsumer):
    """
    One socket, from handshake to goodbye.

    Subclasses say what a text message means (``on_text``, synchronous) and what to
    do once somebody is in (``entered``) or gone (``left``).
    """

    #: Not configured on purpose: Channels then makes no channel for each connection.
    channel_layer_alias = "none"
    wire: ClassVar[Wire]
    subprotocol: ClassVar[str | None] = None

    house: House
    outlet: Outlet
    speaker: Speaker | None = None
    address = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the connection; the stock loop hops to a thread for every frame."""
        self.scope = scope
        self.base_send = send
        self._facts = cast("dict[str, Any]", scope)
        self._extensions: dict[str, Any] = self._facts.get("extensions") or {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_counted = self._is_seated = False
        try:
            while True:
                message = await receive()
                match message["type"]:
                    case "websocket.connect":
                        await self._connect()
                    case "websocket.receive":
                        self._receive(message)
                    case _:
                        return
        finally:
            await self.disconnect(None)

    async def connect(self) -> None:
        """Count, recognise and let in; or say why not, with a close code."""
        self.house = await houses.current()
        self.address = address_key((self._facts.get("client") or ("", 0))[0])
        if not self.house.turnstile.enter(self.address):
            await self._refuse_handshake(429, b"too many connections\n")
            return
        self._is_counted = True
        person = await self._recognise()
        self.speaker = None if person is None else Speaker(person, self.address)
        await self.prepare()
        await self.accept(self._agreed_subprotocol())
        self.outlet = self._open_outlet()
        self.house.opened(self.outlet, self.wire)
        if person is not None and not self._sit(person):
            await self.hang_up(Close.CONNECTION_LIMIT)
        elif self.house.is_draining:
            await self.hang_up(Close.DRAINING)
        else:
            await self.entered()

    async def disconnect(self, code: int | None) -> None:
        """Leave nothing behind: no task, no listener, no count."""
        for task in list(self._tasks):
            task.cancel()
        if hasattr(self, "outlet"):
            self.left()
            self.outlet.closed()
            self.house.closed(self.outlet)
        if self._is_counted:
            self._is_counted = False
            self.house.turnstile.leave(self.address)
        if self._is_seated and self.speaker is not None:
            self._is_seated = False
            self.house.turnstile.stand(self.speaker.person.id)

    async def prepare(self) -> None:
        """Do what must be done before the door opens."""

    async def entered(self) -> None:
        """Somebody is in."""

    def left(self) -> None:
        """They are gone."""

    def on_text(self, data: bytes | str) -> None:
        """One text message. Must not raise."""

    def on_binary(self) -> None:
        """One binary message; neither wire has any."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The handshake's headers."""
        return list(self._facts["headers"])

    @property
    def origin(self) -> str:
        """The page that the handshake says it comes from; empty for a program."""
        fields = {name.lower(): value for name, value in self.headers}
        return fields.get(b"origin", b"").decode("latin-1")

    def room_argument(self) -> str:
        """What the path says where the room's name stands."""
        return str(self._facts["url_route"]["kwargs"]["nome_sala"])

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something for this connection; it ends with the connection."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def hang_up(self, code: Close) -> None:
        """Close the socket with a code of ours."""
        await self.outlet.close(code)

    def sit_down(self, person: Person) -> None:
        """The connection has become somebody in the middle of it."""
        self.speaker = Speaker(person, self.address)
        self._sit(person)

    async def _connect(self) -> None:
        try:
            await self.connect()
        except (DatabaseError, InterfaceError) as error:
            as_chat_error(error)
            if hasattr(self, "outlet"):
                await self.hang_up(Close.INTERNAL)
            else:
                await self._refuse_handshake(503, b"not now\n")

    def _receive(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        if not hasattr(self, "outlet"):
            return
        if text is None:
            self.on_binary()
        else:
            self.on_text(text)

    def _sit(self, person: Person) -> bool:
        self._is_seated = self.house.turnstile.sit(
            person.id, is_guest=person.kind is Kind.GUEST
        )
        return self._is_seated

    async def _recognise(self) -> Person | None:
        # A script that sends no Origin might be any site's: it has no cookies here.
        if self._facts.get("rai.anonymous"):
            return None
        value = cookies.from_headers(self.headers)
        if value is None:
            return None
        return await in_db(guests.identify, value)

    def _agreed_subprotocol(self) -> str | None:
        offered = self._facts.get("subprotocols") or []
        return self.subprotocol if self.subprotocol in offered else None

    def _open_outlet(self) -> Outlet:
        send = cast("Send", self.base_send)
        transport = self._extensions.get("rai.transport")
        if transport is None:
            return SendOutlet(send)
        transport.take(self.on_text)
        return TransportOutlet(transport, send)

    async def _refuse_handshake(self, status: int, text: bytes) -> None:
        send = cast("Send", self.base_send)
        if "websocket.http.response" in self._extensions:
            start = "websocket.http.response.start"
            headers = [(b"retry-after", b"5"), (b"content-type", b"text/plain")]
            await send({"type": start, "status": status, "headers": headers})
            body = "websocket.http.response.body"
            await send({"type": body, "body": text})
        else:
            await self.close()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Nobody is left to answer; it says in the log what it was.
            as_chat_error(error)


def as_chat_error(error: BaseException) -> ChatError:
    """What a failure means to a client; anything unforeseen is a fault of ours."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, DatabaseError | InterfaceError):
        log.warning("the database failed error=%s", type(error).__name__)
        return UnknownOutcome(retry_ms=1000)
    log.error("request failed", exc_info=error)
    return Internal(retry_ms=5000)
