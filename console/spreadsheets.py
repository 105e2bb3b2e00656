"""Cells of files that people open in a spreadsheet."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula, or hand on to another program (OWASP, "CSV Injection")."""


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe in front of what would begin a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINNINGS) else cell
