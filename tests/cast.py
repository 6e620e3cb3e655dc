"""
The cast of the tests: ana, bia and caio; their room, the cozinha; the house around it.

Folders whose tests touch the database import these fixtures into their conftest. The
database is real (a file, or PostgreSQL), because its threads must share it, so tables
are emptied after each test instead of rolled back.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import count

import pytest
from channels.layers import channel_layers
from pytest_django import Settings

from accounts import guests
from chat import db
from chat.actions.speaker import Speaker
from chat.core.ids import MessageId, RoomId
from chat.core.ops import Post
from chat.core.values import Posted
from chat.delivery import house as houses
from chat.delivery.house import House
from chat.log import Outcome, commit
from chat.log.rooms import find_or_create

_nonces = count(1)


@pytest.fixture
def database(transactional_db: None) -> None:
    """A database with tables and nothing in them, for every thread."""


@pytest.fixture(scope="session", autouse=True)
def _threads(django_db_setup: None) -> Iterator[None]:
    """The test database can only be dropped once its threads let go of it."""
    yield
    db.close_thread_connections()


@pytest.fixture
def ana(database: None) -> Speaker:
    return _speaker("Ana")


@pytest.fixture
def bia(database: None) -> Speaker:
    return _speaker("Bia")


@pytest.fixture
def caio(database: None) -> Speaker:
    return _speaker("Caio")


@pytest.fixture
def cozinha(ana: Speaker) -> RoomId:
    """A room that ana made; nobody has said a word."""
    return new_room("cozinha", ana)


@pytest.fixture
def sala(ana: Speaker) -> RoomId:
    """Another one."""
    return new_room("sala", ana)


@pytest.fixture
async def house(database: None, settings: Settings) -> AsyncIterator[House]:
    """The delivery of this process, with no limits; doors find it too."""
    settings.RAI_LIMITS = False
    # A layer belongs to one event loop, and each test has its own.
    channel_layers.backends.clear()
    yield await houses.start()
    await houses.stop()


@pytest.fixture
async def neighbour(house: House) -> AsyncIterator[House]:
    """Another process: its own hub on the same layer and database."""
    other = House()
    await other.start()
    yield other
    await other.stop()


def new_room(slug: str, creator: Speaker) -> RoomId:
    """A room without messages."""
    room, _created = find_or_create(slug, slug, creator.person.id)
    return room


def new_nonce() -> str:
    """A nonce that no other test uses."""
    return f"nonce-{next(_nonces):05}"


def a_post(
    room: RoomId,
    who: Speaker,
    body: str = "oi",
    nonce: str | None = None,
    reply_to: MessageId | None = None,
) -> Post:
    """What somebody asks of the log to say something."""
    return Post(room, who.author(), nonce or new_nonce(), body, reply_to)


def nobody(who: Speaker) -> Speaker:
    """Somebody whom the tables do not know: a write of theirs is refused there."""
    return replace(who, person=replace(who.person, id=10**9))


def say(room: RoomId, who: Speaker, body: str = "oi") -> Posted:
    """Store a message now, from a test that is not async."""
    (answer,) = commit([a_post(room, who, body)]).answers
    assert isinstance(answer, Posted)
    return answer


def say_all(room: RoomId, who: Speaker, *bodies: str) -> Outcome:
    """Store messages in one commit."""
    return commit([a_post(room, who, body) for body in bodies])


def _speaker(name: str) -> Speaker:
    person, _cookie = guests.create(name)
    return Speaker(person, "192.0.2.1")
