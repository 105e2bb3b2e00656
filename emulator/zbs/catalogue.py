"""Questions about templates: the list, one in full, an example of its data, the allowed tags (docs: zalo 6.3, 6.4)."""

from typing import Any

from aiohttp import web

from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.state import Emulator
from emulator.templates import STATUSES, Param, Template
from emulator.zbs.gate import check_token, find_template, read_number

MAX_PAGE = 100  # docs: zalo 6.3


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/template/all", list_templates)
    app.router.add_get("/template/info/v2", tell_template)
    app.router.add_get("/template/info", tell_template)
    app.router.add_get("/template/sample-data", tell_sample)
    app.router.add_get("/message/template-tag", list_tags)


@platform_face
async def list_templates(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /template/all?offset=&limit=&status=`; `status` from 1 to 4, left out for all."""
    check_token(request, emulator)
    query = request.query
    offset = read_number(query.get("offset"), "offset", 0)
    limit = read_number(query.get("limit"), "limit", MAX_PAGE)
    status = read_number(query.get("status"), "status", 0)
    if not 0 < limit <= MAX_PAGE:
        raise Refused(-132, rule="limit", detail=f"limit must be from 1 to {MAX_PAGE}")
    if status > len(STATUSES):
        raise Refused(-132, rule="status", detail=f"status must be from 1 to {len(STATUSES)}")
    wanted = STATUSES[status - 1] if status else None
    listed = [_summary(template) for template in emulator.templates.all() if wanted in (None, template.status)]
    return answer({**success(listed[offset : offset + limit]), "metadata": {"total": len(listed)}})


@platform_face
async def tell_template(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /template/info/v2?template_id=` and its older address."""
    check_token(request, emulator)
    template = find_template(request.query.get("template_id"), emulator)
    return answer(success(_info(template, emulator)))


@platform_face
async def tell_sample(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /template/sample-data?template_id=`: template_data that would be accepted."""
    check_token(request, emulator)
    template = find_template(request.query.get("template_id"), emulator)
    return answer(success({name: param.example() for name, param in template.params.items()}))


@platform_face
async def list_tags(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /message/template-tag`: the tags that the account may send."""
    check_token(request, emulator)
    return answer(success(list(emulator.config.template_tags)))


def _summary(template: Template) -> dict[str, Any]:
    return {
        "templateId": int(template.template_id),
        "templateName": template.name,
        "createdTime": template.created_ms,
        "status": template.status,
        "templateQuality": template.quality,
    }


def _info(template: Template, emulator: Emulator) -> dict[str, Any]:
    left = emulator.quota.template_remaining(template, emulator.clock.now_ms())
    return {
        **_summary(template),
        "reason": template.reason,
        "listParams": [_param(param) for param in template.params.values()],
        "listButtons": [button.view() for button in template.buttons],
        "timeout": template.timeout_seconds,
        "previewUrl": "",
        "templateTag": template.tag,
        "price": str(template.price_vnd),
        "price_sdt": str(template.price_vnd),
        "price_uid": str(template.price_uid_vnd),
        "applyTemplateQuota": template.daily_quota is not None,
        "templateDailyQuota": template.daily_quota,
        "templateRemainingQuota": left,
    }


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "require": param.required,
        "type": param.type,
        "minLength": param.min_chars,
        "maxLength": param.max_chars,
        "acceptNull": param.accepts_null,
    }
