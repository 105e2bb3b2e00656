"""What was sent a short while ago, so that the same is not sent again."""

DAY_MS = 86_400_000


class RecentSends:
    """Keys (a request's id, a phone with a content) by when they were used, for a day of the emulator's clock."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, str]] = {}

    def remember(self, key: str, now_ms: int, order_id: str) -> None:
        """Note a use, and forget those of more than a day ago."""
        self._known.pop(key, None)  # so that the order in the dictionary is the order of use
        self._known[key] = (now_ms, order_id)
        while self._known:
            oldest = next(iter(self._known))
            if now_ms - self._known[oldest][0] <= DAY_MS:
                return
            del self._known[oldest]

    def find(self, key: str, now_ms: int, within_seconds: float) -> tuple[float, str] | None:
        """Seconds since its last use and the order of that time, if it was used within this time."""
        used_ms, order_id = self._known.get(key, (None, ""))
        if used_ms is None or not 0 <= now_ms - used_ms < within_seconds * 1000:
            return None
        return (now_ms - used_ms) / 1000, order_id

    def snapshot(self) -> dict[str, tuple[int, str]]:
        """Everything as JSON."""
        return dict(self._known)

    def restore(self, raw: dict[str, list[int | str]]) -> None:
        """Take over a snapshot."""
        self._known = {key: (int(at_ms), str(order_id)) for key, (at_ms, order_id) in raw.items()}
