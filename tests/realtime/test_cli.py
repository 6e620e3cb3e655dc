"""The commands behind `./rai`, besides serving."""

import subprocess
import sys
from pathlib import Path

from realtime.values import PROJECT


def rai(
    *arguments: str, data_dir: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "realtime", *arguments],
        cwd=PROJECT,
        env={"DATA_DIR": str(data_dir), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_options_lists_every_value_that_holds(tmp_path: Path) -> None:
    done = rai("options", data_dir=tmp_path, PORT="9001")

    assert done.returncode == 0
    assert "PORT=9001\n" in done.stdout
    assert f"DATA_DIR={tmp_path}\n" in done.stdout


def test_looking_at_the_options_makes_nothing(tmp_path: Path) -> None:
    rai("options", data_dir=tmp_path / "data")

    assert not (tmp_path / "data").exists()


def test_run_takes_no_arguments(tmp_path: Path) -> None:
    """`./rai run 8001` would else serve on 8000, in silence."""
    done = rai("run", "8001", data_dir=tmp_path)

    assert done.returncode == 2
    assert done.stderr == ("rai: run takes no arguments: options come by environment\n")


def test_any_other_word_is_a_command_of_django(tmp_path: Path) -> None:
    done = rai("showmigrations", "accounts", data_dir=tmp_path)

    assert done.returncode == 0
    assert "0001_initial" in done.stdout


def test_a_command_of_django_that_has_our_name_is_reached_by_manage(
    tmp_path: Path,
) -> None:
    done = rai("manage", "check", data_dir=tmp_path)

    assert done.returncode == 0
    assert "no issues" in done.stdout


def test_a_public_instance_behind_a_proxy_has_nothing_to_mend(tmp_path: Path) -> None:
    done = rai(
        "manage",
        "check",
        "--deploy",
        "--fail-level=WARNING",
        data_dir=tmp_path,
        BASE_URL="https://chat.example.org",
        TRUSTED_PROXIES="127.0.0.1",
        REDIS_URL="redis://:password@10.0.0.5/0",
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_plain_public_instance_is_warned(tmp_path: Path) -> None:
    done = rai("manage", "check", "--deploy", data_dir=tmp_path, LIMITS="off")

    assert "rai.W001" in done.stderr
    assert "rai.W002" in done.stderr


def test_https_without_a_proxy_that_tells_is_warned(tmp_path: Path) -> None:
    done = rai(
        "manage",
        "check",
        "--deploy",
        data_dir=tmp_path,
        BASE_URL="https://chat.example.org",
    )

    assert "rai.W003" in done.stderr
