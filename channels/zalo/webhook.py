"""Zalo's webhook, pure: verify a body, look at its envelope, read its events. No I/O, no clock (docs: zalo 7).

One body is one event today; the list leaves room. What no table knows becomes an event of kind `unknown` with its raw
document: the caller counts it and answers 200, never 500.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from channels.base import (
    EventEnvelope,
    EventPayload,
    IncomingEvent,
    OpenedWebhook,
    RawPayload,
    SignatureOutcome,
    SignatureVerdict,
)
from channels.errors import BadSignature, MalformedWebhook
from channels.json_guard import MalformedJson, load_json
from channels.zalo.envelopes import PLATFORM, is_template_event, read_envelope
from channels.zalo.event_tables import find_reader
from channels.zalo.signature import SignatureCheck, read_timestamp, sign, verify_signature
from channels.zalo.types import read_millis

__all__ = [
    "PLATFORM",
    "SignatureOutcome",
    "SignatureVerdict",
    "open_webhook",
    "parse_updates",
    "parse_verified",
    "sign",
    "verify_signature",
]

MAX_BODY_BYTES = 1 << 20  # docs: zalo 7.2 point 1: cap 1 MB


def open_webhook(
    headers: Mapping[str, str], body: bytes, *, check: SignatureCheck, account_ids: Collection[str] = ()
) -> OpenedWebhook:
    """Judge the signature and find the envelopes; the JSON is parsed once for both. `account_ids` are our own OAs.

    Raises `MalformedWebhook` only.
    """
    document = _load(body)
    verdict = check.judge(headers, body, read_timestamp(document))
    if document == {}:  # the probe, or an odd document with nothing in it
        return OpenedWebhook(verdict)
    return OpenedWebhook(verdict, (read_envelope(headers, document, body, account_ids),))


def parse_updates(
    headers: Mapping[str, str],
    body: bytes,
    *,
    app_id: str,
    secrets: Collection[SecretStr],
    account_ids: Collection[str] = (),
    enforce: bool = True,
) -> list[IncomingEvent]:
    """Verify, then read. Raises `BadSignature` (unless `enforce` is off, for the first hour of going live) and
    `MalformedWebhook`. The unsigned probe `{}` gives an empty list.
    """
    verdict = verify_signature(headers=headers, body=body, app_id=app_id, secrets=tuple(secrets))
    if verdict.outcome is SignatureOutcome.PROBE:
        return []
    if enforce and not verdict.is_accepted:
        raise BadSignature(f"webhook signature {verdict.outcome.value}; answer 401")
    return parse_verified(headers, body, account_ids=account_ids)


def parse_verified(
    headers: Mapping[str, str], body: bytes, *, account_ids: Collection[str] = ()
) -> list[IncomingEvent]:
    """Read a body that was verified, now or before it was stored. `account_ids` are our own OAs.

    Raises `MalformedWebhook` only; any JSON document is read, if only as `unknown`.
    """
    document = _load(body)
    if document == {}:
        return []
    envelope = read_envelope(headers, document, body, account_ids)
    return [_read_event(headers, document, envelope)]


def _load(body: bytes) -> Any:
    if len(body) > MAX_BODY_BYTES:
        raise MalformedWebhook(f"body exceeds {MAX_BODY_BYTES} bytes")
    try:
        return load_json(body)
    except MalformedJson as exc:
        raise MalformedWebhook(str(exc)) from exc


def _read_event(headers: Mapping[str, str], document: Any, envelope: EventEnvelope) -> IncomingEvent:
    occurred_at = read_millis(document.get("timestamp")) if isinstance(document, dict) else None
    payload = _read_payload(headers, document, envelope)
    return IncomingEvent(occurred_at=occurred_at, payload=payload, **envelope._asdict())


def _read_payload(headers: Mapping[str, str], document: Any, envelope: EventEnvelope) -> EventPayload:
    """The typed content. What defies its table is kept raw: its envelope was stored, so somebody must see it."""
    if not isinstance(document, dict):
        return RawPayload(raw=document)
    reader = find_reader(envelope.event_name)
    try:
        return reader.read(document, reader.is_receipt and is_template_event(headers, document))
    except (ValidationError, TypeError, ValueError, KeyError, OverflowError):
        return RawPayload(raw=document)
