"""Static files are collected, hashed and compressed once for each state of them."""

import hashlib

import django
from django.conf import settings
from django.core.management import call_command

from realtime.options import Options
from realtime.values import PROJECT

STAMP = "static.stamp"


def is_stale(options: Options) -> bool:
    """Say whether the collected files are missing or not those of their sources."""
    try:
        stamp = (options.data_dir / STAMP).read_text(encoding="ascii")
        return stamp != _stamp(options)
    except OSError:
        return True


def collect() -> None:
    """Collect the static files of all apps into DATA_DIR/static."""
    django.setup()
    stamp = _stamp(settings.RAI_OPTIONS)
    # The settings choose the hashing storage once there is something collected;
    # this is the moment before.
    settings.STORAGES["staticfiles"]["BACKEND"] = "realtime.storage.HashedStatic"
    call_command("collectstatic", interactive=False, verbosity=0)
    (settings.DATA_DIR / STAMP).write_text(stamp, encoding="ascii")


def _stamp(options: Options) -> str:
    """Sum up name, size and time of each source; the lock stands for other people's."""
    seen = hashlib.blake2b(digest_size=16)
    seen.update(b"admin" if options.admin_path else b"")
    seen.update((PROJECT / "requirements.lock").read_bytes())
    apps = [init.parent for init in PROJECT.glob("*/__init__.py")]
    for path in sorted(p for app in apps for p in app.glob("static/**/*")):
        state = path.stat()
        seen.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
