"""Uploads of pictures, GIFs and files, to be sent by their id (docs: zalo 5.3)."""

from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from emulator.assets import Asset
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face, remark
from emulator.oa.formats import MEGABYTE, RULES, UploadRules, extension_of, recognise
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID, OUT_OF_RANGE
from emulator.state import Emulator

FIELD = "file"
MAX_BODY_BYTES = 64 * MEGABYTE  # read to its end, so that the client hears the refusal; more is cut off
MAX_NAME_CHARS = 200
_CHUNK_BYTES = 64 * 1024
_UNREADABLE = (ValueError, AssertionError, LookupError, HttpProcessingError)  # raised for malformed bodies


@dataclass(frozen=True, slots=True)
class _Upload:
    name: str
    content: bytes
    is_too_large: bool


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    for kind in RULES:
        app.router.add_post(f"/v2.0/oa/upload/{kind}", take_upload)


@platform_face
async def take_upload(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/oa/upload/{image,gif,file}`: `data.attachment_id`, or `data.token` for a file."""
    check_token(request, emulator)
    rules = RULES[request.path.rpartition("/")[2]]
    upload = await _read_upload(request, rules.max_bytes)
    if not extension_of(upload.name) and emulator.config.upload_without_extension_is_empty:
        remark(request, "filename", "the part's filename has no extension, so the answer is empty")
        return answer(success({}))
    asset = _keep(upload, rules, emulator)
    return answer(success({rules.answered_as: asset.asset_id}))


def _keep(upload: _Upload, rules: UploadRules, emulator: Emulator) -> Asset:
    if upload.is_too_large:
        megabytes = rules.max_bytes // MEGABYTE
        raise Refused(OUT_OF_RANGE, rule="file_size", detail=f"the {rules.kind} is larger than {megabytes} MB")
    found = recognise(rules, upload.name, upload.content)
    if found is None:
        taken = ", ".join(each.extension for each in rules.formats)
        raise Refused(INVALID, rule="file_format", detail=f"the {rules.kind} is none of {taken}")
    now_ms = emulator.clock.now_ms()
    asset = emulator.assets.add(rules.kind, upload.name[:MAX_NAME_CHARS], upload.content, found.media_type, now_ms)
    emulator.touch()
    return asset


async def _read_upload(request: web.Request, max_bytes: int) -> _Upload:
    if request.content_type != "multipart/form-data":
        raise Refused(INVALID, rule="content_type", detail="Content-Type must be multipart/form-data")
    upload = None
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue  # parts within a part: not what any client sends here
            content, is_too_large = await _read_part(part, max_bytes)
            if part.name == FIELD and upload is None:
                upload = _Upload(part.filename or "", content, is_too_large)
    except _UNREADABLE as error:
        raise Refused(INVALID, rule="body", detail="the multipart body cannot be read") from error
    if upload is None:
        raise Refused(INVALID, rule="file", detail=f"the multipart field must be called {FIELD}")
    return upload


async def _read_part(part: BodyPartReader, max_bytes: int) -> tuple[bytes, bool]:
    """The first bytes of a part, up to the limit, and whether there were more."""
    content, size = bytearray(), 0
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Refused(OUT_OF_RANGE, rule="file_size", detail="the body is larger than 64 MB")
        if size <= max_bytes:
            content += chunk
    return bytes(content), size > max_bytes
