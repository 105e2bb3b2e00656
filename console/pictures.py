"""Pictures of people's, sent so that a browser can take them for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

_BEGINNINGS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
"""The only kinds that are shown, and their first bytes. No SVG: it may hold scripts."""
_POLICY: Final = "default-src 'none'; sandbox"


def is_picture(content: bytes, kind: str) -> bool:
    """Return whether the first bytes are those of the kind that is told, and the kind is one that is shown."""
    return any(content.startswith(beginning) for beginning in _BEGINNINGS.get(kind, ()))


def send_picture(content: bytes, kind: str, name: str) -> web.Response:
    """Return a picture; what is none, whatever it is called, goes out as a file to keep. `name` without an ending."""
    is_shown = is_picture(content, kind)
    ending = kind.partition("/")[2] if is_shown else "bin"
    return web.Response(
        body=content,
        content_type=kind if is_shown else "application/octet-stream",
        headers={
            "Content-Disposition": f'{"inline" if is_shown else "attachment"}; filename="{name}.{ending}"',
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )
