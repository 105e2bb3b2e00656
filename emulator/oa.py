"""The Official Account face: consultation messages, the account, its users (docs: zalo 4, 5)."""

from datetime import datetime
from typing import Any

from aiohttp import web

from emulator import events
from emulator.clock import VIETNAM
from emulator.credentials import OA_ID
from emulator.envelopes import answer, encode, success
from emulator.errors import Refused
from emulator.gate import check_access_token, check_json_type, platform_face
from emulator.oa_rules import charge, check_consultation, check_window, parse_object
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of

INVALID_TOKEN = -216
EXPIRED_TOKEN = -220
OA_NAME = "Báo Hồ Sơ (trình giả lập)"


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    app.router.add_post("/v3.0/oa/message/cs", send_consultation)
    app.router.add_get("/v2.0/oa/getoa", tell_account)
    app.router.add_get("/v3.0/oa/user/detail", tell_user)
    app.router.add_post("/v2.0/oa/message", refuse_retired)
    app.router.add_post("/v3.0/oa/message/transaction", refuse_discontinued)
    app.router.add_post("/v3.0/oa/message/promotion", refuse_discontinued)
    for version in ("/v2.0", "/v3.0"):
        app.router.add_route("*", version + "/{rest:.*}", refuse_unknown)


@platform_face
async def send_consultation(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/cs` with a text, with or without buttons (docs: zalo 4.2, 4.3)."""
    _check_token(request, emulator)
    check_json_type(request)
    raw = await request.read()
    wanted = check_consultation(raw)
    phone = _find_user(wanted.user_id, emulator)
    quota = _admit(phone, emulator)
    message_id = new_message_id()
    body = encode(success(_sent(message_id, phone, quota, emulator.clock.now_ms())))
    message = emulator.arrive(
        phone, channel="oa", message_id=message_id, request=raw, answer=body, faults=faults_of(request)
    )
    if emulator.config.echo_oa_messages:
        emulator.outbox.post(events.oa_echo("oa_send_text", message, {"text": wanted.text}, emulator.clock.now_ms()))
    return web.Response(body=body, content_type="application/json", charset="utf-8")


@platform_face
async def tell_account(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/getoa` (docs: zalo 5.2)."""
    _check_token(request, emulator)
    account = {
        "oa_id": OA_ID,
        "name": OA_NAME,
        "description": "Tài khoản của trình giả lập",
        "oa_alias": "",
        "is_verified": True,
        "oa_type": 2,
        "cate_name": "Cơ quan nhà nước",
        "num_follower": sum(phone.follows for phone in emulator.phones.all()),
        "avatar": "",
        "cover": "",
        "package_name": "Gói giả lập",
        "package_valid_through_date": "31/12/2099",
        "linked_ZCA": "emulator",
    }
    return answer(success(account))


@platform_face
async def tell_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v3.0/oa/user/detail?data={"user_id":"…"}` (docs: zalo 5.1)."""
    _check_token(request, emulator)
    asked = parse_object(request.query.get("data", "").encode(errors="replace"))
    user_id = asked.get("user_id")
    if not isinstance(user_id, str):
        raise Refused(-201, rule="user_id", detail="data.user_id must be a string")
    return answer(success(_detail(_find_user(user_id, emulator))))


@platform_face
async def refuse_retired(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/oa/message`: plain messages moved to v3 (docs: zalo 4.1)."""
    _check_token(request, emulator)
    raise Refused(-240, rule="retired", detail="the v2 message API is shut down; use /v3.0/oa/message/cs")


@platform_face
async def refuse_discontinued(request: web.Request, emulator: Emulator) -> web.Response:
    """Transaction and promotion by user id ended on 2026-03-01 (docs: zalo 0.8)."""
    _check_token(request, emulator)
    raise Refused(-233, rule="retired", detail="discontinued; use a template by phone or user id")


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: -209."""
    raise Refused(-209, rule="path", detail="no such address or method, or not emulated yet")


def _check_token(request: web.Request, emulator: Emulator) -> None:
    check_access_token(request, emulator, invalid=INVALID_TOKEN, expired=EXPIRED_TOKEN)


def _find_user(user_id: str, emulator: Emulator) -> Phone:
    phone = emulator.phones.by_user(user_id)
    if phone is None:
        raise Refused(-201, rule="user_id", detail="no user of this account has this id")
    return phone


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


def _detail(phone: Phone) -> dict[str, Any]:
    return {
        "user_id": phone.user_id,
        "user_id_by_app": phone.user_id_by_app,
        "user_external_id": "",
        "display_name": phone.name,
        "user_alias": "",
        "is_sensitive": False,
        "user_is_follower": phone.follows,
        "user_last_interaction_date": _day(phone.last_interaction_ms),
        "avatar": "",
        "avatars": {"120": "", "240": ""},
        "tags_and_notes_info": {"notes": [], "tag_names": []},
        "shared_info": {},
        "dynamic_param": "",
    }


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, VIETNAM).strftime("%d/%m/%Y") if ms else ""
