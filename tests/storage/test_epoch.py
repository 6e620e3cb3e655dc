"""The epoch: the same while the history is, another when it may have forked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from chat import epoch
from chat.models import Site


@pytest.fixture(autouse=True)
def lease(database: None) -> Iterator[Path]:
    """The file beside SQLite's; PostgreSQL has none."""
    path = Path(f"{connection.settings_dict['NAME']}.lease")
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_it_stays_over_restarts() -> None:
    assert epoch.current() == epoch.current() == epoch.current()
    assert Site.objects.get().starts == 3


def test_it_is_as_short_as_the_wire_says() -> None:
    assert len(epoch.current()) == 8


def test_another_history_has_another_epoch() -> None:
    """An older copy was put in the database's place, or another server promoted."""
    first = epoch.current()
    Site.objects.update(starts=0, origin="another/1")

    second = epoch.current()

    assert second != first
    assert epoch.current() == second


def test_an_instance_from_before_the_guard_keeps_its_epoch(lease: Path) -> None:
    """Nothing to compare with is no sign of another history."""
    first = epoch.current()
    lease.unlink(missing_ok=True)
    Site.objects.update(origin="")

    assert epoch.current() == first


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"starts": null}', "{}"])
def test_a_broken_lease_file_is_no_lease(lease: Path, text: str) -> None:
    first = epoch.current()
    lease.write_text(text)

    assert epoch.current() == first


def test_processes_that_start_together_agree() -> None:
    together = threading.Barrier(4)

    def start(_: int) -> str:
        together.wait()
        try:
            return epoch.current()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        epochs = set(pool.map(start, range(4)))

    assert len(epochs) == 1
    assert Site.objects.get().starts == 4
