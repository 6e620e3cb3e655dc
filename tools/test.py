"""`./rai test`: every test there is, against real servers and a real browser.

Parts, in this order, all of them without arguments:

    sqlite     pytest as the product starts by default: SQLite, in-memory layer
    postgres   what touches storage or delivery again, on PostgreSQL and Redis
    valkey     what hears through the layer again, on the other server of its kind
    js         node --test
    e2e        a real Chromium against the real server
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tools import browser, node

PROJECT = Path(__file__).resolve().parent.parent
# What a configured developer's shell must not leak into the tests.
OPTIONS = ("DATABASE_URL", "REDIS_URL", "BASE_URL", "ALLOWED_HOSTS", "LIMITS", "DEBUG")
TWICE = ("accounts", "storage", "delivery", "actions", "doors")
HEARS = ("tests/delivery", "tests/doors")
NODE_COUNT = re.compile(r"^\S+ (pass|fail|skipped|cancelled|todo) (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one part ended. A part that could not run at all counts as one failure."""

    name: str
    passed: int
    failed: int
    took_s: float


def main() -> int:
    """Run the parts named on the command line; return the exit code."""
    parts: dict[str, Callable[[list[str]], tuple[int, int]]] = {
        "sqlite": sqlite,
        "postgres": postgres,
        "valkey": valkey,
        "js": javascript,
        "e2e": e2e,
    }
    # Ended from outside, stop the servers on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(
        prog="./rai test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", nargs="*", choices=[*parts, []], help="only these")
    parser.add_argument("--pytest", default="", help='more for pytest: "-k name -x"')
    chosen = parser.parse_args()
    more = chosen.pytest.split()
    outcomes = []
    for name in chosen.part or parts:
        print(f"\n== {name} ==", flush=True)
        begun = time.monotonic()
        passed, failed = parts[name](more)
        outcomes.append(Outcome(name, passed, failed, time.monotonic() - begun))
    return report(outcomes)


def report(outcomes: list[Outcome]) -> int:
    """Print a line for each part and the total; return the exit code."""
    print("\n== all parts ==")
    for o in outcomes:
        print(f"{o.name:<9} {o.passed} passed, {o.failed} failed in {o.took_s:.0f} s")
    passed = sum(o.passed for o in outcomes)
    failed = sum(o.failed for o in outcomes)
    print(f"total: {passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


def sqlite(more: list[str]) -> tuple[int, int]:
    """Everything but the browser, as people start the product."""
    return _pytest(["tests", "--ignore=tests/e2e", *more], {})


def postgres(more: list[str]) -> tuple[int, int]:
    """The same claims on the other database and the other layer."""
    with ExitStack() as stack:
        database_url = stack.enter_context(services.postgres_server())
        redis_url = stack.enter_context(services.redis_server())
        environ = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "RAI_TEST_DATABASE_URL": database_url,
            "RAI_TEST_REDIS_URL": redis_url,
        }
        folders = [f"tests/{folder}" for folder in TWICE]
        return _pytest([*folders, "-m", "not pure", *more], environ)


def valkey(more: list[str]) -> tuple[int, int]:
    """The bell on Valkey too, where the run before it used a Redis from PATH."""
    used, *others = services.redis_programs()
    if not others:
        print(f"{used} is the only server of its kind here, and was used above")
        return 0, 0
    server = services.Redis(others[-1]).start()
    environ = {"REDIS_URL": server.url, "RAI_TEST_REDIS_URL": server.url}
    try:
        return _pytest([*HEARS, "-m", "not pure", *more], environ)
    finally:
        server.stop()


def javascript(_more: list[str]) -> tuple[int, int]:
    """The modules of the page that need no page."""
    node.need_modules()
    files = sorted(str(path) for path in PROJECT.glob("tests/js/**/*.test.*js"))
    if not files:
        print("rai: tests/js holds no test")
        return 0, 1
    done = subprocess.run(
        [node.node(), "--test", *files],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(done.stdout, flush=True)
    count = {word: int(number) for word, number in NODE_COUNT.findall(done.stdout)}
    bad = sum(count.get(word, 0) for word in ("fail", "cancelled", "skipped", "todo"))
    return count.get("pass", 0), max(bad, 1 if done.returncode else 0)


def e2e(more: list[str]) -> tuple[int, int]:
    """What people see, in a browser they use."""
    chromium = browser.chromium()
    if chromium is None:
        return 0, 1
    node.need_modules()
    return _pytest(["tests/e2e", *more], {"RAI_CHROMIUM": chromium})


def _pytest(arguments: list[str], environ: Mapping[str, str]) -> tuple[int, int]:
    """Run pytest and let it speak; return how many tests passed and failed."""
    clean = {key: value for key, value in os.environ.items() if key not in OPTIONS}
    with tempfile.TemporaryDirectory(prefix="rai-test-") as folder:
        report_file = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report_file}"]
        done = subprocess.run(
            [*command, *arguments], cwd=PROJECT, env={**clean, **environ}, check=False
        )
        return _counts(report_file, done.returncode)


def _counts(report_file: Path, exit_code: int) -> tuple[int, int]:
    if not report_file.exists():
        return 0, 1
    # Written by our own pytest a moment ago.
    suite = ET.parse(report_file).getroot().find("testsuite")  # noqa: S314
    assert suite is not None
    total, bad, skipped = (
        sum(int(suite.get(key, "0")) for key in keys)
        for keys in (("tests",), ("failures", "errors"), ("skipped",))
    )
    # A run cut short, or one that found no test, is no success.
    return max(0, total - bad - skipped), max(bad, 1 if exit_code else 0)


if __name__ == "__main__":
    sys.exit(main())
