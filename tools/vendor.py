"""
Copies what we serve of other people's work out of node_modules, with its licence.

    .venv/bin/python -m tools.vendor           # after a change of package.json
    .venv/bin/python -m tools.vendor --check   # the folder is what it would be

Only the listed files come along. VENDOR.json tells version, licence and checksums.
"""

import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tools import node

VENDOR = node.PROJECT / "chat" / "static" / "vendor"
SOURCE_MAP = re.compile(r"\n?/\*# sourceMappingURL=.*?\*/")


@dataclass(frozen=True, slots=True)
class Taken:
    """One file of a package: where it is there, what it is called here."""

    package: str
    path: str
    name: str
    change: Callable[[str], str] = str


def layered(css: str) -> str:
    """Put a stylesheet into our lowest layer, so that every rule of ours wins."""
    return f"@layer bootstrap {{\n{SOURCE_MAP.sub('', css).strip()}\n}}\n"


TAKEN = (
    Taken(
        "bootstrap",
        "dist/css/bootstrap-reboot.min.css",
        "bootstrap-reboot.css",
        layered,
    ),
    Taken("bootstrap", "LICENSE", "LICENSE"),
)


def files() -> dict[str, str]:
    """Return what the folder should hold: path in it → text."""
    found = {f"{t.package}/{t.name}": t.change(_read(t.package, t.path)) for t in TAKEN}
    found["VENDOR.json"] = json.dumps(_listing(found), indent=2) + "\n"
    return found


def _listing(found: dict[str, str]) -> dict[str, object]:
    listing: dict[str, object] = {}
    for package in sorted({taken.package for taken in TAKEN}):
        about = json.loads(_read(package, "package.json"))
        mine = [taken for taken in TAKEN if taken.package == package]
        listing[package] = {
            "version": about["version"],
            "license": about["license"],
            "files": {
                taken.name: {
                    "from": taken.path,
                    "sha256_there": _sha256(_read(package, taken.path)),
                    "sha256_here": _sha256(found[f"{package}/{taken.name}"]),
                }
                for taken in mine
            },
        }
    return listing


def _read(package: str, path: str) -> str:
    return (node.MODULES / package / path).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def problems(wanted: dict[str, str]) -> list[str]:
    """Return the files that are missing, changed, or not ours to serve."""
    there = {
        str(path.relative_to(VENDOR)): path.read_text(encoding="utf-8")
        for path in VENDOR.rglob("*")
        if path.is_file()
    }
    names = sorted(wanted.keys() | there.keys())
    return [name for name in names if wanted.get(name) != there.get(name)]


def changed_since_listed() -> list[str]:
    """Return the served files whose checksum is not the one in VENDOR.json."""
    listing = json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))
    return [
        f"{package}/{name}"
        for package, about in listing.items()
        for name, sums in about["files"].items()
        if _sha256((VENDOR / package / name).read_text("utf-8")) != sums["sha256_here"]
    ]


def main() -> int:
    """Copy, or with --check only compare."""
    node.need_modules()
    wanted = files()
    if "--check" not in sys.argv[1:]:
        for name, text in wanted.items():
            path = VENDOR / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    wrong = problems(wanted)
    print("\n".join(f"vendor: {name} differs" for name in wrong) or "vendor: as locked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
