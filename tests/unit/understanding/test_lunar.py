"""Lunar days, against the years of the fact sheet and a library's table."""

from datetime import date

import holidays
import pytest

from bot.understanding.lunar import lunar_day, nearest_lunar_day


@pytest.mark.parametrize(
    "tet", [date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 2)]
)
def test_tet_is_the_first_day_of_a_lunar_month(tet: date) -> None:
    assert lunar_day(tet) == 1


@pytest.mark.parametrize(
    "day", [date(2026, 4, 26), date(2027, 4, 16), date(2028, 4, 4), date(2029, 4, 23), date(2030, 4, 12)]
)
def test_the_hung_kings_day_is_the_tenth(day: date) -> None:
    assert lunar_day(day) == 10


def test_thirty_years_of_tet_agree_with_the_holidays_library() -> None:
    table = holidays.country_holidays("VN", years=range(2015, 2045), language="en_US")
    firsts = [day for day, name in table.items() if name == "Lunar New Year"]
    assert len(firsts) == 30
    assert {lunar_day(day) for day in firsts} == {1}


def test_the_nearest_full_moon_day_may_be_past_or_to_come() -> None:
    assert nearest_lunar_day(15, date(2026, 11, 22)) == date(2026, 11, 23)
    assert nearest_lunar_day(15, date(2026, 11, 25)) == date(2026, 11, 23)
