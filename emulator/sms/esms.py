"""The eSMS face: short messages by brandname, their status, the balance (docs: zalo 10.1).

Answers are HTTP 200 with `CodeResult` or `CodeResponse`, a number as text. Not emulated: advertising, Viber and Zalo
through eSMS; their addresses answer documented codes.
"""

import hashlib
import hmac
from typing import Any
from uuid import uuid4

from aiohttp import web

from emulator.credentials import ESMS_API_KEY, ESMS_SECRET_KEY
from emulator.envelopes import answer, encode, refusal
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face, remark
from emulator.json_text import read_json
from emulator.sms.carriers import carrier_of
from emulator.sms.esms_rules import KNOWN_FIELDS, EsmsSend, check_send
from emulator.sms.recent import DAY_MS
from emulator.sms.reports import SEND_STATUS, count_outcome, local_form, plan_reports
from emulator.sms.short_message import ShortMessage
from emulator.state import Emulator
from emulator.trouble import faults_of

PROVIDER = "esms"
BASE = "/MainService.svc/json/"
USER_ID = 9_999
DUPLICATE, IN_PROCESS = 124, 199
STATUS_DAYS = 7  # status queries look no further back
ZALO_ADDRESSES = (
    "SendZaloMessage_V5_post",
    "SendZaloMessage_V6",
    "SendZaloMessage_V6/hash_phone",
    "SendZaloFollowerMessage_V5_post_json",
    "MultiChannelMessage",
)


def add_routes(app: web.Application) -> None:
    """Hang this face into the application; every address works with and without a slash at its end."""
    faces = {
        ("POST", "SendMultipleMessage_V4_post_json"): send_message,
        ("GET", "GetSendStatus"): tell_status,
        ("POST", "GetSendStatus"): tell_status,
        ("GET", "GetSmsReceiverStatus_get"): tell_receivers,
        ("POST", "GetBalance_json"): tell_balance,
        **{("POST", name): refuse_zalo for name in ZALO_ADDRESSES},
    }
    for (method, name), face in faces.items():
        for slash in ("", "/"):
            app.router.add_route(method, BASE + name + slash, face)
    app.router.add_route("*", "/MainService.svc/{rest:.*}", refuse_unknown)


@platform_face
async def send_message(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST SendMultipleMessage_V4_post_json/`: one message to one phone."""
    check_json_type(request)
    body = await _read_object(request)
    _check_account(request, emulator, body)
    _check_speed(emulator)
    for name in sorted(body.keys() - KNOWN_FIELDS):
        remark(request, "unknown_field", f"no field {name[:40]!r} is documented")
    wanted = check_send(body, emulator.config)
    if emulator.config.sms_price_vnd is None:
        raise Refused(102)
    order_id = uuid4().hex
    if wanted.is_sandbox:  # checked, but neither kept, sent nor paid
        return answer(_accepted(order_id))
    repeated = _repeat(wanted, emulator)
    if repeated is not None:
        return answer({**refusal(request.path, repeated[0]), "SendStatus": repeated[1]})
    sms = _make(wanted, body, order_id, request, emulator)
    if sms.price_vnd > emulator.sms.balance_vnd(PROVIDER):
        raise Refused(103)
    _remember(wanted, order_id, emulator)
    emulator.sms.submit([sms])
    emulator.touch()
    return answer(_accepted(order_id))


@platform_face
async def tell_status(request: web.Request, emulator: Emulator) -> web.Response:
    """`GetSendStatus?RefId=&ApiKey=&SecretKey=`, by GET or POST: the counts of an order."""
    sms = _find(request, emulator, await _read_question(request))
    return answer({"CodeResponse": "100", "SMSID": sms.order_id, **count_outcome(sms)})


@platform_face
async def tell_receivers(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET GetSmsReceiverStatus_get?RefId=`: the receivers of an order."""
    sms = _find(request, emulator, dict(request.query))
    receiver = {
        "IsSent": sms.state not in {"queued", "rejected"},
        "NetworkName": carrier_of(sms.phone).name,
        "Phone": local_form(sms.phone),
        "Retry": 0,
        "SentResult": sms.state == "delivered",
    }
    return answer({"CodeResult": "100", "ReceiverList": [receiver]})


@platform_face
async def tell_balance(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST GetBalance_json`: what is left, in VND."""
    _check_account(request, emulator, await _read_object(request))
    balance = emulator.sms.balance_vnd(PROVIDER)
    return answer({"Balance": balance, "CodeResponse": "100", "UserID": USER_ID})


@platform_face
async def refuse_zalo(request: web.Request, emulator: Emulator) -> web.Response:
    """Zalo through eSMS is not emulated: 799, as for an account no Official Account was added to."""
    _check_account(request, emulator, await _read_object(request))
    raise Refused(799, rule="path", detail="Zalo through eSMS is not emulated; use the Zalo addresses or plain SMS")


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: 301."""
    raise Refused(301, rule="path", detail="no such address or method, or not emulated")


def _check_account(request: web.Request, emulator: Emulator, body: dict[str, Any]) -> None:
    config = emulator.config
    given = (str(body.get("ApiKey", "")), str(body.get("SecretKey", "")))
    wanted = (ESMS_API_KEY, ESMS_SECRET_KEY)
    if not all(hmac.compare_digest(this.encode(), that.encode()) for this, that in zip(given, wanted, strict=True)):
        raise Refused(101, rule="ApiKey", detail="ApiKey or SecretKey is missing or wrong")
    if config.esms_locked:
        raise Refused(143)
    if config.esms_allowed_ips and request.remote not in config.esms_allowed_ips:
        raise Refused(140)


def _check_speed(emulator: Emulator) -> None:
    limit = emulator.config.esms_requests_per_second
    if limit is not None and not emulator.sms.take_turn(limit):
        raise Refused(160)


def _repeat(wanted: EsmsSend, emulator: Emulator) -> tuple[int, str] | None:
    """The code and `SendStatus` for a message that was sent before, None for a new one."""
    config, now_ms, recent = emulator.config, emulator.clock.now_ms(), emulator.sms.recent
    code = DUPLICATE
    found = recent.find(f"request:{wanted.request_id}", now_ms, DAY_MS / 1000) if wanted.request_id else None
    if found and found[0] < config.esms_processing_seconds:
        code = IN_PROCESS
    if not found:
        found = recent.find(_content_key(wanted), now_ms, config.esms_same_content_seconds)
        code = config.esms_same_content_code
    if not found:
        return None
    before = emulator.sms.find(found[1], PROVIDER)
    return code, str(SEND_STATUS[before[0].state]) if before else "5"


def _remember(wanted: EsmsSend, order_id: str, emulator: Emulator) -> None:
    now_ms = emulator.clock.now_ms()
    emulator.sms.recent.remember(_content_key(wanted), now_ms, order_id)
    if wanted.request_id:
        emulator.sms.recent.remember(f"request:{wanted.request_id}", now_ms, order_id)


def _content_key(wanted: EsmsSend) -> str:
    return "content:" + hashlib.sha256(f"{wanted.phone}\n{wanted.content}".encode()).hexdigest()


def _make(
    wanted: EsmsSend, body: dict[str, Any], order_id: str, request: web.Request, emulator: Emulator
) -> ShortMessage:
    config, now_ms = emulator.config, emulator.clock.now_ms()
    delay_seconds, copies = plan_reports(faults_of(request), config.sms_report_delay_seconds)
    shown = {name: value for name, value in body.items() if name not in {"ApiKey", "SecretKey"}}
    return ShortMessage(
        provider=PROVIDER,
        order_id=order_id,
        message_id=order_id,
        phone=wanted.phone,
        sender=wanted.brandname,
        encoding=wanted.encoding,
        parts=wanted.parts,
        price_vnd=wanted.parts * (config.sms_price_vnd or 0),
        at_ms=now_ms,
        due_ms=wanted.due_ms or now_ms,
        request=encode(shown).decode(),
        answer=encode(_accepted(order_id)).decode(),
        type_id=wanted.sms_type,
        request_id=wanted.request_id,
        callback_url=wanted.callback_url,
        report_delay_seconds=delay_seconds,
        report_copies=copies,
    )


def _find(request: web.Request, emulator: Emulator, question: dict[str, Any]) -> ShortMessage:
    """The message asked for. Raises Refused: 851 no id, 105 unknown or too early, 854 too long ago."""
    _check_account(request, emulator, question)
    order_id = str(question.get("RefId") or "")
    if not order_id:
        raise Refused(851, rule="RefId", detail="RefId is missing")
    found, now_ms = emulator.sms.find(order_id, PROVIDER), emulator.clock.now_ms()
    if not found or now_ms - found[0].at_ms < emulator.config.esms_status_after_seconds * 1000:
        raise Refused(105)
    if now_ms - found[0].at_ms > STATUS_DAYS * DAY_MS:
        raise Refused(854)
    return found[0]


async def _read_question(request: web.Request) -> dict[str, Any]:
    if request.method == "POST" and await request.read():
        return {**request.query, **await _read_object(request)}
    return dict(request.query)


async def _read_object(request: web.Request) -> dict[str, Any]:
    try:
        body = read_json(await request.read())
    except ValueError as error:
        raise Refused(110, rule="body", detail="the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(110, rule="body", detail="the body is not a JSON object")
    return body


def _accepted(order_id: str) -> dict[str, Any]:
    return {"CodeResult": "100", "CountRegenerate": 0, "SMSID": order_id}
