"""
The same requests over HTTP: for networks that block sockets, scripts, and tests.

``sync`` answers with the frames' own bodies and can wait for news; ``send`` stores one
message. Status codes are the twins of the wire's error codes.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from typing import Protocol

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import cookies, guests, tickets
from accounts.addresses import address_key
from chat import queries
from chat.actions import rooms
from chat.actions.send import send, send_named
from chat.actions.speaker import Speaker
from chat.conversation import stored
from chat.core import codec_v1, frames
from chat.core.errors import (
    HTTP_STATUS,
    AuthRequired,
    BadFrame,
    ChatError,
    NotFound,
)
from chat.core.ids import (
    RoomId,
    parse_message,
    parse_room,
    room_ref,
)
from chat.core.values import At, Page, Posted
from chat.db import in_db
from chat.delivery import house as houses
from chat.delivery.catchup import PAGE
from chat.delivery.feed import Listener, Wire
from chat.delivery.hub import WINDOW
from chat.delivery.mailbox import Mailbox
from chat.doors import as_chat_error
from chat.log.append import Answer
from chat.refusals import text_of

#: Longest wait for news in one request (s).
MAX_WAIT_S = 25.0


class _Body(msgspec.Struct):
    nonce: frames.Nonce
    body: str
    room: frames.Ref | None = None
    name: frames.Slug | None = None
    reply_to: frames.Ref | None = None


_body = msgspec.json.Decoder(_Body)


class _View(Protocol):
    async def __call__(self, request: HttpRequest) -> HttpResponse: ...


def _answers(view: _View) -> _View:
    """Turn refusals into answers."""

    @wraps(view)
    async def answering(request: HttpRequest) -> HttpResponse:
        try:
            return await view(request)
        # Whatever it is, a program gets an answer it can read.
        except Exception as error:  # noqa: BLE001
            return _refusal(as_chat_error(error))

    return answering


@require_GET
@never_cache
@_answers
async def sync(request: HttpRequest) -> HttpResponse:
    """
    ``GET /api/v1/sync?room=r7&since=12&tok=9f3a11c0&wait=25``: what came after.

    Without ``since`` the newest messages; with ``wait`` (seconds, at most 25) an
    answer without changes is held back until there are some.
    """
    room = parse_room(request.GET.get("room", ""))
    if room is None:
        raise NotFound
    since = _cursor(request)
    house = await houses.current()
    house.pace.read(None, _address(request))
    page = await _read(room, since)
    wait_s = _number(request, "wait", most=MAX_WAIT_S)
    if wait_s and since is not None and not page.changes and not page.reset:
        await _news(house, room, page.to, wait_s)
        page = await _read(room, page.to)
    return _json(
        frames.SyncPage(
            id=0,
            room=room_ref(room),
            mode="window" if page.reset else "delta",
            from_=page.start,
            to=page.to.v,
            tok=page.to.tok,
            c=page.changes,
            more=page.more,
        )
    )


@require_POST
@never_cache
@_answers
async def send_message(request: HttpRequest) -> HttpResponse:
    """``POST /api/v1/send``: the body of a ``send`` frame, answered as ``ok``."""
    if request.content_type != "application/json":
        raise BadFrame("application/json only")
    try:
        asked = _body.decode(request.body)
    except (ValueError, RecursionError) as error:
        raise BadFrame(str(error)) from None
    house = await houses.current()
    person = await in_db(guests.identify, cookies.from_request(request))
    if person is None:
        raise AuthRequired
    speaker = Speaker(person, _address(request))
    posted = await (await _queued(house, speaker, asked))
    if not isinstance(posted, Posted):
        raise NotFound
    return _json(stored(posted, 0, asked.nonce))


@require_POST
@never_cache
@_answers
async def ticket(request: HttpRequest) -> HttpResponse:
    """``POST /api/v1/ticket``: who one is, for a socket without cookies."""
    person = await in_db(guests.identify, cookies.from_request(request))
    if person is None:
        raise AuthRequired
    issued = tickets.issue(person, request.headers.get("Origin", ""))
    return JsonResponse({"ticket": issued, "ttl": tickets.MAX_AGE_S})


async def _queued(
    house: houses.House, speaker: Speaker, asked: _Body
) -> asyncio.Future[Answer]:
    if (asked.room is None) == (asked.name is None):
        raise BadFrame("give either room or name")
    nonce, body = asked.nonce, asked.body
    reply_to = None if asked.reply_to is None else parse_message(asked.reply_to)
    if asked.room is not None:
        room = parse_room(asked.room)
        if room is None:
            raise NotFound(asked.room)
        return send(house, speaker, room, nonce=nonce, body=body, reply_to=reply_to)
    name = rooms.named(asked.name or "")
    _new, answer = await send_named(
        house, speaker, name, nonce=nonce, body=body, reply_to=reply_to
    )
    return answer


async def _read(room: RoomId, since: At | None) -> Page:
    page = (
        await in_db(queries.window, room, WINDOW)
        if since is None
        else await in_db(queries.page, room, since, PAGE)
    )
    if page is None:
        raise NotFound
    return page


async def _news(house: houses.House, room: RoomId, since: At, wait_s: float) -> None:
    """Wait as a listener of the hub does, so that news is found the same way."""
    mailbox = Mailbox()
    listener = Listener(mailbox, Wire.V1)
    house.opened(mailbox, Wire.V1)
    try:
        await house.hub.subscribe(room, listener, since)
        if listener.at == since:
            mailbox.empty()
            await mailbox.arrived(wait_s)
    finally:
        house.hub.leave(listener)
        mailbox.closed()
        house.closed(mailbox)


def _cursor(request: HttpRequest) -> At | None:
    if "since" not in request.GET:
        return None
    return At(int(_number(request, "since", most=2**53)), request.GET.get("tok", ""))


def _number(request: HttpRequest, name: str, most: float) -> float:
    text = request.GET.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise BadFrame(name)
    return min(float(text), most)


def _address(request: HttpRequest) -> str:
    return address_key(str(request.META.get("REMOTE_ADDR", "")))


def _json(frame: frames.ServerFrame, status: int = 200) -> HttpResponse:
    body = codec_v1.encode(frame)
    return HttpResponse(body, status=status, content_type="application/json")


def _refusal(error: ChatError) -> HttpResponse:
    text = text_of(error, get_language() or "")
    response = _json(
        frames.Err(0, error.code.value, text, error.retry_ms),
        status=HTTP_STATUS[error.code],
    )
    if error.retry_ms is not None:
        response["Retry-After"] = str(-(-error.retry_ms // 1000))
    return response
