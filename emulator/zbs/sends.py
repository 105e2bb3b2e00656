"""Template messages by phone, by the hash of a phone, and by an encrypted phone (docs: zalo 6.1, 6.2)."""

from typing import Any

from aiohttp import web

from emulator.envelopes import encode, success
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face, remark
from emulator.state import Emulator, new_message_id
from emulator.template_rules import NORMAL_MODE, OVER_QUOTA_MODE, TemplateSend, Way, check_template_send, read_phone
from emulator.trouble import faults_of
from emulator.zbs.admission import check_moment, check_recipient
from emulator.zbs.gate import check_token
from emulator.zbs.phone_hashes import is_hash
from emulator.zbs.rsa import check_rsa, need_key


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/message/template", send_by_phone)
    app.router.add_post("/message/template/hashphone", send_by_hash)
    app.router.add_post("/rsa/message/template", send_by_rsa)


@platform_face
async def send_by_phone(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /message/template` (docs: zalo 6.1)."""
    check_token(request, emulator)
    return await _send(request, emulator, None)


@platform_face
async def send_by_hash(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /message/template/hashphone` with `hash_phone` (docs: zalo 6.2); receipts carry the hash."""
    check_token(request, emulator)
    return await _send(request, emulator, Way("hash_phone", lambda value: _find_hashed(value, emulator)))


@platform_face
async def send_by_rsa(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /rsa/message/template` with `rsa_phone` (docs: zalo 6.2, grade C)."""
    check_rsa(emulator)
    check_token(request, emulator)
    need_key(emulator)
    return await _send(request, emulator, Way("rsa_phone", lambda value: _decrypt(value, emulator)))


async def _send(request: web.Request, emulator: Emulator, way: Way | None) -> web.Response:
    check_json_type(request)
    raw = await request.read()
    send = check_template_send(raw, emulator.config, emulator.templates.by_id, way)
    for rule, detail in send.remarks:
        remark(request, rule, detail)
    now_ms = emulator.clock.now_ms()
    check_moment(send, emulator, now_ms)
    if not send.phone:
        raise Refused(-118)
    phone = emulator.find_or_create_phone(send.phone)
    check_recipient(phone, send.template, emulator, now_ms)
    message_id = new_message_id()
    body = encode(success(_sent(send, message_id, emulator, now_ms)))
    emulator.arrive(
        phone,
        channel="template",
        message_id=message_id,
        request=raw,
        answer=body,
        faults=faults_of(request),
        template_id=send.template.template_id,
        tracking_id=send.tracking_id,
        shown=_shown(send, way),
    )
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _sent(send: TemplateSend, message_id: str, emulator: Emulator, now_ms: int) -> dict[str, Any]:
    quota = emulator.quota
    left = quota.take_development(now_ms) if send.is_development else quota.take(now_ms, send.template, send.phone)
    return {
        "msg_id": message_id,
        "sent_time": str(now_ms),
        "sending_mode": OVER_QUOTA_MODE if send.is_over_quota else NORMAL_MODE,
        "quota": {"dailyQuota": str(quota.total), "remainingQuota": str(left)},
    }


def _shown(send: TemplateSend, way: Way | None) -> dict[str, Any]:
    recipient = {"recipient": send.recipient} if way and way.field == "hash_phone" else {}
    return {**send.template.shown(send.data), **recipient}


def _find_hashed(value: object, emulator: Emulator) -> str:
    if not isinstance(value, str) or not is_hash(value):
        raise Refused(-108, rule="hash_phone", detail="hash_phone must be lowercase SHA-256 hex of 84…")
    try:
        return emulator.phone_hashes.find(value) or ""
    except ValueError as error:
        raise Refused(-108, rule="hash_phone", detail="hash the bare digits 84…, not +84… or 0…") from error


def _decrypt(value: object, emulator: Emulator) -> str:
    try:
        phone = emulator.rsa_keys.decrypt(value) if isinstance(value, str) else None
    except ValueError as error:
        raise Refused(-123, rule="rsa_phone", detail="rsa_phone is not OAEP SHA-256 of this key in base64") from error
    if phone is None:
        raise Refused(-108, rule="rsa_phone", detail="rsa_phone must be a string")
    return read_phone(phone, emulator.config)
