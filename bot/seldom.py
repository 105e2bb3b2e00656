"""What should be said now and then, not each time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000


class Seldom:
    """Says yes once in `seconds` for each key; remembered in this process alone, and only the newest keys."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._said: OrderedDict[str, float] = OrderedDict()

    def is_time(self, key: str) -> bool:
        """Return whether it was not said lately, and note that it is said now."""
        now = self._clock()
        said = self._said.get(key)
        if said is not None and now - said < self._seconds:
            return False
        self._said[key] = now
        self._said.move_to_end(key)
        while len(self._said) > MOST_KEYS:
            self._said.popitem(last=False)
        return True
