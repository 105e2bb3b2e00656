"""Renew the table of settings in docs/emulator.md from the emulator's own list."""

import sys
from pathlib import Path
from typing import Any

from emulator.config import EmulatorConfig
from emulator.settings import view_settings

PAGE = Path(__file__).parent.parent / "docs" / "emulator.md"
BEGIN, END = "<!-- settings: scripts/emulator_settings.py -->\n", "<!-- end of settings -->\n"


def render_table() -> str:
    """Return the rows, in the order of the class."""
    rows = [
        f"| `{setting['name']}` | {_written(setting['default'])} | {setting['help']} |"
        for setting in view_settings(EmulatorConfig())
    ]
    return "\n".join(["| Setting | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def renew(page: str) -> str:
    """Return the page with the present table. Raises ValueError when its marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("docs/emulator.md: the marks around the table of settings are missing")
    return f"{before}{begin}\n{render_table()}\n{end}{after}"


def _written(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(f"`{each}`" for each in value) if isinstance(value, tuple) else f"`{value}`"


def main() -> int:
    """Write the page."""
    PAGE.write_text(renew(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
