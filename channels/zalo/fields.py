"""Reading single fields out of a document that promises nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.zalo.events import Attachment

Document = Mapping[str, Any]

MAX_ATTACHMENTS = 50


def read_object(document: Document, name: str) -> Document:
    """The object under `name`; an empty one for anything else."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def read_text(document: Document, name: str) -> str | None:
    """A non-empty text; a whole number is taken as its digits (ids and phones come both ways)."""
    value = document.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def read_texts(document: Document, name: str) -> tuple[str, ...]:
    """The texts of a list, its other items left out."""
    value = document.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(text for text in (read_text({"": item}, "") for item in value) if text is not None)


def read_attachments(message: Document) -> tuple[Attachment, ...]:
    """The attachments of a message, raw."""
    value = message.get("attachments")
    items = value[:MAX_ATTACHMENTS] if isinstance(value, list) else []
    return tuple(
        Attachment(type=read_text(item, "type") or "", payload=read_object(item, "payload"))
        for item in items
        if isinstance(item, dict)
    )
