"""What a file is, by its content: its name and the type that a browser gives are anybody's words."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final, Literal

from status_bridge.lists.errors import ListRefused

_HEAD_BYTES: Final = 8192
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and .xlsx with a password
_OTHERS: Final = (b"%PDF", b"\x7fELF", b"MZ", b"GIF8", b"\xff\xd8\xff", b"\x89PNG", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_MARKUP: Final = (b"<?xml", b"<html", b"<!doctype", b"<table", b"{\\rtf")
_MACROS: Final = ("vbaproject.bin", "macrosheets/", "activex/")

Encoding = Literal["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def sniff(path: Path) -> Literal["xlsx"] | Encoding:
    """Return `xlsx`, or the encoding of a text file.

    Raises:
        ListRefused: empty, encrypted, with macros, or of another kind.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise ListRefused("empty")
    if head.startswith(_OLE):
        raise ListRefused("old_or_encrypted")
    if head.startswith(_ZIP):
        _check_workbook(path)
        return "xlsx"
    if head.startswith(_OTHERS) or head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise ListRefused("not_a_list")
    return _text_encoding(head)


def _text_encoding(head: bytes) -> Encoding:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        if not any(head[0::2]) or not any(head[1::2]):  # half of the bytes are all zero: plain letters in UTF-16
            return "utf-16-be" if head[0] == 0 else "utf-16-le"
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) < len(head) // 5:
            raise ListRefused("not_a_list")
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8-sig"


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise ListRefused("broken") from error
    names = [entry.filename.lower() for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries) or "encryptedpackage" in names:
        raise ListRefused("old_or_encrypted")
    if any(mark in name for name in names for mark in _MACROS):
        raise ListRefused("macros")
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise ListRefused("not_a_list")
