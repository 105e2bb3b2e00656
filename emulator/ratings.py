"""What citizens think of the service: the answers to rating templates (docs: zalo 6.3 `/rating/get`)."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from emulator.credentials import OA_ID
from emulator.messages import Message
from emulator.parts import Part

MAX_RATINGS = 100_000


class Ratings(Part):
    """The latest ratings, oldest first; the oldest is forgotten beyond the limit."""

    def __init__(self, max_ratings: int = MAX_RATINGS) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=max_ratings)

    def add(self, message: Message, rate: int, note: str, feedbacks: Sequence[str], now_ms: int) -> None:
        """Keep what a citizen answered to a template message; `rate` from 1 to 5, the time in ms since 1970."""
        self._kept.append(
            {
                "note": note,
                "rate": rate,
                "submitDate": str(now_ms),
                "msgId": message.message_id,
                "feedbacks": list(feedbacks),
                "trackingId": message.tracking_id or "",
                "oaId": OA_ID,
                "templateId": message.template_id or "",
            }
        )

    def select(self, template_id: str, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Ratings of one template from one moment to another, both included, newest first."""
        return [
            rating
            for rating in reversed(self._kept)
            if rating["templateId"] == template_id and from_ms <= int(rating["submitDate"]) <= to_ms
        ]

    def snapshot(self) -> list[dict[str, Any]]:
        """All ratings as JSON."""
        return list(self._kept)

    def restore(self, raw: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        self._kept.extend(raw)
