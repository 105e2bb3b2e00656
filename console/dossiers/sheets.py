"""Tables as CSV for spreadsheets, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from console.spreadsheets import harmless

BOM: Final = "\ufeff"
"""In front of the file: else spreadsheets read Vietnamese letters wrong."""


def neutral(cell: object) -> str:
    """Return a cell's text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return "" if cell is None else harmless(str(cell))


def write_rows(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text (RFC 4180: commas, quotes doubled, CRLF)."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()
