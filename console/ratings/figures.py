"""From counts to what the page shows: a year's table by unit, and the share of content people by month; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from console.ratings.small_numbers import SMALLEST, hide_cells
from storage.ratings import Count

LEVELS: Final = (3, 2, 1)
CONTENT: Final = frozenset({3, 2})
"""Levels that count as satisfied (docs: public-services 6.2)."""
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's year; `levels` (in the order of `LEVELS`) and `share` (percent) are None where too few rated."""

    unit: str | None
    name: str | None
    total: int
    levels: tuple[int, ...] | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Year:
    """A year: the whole, its units, and by month how many people and which share, where that is shown."""

    whole: Row
    rows: Sequence[Row]
    months: Sequence[str]
    totals: Sequence[int | None]
    shares: Sequence[float | None]
    has_hidden: bool

    def is_shown(self, unit: str | None) -> bool:
        """Whether a unit's figures are broken down."""
        return any(row.unit == unit and row.levels is not None for row in self.rows)


def build_year(counts: Iterable[Count], year: int, *, unit: str | None = None) -> Year:
    """Return a year's figures; with `unit` the months are that unit's, else all together."""
    counts = list(counts)
    names = {one.unit: one.unit_name for one in counts}
    cells: Counter[tuple[str | None, str]] = Counter()
    levels: Counter[tuple[str | None, str, int]] = Counter()
    for one in counts:
        cells[one.unit, one.month] += one.ratings
        levels[one.unit, one.month, one.level] += one.ratings
    hidden_cells, hidden_units, hidden_months = hide_cells(cells)
    months = [f"{year}-{month:02}" for month in range(1, MONTHS + 1)]
    rows = [
        _row(name_of, names[name_of], levels, is_hidden=name_of in hidden_units)
        for name_of in sorted(names, key=lambda key: (key is None, key or ""))
    ]
    hidden = {month for month in months if ((unit, month) in hidden_cells if unit else month in hidden_months)}
    by_month = [_month(levels, month, unit) for month in months]
    return Year(
        whole=_whole(levels),
        rows=rows,
        months=months,
        totals=[None if month in hidden else sum(found) for month, found in zip(months, by_month, strict=True)],
        shares=[None if month in hidden else _share(found) for month, found in zip(months, by_month, strict=True)],
        has_hidden=bool(hidden or hidden_units),
    )


def _row(unit: str | None, name: str | None, levels: Counter[tuple[str | None, str, int]], *, is_hidden: bool) -> Row:
    found = tuple(sum(n for (u, _m, lv), n in levels.items() if u == unit and lv == level) for level in LEVELS)
    if is_hidden:
        return Row(unit, name, sum(found), None, None)
    return Row(unit, name, sum(found), found, _share(found))


def _whole(levels: Counter[tuple[str | None, str, int]]) -> Row:
    found = tuple(sum(n for (_u, _m, lv), n in levels.items() if lv == level) for level in LEVELS)
    is_hidden = 0 < sum(found) < SMALLEST
    return Row(None, None, sum(found), None if is_hidden else found, None if is_hidden else _share(found))


def _month(levels: Counter[tuple[str | None, str, int]], month: str, unit: str | None) -> tuple[int, ...]:
    return tuple(
        sum(n for (u, m, lv), n in levels.items() if m == month and lv == level and unit in (None, u))
        for level in LEVELS
    )


def _share(found: Sequence[int]) -> float | None:
    total = sum(found)
    content = sum(count for level, count in zip(LEVELS, found, strict=True) if level in CONTENT)
    return round(100 * content / total, 1) if total else None
