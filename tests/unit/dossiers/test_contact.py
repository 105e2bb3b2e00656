"""Phone and identity numbers (docs: public-services 4.1, 4.2)."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.contact import (
    PhoneKind,
    classify_phone,
    display_phone,
    find_identity_numbers,
    find_phones,
    normalise_phone,
)


@pytest.mark.parametrize(
    "written",
    [
        "0905123456",
        "84905123456",
        "+84905123456",
        "+84 905 123 456",
        "0905.123.456",
        "0084905123456",
        "+84(0)905123456",
        "(+84) 905 123 456",
        "+84 0905 123 456",
        "０９０５１２３４５６",
        "0905 - 123 - 456",
        "(0905) 123-456",
        "090 512 34 56",
        "0905\u00a0123\u00a0456",
        "0905–123–456",
        "09\u200b05123456",
        "O905123456",
        "0905123456 (chị Lan)",
        "ĐT: 0905123456 / 0912345678",
        "02363822222 - 0905123456",
    ],
)
def test_any_written_form_becomes_the_platforms_form(written: str) -> None:
    assert normalise_phone(written) == "84905123456"
    assert classify_phone(written) is PhoneKind.MOBILE


@pytest.mark.parametrize(
    "written",
    ["01205123456", "02363822222", "090512345", "09051234567", "0541234567", "905123456", "+1 415 555 2671", "", None],
)
def test_what_is_no_mobile_number_is_refused(written: str | None) -> None:
    assert normalise_phone(written) is None


@pytest.mark.parametrize(
    "block", ["030", "031", "051", "032", "039", "052", "056", "058", "059", "070", "076", "079", "081"]
)
def test_new_and_old_blocks_are_known(block: str) -> None:
    assert normalise_phone(f"{block}2345678") == f"84{block[1:]}2345678"


OPEN_IN_PART = {"52", "55", "89", "99"}


def is_mobile_in_metadata(number: str) -> bool:
    parsed = phonenumbers.parse(number, "VN")
    return phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE


# From 20 on: below stand other countries (00…) and numbers of machines (0140, 0160) that nobody reads.
@pytest.mark.parametrize("block", [f"{block}" for block in range(20, 100)])
def test_blocks_agree_with_the_public_numbering_metadata(block: str) -> None:
    numbers = [f"0{block}{next_digit}234567" for next_digit in range(10)]
    known = [number for number in numbers if is_mobile_in_metadata(number)]
    accepted = [number for number in numbers if normalise_phone(number) is not None]
    # A block open in part is taken whole on purpose: its next numbers open without notice.
    assert accepted == (numbers if block in OPEN_IN_PART else known)
    assert bool(known) == bool(accepted)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("02363822222", PhoneKind.LANDLINE),
        ("(0236) 3.822.222", PhoneKind.LANDLINE),
        ("+84 235 3822222", PhoneKind.LANDLINE),
        ("1022", PhoneKind.SHORT),
        ("1900 1096", PhoneKind.SHORT),
        ("18001234", PhoneKind.SHORT),
        ("113", PhoneKind.SHORT),
        ("01205123456", PhoneKind.INVALID),
        ("0541234567", PhoneKind.INVALID),
        ("090512345", PhoneKind.INVALID),
        ("abc", PhoneKind.INVALID),
        ("048099001234", PhoneKind.INVALID),
        (None, PhoneKind.MISSING),
        ("", PhoneKind.MISSING),
        (" \u200b ", PhoneKind.MISSING),
        ("Không có", PhoneKind.MISSING),
        ("-", PhoneKind.MISSING),
    ],
)
def test_a_phone_field_is_classified(written: str | None, kind: PhoneKind) -> None:
    assert classify_phone(written) is kind


@settings(deadline=None)
@given(st.text() | st.none())
def test_any_phone_field_is_answered_and_mobile_means_normalised(text: str | None) -> None:
    assert (classify_phone(text) is PhoneKind.MOBILE) == (normalise_phone(text) is not None)


BLOCKS = st.sampled_from(["30", "31", "39", "51", "52", "55", "56", "59", "70", "76", "79", "81", "89", "90", "99"])


@settings(deadline=None)
@given(st.builds("84{}{:07d}".format, BLOCKS, st.integers(0, 9_999_999)))
def test_normalising_displaying_and_normalising_again_comes_back(e164: str) -> None:
    assert normalise_phone(e164) == e164
    assert normalise_phone(display_phone(e164)) == e164


def test_a_phone_is_displayed_in_groups_and_other_text_as_it_is() -> None:
    assert display_phone("84905123456") == "0905 123 456"
    assert display_phone("842363822222") == "0236 382 2222"
    assert display_phone("không rõ") == "không rõ"


def test_phones_in_a_sentence_are_found_but_not_inside_codes() -> None:
    text = "Hồ sơ H17-030427-0001, gọi 0905.123.456 hoặc +84912345678 hoặc 0905123456"
    assert find_phones(text) == ["84905123456", "84912345678"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("CCCD 048099001234 cấp 2021", ["048099001234"]),
        ("CCCD 048 099 001 234", ["048099001234"]),
        ("048.099.001.234 và 201234567", ["048099001234", "201234567"]),
        ("CMND: ２０１２３４５６７", ["201234567"]),
        ("048099001234 048099001234", ["048099001234"]),
        ("gọi 0905123456", []),
        ("gọi +84 905 123 456", []),
        ("840905123456", []),
        ("H17.33.2-260302-0001, 03706/2026/07906, 1.001193", []),
        ("ngày 05/03/2026, phí 20.000 đồng", []),
    ],
)
def test_identity_numbers_in_free_text_are_found(text: str, numbers: list[str]) -> None:
    assert find_identity_numbers(text) == numbers
