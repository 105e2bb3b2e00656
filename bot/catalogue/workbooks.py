"""The cells of an XLSX file as text. A formula is never worked out: what the file holds as its value is read.

The file comes from outside, so it is looked through before it is opened: what it unpacks to, and how far its cells
spread, are bounded.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bot.catalogue.errors import FileUnreadable

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_COLUMNS = 200
MAX_SHEET_ROWS = 100_000
_CHUNK = 1024 * 1024
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_OVERLAP = 200  # a cell's tag may lie across two chunks


def read_workbook(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield number (from 1) and cells of each row of the first visible sheet.

    Raises:
        FileUnreadable: no workbook, a broken one, or one that unpacks to more than the limits.
    """
    try:
        _check(body)
        with CalamineWorkbook.from_filelike(io.BytesIO(body)) as book:
            visible = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if not visible:
                raise FileUnreadable("the workbook has no visible sheet")
            cells = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileUnreadable("broken XLSX, or none: open it and save it again as .xlsx without password") from error
    for number, row in enumerate(cells, start=1):
        yield number, [_text(cell) for cell in row]


def _check(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise FileUnreadable(f"the workbook unpacks to more than {MAX_UNPACKED_BYTES // 1024**2} MB")
        for member in archive.infolist():
            # Read to the end: only then are its size and its checksum known to be true.
            with archive.open(member) as file:
                rest = b""
                while chunk := file.read(_CHUNK):
                    if "worksheets/" in member.filename:
                        _check_cells(rest + chunk)
                    rest = chunk[-_OVERLAP:]


def _check_cells(xml: bytes) -> None:
    for letters, row in _CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MAX_COLUMNS or int(row) > MAX_SHEET_ROWS:
            raise FileUnreadable(f"a cell lies beyond column {MAX_COLUMNS} or row {MAX_SHEET_ROWS}: delete it")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # 1.001193 typed into a cell is a number to Excel, and loses the zeros at its end.
        return f"{cell:.0f}" if cell.is_integer() else f"{cell:.6f}"
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.strftime("%Y-%m-%d")
    return str(cell)
