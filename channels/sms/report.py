"""eSMS's reports about messages: a GET with a query, unsigned, so the address holds a secret (docs: zalo 10.1).

A report is a hint: whoever acts on it asks first, by `confirm`. The door turns the query into a JSON object, which is
what is stored and parsed here. `error_info` is of Zalo messages through eSMS, which we do not send, so nobody reads it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from channels.base import EventKind, EventPayload, IncomingEvent, RawPayload
from channels.errors import MalformedWebhook
from channels.json_guard import MalformedJson, load_json
from channels.sms.esms import EsmsChannel
from channels.sms.esms_methods import Outcome
from channels.sms.status import SmsState, SmsStatus

PLATFORM: Final = "sms_esms"
EVENT_NAME: Final = "sms_report"
MAX_QUERY_FIELDS: Final = 40  # the sheet names 17
MAX_ID_CHARS: Final = 100


class SmsReport(EventPayload):
    """What the gateway says became of a message; not confirmed."""

    sms_id: str
    reference: str | None = None
    """Our reference, the RequestId."""
    state: SmsState
    cost_vnd: int | None = None
    carrier: str | None = None
    """The gateway's number: 1 Viettel, 2 MobiFone, 3 VinaPhone, 4 Vietnamobile, 5 Gtel, 6 iTel, 7 Reddi."""
    phone: SecretStr | None = None


async def confirm(report: SmsReport, channel: EsmsChannel) -> SmsStatus:
    """What the gateway itself says of the reported message; the report's own words count for nothing.

    Act on the notice whose message id is `report.sms_id`: a reference in a forged report could name another's. The
    reference counts only for a message whose id was never learned, because its answer was lost or was code 124.
    Raises `ChannelError`; `Temporary` (105) for a message that the gateway does not know (yet).
    """
    return await channel.status(report.sms_id)


def is_token(given: str, expected: SecretStr) -> bool:
    """Whether the secret in the address is ours, in constant time."""
    wanted = expected.get_secret_value()
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


def to_body(query: Mapping[str, str]) -> bytes:
    """The query as the JSON object that is stored. Raises `MalformedWebhook`."""
    if len(query) > MAX_QUERY_FIELDS:
        raise MalformedWebhook(f"more than {MAX_QUERY_FIELDS} fields")
    try:
        body = json.dumps(dict(query), ensure_ascii=False, separators=(",", ":")).encode()
        load_json(body)  # what cannot be stored is told at the door
    except (UnicodeEncodeError, MalformedJson) as exc:
        raise MalformedWebhook("the query holds what is no text") from exc
    return body


def parse_report(body: bytes) -> list[IncomingEvent]:
    """The report in a stored body; one without a message id becomes an event of kind `unknown`.

    Raises `MalformedWebhook` only.
    """
    try:
        document = load_json(body)
    except MalformedJson as exc:
        raise MalformedWebhook(str(exc)) from exc
    if not isinstance(document, dict):
        raise MalformedWebhook("a report is an object")
    sms_id = _text(document, "SMSID")
    if sms_id is None:
        return [_event(f"sha256:{hashlib.sha256(body).hexdigest()}", EventKind.UNKNOWN, RawPayload(raw=document))]
    outcome = Outcome.model_validate(document)
    phone = _text(document, "phonenumber")
    report = SmsReport(
        sms_id=sms_id,
        reference=_text(document, "RequestId"),
        state=outcome.state,
        cost_vnd=outcome.price,
        carrier=_text(document, "telcoid"),
        phone=SecretStr(phone) if phone else None,
    )
    return [_event(f"{sms_id}:{outcome.state.value}:{outcome.send_status}", EventKind.RECEIPT, report)]


def _event(key: str, kind: EventKind, payload: EventPayload) -> IncomingEvent:
    return IncomingEvent(platform=PLATFORM, event_name=EVENT_NAME, dedup_key=key, kind=kind, payload=payload)


def _text(document: Mapping[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS else None
