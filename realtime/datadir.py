"""The data folder and the secrets that live in it."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECRET_BYTES = 64  # 86 letters in base64url; Django's check asks for 50.


def prepare(folder: Path) -> None:
    """Make the data folder, for our eyes only. One that exists is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


class InUse(Exception):
    """Another process holds the data folder."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """
    Hold the folder for this process; the system lets go of it however we end.

    Raises:
        InUse: Somebody else does.
    """
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InUse(folder) from None
        yield


def secret_key(folder: Path) -> str:
    """
    Return the instance's secret key, made when asked for the first time.

    Two processes that start together agree: the file appears complete or not at all,
    and whoever comes second reads what the first one wrote.
    """
    prepare(folder)
    path = folder / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(SECRET_BYTES))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        # link() fails where the name exists: the same promise as O_EXCL, and nobody
        # ever reads half a key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
