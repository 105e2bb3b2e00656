"""Bytes that somebody sends: kept here and served by an address, or lying elsewhere (docs: zalo 7.4)."""

import base64
import binascii
import hashlib
from pathlib import PurePosixPath

from emulator.citizen.deed import Body, Hand, check_fields, read_text, read_url
from emulator.errors import BadControl
from emulator.media import MEDIA_PATH

MAX_FILE_BYTES = 5 * 1024 * 1024
FILE_TYPE = "application/octet-stream"
_SHOWABLE = {"pdf": "application/pdf"}  # anything else is served as bytes, so that no page runs from here


def file(hand: Hand) -> Body:
    """The payload of a file: `url, size, name, checksum (md5), type`, all texts. Raises BadControl."""
    given = hand.part("file")
    check_fields(given, frozenset({"name", "base64", "url", "size", "checksum"}), "file")
    name = read_text(given, "name", of="file")
    kind = PurePosixPath(name).suffix.removeprefix(".").lower()
    if "url" in given and "base64" not in given:
        size, checksum = given.get("size", 0), str(given.get("checksum", ""))
        return _payload(name, kind, read_url(given["url"], "file.url"), _size(size), checksum)
    content = _decode(given.get("base64"), "file.base64")
    url = _keep(hand, content, _SHOWABLE.get(kind, FILE_TYPE))
    size = _size(given.get("size", len(content)))
    return _payload(name, kind, url, size, hashlib.md5(content, usedforsecurity=False).hexdigest())


def hand_over(hand: Hand, name: str, media_type: str, others: frozenset[str] = frozenset()) -> str:
    """The address of a field that is a web address, `{"url"}` or `{"base64"}`. Raises BadControl."""
    given = hand.body[name]
    if not isinstance(given, dict):
        return read_url(given, name)
    check_fields(given, frozenset({"url", "base64"}) | others, name)
    if "url" in given:
        return read_url(given["url"], f"{name}.url")
    return _keep(hand, _decode(given.get("base64"), f"{name}.base64"), media_type)


def _payload(name: str, kind: str, url: str, size: str, checksum: str) -> Body:
    return {"url": url, "size": size, "name": name, "checksum": checksum, "type": kind}


def _keep(hand: Hand, content: bytes, media_type: str) -> str:
    return f"{hand.origin}{MEDIA_PATH}{hand.emulator.media.keep(content, media_type)}"


def _decode(written: object, name: str) -> bytes:
    try:
        content = base64.b64decode(written.rpartition(",")[2], validate=True) if isinstance(written, str) else None
    except (binascii.Error, ValueError):
        content = None
    if not content or len(content) > MAX_FILE_BYTES:
        raise BadControl(f"{name} must be base64 of 1 byte to 5 MiB", field=name)
    return content


def _size(size: object) -> str:
    written = str(size) if isinstance(size, int | str) and not isinstance(size, bool) else ""
    if not (written.isascii() and written.isdecimal() and len(written) < 16):
        raise BadControl("file.size must be a whole number of bytes", field="file.size")
    return written
