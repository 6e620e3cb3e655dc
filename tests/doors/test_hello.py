"""The first frame of rai.v1, and what ends a connection that has none."""

import pytest

from chat.core.frames import Err, Hello, HelloOk, Msg, Ping, Send
from tests.client import Guest, Visit, nonce


async def test_hello_tells_who_you_are_and_what_you_may(
    visit: Visit, ana: Guest
) -> None:
    line = await visit.line(ana, greet=False)

    answer = await line.ask(Hello(id=1, v=1, tab="k3"))

    assert isinstance(answer, HelloOk)
    assert answer.user is not None
    assert (answer.user.id, answer.user.name, answer.user.mark) == (
        ana.id,
        ana.name,
        ana.mark,
    )
    assert (answer.v, answer.hb, answer.caps) == (1, 25_000, [])
    assert (answer.limits.body, answer.limits.bytes) == (4000, 16_384)
    assert (answer.limits.subs, answer.limits.flight) == (128, 16)


async def test_the_server_agrees_to_the_subprotocol_and_to_no_compression(
    visit: Visit,
) -> None:
    line = await visit.line()

    assert line.socket.subprotocol == "rai.v1.json"
    assert line.socket.protocol.extensions == []


async def test_nobody_may_read_but_must_choose_a_nickname_to_write(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Reading is free, and the refusal says what to do."""
    writer, nobody = await visit.line(ana), await visit.line()
    await writer.send(name=cozinha, body="oi")
    page = await nobody.sub(name=cozinha)

    code = await nobody.refused(
        Send(id=nobody.id(), room=page.room, nonce=nonce(), body="oi")
    )

    assert code == "auth_required"


@pytest.mark.parametrize(
    "first",
    [
        '{"t":"ping","id":1}',
        '{"t":"send","id":1,"room":"r1","nonce":"12345678","body":"oi"}',
        "oi",
        "[" * 5000,
        b'{"t":"hello","id":1,"v":1,"tab":"\xff"}',
    ],
)
async def test_whoever_does_not_begin_with_hello_is_not_spoken_to(
    visit: Visit, first: str | bytes
) -> None:
    line = await visit.line(greet=False)

    await line.raw(first)

    assert await line.close_code() == 4500


async def test_another_version_is_refused_by_name(visit: Visit) -> None:
    """The socket stays: the page of another version says what it needs."""
    line = await visit.line(greet=False)

    assert await line.refused(Hello(id=1, v=2)) == "unsupported_version"


async def test_a_second_hello_changes_nothing(visit: Visit, ana: Guest) -> None:
    line = await visit.line(ana)

    assert await line.refused(Hello(id=line.id(), v=1)) == "bad_frame"
    await line.ask(Ping(id=line.id()))


BAD: dict[str, tuple[str | bytes, str]] = {
    "no-json": ("oi", "bad_frame"),
    "list": ("[]", "bad_frame"),
    "empty": ("", "bad_frame"),
    "no-type": ('{"id":5}', "bad_frame"),
    "unknown-type": ('{"t":"dance","id":5}', "unknown_type"),
    "server-type": ('{"t":"ev","id":5}', "unknown_type"),
    "type-no-text": ('{"t":7,"id":5}', "bad_frame"),
    "id-text": ('{"t":"ping","id":"5"}', "bad_frame"),
    "id-negative": ('{"t":"ping","id":-1}', "bad_frame"),
    "id-too-big": ('{"t":"ping","id":9007199254740993}', "bad_frame"),
    "id-nan": ('{"t":"ping","id":NaN}', "bad_frame"),
    "no-room": ('{"t":"hist","id":5,"before":3}', "bad_frame"),
    "no-ordinal": ('{"t":"hist","id":5,"room":"r1"}', "bad_frame"),
    "two-ordinals": (
        '{"t":"hist","id":5,"room":"r1","before":3,"after":1}',
        "bad_frame",
    ),
    "limit": ('{"t":"hist","id":5,"room":"r1","before":3,"limit":101}', "bad_frame"),
    "neither": ('{"t":"sub","id":5}', "bad_frame"),
    "both": ('{"t":"sub","id":5,"room":"r1","name":"a"}', "bad_frame"),
    "room-zero-letters": ('{"t":"sub","id":5,"room":""}', "not_found"),
    "room-64-bit": ('{"t":"sub","id":5,"room":"r999999999999999999"}', "not_found"),
    "room-65-bit": ('{"t":"sub","id":5,"room":"r9999999999999999999"}', "not_found"),
    "room-digits": ('{"t":"sub","id":5,"room":"r１"}', "not_found"),
    "room-long": ('{"t":"sub","id":5,"room":"r' + "1" * 60 + '"}', "bad_frame"),
    "name-impossible": ('{"t":"sub","id":5,"name":"a/b"}', "not_found"),
    "name-nul": ('{"t":"sub","id":5,"name":"a\\u0000"}', "not_found"),
    "name-surrogate": ('{"t":"sub","id":5,"name":"\\ud800"}', "bad_frame"),
    "cursor": ('{"t":"sub","id":5,"room":"r1","since":[1]}', "bad_frame"),
    "cursor-float": ('{"t":"sub","id":5,"room":"r1","since":[1.5,"x"]}', "bad_frame"),
    "nonce-short": (
        '{"t":"send","id":5,"room":"r1","nonce":"x","body":"y"}',
        "bad_frame",
    ),
    "nonce-letters": (
        '{"t":"send","id":5,"room":"r1","nonce":"áááááááááá","body":"y"}',
        "bad_frame",
    ),
    "body-number": (
        '{"t":"send","id":5,"room":"r1","nonce":"12345678","body":7}',
        "bad_frame",
    ),
    "blank": (
        '{"t":"send","id":5,"room":"r1","nonce":"12345678","body":"  "}',
        "bad_frame",
    ),
    "long": (
        '{"t":"send","id":5,"room":"r1","nonce":"12345678","body":"'
        + "x" * 4001
        + '"}',
        "too_large",
    ),
    "deep": (
        '{"t":"ping","id":5,"x":' + "[" * 20_000 + "]" * 20_000 + "}",
        "bad_frame",
    ),
    "not-utf-8": (b'{"t":"sub","id":5,"room":"\xff"}', "bad_frame"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_frame_is_answered_and_the_connection_goes_on(
    visit: Visit, ana: Guest, name: str
) -> None:
    """Whatever is wrong with one frame, the next one is read as if nothing was."""
    frame, code = BAD[name]
    line = await visit.line(ana)

    await line.raw(frame)
    answer = await line.take(Err)

    assert answer.code == code
    assert answer.id in (5, 0)
    assert await line.quiet() == []


async def test_a_binary_frame_is_a_bad_frame(visit: Visit) -> None:
    line = await visit.line()

    await line.raw(b'{"t":"ping","id":5}', text=False)
    answer = await line.take(Err)

    assert answer.code == "bad_frame"
    await line.ask(Ping(id=77))


async def test_unknown_fields_are_for_the_future_and_do_no_harm(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Above all they do not say who speaks (R-22): that is the connection's alone."""
    line = await visit.line(ana)

    await line.raw(
        f'{{"t":"send","id":5,"name":"{cozinha}","nonce":"{nonce()}","body":"oi",'
        '"by":{"id":"u1","name":"admin"},"user":1,"at":0}'
    )
    await line.answer(5)

    page = await line.sub(name=cozinha)
    assert [c.by.name for c in page.c if isinstance(c, Msg)] == [ana.name]


async def test_twenty_bad_frames_in_a_row_end_it(visit: Visit) -> None:
    line = await visit.line()

    for _ in range(40):
        await line.raw("oi")

    assert await line.close_code() == 1008
