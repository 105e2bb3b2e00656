"""A bot's webhook, pure: check the secret, then read the update. No I/O, no clock (docs: zalo 8.3)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from channels.base import (
    EventEnvelope,
    EventKind,
    EventPayload,
    IncomingEvent,
    OpenedWebhook,
    RawPayload,
    SignatureOutcome,
    SignatureVerdict,
    WebhookRoute,
)
from channels.errors import MalformedWebhook
from channels.json_guard import MalformedJson, load_json
from channels.wire import MAX_ID_CHARS, read_id, read_millis
from channels.zalo_bot.config import ZaloBotConfig
from channels.zalo_bot.events import BotMessage, BotMessageKind

PLATFORM = "zalo_bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_NAME_CHARS = 64

_EVENTS = {
    "message.text.received": BotMessageKind.TEXT,
    "message.image.received": BotMessageKind.IMAGE,
    "message.sticker.received": BotMessageKind.STICKER,
    "message.unsupported.received": BotMessageKind.UNSUPPORTED,
}
Document = Mapping[str, Any]


def build_bot_route(config: ZaloBotConfig) -> WebhookRoute:
    """The door of one bot. Raises `ValueError` without a secret: no secret, no door."""
    secret = config.webhook_secret
    if secret is None:
        raise ValueError("no webhook without a secret; set HOSO_ZALO_BOT_WEBHOOK_SECRET")
    expected = secret.get_secret_value().encode()

    def open_webhook(headers: Mapping[str, str], body: bytes) -> OpenedWebhook:
        envelopes = [_envelope_of(event) for event in parse_updates(headers, body, account_id=config.name)]
        verdict = judge_secret(headers, expected)
        if verdict.outcome is SignatureOutcome.MISSING and body.strip() == b"{}":
            return OpenedWebhook(SignatureVerdict(SignatureOutcome.PROBE))  # as at the door of Official Accounts
        return OpenedWebhook(verdict, envelopes)

    def parse(headers: Mapping[str, str], body: bytes) -> list[IncomingEvent]:
        return parse_updates(headers, body, account_id=config.name)

    return WebhookRoute(platform=PLATFORM, path=f"/webhooks/zalo-bot/{config.name}", open=open_webhook, parse=parse)


def judge_secret(headers: Mapping[str, str], expected: bytes) -> SignatureVerdict:
    """Whether the header holds the secret of setWebhook, in constant time."""
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), None)
    if given is None:
        return SignatureVerdict(SignatureOutcome.MISSING)
    if hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected):
        return SignatureVerdict(SignatureOutcome.ACCEPTED, key_index=0)
    return SignatureVerdict(SignatureOutcome.WRONG)


def parse_updates(_headers: Mapping[str, str], body: bytes, *, account_id: str) -> list[IncomingEvent]:
    """The updates in a body, wrapped in `{"ok", "result"}` or at top level, one or an array; `{}` holds none.

    Raises `MalformedWebhook` only; what is no update that we know becomes an event of kind `unknown`.
    """
    try:
        document = load_json(body)
    except MalformedJson as exc:
        raise MalformedWebhook(str(exc)) from exc
    update = document.get("result", document) if isinstance(document, dict) else document
    updates = update if isinstance(update, list) else [update]
    return [_read(each, account_id) for each in updates if each not in ({}, None)]


def _read(update: Any, account_id: str) -> IncomingEvent:
    message = _object(update, "message")
    message_id = _id(message, "message_id")
    chat_id = _id(_object(message, "chat"), "id")
    if message_id is None or chat_id is None:
        key = f"sha256:{hashlib.sha256(json.dumps(update, sort_keys=True).encode()).hexdigest()}"
        return _event("", key, account_id, None, EventKind.UNKNOWN, RawPayload(raw=update), None)
    name = _text(update, "event_name") or _guess_name(message)
    sender = _object(message, "from")
    kind = _EVENTS.get(name)
    user_id = _id(sender, "id") or chat_id
    occurred = message.get("date")
    if kind is None:
        return _event(name, message_id, account_id, user_id, EventKind.UNKNOWN, RawPayload(raw=update), occurred)
    payload = BotMessage(
        kind=kind,
        message_id=message_id,
        chat_id=chat_id,
        chat_type=_text(_object(message, "chat"), "chat_type") or "PRIVATE",
        sender_name=_text(sender, "display_name") or _text(sender, "first_name"),
        text=_text(message, "text") or _text(message, "caption"),
        photo_url=_text(message, "photo_url") or _text(message, "photo"),
        sticker_id=_id(message, "sticker"),
        sticker_url=_text(message, "url"),
    )
    return _event(name, message_id, account_id, user_id, EventKind.MESSAGE, payload, occurred)


def _event(
    name: str,
    key: str,
    account_id: str,
    user_id: str | None,
    kind: EventKind,
    payload: EventPayload,
    occurred: object,
) -> IncomingEvent:
    return IncomingEvent(
        platform=PLATFORM,
        event_name=name[:MAX_NAME_CHARS],
        dedup_key=f"{account_id}:{key}",
        account_id=account_id,
        user_id=user_id,
        occurred_at=read_millis(occurred),
        kind=kind,
        payload=payload,
    )


def _guess_name(message: Document) -> str:
    """Older samples name no event: the content tells (docs: zalo 8.3)."""
    for field, name in (("text", "text"), ("photo_url", "image"), ("photo", "image"), ("sticker", "sticker")):
        if field in message:
            return f"message.{name}.received"
    return "message.unsupported.received"


def _envelope_of(event: IncomingEvent) -> EventEnvelope:
    return EventEnvelope(event.platform, event.event_name, event.dedup_key, event.kind, event.account_id, event.user_id)


def _object(document: object, name: str) -> Document:
    value = document.get(name) if isinstance(document, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _id(document: Document, name: str) -> str | None:
    value = read_id(document.get(name))
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS else None


def _text(document: Document, name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None
