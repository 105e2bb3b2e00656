"""What the workshop remembers: pictures uploaded for templates, and how much was done today (docs: zalo 6.3)."""

import secrets
from collections import Counter, OrderedDict
from typing import Any

from emulator.clock import day_number
from emulator.errors import Refused
from emulator.parts import Part

MAX_PICTURES = 10_000


class Workbench(Part):
    """Pictures by `media_id`, with the address of their bytes; and the day's creations, edits and uploads."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, str] = OrderedDict()
        self._day = 0
        self._done: Counter[str] = Counter()

    def count(self, work: str, limit: int, now_ms: int) -> None:
        """One more piece of this work today. Raises Refused(-160) beyond the limit."""
        self.check(work, limit, now_ms)
        self._done[work] += 1

    def check(self, work: str, limit: int, now_ms: int) -> None:
        """Whether one more piece may be done today. Raises Refused(-160)."""
        today = day_number(now_ms)
        if today != self._day:
            self._day, self._done = today, Counter()
        if self._done[work] >= limit:
            raise Refused(-160)

    def add_picture(self, url_path: str) -> str:
        """Remember an upload; its `media_id`."""
        media_id = secrets.token_urlsafe(24)
        self._pictures[media_id] = url_path
        if len(self._pictures) > MAX_PICTURES:
            self._pictures.popitem(last=False)
        return media_id

    def picture(self, media_id: object) -> str | None:
        """The address of an upload's bytes, None when it was never uploaded."""
        return self._pictures.get(media_id) if isinstance(media_id, str) else None

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {"pictures": self._pictures, "day": self._day, "done": self._done}

    def restore(self, raw: dict[str, Any]) -> None:
        """Take over a snapshot."""
        self._pictures = OrderedDict(raw["pictures"])
        self._day, self._done = raw["day"], Counter(raw["done"])
