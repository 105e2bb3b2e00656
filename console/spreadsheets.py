"""Files that people open in a spreadsheet: CSV in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

BOM: Final = "\ufeff"
"""In front of a file: else spreadsheets read Vietnamese letters wrong."""
_BEGINNINGS: Final = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula, or hand on to another program (OWASP, "CSV Injection")."""
_UNSEEN: Final = " \u00a0\u200b\ufeff"
_WITHIN: Final = re.compile(rf"([;\t\r\n][{_UNSEEN}]*)(?=[=+@＝＋－＠-])")
"""In Vietnamese, a semicolon parts the cells, inside our quotation marks too: what follows it may be a formula."""


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe in front of what would begin a formula."""
    within = _WITHIN.sub(r"\1'", cell)
    return f"'{within}" if cell.lstrip(_UNSEEN).startswith(_BEGINNINGS) else within


def write_rows(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV text, harmless; nothing for None (RFC 4180: commas, quotes doubled, CRLF)."""
    out = io.StringIO()
    cells = (["" if cell is None else harmless(str(cell)) for cell in row] for row in rows)
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
    return out.getvalue()
