"""Questions about messages, quotas and quality (docs: zalo 6.3)."""

from typing import Any

from aiohttp import web

from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.state import Emulator
from emulator.template_rules import parse_body
from emulator.zbs.gate import check_token, find_template, read_number

MAX_RATINGS_PAGE = 100


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/message/status", tell_status)
    app.router.add_get("/message/quota", tell_quota)
    app.router.add_get("/quality", tell_quality)
    app.router.add_get("/rating/get", list_ratings)
    app.router.add_post("/rating/get", list_ratings)


@platform_face
async def tell_status(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /message/status?message_id=`: -1 unknown, 0 not delivered, 1 delivered."""
    check_token(request, emulator)
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
    """`GET /message/quota`: strings, and null where nothing applies."""
    check_token(request, emulator)
    quota, now_ms = emulator.quota, emulator.clock.now_ms()
    told = {"dailyQuota": str(quota.total), "remainingQuota": str(quota.remaining(now_ms))}
    return answer(success({**told, **quota.promotion_view(now_ms)}))


@platform_face
async def tell_quality(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /quality`: of 48 hours and of seven days, as the settings say."""
    check_token(request, emulator)
    config = emulator.config
    return answer(success({"oaCurrentQuality": config.quality_48_hours, "oa7dayQuality": config.quality_7_days}))


@platform_face
async def list_ratings(request: web.Request, emulator: Emulator) -> web.Response:
    """`/rating/get?template_id&from_time&to_time&offset&limit`, by GET, or by POST with the same in the body."""
    check_token(request, emulator)
    wanted: dict[str, Any] = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        wanted |= parse_body(await request.read())
    template = find_template(wanted.get("template_id"), emulator)
    from_ms = read_number(wanted.get("from_time"), "from_time")
    to_ms = read_number(wanted.get("to_time"), "to_time")
    offset = read_number(wanted.get("offset"), "offset", 0)
    limit = read_number(wanted.get("limit"), "limit", MAX_RATINGS_PAGE)
    if from_ms > to_ms or not 0 < limit <= MAX_RATINGS_PAGE:
        raise Refused(-132, rule="parameters", detail=f"from_time ≤ to_time, and limit is from 1 to {MAX_RATINGS_PAGE}")
    found = emulator.ratings.select(template.template_id, from_ms, to_ms)
    return answer(success({"total": len(found), "data": found[offset : offset + limit]}))
