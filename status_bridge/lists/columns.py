"""Which column holds the phone, and what the others are called as placeholders. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dossiers.text import fold
from status_bridge.lists.errors import ListRefused
from status_bridge.lists.phones import read_phone
from status_bridge.lists.tables import TableRow

SAMPLE_ROWS: Final = 200
"""So many rows are looked at before anything is decided."""
_PHONE_WORDS: Final = ("so dien thoai", "dien thoai", "sdt", "so dt", "dt", "phone", "mobile", "di dong", "tel", "zalo")
_MOSTLY: Final = 0.5
_DIGITS_OF_NO_TITLE: Final = 8
MAX_NAME_CHARS: Final = 40
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """How a list's rows are read: its columns as placeholders, the phone's place among them, and if it has a header."""

    names: tuple[str, ...]
    phone: int
    has_header: bool


def find_columns(sample: Sequence[TableRow]) -> Columns:
    """Return how to read a list, by its first rows: the header's words, or else the only column with phones.

    Raises:
        ListRefused: no rows; no column has phones, or several do and none is called so.
    """
    if not sample:
        raise ListRefused("empty")
    first = sample[0].cells
    has_header = not any(_could_be_phone(cell) for cell in first)
    body = sample[1:] if has_header else sample
    if not body:
        raise ListRefused("empty")
    width = len(first) if has_header else Counter(len(row.cells) for row in sample).most_common(1)[0][0]
    shares = [_share_of_phones(body, place) for place in range(width)]
    phone = _named_phone(first, shares) if has_header else None
    if phone is None:
        phone = _only_phone(shares)
    return Columns(placeholders(first if has_header else [""] * width), phone, has_header)


def placeholders(titles: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each column: its title in small letters, digits and _, without accents; each once.

    `Họ và tên` is `ho_va_ten`, a column without a title is `cot_3`. Nothing of a title that could do harm is left.
    """
    names: list[str] = []
    for place, title in enumerate(titles, start=1):
        name = _NOT_NAME.sub("_", fold(title[:200])).strip("_")[:MAX_NAME_CHARS].strip("_") or f"cot_{place}"
        if name[0].isdigit():
            name = f"cot_{name}"
        names.append(name if name not in names else f"{name}_{place}")
    return tuple(names)


def _named_phone(titles: Sequence[str], shares: Sequence[float]) -> int | None:
    """Return the column that is called a phone; of several, the one that holds most of them."""
    called = [place for place, title in enumerate(titles) if _is_phone_title(title)]
    return max(called, key=lambda place: shares[place], default=None)


def _is_phone_title(title: str) -> bool:
    words = f" {_NOT_NAME.sub(' ', fold(title[:200]))} "
    return any(f" {word} " in words for word in _PHONE_WORDS)


def _only_phone(shares: Sequence[float]) -> int:
    holding = [place for place, share in enumerate(shares) if share >= _MOSTLY]
    if not holding:
        raise ListRefused("no_phone_column")
    if len(holding) > 1:
        raise ListRefused("several_phone_columns")
    return holding[0]


def _could_be_phone(cell: str) -> bool:
    """Return whether a cell is no title: a phone, or a number that was meant to be one."""
    return read_phone(cell)[0] is not None or sum(map(str.isdigit, cell)) >= _DIGITS_OF_NO_TITLE


def _share_of_phones(rows: Sequence[TableRow], place: int) -> float:
    filled = [row.cells[place] for row in rows if len(row.cells) > place and row.cells[place].strip()]
    return sum(read_phone(cell)[0] is not None for cell in filled) / len(filled) if filled else 0.0
