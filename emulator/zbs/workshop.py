"""New templates: create, edit after a rejection, upload pictures (docs: zalo 6.3, 6.4, grade C)."""

from dataclasses import replace
from typing import Any

from aiohttp import BodyPartReader, web

from emulator.credentials import APP_ID, OA_ID
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face
from emulator.media import MEDIA_PATH, picture_type
from emulator.state import Emulator
from emulator.template_rules import parse_body
from emulator.templates import KIND_NUMBERS, OTP_TIMEOUT_SECONDS, TAGS, Param, Template
from emulator.zbs.gate import check_token, find_template
from emulator.zbs.kinds import BY_NUMBER
from emulator.zbs.layout import Layout, as_whole, is_param_name, only_params, read_layout

MAX_NAME_CHARS = 100
KINDS = {number: kind for kind, number in KIND_NUMBERS.items() if kind != "journey"}
PICTURE_TYPES = frozenset({"image/png", "image/jpeg"})


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/template/create", create_template)
    app.router.add_post("/template/edit", edit_template)
    app.router.add_post("/upload/image", upload_picture)


@platform_face
async def create_template(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /template/create`: the template waits for its review."""
    body = await _read(request, emulator)
    config, now_ms = emulator.config, emulator.clock.now_ms()
    made = _read_template(body, emulator, emulator.templates.new_id(), now_ms)
    emulator.workbench.count("create", config.template_creates_per_day, now_ms)
    return _keep(made, emulator)


@platform_face
async def edit_template(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /template/edit` with `template_id`: only after a rejection, else -1091; the review starts again."""
    body = await _read(request, emulator)
    old = find_template(body.get("template_id"), emulator)
    if old.status != "REJECT":
        raise Refused(-1091, rule="template_status", detail="only a rejected template may be edited")
    config, now_ms = emulator.config, emulator.clock.now_ms()
    made = _read_template(body, emulator, old.template_id, old.created_ms)
    emulator.workbench.count("edit", config.template_edits_per_day, now_ms)
    return _keep(replace(made, daily_quota=old.daily_quota), emulator)


@platform_face
async def upload_picture(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /upload/image`, multipart, field `file`: a JPG or PNG; `{media_id}` for a layout."""
    check_token(request, emulator)
    config, now_ms = emulator.config, emulator.clock.now_ms()
    emulator.workbench.check("upload", config.template_uploads_per_day, now_ms)
    content = await _read_file(request, config.template_image_bytes)
    media_type = picture_type(content)
    if media_type not in PICTURE_TYPES:
        raise Refused(-159, rule="file", detail="the picture must be a JPG or a PNG")
    emulator.workbench.count("upload", config.template_uploads_per_day, now_ms)
    url_path = MEDIA_PATH + emulator.media.keep(content, media_type)
    emulator.touch()
    return answer(success({"media_id": emulator.workbench.add_picture(url_path)}))


async def _read(request: web.Request, emulator: Emulator) -> dict[str, Any]:
    check_token(request, emulator)
    if not emulator.config.may_create_templates:
        raise Refused(-1201)
    check_json_type(request)
    return parse_body(await request.read())


async def _read_file(request: web.Request, max_bytes: int) -> bytes:
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file":
                return await _read_part(part, max_bytes)
    except (ValueError, AssertionError, KeyError) as error:  # what aiohttp raises for something else than multipart
        raise Refused(-153, rule="body", detail="the body is not multipart/form-data") from error
    raise Refused(-153, rule="file", detail="the field file is missing")


async def _read_part(part: BodyPartReader, max_bytes: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > max_bytes:
            raise Refused(-158, rule="file", detail=f"the picture is larger than {max_bytes} bytes")
    return bytes(content)


def _read_template(body: dict[str, Any], emulator: Emulator, template_id: str, created_ms: int) -> Template:
    name, kind = body.get("template_name"), KINDS.get(as_whole(body.get("template_type")))
    tag = as_whole(body.get("tag"))
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_NAME_CHARS:
        raise Refused(-132, rule="template_name", detail=f"template_name is a text of 1 to {MAX_NAME_CHARS}")
    if kind is None:
        raise Refused(-132, rule="template_type", detail=f"template_type is from 1 to {len(KINDS)}")
    if not 1 <= tag <= len(TAGS):
        raise Refused(-132, rule="tag", detail=f"tag is from 1 to {len(TAGS)}")
    layout = read_layout(body.get("layout"), kind)
    params = _read_params(body.get("params"), kind)
    only_params(params, layout)
    return Template(
        template_id=template_id,
        name=name,
        title=layout.title,
        body="\n".join(layout.paragraphs),
        rows=tuple(layout.rows),
        params=params,
        buttons=tuple(layout.buttons),
        kind=kind,
        tag=TAGS[tag - 1],
        status="PENDING_REVIEW",
        quality="UNDEFINED",
        created_ms=created_ms,
        timeout_seconds=OTP_TIMEOUT_SECONDS if kind == "otp" else emulator.config.template_timeout_seconds,
        image_path=_find_picture(layout, emulator),
    )


def _read_params(raw: object, kind: str) -> dict[str, Param]:
    if raw is None:
        raw = []
    if not isinstance(raw, list):
        raise Refused(-132, rule="params", detail="params must be a list")
    params = [_read_param(each) for each in raw]
    if len({param.name for param in params}) < len(params):
        raise Refused(-132, rule="params", detail="a parameter is named twice")
    if kind == "otp" and not any(param.kind == "otp" for param in params):
        raise Refused(-132, rule="params", detail="an OTP template needs a parameter of type 12")
    return {param.name: param for param in params}


def _read_param(raw: object) -> Param:
    given = raw if isinstance(raw, dict) else {}
    name, kind, sample = given.get("name"), BY_NUMBER.get(as_whole(given.get("type"))), given.get("sample_value", "")
    if not isinstance(name, str) or not is_param_name(name):
        raise Refused(-132, rule="params", detail="a parameter's name has letters, digits and _ only")
    if kind is None:
        raise Refused(-132, rule="params", detail=f"a parameter's type is from 1 to {len(BY_NUMBER)}")
    if not isinstance(sample, str) or len(sample) > kind.max_chars:
        raise Refused(-132, rule="params", detail=f"sample_value of a {kind.name} has at most {kind.max_chars}")
    return Param(name=name, max_chars=kind.max_chars, kind=kind.name, sample=sample)


def _find_picture(layout: Layout, emulator: Emulator) -> str:
    """The address of the first image, "" for none. Raises Refused: -1202 not ours, -1132 without a button."""
    found = [emulator.workbench.picture(media_id) for media_id in layout.media_ids]
    if None in found:
        raise Refused(-1202, rule="media_id", detail="this account has not uploaded a picture with this media_id")
    if layout.images and not layout.buttons and emulator.config.template_image_needs_button:
        raise Refused(-1132, rule="BUTTONS", detail="a template with a picture needs a button")
    return (found[0] or "") if layout.images else ""


def _keep(template: Template, emulator: Emulator) -> web.Response:
    emulator.templates.put(template)
    emulator.touch()
    return answer(
        success(
            {
                "template_id": template.template_id,
                "template_name": template.name,
                "template_type": KIND_NUMBERS[template.kind],
                "template_status": template.status,
                "tag": TAGS.index(template.tag) + 1,
                "app_id": APP_ID,
                "oa_id": OA_ID,
                "price": str(template.price_vnd),
                "timeout": template.timeout_seconds,
                "preview_url": "",
            }
        )
    )
