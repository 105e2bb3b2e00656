"""The texts that a workbook's cells refer to, kept as one run of bytes: two million take some tens of megabytes."""

from __future__ import annotations

import zipfile
from array import array
from typing import Final

from status_bridge.lists.errors import ListRefused
from status_bridge.lists.xml_parts import bare, feed, new_parser

MAX_TEXT_BYTES: Final = 160 << 20
"""Of all texts together; more would not stay within the memory that reading a list may take."""


class SharedTexts:
    """Texts by their number."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])  # a text's end is the next one's beginning

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise ListRefused("broken")
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "replace")

    def add(self, text: str) -> None:
        """Keep one more."""
        self._bytes += text.encode("utf-8", "replace")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > MAX_TEXT_BYTES:
            raise ListRefused("too_big_inside")


def read_texts(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> SharedTexts:
    """Read the part with a workbook's shared texts; without one there are none.

    Raises:
        ListRefused: it is broken, or too big.
    """
    texts = SharedTexts()
    if entry is None:
        return texts
    parser = new_parser(namespaces=False)
    pieces: list[str] = []
    kinds: dict[str, str] = {}
    is_text = is_sound = False  # sound: how East Asian names are read, which is not the text itself

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal is_text, is_sound
        kind = kinds.get(name) or kinds.setdefault(name, bare(name))
        if kind == "t":
            is_text = not is_sound
        elif kind == "rPh":
            is_sound = True

    def end(name: str) -> None:
        nonlocal is_text, is_sound
        kind = kinds.get(name) or kinds.setdefault(name, bare(name))
        if kind == "t":
            is_text = False
        elif kind == "rPh":
            is_sound = False
        elif kind == "si":
            texts.add("".join(pieces))
            pieces.clear()

    def take(text: str) -> None:
        if is_text:
            pieces.append(text)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = take
    for _ in feed(archive, entry, parser):
        pass
    return texts
