"""Pictures and files that people and the account handed over, fetched by their address, up to a limit.

The latest ones stay in memory; small ones go into the state file too, so that a chat looks the same after a restart.
"""

import base64
import binascii
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from emulator.errors import BadControl
from emulator.parts import Part

MEDIA_PATH = "/_emulator/media/"
STICKER_PATH = "/page/sticker.svg"  # the one picture of every sticker
MAX_KEPT = 2_000
MAX_KEPT_BYTES = 64 * 1024 * 1024
MAX_IMAGE_BYTES = 5 * 1024 * 1024
MAX_STORED_BYTES = 64 * 1024  # larger ones are forgotten at a restart
MAX_STORED_TOTAL_BYTES = 2 * 1024 * 1024  # written every second while something changes, so it must stay small
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    media_type: str


class MediaShelf(Part):
    """The latest contents by a name that cannot be guessed."""

    def __init__(self, *, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def put(self, written: str) -> str:
        """Keep a photo given as base64 (a data URL too); its name. Raises BadControl."""
        try:
            content = base64.b64decode(written.rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadControl("image_base64 is not base64", field="image_base64") from error
        if len(content) > MAX_IMAGE_BYTES:
            raise BadControl("image_base64 is larger than 5 MiB", field="image_base64")
        media_type = picture_type(content)
        if media_type is None:
            raise BadControl("image_base64 is neither PNG, JPEG nor GIF", field="image_base64")
        return self.keep(content, media_type)

    def keep(self, content: bytes, media_type: str) -> str:
        """Keep bytes of any kind; their name, to be fetched at `/_emulator/media/<name>`."""
        name = secrets.token_hex(12)
        self._add(name, _Kept(content, media_type))
        return name

    def get(self, name: str) -> tuple[bytes, str] | None:
        """The bytes and their media type, if they are still kept."""
        kept = self._kept.get(name)
        return (kept.content, kept.media_type) if kept else None

    def snapshot(self) -> list[list[str]]:
        """Small contents as `[name, media type, base64]`, oldest first: the latest ones up to 2 MiB."""
        rows: list[list[str]] = []
        left = MAX_STORED_TOTAL_BYTES
        for name, kept in reversed(self._kept.items()):
            if len(kept.content) > MAX_STORED_BYTES:
                continue
            left -= len(kept.content)
            if left < 0:
                break
            rows.append([name, kept.media_type, base64.b64encode(kept.content).decode()])
        return rows[::-1]

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        for name, media_type, written in raw:
            self._add(name, _Kept(base64.b64decode(written), media_type))

    def _add(self, name: str, kept: _Kept) -> None:
        self._kept[name] = kept
        self._bytes += len(kept.content)
        while len(self._kept) > MAX_KEPT or (self._bytes > self._max_bytes and len(self._kept) > 1):
            self._bytes -= len(self._kept.popitem(last=False)[1].content)


def picture_type(content: bytes) -> str | None:
    """The media type of a PNG, JPEG or GIF by its first bytes; None for anything else."""
    return next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
