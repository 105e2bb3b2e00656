"""Files as rows: JSON, CSV and XLSX, told apart by what is in them, never by their name.

A row is a place ("line 3", "procedures[2]") and its values by column; what the values mean is for
`bot/catalogue/procedures.py` and `bot/catalogue/units.py`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalogue.errors import FileUnreadable
from bot.catalogue.workbooks import read_workbook
from dossiers.text import fold

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ROWS = 50_000
"""The national portal has some ten thousand procedures; more rows than this are no catalogue."""
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ";,\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a file: where it stands, and what it says by column."""

    place: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """All items of a file, and what the file says about all of them."""

    rows: list[Row]
    is_flat: bool
    """Values are texts of cells, not yet lists and numbers."""
    header: Mapping[str, Any]


def read_table(path: Path, items: str) -> Table:
    """Return the rows of a file; `items` is the key of the list in a JSON document.

    Raises:
        FileUnreadable: no such file, too large, empty, of no known kind, or broken as a whole.
    """
    body = _read(path)
    if body.startswith(_ZIP):
        return _table(read_workbook(body), "row")
    if body.startswith(_OLD_EXCEL):
        raise FileUnreadable(
            "this is an Excel file of the old kind (.xls), or locked: save it as .xlsx without password"
        )
    text = _decode(body)
    if text.lstrip()[:1] in ("{", "["):
        return _json_table(text, items)
    return _table(_csv_lines(text), "line")


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileUnreadable(f"{path}: no such file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FileUnreadable(f"{path}: larger than {MAX_FILE_BYTES // 1024**2} MB; split it")
        body = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror}") from error
    if not body.strip():
        raise FileUnreadable(f"{path}: the file is empty")
    return body


def _decode(body: bytes) -> str:
    if body.startswith(_UTF16):
        raise FileUnreadable("the text is UTF-16: save it as CSV UTF-8")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            f"byte {error.start + 1} is not UTF-8: save the file as JSON, CSV UTF-8 or XLSX"
        ) from error
    if "\0" in text:
        raise FileUnreadable("this is no text: save the file as JSON, CSV UTF-8 or XLSX")
    return text


def _json_table(text: str, items: str) -> Table:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise FileUnreadable(f"broken JSON ({where})") from error
    header = document if isinstance(document, dict) else {}
    found = header.get(items) if isinstance(document, dict) else document
    if not isinstance(found, list) or not found:
        raise FileUnreadable(f'no list "{items}" in the JSON document, or an empty one')
    _check_number(len(found))
    rows = [Row(f"{items}[{number}]", one if isinstance(one, dict) else {"": one}) for number, one in enumerate(found)]
    return Table(rows, is_flat=False, header={key: value for key, value in header.items() if key != items})


def _csv_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    try:
        for cells in reader:
            yield last + 1, cells
            last = reader.line_num
    except csv.Error as error:
        raise FileUnreadable(f"broken CSV after line {last}: {error}") from error


def _table(lines: Iterator[tuple[int, list[str]]], unit: str) -> Table:
    """Rows of a table whose first line with anything in it names the columns."""
    header: Sequence[str] = ()
    rows = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _columns(cells)
            continue
        rows.append(Row(f"{unit} {number}", _values(header, cells)))
        _check_number(len(rows))
    if not rows:
        raise FileUnreadable("no rows below the line that names the columns")
    return Table(rows, is_flat=True, header={})


def _columns(cells: Sequence[str]) -> list[str]:
    names = ["_".join(fold(cell).replace("-", " ").split()) for cell in cells]
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled:
        raise FileUnreadable(f"the column {min(doubled)!r} stands twice")
    return names


def _values(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(header) :]):
        return {"": "more cells than columns"}
    return {name: cell for name, cell in zip(header, cells, strict=False) if name}


def _check_number(number: int) -> None:
    if number > MAX_ROWS:
        raise FileUnreadable(f"more than {MAX_ROWS} rows: this is no catalogue")
