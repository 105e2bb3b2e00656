"""The tables of the Bot Platform and the gateways, against a second copy by hand, and how any table is read."""

from __future__ import annotations

import pytest

from channels.code_table import CodeTable, classify, make_table, refuse_status
from channels.errors import BadMessage, NeedsHuman, UnknownCode
from channels.sms.codes import ESMS, SPEEDSMS
from channels.zalo_bot.client import CODES
from tests.unit.channels.gateway_codes import BOT_ROWS, ESMS_ROWS, SPEEDSMS_ROWS, check_error, rows

TABLES = [("esms", ESMS, ESMS_ROWS), ("speedsms", SPEEDSMS, SPEEDSMS_ROWS), ("bot", CODES, BOT_ROWS)]


@pytest.mark.parametrize(
    ("table", "code", "letter"),
    [
        pytest.param(table, code, letter, id=f"{name}-{code}")
        for name, table, expected in TABLES
        for code, letter in rows(expected)
    ],
)
def test_each_code_has_its_class(table: CodeTable, code: str, letter: str) -> None:
    error = classify(table, code, "whatever the platform says")
    check_error(error, letter)
    assert (error.code, error.detail) == (code, table[code].meaning)


@pytest.mark.parametrize(("name", "table", "expected"), TABLES)
def test_no_code_stands_in_a_table_without_being_checked(name: str, table: CodeTable, expected: dict[str, str]) -> None:
    assert set(table) == {code for code, _ in rows(expected)}
    assert all(row.meaning and row.grade in {"A", "B", "C"} for row in table.values())


def test_a_code_in_no_table_is_parked_and_quotes_the_platform_shortly_and_without_digits() -> None:
    error = classify(ESMS, "9999", "so  84905123456\nbi loi " + "x" * 200)
    assert type(error) is UnknownCode
    assert (error.retryable, error.needs_alert) == (False, True)
    assert error.detail.startswith("code in no table: so *********** bi loi x")
    assert len(error.detail) < 150
    assert classify(ESMS, "9999").detail == "code in no table"


def test_a_code_twice_in_a_table_is_found_at_once() -> None:
    with pytest.raises(ValueError, match="code 1 stands in the table twice"):
        make_table([("1", BadMessage, "one", "A"), ("1", NeedsHuman, "two", "A")])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 499])
def test_a_4xx_without_a_code_is_a_refusal(status: int) -> None:
    with pytest.raises(NeedsHuman, match=f"http_{status}"):
        refuse_status(status)


def test_a_200_without_a_code_is_left_to_the_caller() -> None:
    refuse_status(200)
