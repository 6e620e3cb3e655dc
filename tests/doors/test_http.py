"""`sync` and `send` over HTTP: the same answers, for networks that block sockets."""

import asyncio
import json

import msgspec
import pytest

from chat.core.fold import RoomState, fold_ev, fold_sync
from chat.core.frames import Delete, Edit, Err, Ev, Msg, Ok, SyncPage
from tests.client import Guest, Reply, Visit, get, nonce, post


async def sync(visit: Visit, room: str | None, query: str = "") -> SyncPage:
    frame = (await get(f"{visit.url}/api/v1/sync?room={room}{query}")).frame()
    assert isinstance(frame, SyncPage)
    return frame


async def send(visit: Visit, guest: Guest | None, **body: str) -> Reply:
    body.setdefault("nonce", nonce())
    return await post(f"{visit.url}/api/v1/send", body, guest)


def code(reply: Reply) -> str:
    frame = reply.frame()
    assert isinstance(frame, Err)
    return frame.code


async def test_a_message_goes_out_and_comes_back_without_any_socket(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    stored = (await send(visit, ana, name=cozinha, body="oi")).frame()

    assert isinstance(stored, Ok)
    page = await sync(visit, stored.room)
    [message] = [c for c in page.c if isinstance(c, Msg)]
    assert (page.mode, message.body, message.by.id) == ("window", "oi", ana.id)
    assert stored.m is not None
    assert (message.id, message.seq, message.v) == (
        stored.m.id,
        stored.m.seq,
        stored.m.v,
    )


async def test_a_send_over_http_reaches_the_sockets_and_the_other_way_round(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    line = await visit.line(bia)
    room = (await line.send(name=cozinha, body="um")).room
    page = await line.sub(room)

    assert (await send(visit, ana, room=page.room, body="dois")).status == 200
    ev = await line.take(Ev)
    waiting = asyncio.create_task(
        sync(visit, room, f"&since={ev.v}&tok={ev.tok}&wait=10")
    )
    await line.send(room=room, body="três")

    assert [c.body for c in ev.c if isinstance(c, Msg)] == ["dois"]
    assert [c.body for c in (await waiting).c if isinstance(c, Msg)] == ["três"]


async def test_a_long_poll_without_news_ends_by_itself(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    stored = (await send(visit, ana, name=cozinha, body="oi")).frame()
    assert isinstance(stored, Ok)
    page = await sync(visit, stored.room)

    again = await sync(visit, page.room, f"&since={page.to}&tok={page.tok}&wait=1")

    assert (again.mode, again.c, again.to) == ("delta", [], page.to)


async def test_two_resends_over_two_roads_make_one_message(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """A network that swallows the answer may be left for the other road."""
    same = nonce()
    line = await visit.line(ana)
    first = await line.send(name=cozinha, body="oi", nonce=same)

    again = (await send(visit, ana, name=cozinha, body="oi", nonce=same)).frame()

    assert isinstance(again, Ok)
    assert again.dup
    assert again.m == first.m


async def test_the_same_story_ends_the_same_over_both_roads(
    visit: Visit, ana: Guest, bia: Guest, cozinha: str
) -> None:
    """A room folded from a socket, from long polls, and read fresh: three times one."""
    teller = await visit.line(ana)
    room = (await teller.send(name=cozinha, body="0")).room
    assert room is not None
    listener = await visit.line(bia)
    by_socket, by_http = RoomState(), RoomState()
    fold_sync(by_socket, await listener.sub(room))
    fold_sync(by_http, await sync(visit, room))

    for number in range(1, 40):
        sent = (await teller.send(room=room, body=str(number))).m
        assert sent is not None
        if number % 3 == 0:
            body = f"{number}, isto é"
            await teller.ask(Edit(id=teller.id(), room=room, m=sent.id, body=body))
        if number % 5 == 0:
            await teller.ask(Delete(id=teller.id(), room=room, m=sent.id))
        if number % 7 == 0:
            await send(visit, bia, room=room, body=f"bia {number}")
            at = f"&since={by_http.pos}&tok={by_http.tok}"
            fold_sync(by_http, await sync(visit, room, at))
    at = f"&since={by_http.pos}&tok={by_http.tok}"
    fold_sync(by_http, await sync(visit, room, at))
    while by_socket.pos < by_http.pos:
        assert fold_ev(by_socket, await listener.take(Ev))

    fresh = RoomState()
    fold_sync(fresh, await sync(visit, room))
    assert by_socket.msgs == by_http.msgs == fresh.msgs
    assert by_socket.members == by_http.members == fresh.members
    assert by_socket.pos == by_http.pos == fresh.pos
    assert by_socket.tok == by_http.tok == fresh.tok


async def test_a_form_of_another_site_cannot_send(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """It would come with our cookie, but it cannot read our token (CSRF)."""
    body = {"name": cozinha, "nonce": nonce(), "body": "oi"}
    url = f"{visit.url}/api/v1/send"

    without = await post(url, body, ana, csrf="")
    other = await post(url, body, ana, csrf="d" * 32)
    foreign = await post(url, body, ana, Origin="http://evil.example")

    assert [r.status for r in (without, other, foreign)] == [403, 403, 403]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", ""]
)
async def test_only_json_is_a_send(
    visit: Visit, ana: Guest, cozinha: str, content_type: str
) -> None:
    """A form of another site cannot make that type without asking us first."""
    body = {"name": cozinha, "nonce": nonce(), "body": "oi"}

    reply = await post(f"{visit.url}/api/v1/send", body, ana, content_type=content_type)

    assert (reply.status, code(reply)) == (400, "bad_frame")


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b"oi", 400, "bad_frame"),
        (b"", 400, "bad_frame"),
        (b"[" * 50_000, 400, "bad_frame"),
        (b'{"nonce":"12345678","body":"oi"}', 400, "bad_frame"),
        (b'{"nonce":"x","body":"oi","room":"r1"}', 400, "bad_frame"),
        (b'{"nonce":"12345678","body":7,"room":"r1"}', 400, "bad_frame"),
        (b'{"nonce":"12345678","body":"\xff","room":"r1"}', 400, "bad_frame"),
        (b'{"nonce":"12345678","body":"oi","room":"r999999999"}', 404, "not_found"),
        (b'{"nonce":"12345678","body":"oi","room":"x"}', 404, "not_found"),
        (b'{"nonce":"12345678","body":"oi","name":"a/b"}', 404, "not_found"),
        (b'{"nonce":"12345678","body":" ","name":"sala"}', 400, "bad_frame"),
        (
            b'{"nonce":"12345678","name":"sala","body":"' + b"x" * 5000 + b'"}',
            413,
            "too_large",
        ),
    ],
)
async def test_a_bad_send_gets_the_twin_of_the_sockets_answer(
    visit: Visit, ana: Guest, body: bytes, status: int, expected: str
) -> None:
    reply = await post(f"{visit.url}/api/v1/send", body, ana)

    assert (reply.status, code(reply)) == (status, expected)


async def test_nobody_is_asked_for_a_nickname_first(visit: Visit, cozinha: str) -> None:
    reply = await send(visit, None, name=cozinha, body="oi")

    assert (reply.status, code(reply)) == (401, "auth_required")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("room=r999999999", 404),
        ("room=x", 404),
        ("room=r1&since=x", 400),
        ("room=r1&since=-1", 400),
        ("room=r1&since=1e3", 400),
        ("room=r1&since=١", 400),
        ("room=r1&since=" + "9" * 40, 400),
        ("room=r1&since=1&tok=" + "0" * 4000, 200),
        ("room=r1&since=1&wait=x", 400),
        ("room=r1&since=9007199254740992&tok=0", 200),
    ],
)
async def test_an_odd_question_is_answered_and_never_500(
    visit: Visit, ana: Guest, query: str, status: int
) -> None:
    await send(visit, ana, name="a-primeira", body="oi")

    reply = await get(f"{visit.url}/api/v1/sync?" + query.replace("١", "%D9%A1"))

    assert reply.status == status, reply.text
    assert reply.headers["Content-Type"] == "application/json"


async def test_a_get_cannot_send_and_a_post_cannot_sync(
    visit: Visit, ana: Guest
) -> None:
    assert (await get(f"{visit.url}/api/v1/send")).status == 405
    assert (await post(f"{visit.url}/api/v1/sync", {}, ana)).status == 405


async def test_what_the_api_says_is_kept_by_nobody_on_the_way(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    stored = (await send(visit, ana, name=cozinha, body="oi")).frame()
    assert isinstance(stored, Ok)

    reply = await get(f"{visit.url}/api/v1/sync?room={stored.room}")

    assert "no-store" in str(reply.headers["Cache-Control"])
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_bodies_are_those_of_the_frames(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """One reader serves both roads: same names, same types, `t` and all."""
    reply = await send(visit, ana, name=cozinha, body="oi")

    shape = json.loads(reply.body)
    assert shape["t"] == "ok"
    assert set(shape["m"]) == {"id", "seq", "v", "at"}
    assert msgspec.json.decode(reply.body, type=Ok).nonce == shape["nonce"]
