"""The table of options, written for a terminal and for docs/options.md."""

from collections.abc import Mapping
from typing import Any

from realtime.options import given, rows


def terminal(environ: Mapping[str, str]) -> str:
    """Return each option's value now, and what it is; secrets stay secret."""
    return "\n\n".join(
        f"{row['name']}={_shown(row, environ)}\n    {row['doc']}" for row in rows()
    )


def markdown() -> str:
    """Return docs/options.md."""
    lines = [
        "# Options",
        "",
        "Given by environment; an empty value means the default. A value that cannot",
        "be used ends the start with one line and exit code 2. `./rai options` shows",
        "what holds now. Secrets may also come from a file: `SECRET_KEY_FILE=/path`.",
        "",
        "<!-- Made by `./rai options --markdown`; the text stands in"
        " realtime/options.py. -->",
        "",
        "| Option | Default | What it does |",
        "|---|---|---|",
    ]
    for row in rows():
        default = f"`{row['default']}`" if row["default"] else ""
        lines.append(f"| `{row['name']}` | {default} | {row['doc']} |")
    return "\n".join(lines) + "\n"


def _shown(row: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    raw = given(row, environ)
    if raw and row["secret"]:
        return "(set, not shown)"
    return str(raw or row["default"])
