"""What hangs on a message of Zalo's webhook: a picture, a place, a contact (docs: zalo 7.4). Pure.

Every attachment keeps its raw payload beside the typed fields; a field that the platform left out, or sent in a form
nobody knows, is None.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field, SecretStr

from channels.base import EventPayload
from channels.zalo.fields import Document, read_object, read_secret, read_text
from channels.zalo.types import read_int

MAX_ATTACHMENTS = 50


class Attachment(EventPayload):
    """One attachment; a type that no class below knows stays raw."""

    type: str
    payload: Mapping[str, Any] = Field(default_factory=dict, repr=False)


class ImageAttachment(Attachment):
    """A picture or a GIF. Its address needs no token and expires."""

    url: str | None = Field(default=None, repr=False)
    thumbnail: str | None = Field(default=None, repr=False)


class LinkAttachment(Attachment):
    """A shared link."""

    url: str | None = Field(default=None, repr=False)
    thumbnail: str | None = Field(default=None, repr=False)
    description: str | None = Field(default=None, repr=False)


class AudioAttachment(Attachment):
    """A voice message (.amr or similar)."""

    url: str | None = Field(default=None, repr=False)


class VideoAttachment(Attachment):
    """A video."""

    url: str | None = Field(default=None, repr=False)
    thumbnail: str | None = Field(default=None, repr=False)
    description: str | None = Field(default=None, repr=False)


class StickerAttachment(Attachment):
    """A sticker."""

    id: str | None = None
    url: str | None = Field(default=None, repr=False)


class LocationAttachment(Attachment):
    """A shared place in degrees; both None when it was no place on earth."""

    latitude: float | None = Field(default=None, repr=False)
    longitude: float | None = Field(default=None, repr=False)


class FileAttachment(Attachment):
    """A file."""

    url: str | None = Field(default=None, repr=False)
    name: str | None = Field(default=None, repr=False)
    size_bytes: int | None = None
    checksum: str | None = None
    """MD5, by the platform."""
    file_type: str | None = None


class BusinessCardAttachment(Attachment):
    """A contact that somebody passed on: anybody's number, **unverified** (docs: zalo 9)."""

    name: SecretStr | None = None
    phone: SecretStr | None = None
    qr_code_url: str | None = Field(default=None, repr=False)


class TemplateAttachment(Attachment):
    """A template message in the mirror of what our own side sent."""

    zinstant_id: str | None = None
    text: str | None = Field(default=None, repr=False)
    link_url: str | None = Field(default=None, repr=False)
    checksum: str | None = None


def read_attachments(message: Document, *, is_business_card: bool = False) -> tuple[Attachment, ...]:
    """The attachments of a message; a business card comes as a link and is told by the event's name."""
    value = message.get("attachments")
    items = value[:MAX_ATTACHMENTS] if isinstance(value, list) else []
    return tuple(_read(item, message, is_business_card) for item in items if isinstance(item, dict))


def read_coordinates(payload: Document) -> tuple[float, float] | None:
    """Latitude and longitude; Zalo sends them as texts. None for what is no place."""
    coordinates = read_object(payload, "coordinates")
    try:
        latitude, longitude = float(coordinates["latitude"]), float(coordinates["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _read(item: Document, message: Document, is_business_card: bool) -> Attachment:
    kind, payload = read_text(item, "type") or "", read_object(item, "payload")
    if is_business_card:
        return _read_card(kind, payload, message)
    if "zinstant_id" in payload:
        return _read_template(kind, payload)
    return _READERS.get(kind, _keep)(kind, payload)


def _keep(kind: str, payload: Document) -> Attachment:
    return Attachment(type=kind, payload=payload)


def _read_image(kind: str, payload: Document) -> ImageAttachment:
    url, thumbnail = read_text(payload, "url"), read_text(payload, "thumbnail")
    return ImageAttachment(type=kind, payload=payload, url=url, thumbnail=thumbnail)


def _read_link(kind: str, payload: Document) -> LinkAttachment:
    url, thumbnail, words = (read_text(payload, name) for name in ("url", "thumbnail", "description"))
    return LinkAttachment(type=kind, payload=payload, url=url, thumbnail=thumbnail, description=words)


def _read_audio(kind: str, payload: Document) -> AudioAttachment:
    return AudioAttachment(type=kind, payload=payload, url=read_text(payload, "url"))


def _read_video(kind: str, payload: Document) -> VideoAttachment:
    url, thumbnail, words = (read_text(payload, name) for name in ("url", "thumbnail", "description"))
    return VideoAttachment(type=kind, payload=payload, url=url, thumbnail=thumbnail, description=words)


def _read_sticker(kind: str, payload: Document) -> StickerAttachment:
    return StickerAttachment(type=kind, payload=payload, id=read_text(payload, "id"), url=read_text(payload, "url"))


def _read_location(kind: str, payload: Document) -> LocationAttachment:
    latitude, longitude = read_coordinates(payload) or (None, None)
    return LocationAttachment(type=kind, payload=payload, latitude=latitude, longitude=longitude)


def _read_file(kind: str, payload: Document) -> FileAttachment:
    return FileAttachment(
        type=kind,
        payload=payload,
        url=read_text(payload, "url"),
        name=read_text(payload, "name"),
        size_bytes=read_int(payload.get("size")),
        checksum=read_text(payload, "checksum"),
        file_type=read_text(payload, "type"),
    )


def _read_card(kind: str, payload: Document, message: Document) -> BusinessCardAttachment:
    # docs: zalo 7.4: the description is JSON in a text; the contact's name is the message's text.
    try:
        card = json.loads(read_text(payload, "description") or "")
    except (ValueError, RecursionError):
        card = None
    card = card if isinstance(card, dict) else {}
    return BusinessCardAttachment(
        type=kind,
        payload=payload,
        name=read_secret(message, "text"),
        phone=read_secret(card, "phone"),
        qr_code_url=read_text(card, "qrCodeUrl"),
    )


def _read_template(kind: str, payload: Document) -> TemplateAttachment:
    return TemplateAttachment(
        type=kind,
        payload=payload,
        zinstant_id=read_text(payload, "zinstant_id"),
        text=read_text(payload, "text"),
        link_url=read_text(payload, "link_url"),
        checksum=read_text(payload, "checksum"),
    )


_READERS: dict[str, Callable[[str, Document], Attachment]] = {
    "image": _read_image,
    "gif": _read_image,
    "link": _read_link,
    "audio": _read_audio,
    "video": _read_video,
    "sticker": _read_sticker,
    "location": _read_location,
    "file": _read_file,
}
