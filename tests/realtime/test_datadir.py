"""The secret key is made once, for nobody else's eyes."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from realtime import datadir


def test_the_key_is_made_on_first_start_and_stays(tmp_path: Path) -> None:
    first = datadir.secret_key(tmp_path / "data")

    assert datadir.secret_key(tmp_path / "data") == first
    assert len(first) >= 50


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    datadir.secret_key(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    """The loser would sign cookies that everybody else refuses."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: datadir.secret_key(tmp_path), range(32)))

    assert len(keys) == 1


def test_no_draft_of_the_key_is_left_behind(tmp_path: Path) -> None:
    datadir.secret_key(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
