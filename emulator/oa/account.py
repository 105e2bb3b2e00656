"""The account itself, and its users (docs: zalo 5)."""

from datetime import datetime
from typing import Any

from aiohttp import web

from emulator.clock import VIETNAM
from emulator.credentials import OA_ID
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.gate import check_token, find_user
from emulator.oa.rules import parse_object
from emulator.phones import Phone
from emulator.state import Emulator

OA_NAME = "Báo Hồ Sơ (trình giả lập)"


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/v2.0/oa/getoa", tell_account)
    app.router.add_get("/v3.0/oa/user/detail", tell_user)


@platform_face
async def tell_account(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/getoa` (docs: zalo 5.2)."""
    check_token(request, emulator)
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
    check_token(request, emulator)
    asked = parse_object(request.query.get("data", "").encode(errors="replace"))
    user_id = asked.get("user_id")
    if not isinstance(user_id, str):
        raise Refused(-201, rule="user_id", detail="data.user_id must be a string")
    return answer(success(_detail(find_user(user_id, emulator))))


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
