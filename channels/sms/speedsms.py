"""The channel of short messages through SpeedSMS (docs: zalo 10.2): no idempotency key, and no reports."""

from __future__ import annotations

import base64
import json

from pydantic import ValidationError

from channels.base import OutgoingMessage, SendReceipt
from channels.code_table import classify, refuse_status
from channels.content import Feature
from channels.errors import OutcomeUnknown
from channels.http import HttpClient, PlatformRequest, PlatformResponse
from channels.sms.codes import SPEEDSMS
from channels.sms.config import SpeedSmsConfig
from channels.sms.message import check_words_alone, take_phone
from channels.sms.shape import Shaper, ShortText
from channels.sms.speedsms_methods import (
    GetSpeedSmsStatus,
    ReceiverStatus,
    SendSpeedSms,
    SentSms,
    SpeedSmsAnswer,
    SpeedSmsMethod,
)
from channels.sms.status import SmsState, SmsStatus
from channels.wire import read_items

INVALID_PHONE = "105"


class SpeedSmsChannel:
    """Sends `message.text` to `message.recipient.phone`. What has no answer stays unknown."""

    name = "sms_speedsms"
    features = frozenset({Feature.TEXT})

    def __init__(self, http: HttpClient, config: SpeedSmsConfig, shaper: Shaper) -> None:
        self._http = http
        self._config = config
        self._shaper = shaper

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`."""
        check_words_alone(message)
        phone = take_phone(message)
        short = self._shaper.shape(message.text)
        config = self._config
        method = SendSpeedSms(phones=(phone,), content=short.content, sms_type=config.sms_type, sender=config.sender)
        return _to_receipt(await self._ask(method), short)

    async def status(self, transaction_id: str) -> SmsStatus:
        """What became of a message, by the gateway's id. Raises `ChannelError`."""
        answer = await self._ask(GetSpeedSmsStatus(transaction_id=transaction_id))
        states = [item.state for item in read_items(answer.data, ReceiverStatus) if isinstance(item, ReceiverStatus)]
        return SmsStatus(state=states[0] if len(states) == 1 else SmsState.UNKNOWN)

    async def _ask(self, method: SpeedSmsMethod) -> SpeedSmsAnswer:
        return read_answer(await self._http.request(build_request(self._config, method)))


def build_request(config: SpeedSmsConfig, method: SpeedSmsMethod) -> PlatformRequest:
    """The HTTP request of a method: HTTP Basic with the access token as user and `x` as password."""
    login = base64.b64encode(f"{config.access_token.get_secret_value()}:x".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    url = config.base.rstrip("/") + method.path
    body = method.body()
    if body is None:
        return PlatformRequest(method.label, "GET", url, headers)
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return PlatformRequest(method.label, "POST", url, {**headers, "Content-Type": "application/json"}, body=raw)


def read_answer(response: PlatformResponse) -> SpeedSmsAnswer:
    """A good answer. Raises the `ChannelError` of its code, or `OutcomeUnknown` for what is no answer."""
    try:
        answer = SpeedSmsAnswer.model_validate(response.document)
    except ValidationError as exc:
        refuse_status(response.status)
        raise OutcomeUnknown("unreadable", "the answer is none of the gateway's") from exc
    if answer.status == "error":
        raise classify(SPEEDSMS, answer.code, answer.message)
    return answer


def _to_receipt(answer: SpeedSmsAnswer, short: ShortText) -> SendReceipt:
    sent = SentSms.model_validate(answer.data if isinstance(answer.data, dict) else {})
    if sent.invalid_phones:
        raise classify(SPEEDSMS, INVALID_PHONE)
    if sent.transaction_id is None:
        raise OutcomeUnknown("unreadable", "success without a transaction's id")
    return SendReceipt(message_id=sent.transaction_id, cost_vnd=short.cost_vnd if sent.price is None else sent.price)
