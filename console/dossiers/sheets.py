"""Tables as CSV for spreadsheets, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

BOM: Final = "\ufeff"
"""In front of the file: else spreadsheets read Vietnamese letters wrong."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell may not begin with, behind white space too (OWASP, CSV injection; full-width signs as well)."""


def neutral(cell: object) -> str:
    """Return a cell's text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    text = "" if cell is None else str(cell)
    is_formula = text.startswith(("\t", "\r", "\n")) or text.lstrip(" \u00a0\u200b\ufeff").startswith(_FORMULA)
    return f"'{text}" if is_formula else text


def write_rows(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text (RFC 4180: commas, quotes doubled, CRLF)."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()
