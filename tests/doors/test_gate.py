"""Who may open a socket at all: hosts, origins, and how many of them."""

import asyncio
import json

import pytest

from chat.core.frames import Err, Ping, Send
from tests.client import Guest, Line, Visit, dial, nonce, post
from tests.conftest import StartProduct
from tests.services import Product

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


async def handshake(product: Product, path: str, *lines: str) -> int:
    """Return the status of a handshake with exactly these header lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
    usual = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {KEY}",
    )
    head = "\r\n".join((f"GET {path} HTTP/1.1", *lines, *usual, "", ""))
    writer.write(head.encode())
    status = await asyncio.wait_for(reader.readline(), 10)
    writer.transport.abort()
    return int(status.split()[1])


def host(product: Product) -> str:
    return f"Host: 127.0.0.1:{product.port}"


def origin(product: Product) -> str:
    return f"Origin: http://127.0.0.1:{product.port}"


@pytest.mark.parametrize("path", ["/ws/v1", "/ws/chat/lab/"])
async def test_a_page_of_ours_opens_a_socket(server: Product, path: str) -> None:
    assert await handshake(server, path, host(server), origin(server)) == 101


@pytest.mark.parametrize("path", ["/ws/v1", "/ws/chat/lab/"])
@pytest.mark.parametrize(
    "foreign",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1:{port}/",
        "http://evil.example, http://127.0.0.1:{port}",
        "https://[::1",
        "file://",
        "",
    ],
)
async def test_s12_another_site_may_not_open_a_socket(
    server: Product, path: str, foreign: str
) -> None:
    """The seed let every page in, with the visitor's cookies (CSWSH)."""
    line = f"Origin: {foreign.format(port=server.port)}"

    assert await handshake(server, path, host(server), line) == 403


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "127.0.0.1/x",
        "",
    ],
)
async def test_s13_a_name_that_is_not_ours_opens_no_socket(
    server: Product, name: str
) -> None:
    """DNS rebinding: the page of evil.example is its own Origin, on our address."""
    lines = (f"Host: {name}", f"Origin: http://{name}")

    assert await handshake(server, "/ws/v1", *lines) in (400, 403)


async def test_s13_two_hosts_two_origins_or_no_host_are_refused(
    server: Product,
) -> None:
    """Whoever reads the other one would judge another request."""
    ours, own = host(server), origin(server)

    assert await handshake(server, "/ws/v1", ours, "Host: evil.example", own) == 400
    assert await handshake(server, "/ws/v1", ours, own, "Origin: http://x") == 400
    assert await handshake(server, "/ws/v1", own) == 400


@pytest.mark.parametrize(
    "path", ["/ws/chat/lab", "/ws/", "/ws/v2", "/", "/ws/chat//", "/ws/v1/x", "/api"]
)
async def test_s11_a_path_without_a_socket_is_closed_with_4505(
    visit: Visit, path: str
) -> None:
    """The seed answered 500 and a traceback; a page saw 1006 and tried for ever."""
    line = Line(await dial(visit.url, path))

    assert await line.close_code() == 4505


async def test_a_script_without_origin_is_nobody_whatever_cookie_it_has(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """It may be any site's; browsers always say where a page is from (R-13)."""
    room = (await (await visit.line(ana)).send(name=cozinha, body="oi")).room
    script = await visit.line(ana, anonymous=True)

    await script.sub(room)

    send = Send(id=script.id(), room=room, nonce=nonce(), body="oi")
    assert await script.refused(send) == "auth_required"


@pytest.mark.parametrize(
    "cookie",
    [
        "rai_guest=",
        "rai_guest=1",
        "rai_guest=1.abc:x:y",
        "rai_guest=" + "9" * 3000,
        'rai_guest="; x=1',
        "rai_guest=%00%ff",
        "; ; =",
    ],
)
async def test_a_forged_cookie_is_nobody_and_no_error(
    server: Product, cookie: str
) -> None:
    lines = (host(server), origin(server), f"Cookie: {cookie}")

    assert await handshake(server, "/ws/v1", *lines) == 101


async def test_a_cookie_altered_by_one_letter_proves_nothing(
    visit: Visit, ana: Guest
) -> None:
    last = "A" if ana.cookie[-1] != "A" else "B"
    thief = Guest(ana.id, ana.name, ana.mark, ana.cookie[:-1] + last)

    line = await visit.line(thief)

    send = Send(id=line.id(), name="sala", nonce=nonce(), body="oi")
    assert await line.refused(send) == "auth_required"


async def test_s20_a_guest_holds_ten_sockets_and_the_eleventh_is_told_why(
    guarded_visit: Visit,
) -> None:
    """Four hundred sockets of one address opened at the seed in three seconds."""
    caio = await guarded_visit.person("Caio")
    for _ in range(10):
        await guarded_visit.line(caio)

    eleventh = await guarded_visit.line(caio, greet=False)

    assert await eleventh.close_code() == 4503


async def test_s20_a_socket_that_closes_makes_place_for_another(
    guarded_visit: Visit,
) -> None:
    caio = await guarded_visit.person("Caio")
    lines = [await guarded_visit.line(caio) for _ in range(10)]

    await lines[0].leave()

    await guarded_visit.line(caio)


async def test_s20_a_guest_who_talks_too_fast_is_told_when_to_go_on(
    guarded_visit: Visit,
) -> None:
    """Eight at once, then one every two seconds; nothing is stored meanwhile."""
    caio = await guarded_visit.person("Caio")
    line = await guarded_visit.line(caio)
    room = (await line.send(name="cozinha-do-caio", body="1")).room
    for number in range(2, 9):
        await line.send(room=room, body=str(number))

    refusal = await line.ask(Send(id=99, room=room, nonce="caio-nr-9", body="9"))
    behind = await line.ask(Send(id=100, room=room, nonce="caio-nr-10", body="10"))

    assert isinstance(refusal, Err)
    assert (refusal.code, refusal.nonce) == ("rate_limited", "caio-nr-9")
    assert refusal.retry is not None
    assert 0 < refusal.retry <= 2000
    assert isinstance(behind, Err)
    assert behind.code == "blocked"


async def test_s20_rooms_are_not_made_by_the_dozen(guarded_visit: Visit) -> None:
    line = await guarded_visit.line(await guarded_visit.person("Dora"))
    for number in range(5):
        await line.send(name=f"sala-da-dora-{number}", body="oi")

    code = await line.refused(
        Send(id=99, name="sala-da-dora-6", nonce=nonce(), body="oi")
    )

    assert code == "rate_limited"


async def test_s20_a_refusal_over_http_says_when_to_come_back(
    guarded_visit: Visit,
) -> None:
    elisa = await guarded_visit.person("Elisa")
    url = f"{guarded_visit.url}/api/v1/send"
    for number in range(8):
        body = {"name": "sala-da-elisa", "nonce": nonce(), "body": str(number)}
        assert (await post(url, body, elisa)).status == 200

    body = {"name": "sala-da-elisa", "nonce": nonce(), "body": "9"}
    reply = await post(url, body, elisa)

    assert (reply.status, json.loads(reply.body)["code"]) == (429, "rate_limited")
    assert int(str(reply.headers["Retry-After"])) in (1, 2)


async def test_s20_a_flood_of_handshakes_is_told_to_come_back_later(
    start_product: StartProduct,
) -> None:
    """A class that comes back at once gets in, a machine that opens all it can not."""
    product = start_product()
    lines = (host(product), origin(product))

    statuses = [await handshake(product, "/ws/v1", *lines) for _ in range(300)]
    more = await asyncio.gather(
        *(handshake(product, "/ws/v1", *lines) for _ in range(150))
    )

    assert set(statuses) == {101}
    assert 429 in more
    assert set(more) <= {101, 429}


async def test_s20_more_frames_than_anybody_types_end_the_connection(
    guarded_visit: Visit,
) -> None:
    line = await guarded_visit.line()

    for number in range(250):
        await line.say(Ping(id=number))

    assert await line.close_code() == 1008
