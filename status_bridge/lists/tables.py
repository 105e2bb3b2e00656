"""What the readers of files have in common: a row as it stands in a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

MAX_COLUMNS: Final = 60
"""A list for people has a handful; more is a file of another kind."""


class TableRow(NamedTuple):
    """A row of a file: its line there (the first is 1; for a spreadsheet the row's number) and its cells as text."""

    line: int
    cells: list[str]


class Table(Protocol):
    """A file that is being read row by row.

    Raises (while rows are taken):
        ListRefused: the file is broken, or not what it seemed.
    """

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file the rows so far took."""
        ...

    def __iter__(self) -> Iterator[TableRow]: ...
