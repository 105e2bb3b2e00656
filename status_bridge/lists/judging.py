"""Rows of a file made into rows of the database, some thousand at a time: good ones sealed, wrong ones named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import Final

from dossiers.masking import mask_phone
from dossiers.text import LOOK_ALIKES, clean
from status_bridge.lists.columns import SAMPLE_ROWS, Columns, find_columns
from status_bridge.lists.errors import ListRefused
from status_bridge.lists.phones import mask_cell, read_phone
from status_bridge.lists.tables import Table, TableRow
from storage.crypto import Cipher
from storage.recipient_lists import ROW_COLUMN

CHUNK_ROWS: Final = 10_000
MAX_VALUE_CHARS: Final = 400
"""A longer value fits into no message (docs: public-services 2.5: parameters of at most 400)."""
_BLOCK: Final = 1_000_000
_LOOK_ALIKE: Final = re.compile(f"[{''.join(LOOK_ALIKES)}]")


@dataclass(slots=True)
class GoodRow:
    """A row to be written: `text` is what the digest counts, `sealed` the same encrypted."""

    line: int
    phone: str
    hashed: bytes
    text: str
    sealed: bytes


@dataclass(slots=True)
class Chunk:
    """What some thousand rows came to. `wrong`: line, word, what may be shown; duplicates are among them."""

    columns: tuple[str, ...]
    good: list[GoodRow] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    duplicate: int = 0
    bytes_read: int = 0


class SeenPhones:
    """Which phones came before: a bit each, in blocks that are made when they are needed.

    A set of a million texts would take as much memory as all the rest.
    """

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}

    def add(self, phone: str) -> bool:
        """Note a phone (84…); return whether it is new."""
        block, place = divmod(int(phone[2:]), _BLOCK)
        bits = self._blocks.get(block)
        if bits is None:
            bits = self._blocks[block] = bytearray(_BLOCK // 8)
        mask = 1 << (place & 7)
        if bits[place >> 3] & mask:
            return False
        bits[place >> 3] |= mask
        return True


def chunks(table: Table, cipher: Cipher, *, max_rows: int) -> Iterator[Chunk]:
    """Read a table to its end.

    Raises:
        ListRefused: as the table does; no phones, or more than `max_rows` rows.
    """
    rows = (row for row in table if any(map(str.strip, row.cells)))
    sample = list(islice(rows, SAMPLE_ROWS))
    columns = find_columns(sample)
    judge = _Judge(columns, cipher)
    body = chain(sample[1:] if columns.has_header else sample, rows)
    total = 0
    while taken := list(islice(body, CHUNK_ROWS)):
        total += len(taken)
        if total > max_rows:
            raise ListRefused("too_many_rows")
        chunk = judge.judge(taken)
        chunk.bytes_read = table.bytes_read
        yield chunk


class _Judge:
    def __init__(self, columns: Columns, cipher: Cipher) -> None:
        self._columns = columns
        others = [(place, name) for place, name in enumerate(columns.names) if place != columns.phone]
        self._names = tuple(name for _place, name in others)
        self._fields = [(place, f"{encode_basestring(name)}:") for place, name in others]
        self._cipher = cipher
        self._seen = SeenPhones()

    def judge(self, rows: Iterable[TableRow]) -> Chunk:
        chunk = Chunk(self._names)
        wrong, place = chunk.wrong, self._columns.phone
        for line, cells in rows:
            cell = cells[place] if len(cells) > place else ""
            phone, why_not = read_phone(cell)
            if phone is None:
                wrong.append((line, why_not, mask_cell(cell)))
            elif (problem := self._problem(cells)) is not None:
                wrong.append((line, problem, mask_phone(phone)))
            elif not self._seen.add(phone):
                chunk.duplicate += 1
                wrong.append((line, "duplicate", mask_phone(phone)))
            else:
                chunk.good.append(self._seal(line, phone, cells))
        return chunk

    def _problem(self, cells: list[str]) -> str | None:
        """Return what is wrong with a row beside its phone. A cell too many means that the others are misplaced."""
        if len(cells) > len(self._columns.names) and any(map(str.strip, cells[len(self._columns.names) :])):
            return "too_many_cells"
        return "too_long" if max(map(len, cells)) > MAX_VALUE_CHARS else None

    def _seal(self, line: int, phone: str, cells: list[str]) -> GoodRow:
        width = len(cells)
        # JSON by hand: the names are the same in every row, and a million encoders' calls take as long as parsing.
        values = ",".join(
            [field + encode_basestring(_tidy(cells[place]) if place < width else "") for place, field in self._fields]
        )
        text = f'{{"phone":"{phone}","values":{{{values}}}}}'
        return GoodRow(line, phone, self._cipher.lookup_hash(phone), text, self._cipher.encrypt(text, ROW_COLUMN))


def _tidy(value: str) -> str:
    """Return a value as it goes into messages: clean, in NFC; most are already, and that is seen at less cost."""
    is_tidy = value.isprintable() and "  " not in value  # no white space but single blanks, nothing invisible
    if is_tidy and (value.isascii() or (unicodedata.is_normalized("NFC", value) and not _LOOK_ALIKE.search(value))):
        return value.strip()
    return clean(value)
