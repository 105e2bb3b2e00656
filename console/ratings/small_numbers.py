"""Which figures may be shown, so that nobody is recognised in them; pure.

A group of fewer than `SMALLEST` people is not broken down. Nor is one that could be counted back from the sums around
it: where the hidden groups of a row or a column are together fewer than that, the next smallest is hidden too.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Final, TypeVar

SMALLEST: Final = 5
"""People in a group that is broken down."""
K = TypeVar("K", bound=Hashable)
U = TypeVar("U", bound=Hashable)
M = TypeVar("M", bound=Hashable)


def hide_few(totals: Mapping[K, int], hidden: Collection[K] = ()) -> set[K]:
    """Return the groups to be hidden, given those that are hidden for another reason."""
    gone = {key for key, total in totals.items() if key in hidden or 0 < total < SMALLEST}
    left = sorted((total, str(key), key) for key, total in totals.items() if key not in gone and total)
    while gone and 0 < sum(totals[key] for key in gone) < SMALLEST and left:
        gone.add(left.pop(0)[2])
    return gone


def hide_cells(totals: Mapping[tuple[U, M], int]) -> tuple[set[tuple[U, M]], set[U], set[M]]:
    """Return the cells, the rows' sums and the columns' sums of a table that are to be hidden.

    `totals`: people by row (unit) and column (month). All sums of what is shown are looked at until nothing changes.
    """
    by_row = _sums((cell[0], total) for cell, total in totals.items())
    by_column = _sums((cell[1], total) for cell, total in totals.items())
    rows, columns = hide_few(by_row), hide_few(by_column)
    cells = {cell for cell in totals if cell[0] in rows or cell[1] in columns}
    while True:
        more = set(cells)
        lines = [{cell: n for cell, n in totals.items() if cell[0] == row} for row in by_row]
        lines += [{cell: n for cell, n in totals.items() if cell[1] == column} for column in by_column]
        for line in lines:
            more |= hide_few(line, more)
        if more == cells:
            return cells, rows, columns
        cells = more


def _sums(parts: Iterable[tuple[K, int]]) -> dict[K, int]:
    found: dict[K, int] = {}
    for key, total in parts:
        found[key] = found.get(key, 0) + total
    return found
