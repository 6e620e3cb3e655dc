"""Fixtures for everybody: real servers, and the rule that CI skips nothing."""

import itertools
import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import services

IN_CI = os.environ.get("CI") == "true"

# A deadline for each example measures the machine, not the code.
hypothesis.settings.register_profile("rai", deadline=None, print_blob=True)
hypothesis.settings.load_profile("rai")


def pytest_configure() -> None:
    """Ended from outside (SIGTERM), stop the servers on the way out."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one: there is nothing it may lack there."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI forbids: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Address of a Redis-compatible server that stays up for the whole run."""
    with services.redis_server() as url:
        yield url


@pytest.fixture
def own_redis() -> Iterator[services.Redis]:
    """A Redis-compatible server that this test alone may stop, kill and start."""
    server = services.Redis().start()
    yield server
    server.kill9()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server where we may create databases."""
    with services.postgres_server() as url:
        yield url


_numbers = itertools.count(1)


@pytest.fixture
def fresh_database(postgres_url: str) -> Iterator[str]:
    """Address of an empty PostgreSQL database of this test alone."""
    name = f"rai_{os.getpid()}_{next(_numbers)}"
    with services.database(postgres_url, name) as url:
        yield url


StartProduct = Callable[..., services.Product]


@pytest.fixture
def start_product(tmp_path: Path) -> Iterator[StartProduct]:
    """Start the product: `start_product(WEB_CONCURRENCY="2", ...)`; ended for you."""
    started: list[services.Product] = []

    def start(**environ: str) -> services.Product:
        folder = tmp_path / f"data{len(started) + 1}"
        product = services.Product(folder, environ)
        started.append(product)
        return product.start()

    yield start
    for product in started:
        product.kill9()


@pytest.fixture
def product(start_product: StartProduct) -> services.Product:
    """The product with nothing configured, ready."""
    return start_product()
