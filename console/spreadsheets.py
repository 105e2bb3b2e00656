"""Cells of files that people open in a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

_BEGINNINGS: Final = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula, or hand on to another program (OWASP, "CSV Injection")."""
_UNSEEN: Final = " \u00a0\u200b\ufeff"
_WITHIN: Final = re.compile(rf"([;\t\r\n][{_UNSEEN}]*)(?=[=+@＝＋－＠-])")
"""In Vietnamese, a semicolon parts the cells, inside our quotation marks too: what follows it may be a formula."""


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe in front of what would begin a formula."""
    within = _WITHIN.sub(r"\1'", cell)
    return f"'{within}" if cell.lstrip(_UNSEEN).startswith(_BEGINNINGS) else within
