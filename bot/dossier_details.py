"""What the newest event says beyond the status, as it may be shown: short, without phone and identity numbers. Pure.

docs: public-services 11, points 16 (officers' notes may hold anything) and 21 (sensitive procedures say nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.texts.status import StatusWords
from dossiers.calendar import format_day_vi
from dossiers.masking import redact_and_truncate
from dossiers.status import Status

MAX_NOTE_CHARS = 300
"""Longer than on the platform's template (200), so that a chat says what the message had to cut."""
MAX_LIST_CHARS = 600
MAX_PLACE_CHARS = 150

_WITH_REASON = frozenset({Status.REFUSED, Status.STOPPED, Status.SUPPLEMENT_REQUIRED})


def detail_lines(
    status: Status,
    events: Sequence[Mapping[str, Any]],
    words: StatusWords,
    format_moment: Callable[[datetime], str],
) -> list[str]:
    """Return what an owner should know and do, one line each; `events` are the `data` of events, newest first.

    A part is taken from the newest event that has it. Nothing for statuses that ask for nothing.
    """
    reason = _newest(events, "reason")
    lines = [words.reason.format(reason=_note(reason))] if status in _WITH_REASON and reason else []
    if status is Status.SUPPLEMENT_REQUIRED:
        lines += _supplement(_newest(events, "supplement") or {}, words, format_moment)
    elif status is Status.FINISHED:
        lines += _result(_newest(events, "result") or {}, words)
    return lines


def _supplement(wanted: Mapping[str, Any], words: StatusWords, format_moment: Callable[[datetime], str]) -> list[str]:
    lines = []
    if items := _listed(wanted.get("items")):
        lines.append(words.items.format(items=items))
    deadline = _moment(wanted.get("deadline"), format_moment)
    # No day is better than a guess: docs: public-services 12.
    lines.append(words.deadline.format(deadline=deadline) if deadline else words.no_deadline)
    return lines


def _result(result: Mapping[str, Any], words: StatusWords) -> list[str]:
    lines = []
    if place := result.get("place"):
        lines.append(words.place.format(place=_note(place, MAX_PLACE_CHARS)))
    if hours := result.get("hours"):
        lines.append(words.hours.format(hours=_note(hours, MAX_PLACE_CHARS)))
    if bring := _listed(result.get("bring")):
        lines.append(words.bring.format(items=bring))
    if result.get("postal"):
        lines.append(words.postal)
    return lines


def _newest(events: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((event[name] for event in events if event.get(name)), None)


def _note(text: str, max_chars: int = MAX_NOTE_CHARS) -> str:
    return redact_and_truncate(text, max_chars).strip()


def _listed(items: Collection[str] | None) -> str:
    named = [stripped for item in items or () if (stripped := item.strip(" .,;"))]
    return _note("; ".join(named), MAX_LIST_CHARS) + "." if named else ""


def _moment(text: str | None, format_moment: Callable[[datetime], str]) -> str | None:
    """Return a deadline as people read it; a mere day stays a day."""
    if not text:
        return None
    if len(text) == len("2026-03-02"):
        return format_day_vi(date.fromisoformat(text))
    return format_moment(datetime.fromisoformat(text))
