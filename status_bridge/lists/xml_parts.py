"""XML of a workbook, streamed: no document types, no entities, and never more than a zip said it would hold."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from status_bridge.lists.errors import ListRefused

_PIECE_BYTES: Final = 1 << 16
MAX_PART_BYTES: Final = 2 << 30
MAX_RATIO: Final = 150
"""How much a part may unpack to, and by how many times: spreadsheets of a million like rows come to some forty."""
_SMALL_BYTES: Final = 32 << 20
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_part(entry: zipfile.ZipInfo) -> None:
    """Refuse a part that would unpack to far more than it is.

    `zipfile` never hands out more bytes than the entry says, so this bounds what is read.

    Raises:
        ListRefused: a bomb, or a packing that no office program uses.
    """
    if entry.compress_type not in _METHODS:
        raise ListRefused("broken")
    if entry.file_size > MAX_PART_BYTES:
        raise ListRefused("too_big_inside")
    if entry.file_size > _SMALL_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise ListRefused("too_big_inside")


def new_parser(*, namespaces: bool = True) -> expat.XMLParserType:
    """Return a parser that joins text and refuses document types and entities.

    Names come as `namespace}name` (see `local`); without namespaces, which is quicker, as `prefix:name` (see `bare`).
    """
    parser = expat.ParserCreate(namespace_separator="}" if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    return parser


def _refuse(*_: object) -> int:
    raise ListRefused("entities")


def local(name: str) -> str:
    """Return an element's name without its namespace."""
    return name.rpartition("}")[2]


def bare(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def feed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parser: expat.XMLParserType) -> Iterator[int]:
    """Feed a part to a parser, piece by piece; yield how many bytes it was after each.

    Raises:
        ListRefused: it is no XML, or damaged.
    """
    check_part(entry)
    done = 0
    try:
        with archive.open(entry) as part:
            while piece := part.read(_PIECE_BYTES):
                parser.Parse(piece, False)
                done += len(piece)
                yield done
        parser.Parse(b"", True)
        yield done
    except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise ListRefused("broken") from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise ListRefused("broken") from error
        raise
