"""Finds the browsers that tests drive, or installs them where we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOXES = ("firefox-esr", "firefox")


def chromium() -> str | None:
    """
    Return the path of a Chromium: RAI_CHROMIUM, PATH, Playwright's own download.

    Where there is none and we are root on Debian, install its package.
    """
    found = _chromium()
    if found is None and _may_install():
        _install("chromium")
        found = _chromium()
    if found is None:
        print(
            "rai: no browser for the browser tests: install chromium, run "
            "`.venv/bin/playwright install chromium`, or set RAI_CHROMIUM=/path",
            file=sys.stderr,
        )
    return found


def firefox() -> str | None:
    """
    Return the path of a Firefox: RAI_FIREFOX, PATH; installed as Chromium is.

    Playwright's own download would not do: it is driven in another way.
    """
    found = _program("RAI_FIREFOX", FIREFOXES)
    if found is None and _may_install():
        _install("firefox-esr")
        found = _program("RAI_FIREFOX", FIREFOXES)
    return found


def _chromium() -> str | None:
    found = _program("RAI_CHROMIUM", CHROMIUMS)
    if found or "RAI_CHROMIUM" in os.environ:
        return found
    downloads = Path.home() / ".cache" / "ms-playwright"
    builds = sorted(downloads.glob("chromium-*/chrome-linux*/chrome"))
    return str(builds[-1]) if builds else None


def _program(variable: str, names: tuple[str, ...]) -> str | None:
    if given := os.environ.get(variable):
        return given if os.access(given, os.X_OK) else None
    return next((path for name in names if (path := shutil.which(name))), None)


def _may_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists()


def _install(package: str) -> None:
    print(f"rai: installing {package} with apt ...", flush=True)
    _apt("update", "-qq")
    _apt("install", "-y", "-qq", "--no-install-recommends", package)


def _apt(*arguments: str) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=False, env=environ)
