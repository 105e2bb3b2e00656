"""The template face: messages by phone number, and the questions around them (docs: zalo 6)."""

from typing import Any

from aiohttp import web

from emulator.clock import is_night
from emulator.envelopes import answer, encode, success
from emulator.errors import Refused
from emulator.gate import check_access_token, check_json_type, platform_face, remark
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.template_rules import TemplateSend, check_template_send
from emulator.templates import Template, load_templates
from emulator.trouble import faults_of

INVALID_TOKEN = -124
PRICE_VND = "200"  # docs: zalo 6.5
DELIVERY_TIMEOUT_SECONDS = 7200
MAX_PAGE = 100  # docs: zalo 6.3
CREATED_MS = 1_767_225_600_000  # after 2025-12-10, so that templates may go by user id (docs: zalo 4.4)
ENABLED = "1"  # the filter's number for ENABLE; every template here is


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    app.router.add_post("/message/template", send_by_phone)
    app.router.add_get("/message/status", tell_status)
    app.router.add_get("/message/quota", tell_quota)
    app.router.add_get("/template/all", list_templates)
    app.router.add_get("/template/info/v2", tell_template)
    app.router.add_get("/template/info", tell_template)
    for prefix in ("/message", "/template", "/rating"):
        app.router.add_route("*", prefix + "/{rest:.*}", refuse_unknown)
    for path in ("/quality", "/message", "/template", "/rating"):
        app.router.add_route("*", path, refuse_unknown)


@platform_face
async def send_by_phone(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /message/template` (docs: zalo 6.1)."""
    _check_token(request, emulator)
    check_json_type(request)
    raw = await request.read()
    send = check_template_send(raw, emulator.config, load_templates())
    for rule, detail in send.remarks:
        remark(request, rule, detail)
    now_ms = emulator.clock.now_ms()
    _check_moment(send, emulator, now_ms)
    phone = emulator.find_or_create_phone(send.phone)
    _check_recipient(phone)
    message_id = new_message_id()
    quota = _quota(emulator, emulator.quota.take(now_ms))
    sent = {"msg_id": message_id, "sent_time": str(now_ms), "sending_mode": "1", "quota": quota}
    body = encode(success(sent))
    emulator.arrive(
        phone,
        channel="template",
        message_id=message_id,
        request=raw,
        answer=body,
        faults=faults_of(request),
        template_id=send.template.template_id,
        tracking_id=send.tracking_id,
    )
    return web.Response(body=body, content_type="application/json", charset="utf-8")


@platform_face
async def tell_status(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /message/status?message_id=`: -1 unknown, 0 not delivered, 1 delivered (docs: zalo 6.3)."""
    _check_token(request, emulator)
    message_id = request.query.get("message_id", "")
    if not message_id:
        raise Refused(-107, rule="message_id", detail="query parameter message_id is missing")
    message = emulator.messages.get(message_id)
    if message is None or message.channel != "template":
        return answer(success({"delivery_time": "", "message": "Message id is unknown", "status": -1}))
    if not message.delivered_ms:
        return answer(success({"delivery_time": "", "message": "Message is pushed, not delivered", "status": 0}))
    delivered = {"delivery_time": str(message.delivered_ms), "message": "Message is delivered", "status": 1}
    return answer(success(delivered))


@platform_face
async def tell_quota(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /message/quota` (docs: zalo 6.3): strings, and null where nothing applies."""
    _check_token(request, emulator)
    quota = {
        **_quota(emulator, emulator.quota.remaining(emulator.clock.now_ms())),
        "dailyQuotaPromotion": None,
        "remainingQuotaPromotion": None,
        "monthlyPromotionQuota": "0",
        "remainingMonthlyPromotionQuota": "0",
        "estimatedNextMonthPromotionQuota": "0",
    }
    return answer(success(quota))


@platform_face
async def list_templates(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /template/all?offset=&limit=&status=` (docs: zalo 6.3)."""
    _check_token(request, emulator)
    offset, limit = _number(request, "offset", 0), _number(request, "limit", MAX_PAGE)
    if not 0 < limit <= MAX_PAGE:
        raise Refused(-132, rule="limit", detail=f"limit must be from 1 to {MAX_PAGE}")
    is_wanted = request.query.get("status", ENABLED) == ENABLED
    listed = [_summary(template) for template in load_templates().values()] if is_wanted else []
    return answer({**success(listed[offset : offset + limit]), "metadata": {"total": len(listed)}})


@platform_face
async def tell_template(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /template/info/v2?template_id=` and its older address (docs: zalo 6.4)."""
    _check_token(request, emulator)
    template = load_templates().get(request.query.get("template_id", ""))
    if template is None:
        raise Refused(-109, rule="template_id", detail="no template has this id")
    return answer(success(_info(template)))


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: -106."""
    raise Refused(-106, rule="path", detail="no such address or method, or not emulated yet")


def _check_token(request: web.Request, emulator: Emulator) -> None:
    check_access_token(request, emulator, invalid=INVALID_TOKEN, expired=INVALID_TOKEN)


def _check_moment(send: TemplateSend, emulator: Emulator, now_ms: int) -> None:
    if send.is_development and send.phone not in emulator.config.admin_phones:
        raise Refused(-127, rule="mode", detail="mode development reaches admins only")
    if emulator.config.night_rule and is_night(now_ms):
        raise Refused(-133)
    if not emulator.quota.remaining(now_ms):
        raise Refused(-144)


def _check_recipient(phone: Phone) -> None:
    if not phone.zalo:
        raise Refused(-118)
    if phone.blocked:
        raise Refused(-141)
    if phone.refuses_templates:
        raise Refused(-139)


def _quota(emulator: Emulator, remaining: int) -> dict[str, str]:
    return {"dailyQuota": str(emulator.quota.total), "remainingQuota": str(remaining)}


def _number(request: web.Request, name: str, default: int) -> int:
    written = request.query.get(name, "")
    if not written:
        return default
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise Refused(-132, rule=name, detail=f"query parameter {name} must be a whole number")
    return int(written)


def _summary(template: Template) -> dict[str, Any]:
    return {
        "templateId": int(template.template_id),
        "templateName": template.name,
        "createdTime": CREATED_MS,
        "status": "ENABLE",
        "templateQuality": "HIGH",
    }


def _info(template: Template) -> dict[str, Any]:
    return {
        **_summary(template),
        "reason": "",
        "listParams": [
            {
                "name": param.name,
                "require": True,
                "type": param.type,
                "minLength": 1,
                "maxLength": param.max_chars,
                "acceptNull": False,
            }
            for param in template.params.values()
        ],
        "listButtons": [],
        "timeout": DELIVERY_TIMEOUT_SECONDS,
        "previewUrl": "",
        "templateTag": "TRANSACTION",
        "price": PRICE_VND,
        "price_sdt": PRICE_VND,
        "price_uid": PRICE_VND,
        "applyTemplateQuota": False,
        "templateDailyQuota": None,
        "templateRemainingQuota": None,
    }
