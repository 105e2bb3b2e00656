"""The channel of short messages through eSMS (docs: zalo 10.1).

Our reference is the gateway's RequestId, a real idempotency key for 24 hours: what has no answer may be sent again with
the same one, and a repeat is told as code 124, which means "already sent".
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from channels.base import OutgoingMessage, SendReceipt
from channels.code_table import classify, refuse_status
from channels.content import Feature
from channels.errors import OutcomeUnknown
from channels.http import HttpClient, PlatformRequest, PlatformResponse
from channels.sms.codes import ESMS, ESMS_ACCEPTED, ESMS_DUPLICATE
from channels.sms.config import EsmsConfig
from channels.sms.esms_methods import AnswerT, EsmsMethod, GetBalance, GetStatus, SendAnswer, SendSms
from channels.sms.message import check_words_alone, take_phone, to_local_phone
from channels.sms.shape import Shaper, ShortText
from channels.sms.status import SmsState, SmsStatus

__all__ = ["IDEMPOTENT_FOR", "EsmsChannel", "SmsState", "SmsStatus", "build_request", "read_answer"]

IDEMPOTENT_FOR: Final = timedelta(hours=24)  # docs: zalo 10.1, RequestId
_SERVICE = "/MainService.svc/json/"


class EsmsChannel:
    """Sends `message.text` to `message.recipient.phone`; the reference travels as RequestId."""

    name = "sms_esms"
    features = frozenset({Feature.TEXT, Feature.IDEMPOTENT})

    def __init__(self, http: HttpClient, config: EsmsConfig, shaper: Shaper) -> None:
        self._http = http
        self._config = config
        self._shaper = shaper

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once; safe to repeat for `IDEMPOTENT_FOR`. Raises `ChannelError`."""
        check_words_alone(message)
        phone = take_phone(message)
        short = self._shaper.shape(message.text)
        callback = self._config.callback_url
        method = SendSms(
            phone=to_local_phone(phone),
            content=short.content,
            brandname=self._config.brandname,
            sms_type=self._config.sms_type,
            is_unicode=self._shaper.is_unicode,
            is_sandbox=self._config.sandbox,
            request_id=message.reference,
            callback_url=None if callback is None else callback.get_secret_value(),
        )
        return _to_receipt(await self._ask(method), message.reference, short)

    async def status(self, sms_id: str) -> SmsStatus:
        """What became of a message, by the gateway's id. Raises `ChannelError`; `Temporary` while it is unknown."""
        answer = await self._ask(GetStatus(sms_id=sms_id))
        _check(answer.code, answer.message)
        if answer.sms_id not in {None, sms_id}:
            raise OutcomeUnknown("unreadable", "the answer speaks of another message")
        return SmsStatus(state=answer.state, cost_vnd=answer.price)

    async def balance_vnd(self) -> int:
        """The money left, in VND. Raises `ChannelError`."""
        answer = await self._ask(GetBalance())
        _check(answer.code, answer.message)
        if answer.balance is None:
            raise OutcomeUnknown("unreadable", "the answer names no balance")
        return answer.balance

    async def _ask(self, method: EsmsMethod[AnswerT]) -> AnswerT:
        return read_answer(method, await self._http.request(build_request(self._config, method)))


def build_request(config: EsmsConfig, method: EsmsMethod[AnswerT]) -> PlatformRequest:
    """The HTTP request of a method; the keys travel beside its arguments, so neither query nor body is ever logged."""
    url = config.base.rstrip("/") + _SERVICE + method.name
    arguments = {
        "ApiKey": config.api_key.get_secret_value(),
        "SecretKey": config.secret_key.get_secret_value(),
        **method.arguments(),
    }
    if method.verb == "GET":
        return PlatformRequest(method.label, "GET", url, query=arguments)
    body = json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode()
    return PlatformRequest(method.label, "POST", url, {"Content-Type": "application/json"}, body=body)


def read_answer(method: EsmsMethod[AnswerT], response: PlatformResponse) -> AnswerT:
    """The typed answer, whatever its code. Raises `NeedsHuman` or `OutcomeUnknown` for what is none."""
    try:
        return method.answer_type.model_validate(response.document)
    except ValidationError as exc:
        refuse_status(response.status)
        raise OutcomeUnknown("unreadable", "the answer is none of the gateway's") from exc


def _to_receipt(answer: SendAnswer, reference: str, short: ShortText) -> SendReceipt:
    if answer.code == ESMS_DUPLICATE:
        # The gateway need not name the first message's id; its report carries our reference.
        return SendReceipt(message_id=answer.sms_id or reference, cost_vnd=short.cost_vnd)
    _check(answer.code, answer.message)
    if answer.sms_id is None:
        raise OutcomeUnknown("unreadable", "accepted without a message id")
    return SendReceipt(message_id=answer.sms_id, cost_vnd=short.cost_vnd)


def _check(code: str, message: str) -> None:
    if code != ESMS_ACCEPTED:
        raise classify(ESMS, code, message)
