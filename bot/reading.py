"""From a platform's event to our update. The only place that looks into platforms' payloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.updates import SentFile, Update, UpdateKind
from channels.base import IncomingEvent
from channels.zalo.event_attachments import BusinessCardAttachment, FileAttachment, ImageAttachment
from channels.zalo.events import ContactShared, Echo, MessageKind, Relationship, RelationshipChange, UserMessage
from channels.zalo.management_events import GroupMessage
from channels.zalo_bot.events import BotMessage, BotMessageKind

_ZALO_KINDS: Mapping[MessageKind, UpdateKind] = {
    MessageKind.TEXT: UpdateKind.TEXT,
    MessageKind.IMAGE: UpdateKind.PHOTO,
    MessageKind.GIF: UpdateKind.GIF,
    MessageKind.LINK: UpdateKind.LINK,
    MessageKind.AUDIO: UpdateKind.VOICE,
    MessageKind.VIDEO: UpdateKind.VIDEO,
    MessageKind.STICKER: UpdateKind.STICKER,
    MessageKind.LOCATION: UpdateKind.LOCATION,
    MessageKind.FILE: UpdateKind.FILE,
    MessageKind.BUSINESS_CARD: UpdateKind.CONTACT,
}
_CHANGES: Mapping[RelationshipChange, UpdateKind] = {
    RelationshipChange.FOLLOWED: UpdateKind.FOLLOWED,
    RelationshipChange.UNFOLLOWED: UpdateKind.UNFOLLOWED,
    RelationshipChange.CHAT_OPENED: UpdateKind.CHAT_OPENED,
    RelationshipChange.WITHDREW: UpdateKind.WITHDREW,
}
_BOT_KINDS: Mapping[BotMessageKind, UpdateKind] = {
    BotMessageKind.TEXT: UpdateKind.TEXT,
    BotMessageKind.IMAGE: UpdateKind.PHOTO,
    BotMessageKind.STICKER: UpdateKind.STICKER,
    BotMessageKind.UNSUPPORTED: UpdateKind.OTHER,
}


def read_update(event: IncomingEvent) -> Update | None:
    """Return what somebody did; None for what is nobody's deed (receipts, our own messages, unknown events)."""
    if event.user_id is None:
        return None
    match event.payload:
        case UserMessage() as message:
            return _update(event, _ZALO_KINDS.get(message.kind, UpdateKind.OTHER), **_zalo_message(message))
        case BotMessage() as message:
            kind = UpdateKind.GROUP if message.chat_type == "GROUP" else _BOT_KINDS[message.kind]
            photos = (message.photo_url,) if message.photo_url else ()
            return _update(
                event, kind, chat_id=message.chat_id, message_id=message.message_id, text=message.text, photos=photos
            )
        case GroupMessage(group_id=str() as group_id) as said:
            return _update(
                event, UpdateKind.GROUP, chat_id=group_id, message_id=said.message_id, text=said.text, is_group=True
            )
        case Relationship() as relationship:
            return _update(event, _CHANGES[relationship.change])
        case ContactShared() as contact:
            phone = contact.phone.get_secret_value() if contact.phone else None
            return _update(event, UpdateKind.CONTACT_SHARED, phone=phone)
        case Echo() as echo if echo.admin_id is not None:
            return _update(event, UpdateKind.STAFF_WROTE, message_id=echo.message_id, text=echo.text)
        case _:
            return None


def _update(event: IncomingEvent, kind: UpdateKind, **values: Any) -> Update:
    assert event.user_id is not None  # noqa: S101 - for the type checker: `read_update` has looked
    return Update(
        id=event.dedup_key,
        platform=event.platform,
        kind=kind,
        user_id=event.user_id,
        chat_id=values.pop("chat_id", event.user_id),
        account_id=event.account_id,
        occurred_at=event.occurred_at,
        **values,
    )


def _zalo_message(message: UserMessage) -> dict[str, Any]:
    photos, files, phone = [], [], None
    for attachment in message.attachments:
        match attachment:
            case ImageAttachment(url=str() as url):
                photos.append(url)
            case FileAttachment(url=str() as url):
                files.append(SentFile(url, attachment.name, attachment.size_bytes))
            case BusinessCardAttachment() as card:
                phone = card.phone.get_secret_value() if card.phone else None
            case _:
                pass
    return {
        "message_id": message.message_id,
        "quote_message_id": message.quote_message_id,
        "text": message.text,
        "photos": tuple(photos),
        "files": tuple(files),
        "location": message.coordinates,
        "phone": phone,
    }
