"""The SpeedSMS face: short messages to up to a hundred phones, and their status (docs: zalo 10.2).

Answers are HTTP 200 with `status` and `code`; reports are not pushed, only asked for.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulator.config import EmulatorConfig
from emulator.credentials import SPEEDSMS_TOKEN
from emulator.envelopes import answer, encode, refusal
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face
from emulator.json_text import read_json
from emulator.phones import normalise_phone
from emulator.sms.alphabet import Encoding, choose_encoding, count_parts
from emulator.sms.reports import plan_reports
from emulator.sms.short_message import ShortMessage
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of

PROVIDER = "speedsms"
BASE = "/index.php"
MAX_PHONES = 100
TYPES_WITH_SENDER = frozenset({3, 5})  # brandname, own number
TYPES = frozenset({2, 3, 4, 5})
BAD_PARAMETERS, BAD_PHONE, BAD_ENCODING, TOO_LONG, NO_BALANCE = 101, 105, 110, 113, 300
# 0 is success, up to 63 a failure that may pass, from 64 on a final one (grade C, as is the shape of the answer).
DELIVERY_STATUS = {"delivered": 0, "queued": 1, "sent": 1, "away": 1, "uncertain": 1, "failed": 64, "rejected": 65}
TOO_MANY_REQUESTS = {"name": "Too Many Requests", "message": "Rate limit exceeded.", "code": 0, "status": 429}


@dataclass(frozen=True, slots=True)
class Batch:
    """A request that passed: good numbers as `84…`, bad ones as they came."""

    phones: list[str]
    invalid_phones: list[str]
    sender: str
    encoding: Encoding
    parts: int


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    app.router.add_post(BASE + "/sms/send", send_messages)
    app.router.add_get(BASE + "/sms/status/{order_id}", tell_status)
    app.router.add_get(BASE + "/user/info", tell_account)
    app.router.add_route("*", BASE + "/{rest:.*}", refuse_unknown)


@platform_face
async def send_messages(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /index.php/sms/send`: `{"to": […], "content", "sms_type", "sender"}`."""
    if not _take_turn(emulator):
        return answer(TOO_MANY_REQUESTS, status=429)
    _check_account(request, emulator)
    check_json_type(request)
    body = await _read_object(request)
    batch = _check_batch(body, emulator.config)
    if not batch.phones:
        return answer({**refusal(request.path, BAD_PHONE), "invalidPhone": batch.invalid_phones})
    said = _submit(batch, body, request, emulator)
    emulator.touch()
    return answer(said)


@platform_face
async def tell_status(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /index.php/sms/status/{tranId}`: a status for each phone."""
    if not _take_turn(emulator):
        return answer(TOO_MANY_REQUESTS, status=429)
    _check_account(request, emulator)
    found = emulator.sms.find(request.match_info["order_id"], PROVIDER)
    if not found:
        raise Refused(BAD_PARAMETERS, rule="tranId", detail="no send of this account has this tranId")
    data = [{"phone": sms.phone, "status": DELIVERY_STATUS[sms.state]} for sms in found]
    return answer({"status": "success", "code": "00", "data": data})


@platform_face
async def tell_account(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /index.php/user/info`: the balance, in VND."""
    _check_account(request, emulator)
    data = {"email": "emulator@example.vn", "balance": emulator.sms.balance_vnd(PROVIDER), "currency": "VND"}
    return answer({"status": "success", "code": "00", "data": data})


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: 101."""
    raise Refused(BAD_PARAMETERS, rule="path", detail="no such address or method, or not emulated")


def _submit(batch: Batch, body: dict[str, Any], request: web.Request, emulator: Emulator) -> dict[str, Any]:
    """Pay and send; the answer. Raises Refused(300)."""
    gateway, now_ms = emulator.sms, emulator.clock.now_ms()
    price_vnd = batch.parts * (emulator.config.sms_price_vnd or 0)
    total_vnd = price_vnd * len(batch.phones)
    if total_vnd > gateway.balance_vnd(PROVIDER):
        raise Refused(NO_BALANCE)
    gateway.last_transaction += 1
    data = {
        "tranId": gateway.last_transaction,
        "totalSMS": batch.parts * len(batch.phones),
        "totalPrice": total_vnd,
        "invalidPhone": batch.invalid_phones,
    }
    said = {"status": "success", "code": "00", "data": data}
    delay_seconds, _ = plan_reports(faults_of(request), emulator.config.sms_report_delay_seconds)
    gateway.submit(
        [
            ShortMessage(
                provider=PROVIDER,
                order_id=str(gateway.last_transaction),
                message_id=new_message_id(),
                phone=phone,
                sender=batch.sender,
                encoding=batch.encoding,
                parts=batch.parts,
                price_vnd=price_vnd,
                at_ms=now_ms,
                due_ms=now_ms,
                request=encode(body).decode(),
                answer=encode(said).decode(),
                report_delay_seconds=delay_seconds,
            )
            for phone in batch.phones
        ]
    )
    return said


def _check_account(request: web.Request, emulator: Emulator) -> None:
    config = emulator.config
    if request.remote in config.speedsms_locked_ips:
        raise Refused(7)
    if not hmac.compare_digest(_basic_user(request.headers.get("Authorization", "")).encode(), SPEEDSMS_TOKEN.encode()):
        raise Refused(9, rule="Authorization", detail="HTTP Basic with the access token as user is missing or wrong")
    if config.speedsms_blocked:
        raise Refused(8)


def _basic_user(header: str) -> str:
    scheme, _, written = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(written, validate=True).decode().rpartition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _take_turn(emulator: Emulator) -> bool:
    limit = emulator.config.speedsms_requests_per_minute
    return limit is None or emulator.sms.speedsms_rate.take(limit, emulator.clock.now_ms()) is not None


def _check_batch(body: dict[str, Any], config: EmulatorConfig) -> Batch:
    """Who gets what. Raises Refused: 101, 110, 113, 009."""
    content = body.get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refused(BAD_PARAMETERS, rule="content", detail="content must be a text that is not empty")
    encoding = choose_encoding(content)
    if encoding == "unicode" and not config.speedsms_unicode:
        raise Refused(BAD_ENCODING, rule="content", detail="content has characters that cannot be sent")
    parts = count_parts(content, encoding)
    if parts > config.sms_max_parts:
        raise Refused(TOO_LONG, rule="content", detail=f"content is longer than {config.sms_max_parts} parts")
    sender = _check_sender(body, config)
    phones, invalid = _sort_phones(body.get("to"))
    return Batch(phones, invalid, sender, encoding, parts)


def _check_sender(body: dict[str, Any], config: EmulatorConfig) -> str:
    sms_type, sender = body.get("sms_type"), body.get("sender", "")
    if isinstance(sms_type, bool) or not isinstance(sms_type, int) or sms_type not in TYPES:
        raise Refused(BAD_PARAMETERS, rule="sms_type", detail="sms_type must be 2, 3, 4 or 5")
    if not isinstance(sender, str) or (sms_type in TYPES_WITH_SENDER and not sender):
        raise Refused(BAD_PARAMETERS, rule="sender", detail="sender must be a text, and types 3 and 5 need one")
    if sms_type in TYPES_WITH_SENDER and config.speedsms_senders and sender not in config.speedsms_senders:
        raise Refused(9, rule="sender", detail="sender is not registered")
    return sender


def _sort_phones(to: object) -> tuple[list[str], list[str]]:
    """The good numbers as `84…`, each once, and the bad ones as they came. Raises Refused(101)."""
    if not isinstance(to, list) or not 0 < len(to) <= MAX_PHONES or not all(isinstance(each, str) for each in to):
        raise Refused(BAD_PARAMETERS, rule="to", detail=f"to must be a list of 1 to {MAX_PHONES} texts")
    good = [normalise_phone(each) for each in to]
    return list(dict.fromkeys(filter(None, good))), [each for each, phone in zip(to, good, strict=True) if not phone]


async def _read_object(request: web.Request) -> dict[str, Any]:
    try:
        body = read_json(await request.read())
    except ValueError as error:
        raise Refused(BAD_PARAMETERS, rule="body", detail="the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(BAD_PARAMETERS, rule="body", detail="the body is not a JSON object")
    return body
