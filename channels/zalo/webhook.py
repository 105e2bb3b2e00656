"""Zalo's webhook, pure: verify a body, then read its events. No I/O, no clock (docs: zalo 7).

One body is one event today; the list leaves room. What no table knows becomes an event of kind `unknown` with its raw
document: the caller counts it and answers 200, never 500.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr, ValidationError

from channels.base import EventKind, IncomingEvent, RawPayload, SignatureOutcome, SignatureVerdict
from channels.errors import BadSignature, MalformedWebhook
from channels.json_guard import MalformedJson, load_json
from channels.zalo.event_tables import find_reader
from channels.zalo.fields import Document, read_object, read_text
from channels.zalo.signature import read_header, sign, verify_signature
from channels.zalo.types import read_millis

__all__ = [
    "SignatureOutcome",
    "SignatureVerdict",
    "parse_updates",
    "parse_verified",
    "sign",
    "verify_signature",
]

PLATFORM = "zalo"
MAX_BODY_BYTES = 1 << 20  # docs: zalo 7.2 point 1: cap 1 MB
MAX_NAME_CHARS = 64
MAX_KEY_CHARS = 200

# Events whose message id names the message they are about, not themselves: the same person may react twice to one
# message, so the timestamp belongs into their dedup key.
_ABOUT_ANOTHER_MESSAGE = frozenset({"user_reacted_message", "oa_reacted_message", "user_feedback"})


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
    if len(body) > MAX_BODY_BYTES:
        raise MalformedWebhook(f"body exceeds {MAX_BODY_BYTES} bytes")
    try:
        document = load_json(body)
    except MalformedJson as exc:
        raise MalformedWebhook(str(exc)) from exc
    if document == {}:
        return []
    if not isinstance(document, dict):
        return [_unknown("", document, body)]
    return [_read_event(headers, document, body, account_ids)]


def _read_event(
    headers: Mapping[str, str], document: Document, body: bytes, account_ids: Collection[str]
) -> IncomingEvent:
    name = (read_text(document, "event_name") or "")[:MAX_NAME_CHARS]
    reader = find_reader(name)
    is_template = reader.is_receipt and _is_template_event(headers, document)
    try:
        payload = reader.read(document, is_template)
    except (ValidationError, TypeError, ValueError, KeyError):
        return _unknown(name, document, body)
    account_id, user_id = _read_parties(document, account_ids, oa_is_sender=reader.oa_is_sender)
    occurred_at = read_millis(document.get("timestamp"))
    return IncomingEvent(
        platform=PLATFORM,
        event_name=name,
        dedup_key=_dedup_key(name, document, body, account_id, user_id),
        account_id=account_id,
        user_id=None if is_template else user_id,  # there it is a phone number: see the payload
        occurred_at=occurred_at,
        kind=reader.kind,
        payload=payload,
    )


def _unknown(name: str, document: Any, body: bytes) -> IncomingEvent:
    occurred_at: datetime | None = None
    if isinstance(document, dict):
        occurred_at = read_millis(document.get("timestamp"))
    return IncomingEvent(
        platform=PLATFORM,
        event_name=name,
        dedup_key=_hashed_key(name, body),
        occurred_at=occurred_at,
        kind=EventKind.UNKNOWN,
        payload=RawPayload(raw=document),
    )


def _is_template_event(headers: Mapping[str, str], document: Document) -> bool:
    # docs: zalo 7.4: told apart by these fields, or by the header of section 7.1.
    message = read_object(document, "message")
    if "delivery_time" in message or "tracking_id" in message:
        return True
    return (read_header(headers, "X-ZEvent-Server") or "").strip().upper() == "ZNS"


def _read_parties(
    document: Document, account_ids: Collection[str], *, oa_is_sender: bool
) -> tuple[str | None, str | None]:
    """Our account and the person. Positions differ between events, so our own ids decide, then the usual position."""
    sender = read_text(read_object(document, "sender"), "id")
    recipient = read_text(read_object(document, "recipient"), "id")
    person = (
        read_text(read_object(document, "follower"), "id")
        or read_text(document, "user_id")
        or read_text(read_object(document, "data"), "user_id")
    )
    named = read_text(document, "oa_id") or read_text(document, "oaId")
    ours = {named} if named else set(account_ids)
    if sender is not None and sender in ours:
        return sender, recipient or person
    if recipient is not None and recipient in ours:
        return recipient, sender or person
    if named:
        return named, person or (recipient if oa_is_sender else sender)
    account, other = (sender, recipient) if oa_is_sender else (recipient, sender)
    return account, other or person


def _dedup_key(name: str, document: Document, body: bytes, account_id: str | None, user_id: str | None) -> str:
    """docs: zalo 7.3: event and message id; without one: event, account, person, time. Odd ones: hash of the body.

    Keys are stored and shown to operators, so whatever may hold a user id or a phone number goes in hashed.
    """
    message = read_object(document, "message")
    message_id = read_text(message, "msg_id") or read_text(message, "message_id")
    timestamp = read_text(document, "timestamp")
    if message_id and name in _ABOUT_ANOTHER_MESSAGE:
        key = f"{name}:{message_id}:{timestamp or ''}"
    elif message_id:
        key = f"{name}:{message_id}"
    elif timestamp and user_id and "message" not in document:
        return _hashed_key(name, f"{account_id or ''}:{user_id}:{timestamp}".encode())
    else:
        return _hashed_key(name, body)
    return key if len(key) <= MAX_KEY_CHARS else _hashed_key(name, key.encode())


def _hashed_key(name: str, content: bytes) -> str:
    return f"{name}:sha256:{hashlib.sha256(content).hexdigest()}"
