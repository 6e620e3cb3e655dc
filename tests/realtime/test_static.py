"""Static files are collected when they changed, and only then."""

import re
import subprocess
import sys
from pathlib import Path

from realtime import static
from realtime.options import read
from realtime.values import PROJECT

HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")
IMPORT = re.compile(
    r"""^(?:import|export|\})[^\n]*["'](\.[^"'\n]+)["'];""", re.MULTILINE
)


def collect(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "realtime", "collect"],
        cwd=PROJECT,
        env={"DATA_DIR": str(folder)},
        check=True,
    )


def test_the_second_start_collects_nothing(tmp_path: Path) -> None:
    options = read({"DATA_DIR": str(tmp_path)})
    assert static.is_stale(options)

    collect(tmp_path)

    assert not static.is_stale(options)
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_opening_the_admin_collects_its_files(tmp_path: Path) -> None:
    collect(tmp_path)

    assert static.is_stale(read({"DATA_DIR": str(tmp_path), "ADMIN_PATH": "painel"}))


def test_modules_import_each_other_by_their_hashed_names(tmp_path: Path) -> None:
    """Else a browser mixes a new module with an old one it kept."""
    collect(tmp_path)

    scripts = list((tmp_path / "static" / "chat" / "js").rglob("*.js"))
    served = [script for script in scripts if HASHED.search(script.name)]
    plain = [
        f"{script.name}: {name}"
        for script in served
        for name in IMPORT.findall(script.read_text(encoding="utf-8"))
        if not HASHED.search(name)
    ]

    assert len(served) * 2 == len(scripts)
    assert plain == []


def test_a_collected_file_is_found_by_its_name_in_the_manifest(tmp_path: Path) -> None:
    collect(tmp_path)
    manifest = (tmp_path / "static" / "staticfiles.json").read_text(encoding="utf-8")

    assert '"chat/css/base.css"' in manifest
