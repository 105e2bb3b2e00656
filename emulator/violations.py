"""Requests that broke a documented rule, for people and tests to see (docs: contract 5)."""

from collections import deque
from typing import Any

from emulator.clock import Clock, to_iso

MAX_VIOLATIONS = 10_000


class Violations:
    """The latest broken rules, oldest first. Details name fields, never what stood in them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[dict[str, Any]] = deque(maxlen=MAX_VIOLATIONS)
        self._count = 0

    def record(self, *, method: str, path: str, rule: str, detail: str, code: int | None = None) -> None:
        """Keep one. `code` is the answer's error, None when the request was let through."""
        self._count += 1
        self._kept.append(
            {
                "seq": self._count,
                "at": to_iso(self._clock.now_ms()),
                "method": method,
                "path": path,
                "rule": rule,
                "code": code,
                "detail": detail,
            }
        )

    def all(self) -> list[dict[str, Any]]:
        """What is kept, oldest first."""
        return list(self._kept)

    def clear(self) -> int:
        """Forget all; how many there were."""
        count = len(self._kept)
        self._kept.clear()
        return count

    def restore(self, kept: list[dict[str, Any]]) -> None:
        """Take over the violations of a snapshot."""
        self._kept.extend(kept)
        self._count = kept[-1]["seq"] if kept else 0
