"""The store in memory says what the real one says, or tests with it prove nothing."""

from __future__ import annotations

import random

import pytest

from chat import queries
from chat.actions.speaker import Speaker
from chat.core.frames import Change, GoneChange, Msg
from chat.core.ids import MessageId, RoomId
from chat.core.ops import Describe, Revise
from chat.core.values import At, Page, Posted
from chat.log import commit
from chat.models import Change as Line
from chat.models import Message
from tests.cast import a_post, say
from tests.delivery.fakes import MemoryStore

STEPS = 40


class Both:
    """One history, written into both stores change by change."""

    def __init__(self, room: RoomId, who: Speaker) -> None:
        self.room, self.who = room, who
        self.memory = MemoryStore()
        self.ids: list[MessageId] = []
        self.memory.make(room, "cozinha")
        # The first message enrols its author, which the memory knows nothing of.
        self.ids.append(say(room, who, "1").message)
        self.describe_memory()
        self.memory.post(room)

    def describe_memory(self) -> None:
        self.memory.commit(self.room, self.memory._described)

    def post(self) -> None:
        body = str(len(self.ids) + 1)
        (posted,) = commit([a_post(self.room, self.who, body)]).answers
        assert isinstance(posted, Posted)
        self.ids.append(posted.message)
        self.memory.post(self.room)

    def edit(self, place: int, body: str) -> None:
        (answer,) = commit(
            [Revise(self.room, self.who.author(), self.ids[place], body)]
        ).answers
        if isinstance(answer, int):
            self.memory.edit(self.room, place + 1, body)

    def describe(self, topic: str) -> None:
        commit([Describe(self.room, self.who.author(), "Cozinha", topic)])
        self.describe_memory()

    def read(self, v: int, limit: int) -> tuple[Page, Page]:
        """The same page of both."""
        tok = Line.objects.get(room=self.room, v=v).tok if v else 0
        real = queries.page(self.room, At(v, f"{tok:08x}"), limit)
        since = At(v, self.memory.logs[self.room].tok(v))
        fake = self.memory._page(self.room, since, limit)
        assert real is not None
        assert fake is not None
        return real, fake

    def windows(self, limit: int) -> tuple[Page, Page]:
        real, fake = (
            queries.window(self.room, limit),
            self.memory._window(self.room, limit),
        )
        assert real is not None
        assert fake is not None
        return real, fake


@pytest.fixture(params=range(3))
def both(request: pytest.FixtureRequest, cozinha: RoomId, ana: Speaker) -> Both:
    both = Both(cozinha, ana)
    chance = random.Random(request.param)
    for step in range(STEPS):
        act = chance.choice(["post", "post", "edit", "edit", "describe"])
        if act == "post":
            both.post()
        elif act == "edit":
            both.edit(chance.randrange(len(both.ids)), f"edição {step}")
        else:
            both.describe(f"assunto {step}")
    return both


def outline(page: Page) -> tuple[object, ...]:
    """What both must agree on; tokens are random, and members only the real one has."""
    said = [(c.seq, c.v, c.body) for c in page.changes if isinstance(c, Msg)]
    gone = [c.v for c in page.changes if isinstance(c, GoneChange)]
    head = (page.head.at.v, page.head.seq)
    return page.start, page.to.v, head, page.more, page.reset, page.older, said, gone


def test_pages_agree_wherever_they_begin_and_end(both: Both) -> None:
    newest = len(both.memory.logs[both.room].lines)

    for v in range(newest + 1):
        for limit in (1, 3, 1000):
            real, fake = both.read(v, limit)
            assert outline(real) == outline(fake), (v, limit)


def test_windows_agree(both: Both) -> None:
    for limit in (1, 5, 1000):
        real, fake = both.windows(limit)
        assert outline(real) == outline(fake)


def test_they_agree_on_what_was_purged(both: Both) -> None:
    key = both.ids[0]
    v = Message.objects.get(pk=key).v
    Message.objects.filter(pk=key).delete()
    log = both.memory.logs[both.room]
    for place, line in enumerate(log.lines):
        change: Change = line.change
        if isinstance(change, Msg) and change.seq == 1:
            log.lines[place] = type(line)(line.tok, GoneChange("msg", "m1", place + 1))

    for since in (0, v - 1, v):
        real, fake = both.read(since, 1000)
        assert outline(real) == outline(fake)


def test_they_agree_on_a_cursor_of_another_history(both: Both) -> None:
    real = queries.page(both.room, At(3, "deadbeef"), 10)
    fake = both.memory._page(both.room, At(3, "deadbeef"), 10)
    future = both.memory._page(both.room, At(10**6, "00000001"), 10)

    assert real is not None
    assert fake is not None
    assert future is not None
    assert real.reset
    assert outline(real) == outline(fake) == outline(future)
