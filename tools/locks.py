"""The locks pin everything by hash and name no registry, so that any mirror serves."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock", "uv.req")
PIN = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==\S+", re.IGNORECASE)


def problems() -> Iterator[str]:
    """Yield a line for each address, missing hash or loose pin."""
    for name in (*PYTHON_LOCKS, "package-lock.json"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        if name.endswith(".json"):
            yield from _npm_problems(name, text)
        else:
            yield from _python_problems(name, text)


def _npm_problems(name: str, text: str) -> Iterator[str]:
    for path, package in json.loads(text)["packages"].items():
        if path and "integrity" not in package:
            yield f"{name}: {path} has no hash"
        if "resolved" in package:
            yield f"{name}: {path} holds an address"


def _python_problems(name: str, text: str) -> Iterator[str]:
    if "://" in text:
        yield f"{name}: holds an address"
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        if not PIN.match(entry) or "--hash=sha256:" not in entry:
            yield f"{name}: not pinned by hash: {entry.split()[0]}"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found))
    sys.exit(1 if found else 0)
