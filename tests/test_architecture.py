"""Laws of the house that imports cannot show; import-linter holds the others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.core.errors import Close, Code
from realtime.options import rows
from realtime.values import PROJECT

APPS = ("accounts", "chat", "realtime")
PYTHON_LINES, SCRIPT_LINES, TEST_LINES = 400, 300, 500

# What changes rows, as Django spells it.
WRITES = {
    name
    for verb in (
        "save",
        "create",
        "delete",
        "update",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    )
    for name in (verb, f"a{verb}")
}
WRITERS = ("chat/log/", "chat/actions/", "accounts/", "chat/epoch.py")
SQL_WRITE = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}

MARKUP_BY_STRING = re.compile(
    r"\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function"
    r"|createContextualFragment|\.srcdoc\b|setHTMLUnsafe"
)
UNSAFE_TEMPLATE = re.compile(r"\|\s*safe\b|autoescape\s+off|safeseq")
INLINE = re.compile(
    r"""\s(style|on[a-z]+)\s*=\s*["']|<style\b|href=["']javascript:""", re.IGNORECASE
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)


def files(pattern: str, *folders: str) -> list[Path]:
    found = [path for folder in folders for path in (PROJECT / folder).rglob(pattern)]
    assert found, f"no {pattern} in {folders}: this test looks at nothing"
    return sorted(found)


def named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def written(path: Path) -> Iterator[str]:
    """Yield each place that changes rows: through the ORM or by SQL."""
    for call in calls(path):
        text = ast.unparse(call.func)
        verb = text.rpartition(".")[2]
        if verb in WRITES and (".objects" in text or verb.endswith("save")):
            yield f"{named(path)}:{call.lineno} {text}"
        if verb in ("execute", "executemany") and call.args:
            sql = call.args[0]
            if isinstance(sql, ast.Constant) and SQL_WRITE.match(str(sql.value)):
                yield f"{named(path)}:{call.lineno} {sql.value!r}"


def test_rooms_are_changed_by_the_log_and_the_actions_alone() -> None:
    """A change without a version is one that nobody who is away ever hears of."""
    outside = [
        place
        for path in files("*.py", *APPS)
        if not named(path).startswith(WRITERS) and "/migrations/" not in named(path)
        for place in written(path)
    ]

    assert outside == []


def test_the_look_for_writes_would_see_one() -> None:
    """Of a net that never caught anything, nobody knows whether it has holes."""
    assert list(written(PROJECT / "accounts" / "models.py"))


def test_core_asks_no_clock() -> None:
    """Time is an argument there, so that tests and replays agree with the product."""
    asked = [
        f"{named(path)}:{call.lineno} {ast.unparse(call.func)}"
        for path in files("*.py", "chat/core")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS
    ]

    assert asked == []


def test_one_bridge_leads_to_the_database() -> None:
    """Each other one brings its own threads and its own forgotten connections."""
    bridges = [
        named(path)
        for path in files("*.py", *APPS)
        if named(path) != "chat/db.py"
        and re.search(r"\b(database_)?sync_to_async\b", path.read_text("utf-8"))
    ]

    assert bridges == []


def test_no_script_makes_markup_from_a_string() -> None:
    found = [
        f"{named(path)}: {match[0]}"
        for path in files("*.js", "chat/static")
        if "/vendor/" not in named(path)
        for match in MARKUP_BY_STRING.finditer(path.read_text("utf-8"))
    ]

    assert found == []


def test_s5_no_template_and_no_module_calls_a_text_safe() -> None:
    """`mark_safe(json.dumps(name))` in a script was the tutorial's hole."""
    found = [
        named(path)
        for path in files("*.html", *APPS)
        if UNSAFE_TEMPLATE.search(path.read_text("utf-8"))
    ]
    found += [
        named(path)
        for path in files("*.py", *APPS)
        if re.search(r"\b(mark_safe|SafeString)\b", path.read_text("utf-8"))
    ]

    assert found == []


def test_no_template_holds_a_script_or_a_style_of_its_own() -> None:
    """The policy would block it, in silence, for everybody."""
    found = []
    for path in files("*.html", *APPS):
        text = path.read_text("utf-8")
        found += [f"{named(path)}: {match[0]}" for match in INLINE.finditer(text)]
        found += [
            f"{named(path)}: <script{match[1]}>"
            for match in SCRIPT.finditer(text)
            if "src=" not in match[1] and "application/json" not in match[1]
        ]

    assert found == []


def test_s27_no_page_and_no_style_asks_a_third_party() -> None:
    """A CDN sees every visitor, and without it the page is broken."""
    found = [
        f"{named(path)}: {match[0]}"
        for pattern in ("*.html", "*.css", "*.js")
        for path in files(pattern, "chat")
        if "/vendor/" not in named(path)
        for match in re.finditer(
            r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//"""
            r"""|from ["']https?:""",
            path.read_text("utf-8"),
        )
    ]

    assert found == []


@pytest.mark.parametrize("code", list(Code))
def test_every_error_code_is_documented(code: Code) -> None:
    assert re.search(rf"^\|.*`{code.value}`.*\|$", protocol(), re.MULTILINE)


@pytest.mark.parametrize("close", list(Close))
def test_every_close_code_is_documented(close: Close) -> None:
    assert re.search(rf"^\|.*\b{close.value}\b.*\|$", protocol(), re.MULTILINE)


def protocol() -> str:
    return (PROJECT / "docs" / "protocol.md").read_text("utf-8")


@pytest.mark.parametrize("name", [row["name"] for row in rows()])
def test_every_option_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (PROJECT / "docs" / "options.md").read_text("utf-8")


def test_every_module_of_core_that_decides_something_has_its_test() -> None:
    """Names for types and shapes without a branch need none."""
    tested = {
        path.stem.removeprefix("test_") for path in files("test_*.py", "tests/core")
    }
    modules = {path.stem for path in files("*.py", "chat/core") if decides(path)}

    assert modules - tested == set()


def decides(path: Path) -> bool:
    branches = (ast.If, ast.IfExp, ast.For, ast.While, ast.Match, ast.Try)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, branches) for node in ast.walk(tree))


def test_no_file_is_too_long_to_read_once() -> None:
    """Soft limits are 250 and 150; here it is time to split."""
    limits = [
        *((path, PYTHON_LINES) for path in files("*.py", *APPS, "tools")),
        *((path, TEST_LINES) for path in files("*.py", "tests")),
        *((path, SCRIPT_LINES) for path in files("*.js", "chat/static/chat")),
    ]
    long = [
        f"{named(path)}: {lines} lines"
        for path, limit in limits
        if (lines := len(path.read_text("utf-8").splitlines())) > limit
    ]

    assert long == []
