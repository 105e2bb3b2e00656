"""Consultation messages: what an account may write to people inside the window (docs: zalo 4.2, 4.3)."""

from typing import Any

from aiohttp import web

from emulator import events
from emulator.credentials import OA_ID
from emulator.envelopes import encode, success
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face
from emulator.oa.gate import check_token, find_user
from emulator.oa.rules import charge, check_consultation, check_window
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/message/cs", send_consultation)


@platform_face
async def send_consultation(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/cs` with a text, with or without buttons (docs: zalo 4.2, 4.3)."""
    check_token(request, emulator)
    check_json_type(request)
    raw = await request.read()
    wanted = check_consultation(raw)
    phone = find_user(wanted.user_id, emulator)
    quota = _admit(phone, emulator)
    message_id = new_message_id()
    body = encode(success(_sent(message_id, phone, quota, emulator.clock.now_ms())))
    message = emulator.arrive(
        phone, channel="oa", message_id=message_id, request=raw, answer=body, faults=faults_of(request)
    )
    if emulator.config.echo_oa_messages:
        emulator.outbox.post(events.oa_echo("oa_send_text", message, {"text": wanted.text}, emulator.clock.now_ms()))
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _admit(phone: Phone, emulator: Emulator) -> dict[str, Any]:
    if not phone.zalo:
        raise Refused(-222)
    if phone.blocked:
        raise Refused(-227)
    is_free = check_window(phone, emulator.clock.now_ms())
    left = emulator.config.package_replies - emulator.package_used
    quota = charge(phone, is_free, left, emulator.config)
    if quota["quota_type"] == "sub_quota":
        emulator.package_used += 1
    return {**quota, "expired_date": "31/12/2099", "owner_type": "OA", "owner_id": OA_ID}


def _sent(message_id: str, phone: Phone, quota: dict[str, Any], now_ms: int) -> dict[str, Any]:
    return {"message_id": message_id, "user_id": phone.user_id, "sent_time": str(now_ms), "quota": quota}
