"""Rows of the first visible sheet of an XLSX workbook, streamed: a million rows do not fit into memory at once.

Measured: the usual readers hold the whole sheet, or take several times as long (docs/broadcasts.md). Formulas are never
worked out; what the office program last saw there is taken.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Self
from xml.parsers import expat

from status_bridge.lists.errors import ListRefused
from status_bridge.lists.tables import MAX_COLUMNS, TableRow
from status_bridge.lists.xlsx_dates import read_day_styles, say_number
from status_bridge.lists.xlsx_texts import SharedTexts, read_texts
from status_bridge.lists.xml_parts import bare, feed, local, new_parser

_WORKBOOK: Final = "xl/workbook.xml"
_DIGITS: Final = "0123456789"


class XlsxTable:
    """A workbook; use with `with`."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise ListRefused("broken") from error
        self._size = path.stat().st_size
        self._done = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    @property
    def bytes_read(self) -> int:
        """The sheet's share that was read, of the file's size."""
        return int(self._size * self._done)

    def __iter__(self) -> Iterator[TableRow]:
        place, is_1904 = self._first_sheet()
        sheet = self._entry(place)
        if sheet is None:
            raise ListRefused("broken")
        parser = new_parser(namespaces=False)
        cells = _Cells(
            read_texts(self._archive, self._entry("xl/sharedStrings.xml")),
            read_day_styles(self._archive, self._entry("xl/styles.xml")),
            is_1904=is_1904,
        )
        cells.listen(parser)
        for done in feed(self._archive, sheet, parser):
            self._done = done / max(sheet.file_size, 1)
            yield from cells.rows
            cells.rows.clear()

    def _entry(self, name: str) -> zipfile.ZipInfo | None:
        try:
            return self._archive.getinfo(name)
        except KeyError:
            wanted = name.lower()
            return next((one for one in self._archive.infolist() if one.filename.lower() == wanted), None)

    def _first_sheet(self) -> tuple[str, bool]:
        """Return where the first visible sheet is, and whether days are counted from 1904."""
        found: list[str] = []
        is_1904 = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal is_1904
            kind = local(name)
            if kind == "sheet" and attributes.get("state", "visible") == "visible":
                found.extend(value for key, value in attributes.items() if local(key) == "id" and key != "id")
            elif kind == "workbookPr":
                is_1904 = attributes.get("date1904") in ("1", "true")

        self._walk(_WORKBOOK, start)
        if not found:
            raise ListRefused("broken")
        return self._targets().get(found[0], "xl/worksheets/sheet1.xml"), is_1904

    def _targets(self) -> dict[str, str]:
        targets: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                targets[attributes.get("Id", "")] = place

        self._walk("xl/_rels/workbook.xml.rels", start)
        return targets

    def _walk(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        entry = self._entry(name)
        if entry is None:
            raise ListRefused("broken")
        parser = new_parser()
        parser.StartElementHandler = start
        for _ in feed(self._archive, entry, parser):
            pass


class _Cells:
    """Takes a sheet's XML and makes rows of it."""

    def __init__(self, texts: SharedTexts, days: frozenset[int], *, is_1904: bool) -> None:
        self.rows: list[TableRow] = []
        self._texts = texts
        self._days = days
        self._is_1904 = is_1904
        self._columns: dict[str, int] = {}

    def listen(self, parser: expat.XMLParserType) -> None:
        """Let a parser without namespaces (xml_parts.py) tell of its elements.

        It calls seventeen times for a row of three cells, and for a million rows: hence plain functions over variables
        of their own, which take two thirds of the time that methods and attributes do.
        """
        rows, column_of, say, kinds = self.rows, self._column, self._say, dict[str, str]()
        line, place, kind, style = 0, -1, "n", ""
        cells: list[str] = []
        pieces: list[str] = []
        is_value = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal line, place, kind, style, cells, is_value
            element = kinds.get(name) or kinds.setdefault(name, bare(name))
            if element == "c":
                reference = attributes.get("r")
                place = place + 1 if reference is None else column_of(reference)
                kind = attributes.get("t", "n")
                style = attributes.get("s", "")
            elif element == "v" or element == "t":
                is_value = True
            elif element == "row":
                number = attributes.get("r", "")
                line = int(number) if number.isdecimal() and len(number) < 9 else line + 1
                cells, place = [], -1

        def end(name: str) -> None:
            nonlocal is_value
            element = kinds.get(name) or kinds.setdefault(name, bare(name))
            if element == "v" or element == "t":
                is_value = False
            elif element == "c":
                if pieces:
                    said = say(pieces[0] if len(pieces) == 1 else "".join(pieces), kind, style)
                    pieces.clear()
                    while len(cells) < place:
                        cells.append("")
                    if len(cells) == place:
                        cells.append(said)
                    else:
                        cells[place] = said
            elif element == "row" and cells:
                rows.append(TableRow(line, cells))

        def take(text: str) -> None:
            if is_value:
                pieces.append(text)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = take

    def _say(self, text: str, kind: str, style: str) -> str:
        if kind == "s":
            return self._texts[int(text)] if text.isdecimal() else ""
        if kind == "n":
            is_day = style.isdecimal() and int(style) in self._days
            return say_number(text.strip(), is_day=is_day, is_1904=self._is_1904)
        return text

    def _column(self, reference: str) -> int:
        letters = reference.rstrip(_DIGITS)
        place = self._columns.get(letters)
        if place is None:
            place = 0
            for letter in letters[:4].upper():
                place = place * 26 + ord(letter) - 64
            place -= 1
            if not 0 <= place < MAX_COLUMNS:
                raise ListRefused("too_many_columns")
            self._columns[letters] = place
        return place
