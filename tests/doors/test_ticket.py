"""Tickets: a program without an Origin says who it is, once."""

import json

from chat.core.frames import Err, Hello, HelloOk
from tests.client import Guest, Line, Visit, post


async def ticket(visit: Visit, guest: Guest | None, **headers: str) -> str:
    reply = await post(f"{visit.url}/api/v1/ticket", {}, guest, **headers)
    assert reply.status == 200, reply.text
    return str(json.loads(reply.body)["ticket"])


async def greet(line: Line, with_ticket: str) -> HelloOk | Err:
    answer = await line.ask(Hello(id=line.id(), v=1, ticket=with_ticket))
    assert isinstance(answer, HelloOk | Err)
    return answer


async def test_a_program_shows_a_ticket_and_writes_as_who_asked_for_it(
    visit: Visit, ana: Guest, cozinha: str
) -> None:
    """Its socket has no Origin, and so no cookies."""
    line = await visit.line(ana, greet=False, anonymous=True)

    hello = await greet(line, await ticket(visit, ana))

    assert isinstance(hello, HelloOk)
    assert hello.user is not None
    assert hello.user.id == ana.id
    assert (await line.send(name=cozinha, body="oi")).m is not None


async def test_a_ticket_overheard_is_not_good_a_second_time(
    visit: Visit, ana: Guest
) -> None:
    """Whoever reads it over somebody's shoulder comes too late."""
    overheard = await ticket(visit, ana)
    first = await visit.line(greet=False, anonymous=True)
    second = await visit.line(greet=False, anonymous=True)
    assert isinstance(await greet(first, overheard), HelloOk)

    refusal = await greet(second, overheard)

    assert isinstance(refusal, Err)
    assert refusal.code == "auth_expired"


async def test_a_ticket_taken_to_another_origin_is_worth_nothing(
    visit: Visit, ana: Guest
) -> None:
    """A page that got hold of a program's ticket is not that program."""
    stolen = await ticket(visit, ana)
    line = await visit.line(greet=False)

    refusal = await greet(line, stolen)

    assert isinstance(refusal, Err)
    assert refusal.code == "auth_expired"


async def test_noise_is_no_ticket_and_no_fault(visit: Visit) -> None:
    """Forged, foreign, empty: the same answer, and the connection goes on reading."""
    for noise in ("", "a.b.c", "1.x:y:z", "é", "1" * 512):
        line = await visit.line(greet=False, anonymous=True)
        refusal = await greet(line, noise)
        assert isinstance(refusal, Err), noise
        assert refusal.code == "auth_expired"
        assert await line.quiet() == []


async def test_nobody_gets_a_ticket_for_nobody(visit: Visit) -> None:
    """Without a nickname there is nothing to prove."""
    assert (await post(f"{visit.url}/api/v1/ticket", {})).status == 401
