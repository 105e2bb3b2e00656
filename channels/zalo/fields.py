"""Reading single fields out of a document that promises nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

Document = Mapping[str, Any]


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


def read_secret(document: Document, name: str) -> SecretStr | None:
    """Like `read_text`, for what must not be shown by accident."""
    text = read_text(document, name)
    return None if text is None else SecretStr(text)


def read_texts(document: Document, name: str) -> tuple[str, ...]:
    """The texts of a list, its other items left out."""
    value = document.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(text for text in (read_text({"": item}, "") for item in value) if text is not None)


def read_ids(document: Document, name: str) -> tuple[str, ...]:
    """The ids of a list of `{"id": …}`."""
    value = document.get(name)
    items = value if isinstance(value, list) else []
    found = (read_text(item, "id") for item in items if isinstance(item, dict))
    return tuple(text for text in found if text is not None)
