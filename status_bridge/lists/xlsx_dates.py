"""Numbers of a spreadsheet as people see them: days and times by the cell's format, whole numbers without a point."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from status_bridge.lists.xml_parts import feed, local, new_parser

_BUILT_IN_DAYS: Final = frozenset({14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 57, 58})
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_DAY_ZERO_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 - as above
_MAX_DAYS: Final = 2_958_465  # 31/12/9999


def read_day_styles(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> frozenset[int]:
    """Return the numbers of the cell styles that show a day."""
    if entry is None:
        return frozenset()
    parser = new_parser()
    own: dict[int, bool] = {}
    styles: list[int] = []
    is_cell_formats = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_cell_formats
        kind = local(name)
        if kind == "numFmt":
            own[_number(attributes.get("numFmtId"))] = _shows_day(attributes.get("formatCode", ""))
        elif kind == "cellXfs":
            is_cell_formats = True
        elif kind == "xf" and is_cell_formats:
            styles.append(_number(attributes.get("numFmtId")))

    def end(name: str) -> None:
        nonlocal is_cell_formats
        if local(name) == "cellXfs":
            is_cell_formats = False

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    for _ in feed(archive, entry, parser):
        pass
    return frozenset(place for place, number in enumerate(styles) if own.get(number, number in _BUILT_IN_DAYS))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _shows_day(code: str) -> bool:
    bare = _QUOTED.sub("", code).lower()
    return "d" in bare or "y" in bare


def say_number(text: str, *, is_day: bool, is_1904: bool) -> str:
    """Return a number as the spreadsheet shows it: 905123456, 12.5, 05/03/2026, 05/03/2026 17:00."""
    if is_day:
        return _say_day(text, is_1904=is_1904)
    if text.isdecimal():
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or not -30 < value.adjusted() < 30:
        return text
    if value == value.to_integral_value():
        return str(int(value))
    return format(value.normalize(), "f")


def _say_day(text: str, *, is_1904: bool) -> str:
    try:
        days = float(text)
    except ValueError:
        return text
    if not 0 <= days <= _MAX_DAYS:
        return text
    moment = (_DAY_ZERO_1904 if is_1904 else _DAY_ZERO) + timedelta(seconds=round(days * 86_400))
    return moment.strftime("%d/%m/%Y" if days == int(days) else "%d/%m/%Y %H:%M")
