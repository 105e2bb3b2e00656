from datetime import date

import pytest

from emulator.errors import Refused
from emulator.oa.lists import read_period

TODAY = (date(2026, 3, 2) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [("TODAY", 0, 0), ("YESTERDAY", 1, 1), ("L7D", 6, 0), ("L30D", 29, 0), ("2026_03_01:2026_03_02", 1, 0),
     ("2026_02_28:2026_02_28", 2, 2)],
)  # fmt: skip
def test_a_period_is_read_as_days(written: str, first: int, last: int) -> None:
    assert read_period(written, TODAY) == (TODAY - first, TODAY - last)


@pytest.mark.parametrize(
    "written",
    ["today", "L8D", "2026_03_01", "2026-03-01:2026-03-02", "2026_02_30:2026_03_01", "2026_03_02:2026_03_01", "",
     "2026_03_01:2026_03_02 "],
)  # fmt: skip
def test_a_period_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        read_period(written, TODAY)
    assert (refused.value.code, refused.value.rule) == (-201, "last_interaction_period")
