"""Rows of a CSV file: UTF-8 with or without its mark, or UTF-16; comma, semicolon or tab; quoted line breaks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from status_bridge.lists.errors import ListRefused
from status_bridge.lists.tables import MAX_COLUMNS, TableRow

_SEPARATORS: Final = ",;\t|"
MAX_LINE_CHARS: Final = 100_000
"""A line longer than that is no row; nothing longer is held in memory."""


class CsvTable:
    """A CSV file; use with `with`. Bytes that are not in `encoding` end it: the old code pages have no safe guess."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._raw = path.open("rb")
        self._text = io.TextIOWrapper(self._raw, encoding=encoding, errors="strict", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    @property
    def bytes_read(self) -> int:
        """Bytes taken from the file so far."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[TableRow]:
        try:
            yield from self._rows()
        except UnicodeError as error:
            raise ListRefused("not_unicode") from error
        except csv.Error as error:
            raise ListRefused("broken_quotes") from error

    def _rows(self) -> Iterator[TableRow]:
        lines = self._lines()
        first = next(lines, "")
        csv.field_size_limit(MAX_LINE_CHARS)  # what an open quote swallows ends here
        reader = csv.reader(_chain(first, lines), delimiter=_separator_of(first), strict=True)
        line = 1
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise ListRefused("too_many_columns")
            yield TableRow(line, cells)
            line = reader.line_num + 1

    def _lines(self) -> Iterator[str]:
        while text := self._text.readline(MAX_LINE_CHARS):
            if len(text) >= MAX_LINE_CHARS:
                raise ListRefused("line_too_long")
            if "\0" in text:
                raise ListRefused("not_a_list")
            yield text


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _separator_of(line: str) -> str:
    """Return the sign that stands most often outside of quotes in the first line; a comma where there is none."""
    bare = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=bare.count)
