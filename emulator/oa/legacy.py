"""Transaction and promotion messages by user id, which the platform has shut down (docs: zalo 0.8, 4.1, 4.5).

With the setting `discontinue_by_uid` off they work as they did, for accounts that still have them.
"""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.broadcast import check_night
from emulator.oa.by_uid_rules import PROMOTION, TRANSACTION_TYPES, check_card
from emulator.oa.gate import find_user
from emulator.oa.media import need_asset
from emulator.oa.mirrors import mirror_template
from emulator.oa.requests import Incoming, echo, list_remarks, need_recipient, respond, take, tell_sent
from emulator.oa.rules import UNSUPPORTED, note_unknown
from emulator.oa.windows import check_reachable, take_from_package
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of

NO_FOLLOWER = -213
RESTRICTED = -244


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/message/transaction", send_transaction)
    app.router.add_post("/v3.0/oa/message/promotion", send_promotion)


@platform_face
async def send_transaction(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/transaction`: at any hour, no window."""
    incoming = await _take(request, emulator)
    return _send(request, emulator, incoming, TRANSACTION_TYPES)


@platform_face
async def send_promotion(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/promotion`: to followers, by day, so many a person (docs: zalo 4.7, 5.4)."""
    incoming = await _take(request, emulator)
    check_night(emulator.config, emulator.clock.now_ms())
    return _send(request, emulator, incoming, frozenset({PROMOTION}))


async def _take(request: web.Request, emulator: Emulator) -> Incoming:
    incoming = await take(request, emulator)
    if emulator.config.discontinue_by_uid:
        raise Refused(UNSUPPORTED, rule="retired", detail="discontinued; use a template by phone or user id")
    return incoming


def _send(request: web.Request, emulator: Emulator, incoming: Incoming, types: frozenset[str]) -> web.Response:
    note_unknown(incoming.body, ("recipient", "message"), "the body", incoming.remarks)
    user_id = need_recipient(incoming, "user_id")
    card = check_card(incoming.body.get("message"), types, incoming.remarks)
    now_ms = emulator.clock.now_ms()
    banners = [need_asset(asset_id, "image", emulator.assets, now_ms) for asset_id in card.banner_ids]
    phone = find_user(user_id, emulator)
    _admit(phone, emulator, now_ms, is_promotion=PROMOTION in types)
    quota = take_from_package(emulator)
    list_remarks(request, incoming.remarks)
    message_id = new_message_id()
    body = tell_sent(message_id, {"user_id": user_id}, now_ms, quota)
    message = emulator.arrive(
        phone,
        channel="oa",
        message_id=message_id,
        request=incoming.raw,
        answer=body,
        faults=faults_of(request),
        shown={"image_url": banners[0].url_path} if banners else {},
    )
    echo(emulator, "oa_send_template", message, mirror_template(message_id, card.text))
    return respond(body)


def _admit(phone: Phone, emulator: Emulator, now_ms: int, *, is_promotion: bool) -> None:
    check_reachable(phone)
    if phone.refuses_templates:
        raise Refused(RESTRICTED)
    if not is_promotion:
        return
    if not phone.follows:
        raise Refused(NO_FOLLOWER)
    emulator.allowances.take_promotion(phone.user_id, now_ms)
