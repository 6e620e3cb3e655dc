"""Static files are collected, hashed and compressed once for each state of them."""

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from realtime.values import PROJECT

STAMP = "static.stamp"


def is_stale(data_dir: Path) -> bool:
    """Say whether the collected files are missing or older than their sources."""
    try:
        return (data_dir / STAMP).read_text(encoding="ascii") != _stamp()
    except OSError:
        return True


def collect() -> None:
    """Collect the static files of all apps into DATA_DIR/static."""
    django.setup()
    stamp = _stamp()
    # The settings choose the hashing storage once there is something collected;
    # this is the moment before.
    settings.STORAGES["staticfiles"]["BACKEND"] = "realtime.storage.HashedStatic"
    call_command("collectstatic", interactive=False, verbosity=0)
    (settings.DATA_DIR / STAMP).write_text(stamp, encoding="ascii")


def _stamp() -> str:
    """Sum up name, size and time of each source; the lock stands for other people's."""
    seen = hashlib.blake2b(digest_size=16)
    seen.update((PROJECT / "requirements.lock").read_bytes())
    apps = [init.parent for init in PROJECT.glob("*/__init__.py")]
    for path in sorted(p for app in apps for p in app.glob("static/**/*")):
        state = path.stat()
        seen.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
