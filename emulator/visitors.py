"""Visitors of the account's website who chat without a name (docs: zalo 4.6, 7.4 "Anonymous")."""

from dataclasses import asdict, dataclass
from typing import Any

from emulator.parts import Part


@dataclass(slots=True)
class Visitor:
    """One visitor in one conversation; `last_interaction_ms` since 1970, 0 for never."""

    anonymous_id: str
    conversation_id: str
    last_interaction_ms: int = 0


class Visitors(Part):
    """All visitors by their id."""

    def __init__(self) -> None:
        self._known: dict[str, Visitor] = {}

    def get(self, anonymous_id: str) -> Visitor | None:
        """The visitor with this id, if one wrote before."""
        return self._known.get(anonymous_id)

    def add(self, visitor: Visitor) -> None:
        """Remember a visitor."""
        self._known[visitor.anonymous_id] = visitor

    def snapshot(self) -> list[dict[str, Any]]:
        """All visitors as JSON."""
        return [asdict(visitor) for visitor in self._known.values()]

    def restore(self, raw: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        for visitor in raw:
            self.add(Visitor(**visitor))
