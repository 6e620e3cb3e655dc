"""What holds the page's files together, and what no checker of ours would see."""

import gzip
import re
from pathlib import Path

import pytest
from django.utils import translation

from chat.texts import textos
from realtime.storage import COMMENT, bare
from tools import vendor

PROJECT = Path(__file__).resolve().parent.parent.parent
STATIC = PROJECT / "chat" / "static" / "chat"
JS = STATIC / "js"
TEMPLATES = PROJECT / "chat" / "templates"
MODULES = sorted(JS.rglob("*.js"))
IMPORT = re.compile(r'^(?:import|export)\b[^;]*?from "([^"]+)"(;?)$', re.MULTILINE)

# Which floors a floor may import from.
FLOORS = {
    "core": {"core"},
    "net": {"core", "net"},
    "ui": {"core", "ui"},
    "pages": {"core", "net", "ui", "pages"},
}


def _imports(module: Path) -> list[tuple[Path, str]]:
    found = IMPORT.findall(module.read_text("utf-8"))
    return [((module.parent / path).resolve(), end) for path, end in found]


def _name(module: Path) -> str:
    return module.relative_to(JS).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_a_module_imports_only_from_its_floor_or_below(module: Path) -> None:
    floor = module.parent.name
    below = {target.parent.name for target, _ in _imports(module)}
    assert below <= FLOORS[floor]


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_every_import_can_be_hashed(module: Path) -> None:
    """Without the semicolon Django leaves the old name in, and caches go stale."""
    for target, end in _imports(module):
        assert target.exists()
        assert end == ";"


def test_modules_import_in_no_circle() -> None:
    """A circle would end collectstatic with "Max post-process passes exceeded"."""
    left = {module: {target for target, _ in _imports(module)} for module in MODULES}
    while left:
        free = [module for module, needs in left.items() if not needs & left.keys()]
        assert free, f"a circle among {sorted(map(_name, left))}"
        for module in free:
            del left[module]


def test_the_room_page_preloads_what_it_will_need() -> None:
    """A module found late costs a round trip for each level of imports."""
    needed: set[Path] = set()
    waiting = [JS / "pages" / "sala.js"]
    while waiting:
        module = waiting.pop()
        if module not in needed:
            needed.add(module)
            waiting += [target for target, _ in _imports(module)]
    markup = (TEMPLATES / "chat" / "_modulos.html").read_text("utf-8")
    listed = set(re.findall(r'static "chat/js/([^"]+)"', markup))
    assert listed == {_name(module) for module in needed}


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_no_text_becomes_markup_or_code(module: Path) -> None:
    """S5: a word of a user that reaches a parser is a script of a user."""
    sinks = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b"
        r"|new Function|DOMParser|createContextualFragment|srcdoc|setHTMLUnsafe"
    )
    assert not re.search(sinks, module.read_text("utf-8"))


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_a_module_stays_short(module: Path) -> None:
    lines = len(module.read_text("utf-8").splitlines())
    assert lines <= 300


@pytest.mark.parametrize(
    "page", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name
)
def test_no_template_holds_script_style_or_raw_text(page: Path) -> None:
    markup = page.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    assert not re.search(r"<style|\sstyle=|\son\w+=|\|safe|autoescape off", markup)


@pytest.mark.parametrize(
    "button",
    re.findall(
        r"<button[^>]*>",
        "".join(p.read_text("utf-8") for p in TEMPLATES.rglob("*.html")),
    ),
)
def test_every_button_says_what_it_is(button: str) -> None:
    assert re.search(r'\btype="(submit|button)"', button)


def test_the_script_finds_every_word_it_asks_for() -> None:
    source = (JS / "core" / "types.js").read_text("utf-8")
    listed = re.search(r"TEXT_KEYS = .*?\[(.*?)\]", source, re.DOTALL)
    assert listed
    assert set(re.findall(r'"(\w+)"', listed[1])) == textos().keys()


def test_the_same_placeholders_stand_in_every_language() -> None:
    def holes() -> dict[str, set[str]]:
        return {k: set(re.findall(r"\{\w+\}", text)) for k, text in textos().items()}

    with translation.override("pt-br"):
        wanted = holes()
    for language in ("en", "es"):
        with translation.override(language):
            assert holes() == wanted


def test_what_we_serve_of_others_is_as_listed() -> None:
    """Without node_modules: the files are those whose sums stand in VENDOR.json."""
    assert vendor.changed_since_listed() == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_what_is_stripped_as_a_comment_is_one(module: Path) -> None:
    """Every `/*` of the source opens a line or a parameter, none is inside a text."""
    source = module.read_text("utf-8")
    for comment in COMMENT.finditer(source):
        if comment[0].startswith("/*"):
            line = source[: comment.start()].rpartition("\n")[2]
            assert not re.search(r"[\"'`]", re.sub(r"\"[^\"]*\"|`[^`]*`", "", line))
    assert bare(source).count("\n") == source.count("\n")


def test_the_room_page_is_light() -> None:
    """The budget of a first visit: 36 kB of script, 14 kB of style."""
    modules = re.findall(r'"chat/js/([^"]+)"', _template("chat/_modulos.html"))
    scripts = [bare((JS / name).read_text("utf-8")) for name in modules]
    assert sum(map(_gzipped, scripts)) <= 36 * 1024

    markup = _template("base.html") + _template("sala.html")
    names = re.findall(r'stylesheet" href="{% static "([^"]+)"', markup)
    styles = [(STATIC.parent / name).read_text("utf-8") for name in names]
    assert len(styles) > 8
    assert sum(map(_gzipped, styles)) <= 14 * 1024


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _gzipped(text: str) -> int:
    return len(gzip.compress(text.encode(), 9))
