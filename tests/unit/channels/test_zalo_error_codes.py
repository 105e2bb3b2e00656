"""Every row of the three tables, written down a second time in the sheet's own classes (docs: zalo 2.6, 4.8, 6.6)."""

from __future__ import annotations

import pytest

from channels.errors import NeedsAuthorization, RecipientUnreachable, Temporary, UnknownCode
from channels.zalo.error_codes import OA, OAUTH, TEMPLATE_BY_USER, ZBS, CodeTable, classify
from tests.unit.channels.zalo_codes import OA_ROWS, OAUTH_ROWS, ZBS_ROWS, check_error, rows


def check(table: CodeTable, code: int, letter: str) -> None:
    error = classify(table, code, "whatever the platform says in whichever language")
    check_error(error, code, letter)
    assert error.detail == table[code].meaning


@pytest.mark.parametrize(("code", "letter"), rows(OAUTH_ROWS))
def test_each_oauth_code_has_its_class(code: int, letter: str) -> None:
    check(OAUTH, code, letter)


@pytest.mark.parametrize(("code", "letter"), rows(OA_ROWS))
def test_each_oa_code_has_its_class(code: int, letter: str) -> None:
    check(OA, code, letter)


@pytest.mark.parametrize(("code", "letter"), rows(ZBS_ROWS))
def test_each_template_code_has_its_class(code: int, letter: str) -> None:
    check(ZBS, code, letter)


@pytest.mark.parametrize(("table", "expected"), [(OAUTH, OAUTH_ROWS), (OA, OA_ROWS), (ZBS, ZBS_ROWS)])
def test_no_code_stands_in_a_table_without_being_checked(table: CodeTable, expected: dict[str, str]) -> None:
    assert set(table) == {code for code, _ in rows(expected)}


@pytest.mark.parametrize("table", [OAUTH, OA, ZBS])
def test_every_row_says_what_it_means_and_how_well_it_is_known(table: CodeTable) -> None:
    assert all(row.meaning and set(row.grade) <= set("ABC/") for row in table.values())


def test_an_unknown_code_is_parked_and_quotes_the_platform_without_digits() -> None:
    error = classify(ZBS, -9999, "phone 84987654321\nis   odd")
    assert type(error) is UnknownCode
    assert not error.retryable
    assert error.detail == "code in no table: phone *********** is odd"


def test_the_same_number_means_different_things_on_different_hosts() -> None:
    assert isinstance(classify(ZBS, -118), RecipientUnreachable)
    assert isinstance(classify(OAUTH, -118), NeedsAuthorization)


def test_templates_by_user_id_know_both_hosts_codes_and_nothing_speaks_of_attachments() -> None:
    assert set(TEMPLATE_BY_USER) == set(OA) | set(ZBS)
    assert TEMPLATE_BY_USER[-249] is OA[-249]
    assert TEMPLATE_BY_USER[-1121] is ZBS[-1121]
    assert isinstance(classify(TEMPLATE_BY_USER, -100), Temporary)
