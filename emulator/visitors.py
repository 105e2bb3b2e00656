"""Visitors of the account's website who chat without a name (docs: zalo 4.6, 7.4 "Anonymous")."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from emulator.clock import to_iso
from emulator.parts import Part

MAX_VISITORS = 10_000
MAX_KEPT_MESSAGES = 200
FROM_VISITOR = "out"
TO_VISITOR = "in"


@dataclass(slots=True)
class Visitor:
    """One visitor in one conversation; `last_interaction_ms` since 1970, 0 for never.

    `messages` are the latest of the chat, oldest first: `{"at", "direction", "message_id", "kind", "text", …}`.
    """

    anonymous_id: str
    conversation_id: str
    last_interaction_ms: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)

    def interact(self, now_ms: int) -> None:
        """The visitor wrote something."""
        self.last_interaction_ms = now_ms

    def note(self, direction: str, message_id: str, content: dict[str, Any], now_ms: int) -> None:
        """Keep a message: `direction` as on a phone, `in` to the visitor, `out` from there; `content` to be shown."""
        kept = {"at": to_iso(now_ms), "direction": direction, "message_id": message_id, **content}
        self.messages = [*self.messages[1 - MAX_KEPT_MESSAGES :], kept]

    def view(self) -> dict[str, Any]:
        """The visitor as JSON."""
        return asdict(self)


class Visitors(Part):
    """All visitors by their id; the oldest is forgotten beyond the limit."""

    def __init__(self) -> None:
        self._known: dict[str, Visitor] = {}

    def get(self, anonymous_id: str) -> Visitor | None:
        """The visitor with this id, if one opened the website before."""
        return self._known.get(anonymous_id)

    def add(self, visitor: Visitor) -> None:
        """Remember a visitor."""
        self._known[visitor.anonymous_id] = visitor
        while len(self._known) > MAX_VISITORS:
            del self._known[next(iter(self._known))]

    def find_or_open(self, anonymous_id: str | None) -> Visitor:
        """The visitor with this id, or with a new one, in a conversation."""
        known = self._known.get(anonymous_id or "")
        if known is None:
            known = Visitor(anonymous_id or secrets.token_hex(9), secrets.token_hex(9))
            self.add(known)
        return known

    def all(self) -> list[Visitor]:
        """Every visitor, oldest first."""
        return list(self._known.values())

    def snapshot(self) -> list[dict[str, Any]]:
        """All visitors as JSON."""
        return [visitor.view() for visitor in self._known.values()]

    def restore(self, raw: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        for visitor in raw:
            self.add(Visitor(**visitor))
