"""A refusal of the desk as people read it: its word in the officer's language, with its values as words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from aiohttp import web

from console.desk import DESK
from console.errors import Conflict, Forbidden, NotFound
from console.numbers import NOTHING, number
from console.rendering import language_of
from console.words import all_words
from storage.broadcasts import BroadcastRefused

_FORBIDDEN: Final = frozenset({"not_allowed", "own_broadcast", "only_officers"})
_CONFLICT: Final = frozenset({"content_changed", "changed_meanwhile"})
_PREFIX: Final = "broadcasts.refused"


class _Values(dict[str, str]):
    """Values for a text; one that the rules did not give is a dash."""

    def __missing__(self, _name: str) -> str:
        return NOTHING


def say(request: web.Request, word: str, values: Mapping[str, Any]) -> str:
    """Return a refusal in words."""
    return sentence(word, values, language=language_of(request), zone=request.config_dict[DESK].config.zone)


def sentence(word: str, values: Mapping[str, Any], *, language: str, zone: tzinfo) -> str:
    """Return a refusal in words, in a language; moments in a time zone. Pure."""
    texts = all_words().get(f"{_PREFIX}.{word}")
    if texts is None:
        return all_words()[f"{_PREFIX}.other"][language].format(word=word)
    given = {name: _shown(name, value, language, zone) for name, value in values.items() if name != "problems"}
    return texts[language].format_map(_Values(given))


def _shown(name: str, value: Any, language: str, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%H:%M %d/%m/%Y")
    if value is None:
        return NOTHING
    if isinstance(value, (int, float)):
        return number(value, 0 if value == int(value) else 1, language=language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(f"{{{one}}}" if name == "known" else str(one) for one in value) or NOTHING
    texts = all_words().get(f"broadcasts.states.{value}") if name == "state" else None
    if texts is not None:
        return texts[language]
    return field_label(str(value), language) if name == "field" else str(value)


def field_label(field: str, language: str) -> str:
    """Return what a field of the form, or a parameter of the template, is called."""
    name = field.removeprefix("params.")
    group = "params" if field.startswith("params.") else "fields"
    texts = all_words().get(f"broadcasts.{group}.{name}")
    return name if texts is None else texts[language]


def faults(request: web.Request, refused: BroadcastRefused) -> list[tuple[str, str]]:
    """Return (field, message) of every rule that a draft broke."""
    problems = refused.values.get("problems") or ()
    if not problems:
        return [(str(refused.values.get("field", "")), say(request, refused.word, refused.values))]
    return [(one.field, say(request, one.word, {"field": one.field, **one.values})) for one in problems]


def raise_for(refused: BroadcastRefused) -> None:
    """Raise the page's error for a refusal that has a page of its own; others are told on the broadcast's page.

    Raises:
        NotFound: there is none, or it is another unit's.
        Forbidden: the role is missing, or it is one's own.
        Conflict: it was changed meanwhile.
    """
    if refused.word == "unknown":
        raise NotFound from refused
    if refused.word in _FORBIDDEN:
        raise Forbidden(f"{_PREFIX}.{refused.word}") from refused
    if refused.word in _CONFLICT:
        raise Conflict(f"{_PREFIX}.{refused.word}") from refused
