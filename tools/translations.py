"""Translations without the gettext programs, which a fresh machine lacks.

    .venv/bin/python -m tools.translations update    # sources -> .po, then .po -> .mo
    .venv/bin/python -m tools.translations check     # nothing missing, fuzzy or stale

Texts are written in Portuguese where they are used; locale/<language> holds the rest.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parent.parent
LOCALE = PROJECT / "locale"
SOURCES = ("accounts", "chat", "realtime")
LANGUAGES = ("en", "es")
HEADER = {
    "Project-Id-Version": "Rai Chat",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

# Position of message, plural and context among the arguments of each function.
FUNCTIONS = {
    "gettext": (0, None, None),
    "ngettext": (0, 1, None),
    "pgettext": (1, None, 0),
    "npgettext": (1, 2, 0),
}
NAMES = {name + end: at for name, at in FUNCTIONS.items() for end in ("", "_lazy")}
NAMES |= {"_": NAMES["gettext"], "gettext_noop": NAMES["gettext"]}
CALL = re.compile(r"\b(n?p?gettext)\(")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text to translate. Context and plural are empty where it has none."""

    message: str
    plural: str = ""
    context: str = ""


def wanted() -> dict[Text, list[str]]:
    """Return every text of the sources, with the files that use it."""
    found: dict[Text, list[str]] = {}
    for path in _files(".py"):
        _add(found, path, _in_python(path.read_text(encoding="utf-8")))
    for path in _files(".html", ".txt"):
        _add(found, path, _in_template(path.read_text(encoding="utf-8")))
    return found


def _files(*suffixes: str) -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((PROJECT / source).rglob("*")):
            if path.suffix not in suffixes or "static" in path.parts:
                continue
            if path.suffix == ".py" or "templates" in path.parts:
                yield path


def _add(found: dict[Text, list[str]], path: Path, texts: Iterator[Text]) -> None:
    for text in texts:
        places = found.setdefault(text, [])
        place = str(path.relative_to(PROJECT))
        if place not in places:
            places.append(place)


def _in_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in NAMES and (text := _text(node, NAMES[name])):
                yield text


def _in_template(source: str) -> Iterator[Text]:
    # Django's own reader of templates; what it writes is calls with literals.
    calls = templatize(source)
    for match in CALL.finditer(calls):
        node = _call_at(calls, match.start())
        if node and (text := _text(node, FUNCTIONS[match[1]])):
            yield text


def _call_at(source: str, start: int) -> ast.Call | None:
    """Parse the shortest text from `start` that is a whole call."""
    end = start
    while (end := source.find(")", end) + 1) > 0:
        try:
            node = ast.parse(source[start:end].strip(), mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _text(call: ast.Call, at: tuple[int, int | None, int | None]) -> Text | None:
    message, plural, context = (_literal(call, position) for position in at)
    return Text(message, plural, context) if message else None


def _literal(call: ast.Call, position: int | None) -> str:
    if position is None or position >= len(call.args):
        return ""
    node = call.args[position]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def _po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _text_of(entry: polib.POEntry | polib.MOEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _is_done(entry: polib.POEntry | polib.MOEntry) -> bool:
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    return bool(forms) and all(forms) and not getattr(entry, "fuzzy", False)


def update() -> None:
    """Bring each .po to what the sources say, keep its translations, compile it."""
    texts = wanted()
    for language in LANGUAGES:
        path = _po_path(language)
        old = polib.pofile(str(path), wrapwidth=88) if path.exists() else polib.POFile()
        known = {_text_of(entry): entry for entry in old if not entry.obsolete}
        new = polib.POFile(wrapwidth=88)
        new.metadata = {**HEADER, "Language": language}
        for text in sorted(texts):
            entry = known.get(text) or _blank(text)
            entry.occurrences = [(place, "") for place in texts[text]]
            new.append(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(path))
        new.save_as_mofile(str(path.with_suffix(".mo")))


def _blank(text: Text) -> polib.POEntry:
    plural = {0: "", 1: ""} if text.plural else {}
    return polib.POEntry(
        msgid=text.message,
        msgid_plural=text.plural,
        msgctxt=text.context or None,
        msgstr_plural=plural,
    )


def problems() -> Iterator[str]:
    """Yield a line for each text missing, unfinished, unused or not compiled."""
    texts = wanted()
    for language in LANGUAGES:
        path = _po_path(language)
        if not path.exists():
            yield f"{language}: {path.relative_to(PROJECT)} is missing"
            continue
        entries = [e for e in polib.pofile(str(path)) if not e.obsolete]
        known = {_text_of(entry): entry for entry in entries}
        for text in sorted(texts.keys() - known.keys()):
            yield f"{language}: not there: {text.message!r} ({texts[text][0]})"
        for text in sorted(known.keys() - texts.keys()):
            yield f"{language}: no longer used: {text.message!r}"
        for text, entry in sorted(known.items()):
            if not _is_done(entry):
                yield f"{language}: not translated, or fuzzy: {text.message!r}"
        if _compiled(path.with_suffix(".mo")) != _compiled(path):
            yield f"{language}: django.mo is not what django.po says"


def _compiled(path: Path) -> list[tuple[Text, str, dict[int, str]]]:
    if not path.exists():
        return []
    catalog = polib.mofile(str(path)) if path.suffix == ".mo" else polib.pofile(path)
    rows = [
        (_text_of(entry), entry.msgstr, dict(entry.msgstr_plural or {}))
        for entry in catalog
        if not entry.obsolete and _is_done(entry)
    ]
    return sorted(rows, key=lambda row: row[0])


def main() -> int:
    """Do what the one argument says."""
    settings.configure()
    if sys.argv[1:] == ["update"]:
        update()
    found = list(problems())
    print("\n".join(found) or "translations are complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
