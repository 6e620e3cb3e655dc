"""`./rai check`: everything that can be known without running the product."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import node

PYTHON = sys.executable
WORKERS = 2  # The machines this runs on have two cores.

# What the deployment check should find clean: a public instance behind a proxy.
PUBLIC = {"BASE_URL": "https://chat.example.org", "TRUSTED_PROXIES": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Step:
    """A command that must end with 0; `environ` is added to ours."""

    name: str
    command: list[str]
    environ: dict[str, str] = field(default_factory=dict)


def steps() -> list[Step]:
    """Return the steps, slowest first so that the others fit beside it."""
    manage = [PYTHON, "manage.py"]
    return [
        Step("types", [PYTHON, "-m", "mypy"]),
        Step("javascript types", [*node.tsc(), "-p", "tsconfig.json"]),
        Step(
            "template lint",
            [PYTHON, "-m", "djlint", *_templates(), "--lint", "--quiet"],
        ),
        Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Step("deployment", [*manage, "check", "--deploy", *_FAIL_ON_WARNING], PUBLIC),
        Step("floors", [PYTHON, "-c", _LINT_IMPORTS]),
        Step("translations", [PYTHON, "-m", "tools.translations", "check"]),
        Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Step("lint", [PYTHON, "-m", "ruff", "check", "."]),
        Step("template format", [_DJADE, "--check", *_templates()]),
        Step("locks", [PYTHON, "-m", "tools.locks"]),
    ]


_DJADE = str(Path(PYTHON).with_name("djade"))  # A program, not a module.
_FAIL_ON_WARNING = ["--fail-level", "WARNING"]
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as c; c()"


def _templates() -> list[str]:
    return sorted(str(path) for path in node.PROJECT.glob("*/templates/**/*.html"))


def run(step: Step, data_dir: str) -> bool:
    """Run one step; say how it went, how long it took, and why it failed."""
    begun = time.monotonic()
    environ = {**os.environ, "DATA_DIR": data_dir, **step.environ}
    done = subprocess.run(
        step.command, env=environ, capture_output=True, text=True, check=False
    )
    took = time.monotonic() - begun
    word = "ok" if done.returncode == 0 else "FAILED"
    shown = "" if done.returncode == 0 else f"\n{done.stdout}{done.stderr}".rstrip()
    print(f"{step.name:<17} {word:<6} {took:5.1f} s{shown}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the steps named on the command line, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="./rai check", description=__doc__)
    parser.add_argument("step", nargs="*", help="only these; all without any")
    names = parser.parse_args().step
    begun = time.monotonic()
    node.need_modules()
    chosen = [step for step in steps() if not names or step.name in names]
    with (
        tempfile.TemporaryDirectory(prefix="rai-check-") as data_dir,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        passed = list(pool.map(lambda step: run(step, data_dir), chosen))
    failed = passed.count(False)
    took = time.monotonic() - begun
    print(f"check: {len(passed) - failed} passed, {failed} failed in {took:.1f} s")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
