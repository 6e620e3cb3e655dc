"""The tutorial's socket, byte for byte, and all that the tutorial broke on."""

import asyncio
import json
import unicodedata

import pytest

from chat.core.frames import Edit, Msg
from tests.client import Guest, Visit

ACAO = "ação"


async def test_a_message_comes_back_to_its_sender_and_to_the_others_byte_for_byte(
    visit: Visit, cozinha: str
) -> None:
    """The tutorial's `json.dumps` puts a space behind the colon; so do we."""
    bia, ana = await visit.seed(cozinha), await visit.seed(cozinha)
    await bia.entered()
    await ana.entered()

    await ana.raw('{"mensagem": "oi"}')

    assert await ana.hear_raw() == '{"mensagem": "oi"}'
    assert await bia.hear_raw() == '{"mensagem": "oi"}'


async def test_everybody_hears_one_order(visit: Visit, cozinha: str) -> None:
    """Two people talk at once: what one sees first, all see first."""
    ana, bia, caio = [await visit.seed(cozinha) for _ in range(3)]
    for socket in (ana, bia, caio):
        await socket.entered()

    for number in range(100):
        await ana.say(f"ana {number}")
        await bia.say(f"bia {number}")
    spoken = [await who.hear_many(200) for who in (ana, bia, caio)]

    assert spoken[0] == spoken[1] == spoken[2]
    for name in ("ana", "bia"):
        of_one = [text for text in spoken[0] if text.startswith(name)]
        assert of_one == [f"{name} {number}" for number in range(100)]


@pytest.mark.parametrize(
    "spelling",
    [
        ACAO,
        unicodedata.normalize("NFD", ACAO),
        "AÇÃO",
        "a%C3%A7%C3%A3o",
        "A%C3%87%C3%83O",
        " ação ",
        "a\u00e7a\u0303o",
    ],
)
async def test_s7_every_spelling_of_a_room_is_that_room(
    visit: Visit, spelling: str
) -> None:
    """The seed ended a socket of `são` with a TypeError of its channel layer."""
    ana, bia = await visit.seed(ACAO), await visit.seed(spelling)
    await bia.entered()
    await ana.entered()

    await ana.say("olá")

    assert await bia.hear() == "olá"


@pytest.mark.parametrize(
    "name",
    ["sala-1", "sala com espaço", "日本", "x" * 80, "l-a_b", "１２"],
)
async def test_s6_a_name_the_page_takes_the_socket_takes_too(
    visit: Visit, name: str
) -> None:
    ana = await visit.seed(name)

    await ana.entered()


@pytest.mark.parametrize(
    "name",
    [
        "x" * 81,
        "x" * 4000,
        "..",
        ".",
        "-",
        "a.b",
        "lobby?x",
        "a/b",
        "раypal",
        "a\u202eb",
    ],
)
async def test_s8_a_name_that_no_room_can_have_is_closed_with_4505(
    visit: Visit, name: str
) -> None:
    """The seed answered 500 at the handshake, which a page sees as 1006."""
    path = name.replace("?", "%3F").replace("/", "%2F")
    ana = await visit.seed(path)

    assert await ana.close_code() == 4505


async def test_who_comes_later_hears_only_what_is_said_later(
    visit: Visit, cozinha: str
) -> None:
    """The tutorial's page begins empty, also in a room that has talked before."""
    ana = await visit.seed(cozinha)
    await ana.entered()
    await ana.say("antes")
    await ana.hear()
    bia = await visit.seed(cozinha)

    await bia.say("primeira")

    assert await bia.hear() == "primeira"


async def test_once_the_door_is_open_everything_is_heard(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """The seed joined the room first and opened then; a script may count on that."""
    others = await visit.line(ana)
    await others.send(name=cozinha, body="antes")

    for number in range(20):
        # A room that nobody listens to must first be looked up, heard, and read.
        sala = f"{cozinha}-{number}"
        room = (await others.send(name=sala, body="antes")).room
        new = await visit.seed(sala)
        await others.send(room=room, body=f"oi {number}")
        await new.say("oi")

        assert await new.hear_many(2) == [f"oi {number}", "oi"]


async def test_edits_and_deletions_are_not_news_on_the_tutorials_wire(
    visit: Visit, cozinha: str, ana: Guest
) -> None:
    """Its page only ever adds a line: an edit would show as a second message."""
    old, new = await visit.seed(cozinha), await visit.line(ana)
    await old.entered()
    stored = (await new.send(name=cozinha, body="um")).m
    page = await new.sub(name=cozinha)
    assert stored is not None
    await new.ask(Edit(id=new.id(), room=page.room, m=stored.id, body="dois"))

    await old.say("fim")

    assert [await old.hear(), await old.hear()] == ["um", "fim"]


async def test_two_connections_are_two_guests_and_one_is_one(
    visit: Visit, cozinha: str
) -> None:
    """Nobody chooses a name on this wire, yet each line of the log has an author."""
    ana, bia = await visit.seed(cozinha), await visit.seed(cozinha)
    await ana.entered()
    await bia.entered()
    await ana.say("de novo")
    await ana.hear()
    reader = await visit.line()

    page = await reader.sub(name=cozinha)

    authors = [change.by for change in page.c if isinstance(change, Msg)]
    assert authors[0] == authors[2] != authors[1]
    assert all(author.name.startswith("Visitante ") for author in authors)


async def test_the_guest_of_the_page_is_the_guest_of_its_old_socket(
    visit: Visit, cozinha: str, ana: Guest
) -> None:
    old = await visit.seed(cozinha, guest=ana)
    await old.entered()
    reader = await visit.line()

    page = await reader.sub(name=cozinha)

    [message] = [change for change in page.c if isinstance(change, Msg)]
    assert (message.by.id, message.by.name) == (ana.id, ana.name)


POISON: dict[str, str | bytes] = {
    "no-json": "oi",
    "empty": "",
    "list": "[]",
    "object": "{}",
    "null": "null",
    "number": '{"mensagem": 7}',
    "null-text": '{"mensagem": null}',
    "true": '{"mensagem": true}',
    "nan": '{"mensagem": NaN}',
    "infinity": '{"mensagem": 1e999}',
    "nested": '{"mensagem": {"mensagem": "x"}}',
    "bom": '\ufeff{"mensagem": "x"}',
    "lone-surrogate": '{"mensagem": "\\ud800"}',
    "nul": '{"mensagem": "\\u0000"}',
    "two-objects": '{"mensagem": "x"}{"mensagem": "y"}',
    "big-int": '{"mensagem": ' + "9" * 5000 + "}",
    "seventy-bits": '{"mensagem": ' + str(2**70) + "}",
    "deep": "[" * 60_000,
    "deep-unknown": '{"x":' + "[" * 50_000,
    "other-key": '{"message": "x"}',
    "blank": '{"mensagem": "  \\n "}',
    "truncated": '{"mensagem": "x',
    "not-utf-8": b'{"mensagem": "\xff\xfe"}',
    "half-utf-8": b'{"mensagem": "\xc3',
    "overlong-utf-8": b'{"mensagem": "\xc0\xaf"}',
}


@pytest.mark.parametrize("name", POISON)
async def test_s15_s16_a_bad_frame_costs_its_sender_nothing_but_the_frame(
    visit: Visit, cozinha: str, name: str
) -> None:
    """
    The seed lost the sender's socket (S15), or handed the poison on (S16).

    `NaN` went to every peer as a frame that no browser can parse.
    """
    ana, bia = await visit.seed(cozinha), await visit.seed(cozinha)
    await ana.entered()
    await bia.entered()

    await ana.raw(POISON[name])
    await ana.say("depois")

    assert await ana.hear() == "depois"
    assert await bia.hear() == "depois"


async def test_s15_a_binary_frame_is_ignored(visit: Visit, cozinha: str) -> None:
    ana = await visit.seed(cozinha)
    await ana.entered()

    await ana.raw(b'{"mensagem": "x"}', text=False)
    await ana.say("depois")

    assert await ana.hear() == "depois"


async def test_who_sends_nothing_but_noise_is_let_go(
    visit: Visit, cozinha: str
) -> None:
    """Twenty unreadable frames in ten seconds are no accident (R-43)."""
    ana = await visit.seed(cozinha)

    for _ in range(40):
        await ana.raw("oi")

    assert await ana.close_code() == 1008


async def test_s17_a_frame_beyond_64_kib_ends_the_connection_alone(
    visit: Visit, cozinha: str
) -> None:
    """The seed echoed 15 MB to everybody."""
    ana, bia = await visit.seed(cozinha), await visit.seed(cozinha)
    await bia.entered()

    await ana.say("x" * (64 * 1024))

    assert await ana.close_code() == 1009
    await bia.say("ainda aqui")
    assert await bia.hear() == "ainda aqui"


async def test_s17_a_text_longer_than_a_message_is_not_sent_on(
    visit: Visit, cozinha: str
) -> None:
    ana = await visit.seed(cozinha)
    await ana.entered()

    await ana.say("x" * 4001)
    await ana.raw(json.dumps({"mensagem": "é" * 4000}, ensure_ascii=False))

    assert await ana.hear() == "é" * 4000


async def test_s17_letters_beyond_ascii_do_not_grow_on_the_way(
    visit: Visit, cozinha: str
) -> None:
    """The seed escaped them: 14 MB of `é` came out as 42 MB for each peer."""
    ana = await visit.seed(cozinha)
    await ana.entered()

    await ana.raw('{"mensagem": "é日😀"}')

    assert await ana.hear_raw() == '{"mensagem": "é日😀"}'


async def test_s19_not_one_of_three_thousand_is_lost(
    visit: Visit, cozinha: str
) -> None:
    """The seed's layer kept 100 and dropped the rest: the peer got 2,118 of 3,000."""
    ana, bia = await visit.seed(cozinha), await visit.seed(cozinha)
    await ana.entered()
    await bia.entered()
    told = [f"{number:04}" for number in range(3000)]

    async with asyncio.TaskGroup() as together:
        heard = [together.create_task(who.hear_many(3000)) for who in (ana, bia)]
        for text in told:
            await ana.say(text)

    assert [task.result() for task in heard] == [told, told]


async def test_s21_a_forged_line_has_its_true_author(
    visit: Visit, cozinha: str
) -> None:
    """In the tutorial's textarea it read as a line of Admin's."""
    ana = await visit.seed(cozinha)
    await ana.say("oi\nAdmin: qual a senha?")
    await ana.hear()
    reader = await visit.line()

    page = await reader.sub(name=cozinha)

    [message] = [change for change in page.c if isinstance(change, Msg)]
    assert message.body == "oi\nAdmin: qual a senha?"
    assert message.by.name.startswith("Visitante ")


async def test_s19_what_is_said_before_the_guest_exists_is_not_lost_either(
    visit: Visit, cozinha: str
) -> None:
    """The first message makes the guest and the room; a thousand come meanwhile."""
    ana = await visit.seed(cozinha)

    ana.burst(f'{{"mensagem": "{number}"}}' for number in range(1000))

    assert await ana.hear_many(1000) == [str(number) for number in range(1000)]
