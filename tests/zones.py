"""Zones for tests of what depends on the hour: a test that runs before midnight must not end on another day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def zone_where_it_is(hour: int) -> ZoneInfo:
    """Return a zone where the clock shows this hour (0 to 23) now."""
    behind = (datetime.now(UTC).hour - hour) % 24  # the sign of POSIX: Etc/GMT+5 is five hours behind
    behind -= 24 if behind > 12 else 0
    return ZoneInfo(f"Etc/GMT{behind:+d}" if behind else "Etc/GMT")
