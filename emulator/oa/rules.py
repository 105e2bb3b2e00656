"""The checks that every family of this face shares: bodies, texts, addresses, and fields nobody documented. Pure."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from emulator.errors import Refused
from emulator.json_text import read_json

INVALID = -201  # a parameter is invalid (docs: zalo 4.8)
OUT_OF_RANGE = -210
UNSUPPORTED = -233
MAX_ID_CHARS = 256

Remarks = list[tuple[str, str]]
"""Broken rules that are let through, as (rule, detail); the faces list them as violations."""


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body or in the query parameter `data`. Raises Refused(-201)."""
    try:
        body = read_json(raw)
    except ValueError as error:
        raise Refused(INVALID, rule="body", detail="this is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(INVALID, rule="body", detail="this is not a JSON object")
    return body


def need_object(value: object, name: str) -> dict[str, Any]:
    """An object. Raises Refused(-201)."""
    if not isinstance(value, dict):
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be an object")
    return value


def need_list(value: object, name: str, *, most: int) -> list[Any]:
    """A list of 1 to `most` entries. Raises Refused: -201, or -210 for too many."""
    if not isinstance(value, list) or not value:
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be a list with at least one entry")
    if len(value) > most:
        raise Refused(OUT_OF_RANGE, rule=_last(name), detail=f"{name} has at most {most} entries")
    return value


def need_text(value: object, name: str, max_chars: int) -> str:
    """A text that is not empty, of so many code points after NFC at most. Raises Refused: -201, -210."""
    if not isinstance(value, str) or not value.strip():
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be a text that is not empty")
    if len(unicodedata.normalize("NFC", value)) > max_chars:
        raise Refused(OUT_OF_RANGE, rule=_last(name), detail=f"{name} is longer than {max_chars}")
    return value


def need_choice(value: object, name: str, allowed: Collection[str]) -> str:
    """One of these words. Raises Refused(-201)."""
    if not isinstance(value, str) or value not in allowed:
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be one of {', '.join(sorted(allowed))}")
    return value


def need_id(value: object, name: str) -> str:
    """An id: ids are strings (docs: zalo 1). Raises Refused(-201)."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARS:
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be a string with an id")
    return value


def need_web_address(value: object, name: str) -> str:
    """An http or https address. Raises Refused(-201)."""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        parts = None
    if not isinstance(value, str) or parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(INVALID, rule=_last(name), detail=f"{name} must be an http or https address")
    return value


def note_unknown(given: Mapping[str, Any], known: Iterable[str], where: str, remarks: Remarks) -> None:
    """Remark every field that no source documents here."""
    for name in sorted(given.keys() - set(known)):
        remarks.append(("unknown_field", f"{where} has a field {name[:40]!r} that is not documented here"))


def _last(name: str) -> str:
    return name.rpartition(".")[2]
