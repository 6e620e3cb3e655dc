"""Two real servers for all door tests: one without limits, one as people start it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests import services
from tests.client import Guest, Visit
from tests.services import Product

_rooms = count(1)
_servers = count(1)


def _serve(folder: pytest.TempPathFactory, **environ: str) -> Iterator[Product]:
    # In the run on PostgreSQL and Redis the server under test uses them too, each
    # with a database of its own.
    with ExitStack() as stack:
        if server := os.environ.get("DATABASE_URL"):
            name = f"rai_doors_{os.getpid()}_{next(_servers)}"
            environ["DATABASE_URL"] = stack.enter_context(
                services.database(server, name)
            )
        if redis_url := os.environ.get("REDIS_URL"):
            environ["REDIS_URL"] = redis_url
        product = Product(folder.mktemp("doors") / "data", environ)
        stack.callback(product.kill9)
        yield product.start()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its limits lifted: one address talks for everybody here."""
    yield from _serve(tmp_path_factory, LIMITS="off")


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as people start it."""
    yield from _serve(tmp_path_factory)


@pytest.fixture(autouse=True)
def no_traceback(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a client sends, no task of the server may end with a traceback."""
    used = {"server", "guarded"} & set(request.fixturenames)
    products: list[Product] = [request.getfixturevalue(name) for name in used]
    before = [len(product.output()) for product in products]
    yield
    for product, start in zip(products, before, strict=True):
        assert "Traceback" not in (said := product.output()[start:]), said


@pytest.fixture
async def visit(server: Product) -> AsyncIterator[Visit]:
    """The ways into the server without limits."""
    async with Visit(server.url) as visit:
        yield visit


@pytest.fixture
async def guarded_visit(guarded: Product) -> AsyncIterator[Visit]:
    """The ways into the server with limits."""
    async with Visit(guarded.url) as visit:
        yield visit


@pytest.fixture
async def ana(visit: Visit) -> Guest:
    return await visit.person("Ana")


@pytest.fixture
async def bia(visit: Visit) -> Guest:
    return await visit.person("Bia")


@pytest.fixture
def cozinha() -> str:
    """The name of a room that is not there yet."""
    return f"cozinha-{next(_rooms)}"
