"""Cells that a spreadsheet would run."""

import pytest

from console.spreadsheets import harmless, write_rows

BEGINNINGS = ("=1", "+84", "-1", "@x", "|cmd", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x")
UNSEEN = ("", " ", "\u00a0", "\u200b", "\ufeff")


@pytest.mark.parametrize("cell", [before + formula for before in UNSEEN for formula in BEGINNINGS])
def test_what_begins_a_formula_gets_an_apostrophe_in_front(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert write_rows([[cell]]).startswith("\"'")


def test_what_a_semicolon_would_make_a_formula_gets_one_too() -> None:
    assert harmless("Châu;=HYPERLINK(1)") == "Châu;'=HYPERLINK(1)"
    assert harmless("Châu; \u00a0＠x\n-1") == "Châu; \u00a0'＠x\n'-1"


def test_ordinary_cells_stay_as_they_are() -> None:
    for cell in ("", "Nguyễn Thị Minh Châu", "12/03/2026", "a;b", "5 - 3", "a=b", "xin chào\ntạm biệt"):
        assert harmless(cell) == cell
