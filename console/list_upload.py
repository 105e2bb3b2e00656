"""The body of an upload, taken piece by piece: the token first, then words, then the file into a folder of ours."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from console.errors import BadForm
from console.tokens import TOKEN_FIELD, check_token

_MAX_WORD_BYTES: Final = 2000
_MAX_PARTS: Final = 8
_PIECE_BYTES: Final = 1 << 18
_MAX_NAME_CHARS: Final = 120


@dataclass(slots=True)
class Upload:
    """What came: the form's words, and the file with the name that its sender gave it; `is_too_big`: it was cut off."""

    words: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    path: Path | None = None
    size: int = 0
    is_too_big: bool = False

    async def forget(self) -> None:
        """Remove the file."""
        if self.path is not None:
            await asyncio.to_thread(self.path.unlink, missing_ok=True)
            self.path = None


async def take_upload(request: web.Request, folder: Path, *, max_bytes: int) -> Upload:
    """Read a form with one file. The caller removes the file, or hands it on.

    Raises:
        BadForm: no form of ours: the token is wrong or does not come first.
    """
    if request.content_type != "multipart/form-data":
        raise BadForm
    upload = Upload()
    try:
        await _take(request, upload, folder, max_bytes)
    except (ValueError, AssertionError, HttpProcessingError) as error:  # what the parser raises at a broken body
        await upload.forget()
        raise BadForm from error
    except BaseException:
        await upload.forget()
        raise
    return upload


async def _take(request: web.Request, upload: Upload, folder: Path, max_bytes: int) -> None:
    reader = await request.multipart()
    first = await reader.next()
    if not isinstance(first, BodyPartReader) or first.name != TOKEN_FIELD:
        raise BadForm
    check_token(request, await _word(first))
    for _ in range(_MAX_PARTS):
        part = await reader.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader):
            raise BadForm
        if part.name == "file":
            await _keep(part, upload, folder, max_bytes)
            if upload.is_too_big:
                return
        else:
            upload.words[str(part.name)] = (await _word(part)).strip()
    raise BadForm


async def _word(part: BodyPartReader) -> str:
    read = b""
    while piece := await part.read_chunk(_MAX_WORD_BYTES):
        read += piece
        if len(read) > _MAX_WORD_BYTES:
            raise BadForm
    return read.decode("utf-8", "replace")


async def _keep(part: BodyPartReader, upload: Upload, folder: Path, max_bytes: int) -> None:
    if upload.path is not None:
        raise BadForm
    # The name is for people to read; ours is made up, so that it leads nowhere.
    upload.file_name = (part.filename or "")[-_MAX_NAME_CHARS:].replace("\0", "")
    upload.path = folder / f"{secrets.token_hex(16)}.upload"
    file = await asyncio.to_thread(_open_new, upload.path)
    try:
        while piece := await part.read_chunk(_PIECE_BYTES):
            upload.size += len(piece)
            if upload.size > max_bytes:
                upload.is_too_big = True
                return
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)


def _open_new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
