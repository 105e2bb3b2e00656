"""Moments as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typer

from hoso.moments import read_moment

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
CITY = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("30m", NOW - timedelta(minutes=30)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=CITY)),
        ("2026-03-02T08:15", datetime(2026, 3, 2, 8, 15, tzinfo=CITY)),
        ("2026-03-02 08:15:30", datetime(2026, 3, 2, 8, 15, 30, tzinfo=CITY)),
        ("2026-03-02T08:15:00Z", NOW),
    ],
)
def test_a_moment_or_how_long_ago(text: str, moment: datetime) -> None:
    assert read_moment(text, now=NOW, zone=CITY) == moment


@pytest.mark.parametrize("text", ["", "h", "-3d", "yesterday", "2026-13-01", "99999999999999d", "3 d", "½h"])
def test_anything_else_is_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        read_moment(text, now=NOW, zone=CITY)
