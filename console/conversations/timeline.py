"""A talk in its order: what was said, and what officers wrote that did not go out; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from dossiers.masking import contains_personal_number, redact
from storage.talks import Line, Unsent

REPEATABLE: Final = frozenset({"failed", "in_doubt"})
"""What an officer may put into the answer's field again, to say it once more."""
KNOWN_REASONS: Final = frozenset({"too_late", "no_channel", "undecipherable", "process_died"})
KNOWN_KINDS: Final = frozenset(
    {"text", "photo", "gif", "link", "voice", "video", "sticker", "location", "file", "contact"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a talk. `state` is sent, pending, sending, in_doubt, failed or cancelled."""

    id: int
    at: datetime
    author: str
    """citizen, bot, officer, or system: our own words about the talk"""
    kind: str
    state: str
    who: str | None
    """The officer's name"""
    reason: str | None
    """A key of words, or None"""
    code: str | None
    """What the platform said, where it is no word of ours"""
    has_photo: bool
    may_repeat: bool
    text: str | None = field(repr=False)


def build(
    lines: Sequence[Line], unsent: Sequence[Unsent], *, names: Mapping[str, str], is_revealed: bool = False
) -> list[Item]:
    """Return a talk in the order of time; numbers of phones and identity cards are hidden unless revealed."""
    items = [_said(line, names, is_revealed) for line in lines] + [_unsent(one, names, is_revealed) for one in unsent]
    return sorted(items, key=lambda item: item.at)


def hides_numbers(lines: Sequence[Line], unsent: Sequence[Unsent]) -> bool:
    """Return whether something is hidden that could be shown."""
    texts = [line.text for line in lines] + [one.text for one in unsent]
    return any(text is not None and contains_personal_number(text) for text in texts)


def _said(line: Line, names: Mapping[str, str], is_revealed: bool) -> Item:
    return Item(
        id=line.id,
        at=line.at,
        author=line.author,
        kind=line.kind if line.kind in KNOWN_KINDS else "other",
        state="sent",
        who=_name(line.officer, names),
        reason=None,
        code=None,
        has_photo=line.author == "citizen" and line.kind == "photo" and line.entry_id is not None,
        may_repeat=False,
        text=_shown(line.text, is_revealed),
    )


def _unsent(one: Unsent, names: Mapping[str, str], is_revealed: bool) -> Item:
    is_known = one.reason in KNOWN_REASONS
    return Item(
        id=one.id,
        at=one.created_at,
        author="system" if one.officer is None else "officer",
        kind="text",
        state=one.state,
        who=_name(one.officer, names),
        reason=None if one.reason is None else f"conversations.reason.{one.reason if is_known else 'platform'}",
        code=None if is_known else one.reason,
        has_photo=False,
        may_repeat=one.officer is not None and one.state in REPEATABLE and one.text is not None,
        text=_shown(one.text, is_revealed),
    )


def _name(login: str | None, names: Mapping[str, str]) -> str | None:
    return None if login is None else names.get(login, login)


def _shown(text: str | None, is_revealed: bool) -> str | None:
    return text if text is None or is_revealed else redact(text)
