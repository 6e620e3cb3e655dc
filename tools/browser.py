"""Finds the Chromium that browser tests drive, or installs it where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """
    Return the path of a Chromium: RAI_CHROMIUM, PATH, Playwright's own download.

    Where there is none and we are root on Debian, install its package.
    """
    found = _find()
    if found is None and _may_install():
        print("rai: installing chromium with apt ...", flush=True)
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", "chromium")
        found = _find()
    if found is None:
        print(
            "rai: no browser for the browser tests: install chromium, run "
            "`.venv/bin/playwright install chromium`, or set RAI_CHROMIUM=/path",
            file=sys.stderr,
        )
    return found


def _find() -> str | None:
    given = os.environ.get("RAI_CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    downloads = Path.home() / ".cache" / "ms-playwright"
    builds = sorted(downloads.glob("chromium-*/chrome-linux*/chrome"))
    return str(builds[-1]) if builds else None


def _may_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists()


def _apt(*arguments: str) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=False, env=environ)
