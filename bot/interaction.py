"""Which events open the platform's window, in which a consultation message may be written (docs: zalo 4.7, grade C).

Presses on menus and on `oa.query.*` buttons arrive as messages. Accepted calls, which count too, are not stored as
somebody's events, so they open nothing here: a consultation message less, and nothing refused.
"""

from __future__ import annotations

from channels.base import IncomingEvent
from channels.zalo.events import Relationship, RelationshipChange, UserMessage

_OPENING = frozenset({RelationshipChange.FOLLOWED, RelationshipChange.CHAT_OPENED})


def opens_window(event: IncomingEvent) -> bool:
    """Whether the person behind this event may be written to for a while because of it."""
    match event.payload:
        case UserMessage():
            return True
        case Relationship() as relationship:
            return relationship.change in _OPENING
        case _:
            return False
