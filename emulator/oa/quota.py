"""What the account may still send: to one user, from its package, and in the old form (docs: zalo 5.4)."""

from typing import Any

from aiohttp import web

from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.messages import FROM_CITIZEN
from emulator.oa.asked import Asked, read_body, read_text, read_user
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID, need_choice, parse_object
from emulator.oa.windows import FREE_WINDOW_MS, PACKAGE_ENDS, UNLIMITED_REPLIES
from emulator.phones import Phone
from emulator.state import Emulator

QUOTA_OWNERS = ("OA", "App")
PRODUCT_TYPES = ("cs", "transaction")
QUOTA_TYPES = ("sub_quota", "purchase_quota", "reward_quota")
PACKAGE_ID = "emulator-package"


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/quota/message", tell_quota)
    app.router.add_post("/v2.0/oa/quota/message", tell_old_quota)


@platform_face
async def tell_quota(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/quota/message`: for `user_id` an object, for `quota_owner` a list of assets."""
    check_token(request, emulator)
    asked = await read_body(request)
    if "user_id" in asked:
        return answer(success(_of_user(read_user(asked, emulator), emulator)))
    return answer(success(_of_package(asked, emulator)))


@platform_face
async def tell_old_quota(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/oa/quota/message` with `message_id`, with `user_id` and `type: promotion`, or with nothing."""
    check_token(request, emulator)
    raw = await request.read()
    asked = parse_object(raw) if raw else {}
    if "message_id" in asked:
        found = emulator.messages.get(read_text(asked, "message_id"))
        phone = emulator.phones.by_user(found.user_id) if found and found.direction == FROM_CITIZEN else None
        if phone is None:
            raise Refused(INVALID, rule="message_id", detail="no user sent a message with this id")
        return answer(success({"type": "reply", **_replies(phone, emulator)}))
    if "user_id" in asked:
        phone = read_user(asked, emulator)
        promotion = _promotion(phone, emulator)
        kind = need_choice(asked.get("type"), "type", ("promotion",))
        return answer(success({"type": kind, "remain": promotion["daily_remain"], "total": promotion["daily_total"]}))
    return answer(success({"type": "sub_quota", **_package(emulator)}))


def _of_user(phone: Phone, emulator: Emulator) -> dict[str, Any]:
    return {
        "last_interaction": str(phone.last_interaction_ms),
        "cs_reply": _replies(phone, emulator),
        "promotion": _promotion(phone, emulator),
    }


def _promotion(phone: Phone, emulator: Emulator) -> dict[str, int]:
    today, this_month = emulator.allowances.promotions_left(phone.user_id, emulator.clock.now_ms())
    return {
        "daily_remain": today,
        "daily_total": emulator.config.promotions_per_user_day,
        "monthly_remain": this_month,
        "monthly_total": emulator.config.promotions_per_user_month,
    }


def _replies(phone: Phone, emulator: Emulator) -> dict[str, int]:
    """Free replies left in the open 48 hours; nothing outside them."""
    age_ms = emulator.clock.now_ms() - phone.last_interaction_ms
    if not phone.last_interaction_ms or age_ms > FREE_WINDOW_MS:
        return {"remain": 0, "total": 0}
    total = emulator.config.free_replies_per_window
    if total is None:
        return {"remain": UNLIMITED_REPLIES, "total": UNLIMITED_REPLIES}
    return {"remain": max(0, total - phone.free_replies_used), "total": total}


def _of_package(asked: Asked, emulator: Emulator) -> list[dict[str, Any]]:
    """The assets that fit; this account has one: consultation messages included in its own package."""
    owner = need_choice(asked.get("quota_owner"), "quota_owner", QUOTA_OWNERS)
    product = need_choice(asked.get("product_type"), "product_type", PRODUCT_TYPES) if "product_type" in asked else "cs"
    kind = need_choice(asked.get("quota_type"), "quota_type", QUOTA_TYPES) if "quota_type" in asked else "sub_quota"
    if (owner, product, kind) != ("OA", "cs", "sub_quota"):
        return []
    asset = {"asset_id": PACKAGE_ID, "product_type": "cs", "quota_type": "sub_quota", "valid_through": PACKAGE_ENDS}
    return [{**asset, **_package(emulator)}]


def _package(emulator: Emulator) -> dict[str, int]:
    total = emulator.config.package_replies
    return {"total": total, "remain": max(0, total - emulator.package_used)}
