"""How many parts a picture's file has: what is cheap to send and dear to open is refused before it is opened.

A JPEG may paint itself over as often as it likes: fifty bytes are a walk over all of its pixels more. And a file of
a few megabytes may consist of a million empty parts, each of which the library looks at in turn.
"""

from __future__ import annotations

import re
from typing import Final

MAX_SCANS: Final = 32
"""Of a JPEG. Cameras and networks make up to twelve."""
MAX_PARTS: Final = 20_000
"""Of a file. A PNG of ten megabytes has some thousands where its maker writes small ones."""
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # begins a part; what stands within packed pixels is left out
_SCAN, _END, _WITHOUT_LENGTH = 0xDA, 0xD9, frozenset({0x01, 0xD8})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_CHUNK_FRAME_BYTES = 12  # length, name, check


def find_excess(data: bytes) -> str | None:
    """Return what there is too much of in a JPEG or PNG file ("scans", "parts"), or None."""
    if data.startswith(b"\xff\xd8"):
        return _excess_of_jpeg(data)
    return _excess_of_png(data) if data.startswith(_PNG_HEAD) else None


def _excess_of_jpeg(data: bytes) -> str | None:
    place, scans = 2, 0
    for _ in range(MAX_PARTS):
        marker = _MARKER.search(data, place)
        if marker is None or marker[0][1] == _END:
            return None  # what a phone puts behind the end, such as a short film, is nobody's business
        place, kind = marker.end(), marker[0][1]
        scans += kind == _SCAN
        if scans > MAX_SCANS:
            return "scans"
        if kind not in _WITHOUT_LENGTH:
            place += int.from_bytes(data[place : place + 2], "big")
    return "parts"


def _excess_of_png(data: bytes) -> str | None:
    place = len(_PNG_HEAD)
    for _ in range(MAX_PARTS):
        if place >= len(data):
            return None
        place += int.from_bytes(data[place : place + 4], "big") + _CHUNK_FRAME_BYTES
    return "parts"
