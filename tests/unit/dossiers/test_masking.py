"""Personal numbers never come through (docs: public-services 4.1, 4.2, 11.16)."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.masking import (
    LOOKED_AT,
    REDACTED,
    contains_personal_number,
    mask_identity_number,
    mask_phone,
    redact,
    redact_and_truncate,
)
from dossiers.text import truncate


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("84905123456", "0905***456"),
        ("0905123456", "0905***456"),
        ("+84 (0) 905.123.456", "0905***456"),
        ("0084905123456", "0905***456"),
        ("842363822222", "0236***222"),
        ("1022", "***"),
        ("không có", "***"),
        ("", "***"),
        (None, "***"),
    ],
)
def test_a_phone_is_shown_masked(phone: str | None, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("048099001234", "048*******34"),
        ("048 099 001 234", "048*******34"),
        ("201234567", "201****67"),
        ("12", "***"),
        (None, "***"),
    ],
)
def test_an_identity_number_is_shown_masked(number: str | None, masked: str) -> None:
    assert mask_identity_number(number) == masked


@pytest.mark.parametrize(
    "number",
    [
        "0905123456",
        "0905.123.456",
        "0905 123 456",
        "0905-123-456",
        "0905 - 123 - 456",
        "(0905) 123 456",
        "+84905123456",
        "+84 (0) 905 123 456",
        "0084 905 123 456",
        "09.05.12.34.56",
        "0 9 0 5 1 2 3 4 5 6",
        "０９０５１２３４５６",
        "0\u200b905123456",
        "O905123456",
        "0️⃣9️⃣0️⃣5️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️",
        "0236 382 2222",
        "0236.3822222",
        "01205123456",
        "+1 415 555 2671",
        "048099001234",
        "048 099 001 234",
        "048.099.001.234",
        "048 - 099 - 001 - 234",
        "048  099  001  234",
        "0905      123\t456",
        "0905\n123 456",
        "O9O5O2O4O6",
        "0480 9900 1234",
        "201234567",
        "201 234 567",
        "201.234.567",
        "09051234560912345678",
    ],
)
@pytest.mark.parametrize(
    "sentence", ["{}", "Liên hệ anh Nam ({}) để bổ sung.", "hồ sơ 12, {}, nộp 02 bản", "sđt:{}/Zalo"]
)
def test_a_number_in_any_written_form_is_replaced(number: str, sentence: str) -> None:
    text = sentence.format(number)
    assert contains_personal_number(text)
    redacted = redact(text)
    assert number not in redacted
    assert REDACTED in redacted
    assert redacted.startswith(sentence.split("{")[0])
    assert not contains_personal_number(redacted)


@pytest.mark.parametrize(
    "text",
    [
        "Hồ sơ H17.33.2-260302-0001 và 000.17.22.H56-210531-0001, 38.98.H29-210519-0013",
        "G09.20-20260609-0092637; 03706/2026/07906; 1.004194.000.00.00.H17; 1.001193",
        "H17-030427-0001",
        "Bổ sung trước 17:00 ngày 05/03/2026, 02 bản sao, 01 ảnh 3x4",
        "từ 05/03/2026-12/03/2026, hoặc 05-03-2026, 5.3.2026, 2026-03-05 17:00",
        "các ngày 07/08, 12/09, 05/10",
        "Lệ phí 20.000 đồng, 135.000đ/lần, 1,350,000 VND; tổng 905.123.456 đồng",
        "Số tiền: 1.350.000.000 và lệ phí: 201.234.567",
        "Gọi 1022 hoặc 19001096, 1900 123456, 113",
        "Nghị định 118/2025/NĐ-CP ngày 09/6/2025, thửa 123, tờ bản đồ 45, 1.234,5 m²",
        "Thứ 2 - 6: 7:30-11:30, 13:30-17:30",
        "Thiếu bản sao giấy khai sinh",
        "",
    ],
)
def test_codes_dates_amounts_and_hotlines_stay(text: str) -> None:
    assert redact(text) == text
    assert not contains_personal_number(text)


def test_a_phone_beside_a_date_goes_and_the_date_stays() -> None:
    assert redact("ngày 05/03/2026 0905123456 nộp 20.000 đồng") == f"ngày 05/03/2026 {REDACTED} nộp 20.000 đồng"


def test_an_amount_in_the_form_of_an_international_phone_is_a_phone() -> None:
    assert redact("84.905.123.456 đồng") == f"{REDACTED} đồng"


def test_a_number_behind_loose_digits_is_not_hidden_by_a_false_start() -> None:
    assert "456" not in redact("mục 03 1234 0905 123 456")


def test_what_remains_of_a_long_run_is_looked_at_again() -> None:
    assert redact("1 2 3 4 5 6 7 8 9 0905123456") == f"{REDACTED} {REDACTED}"


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 0905 123 456, mang bản sao. " * 50,
        "Thiếu chữ ký " * 200,
        "Hẹn 01/02/2024 nộp 20.000 đồng. " * 50,
        "Gọi 0905 123 456",
        "",
    ],
)
@pytest.mark.parametrize("max_chars", [0, 1, 30, 100])
def test_only_the_beginning_of_a_long_text_is_looked_at_and_nothing_else_is_shown(text: str, max_chars: int) -> None:
    assert redact_and_truncate(text, max_chars) == truncate(redact(text), max_chars)


@pytest.mark.parametrize(
    "written", ["0905123456", "0905 - 123 - 456", "048 090 000 123", "０９O5\u200b123.456", "+84 (0) 905123456"]
)
@pytest.mark.parametrize("kept", range(20))
def test_a_number_cut_in_two_is_hidden_also_when_little_stands_before_it(written: str, kept: int) -> None:
    runs = ("7" * 199 + "đ") * 5
    before = runs[: LOOKED_AT * 100 - kept - 2] + "a "  # shrinks so far that the place of the cut comes into sight
    shown = redact_and_truncate(before + written + " cuối" * 200, 100)
    assert not any(c.isdigit() for c in shown)
    assert shown.endswith("…")


def test_a_text_of_nothing_but_digits_is_one_hidden_number() -> None:
    assert redact_and_truncate("7" * 5_000, 100) == f"{REDACTED}…"
    assert redact_and_truncate("Gọi " + "0905 123 456, " * 500, 100) == f"Gọi {REDACTED}…"


@pytest.mark.parametrize("length", range(10, 40))
def test_a_cut_makes_no_number_of_a_run_that_was_none(length: int) -> None:
    # "1 1 1 …" is too long for a number until it is cut to twelve digits: that used to be shown.
    shown = redact_and_truncate("1 " * length, 24)
    assert not contains_personal_number(shown)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("0123456789 .-/()+đOo\u200b\u0301Nn,"), min_size=1), st.integers(1, 30), st.integers(1, 40)
)
def test_what_is_shown_of_a_long_text_holds_no_number(text: str, times: int, max_chars: int) -> None:
    shown = redact_and_truncate(text * times, max_chars)
    assert len(shown) <= max_chars
    assert not contains_personal_number(shown)


Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")
PHRASES = """Đề nghị|bổ sung|bản sao|căn cước|của ông|Nguyễn Văn Bình|trước|tại phường|gọi số|nhé|(|,|.|:|05/03/2026
|20.000 đồng|02 bản|H17.33.2-260302-0001|🙂""".replace("\n", "").split("|")
WORDS = st.lists(st.sampled_from(PHRASES), max_size=6).map(" ".join)
NATIONAL = st.builds(
    "{}{:07d}".format,
    st.sampled_from(
        ["30", "31", "32", "39", "51", "52", "56", "59", "70", "76", "79", "81", "88", "89", "90", "93", "99"]
    ),
    st.integers(0, 9_999_999),
)
PREFIX = st.sampled_from(["0", "84", "+84", "0084", "+84 ", "+84(0)", "+84 (0) ", "(+84) ", "+84.", "84-"])
SEPARATOR = st.sampled_from(["", " ", ".", "-", "–", " - ", "\u00a0", "\u200b", "  ", "·"])
DIGITS = st.sampled_from(["0123456789", "０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"])
GROUPS = st.sampled_from([(9,), (2, 3, 4), (3, 3, 3), (2, 7), (3, 2, 2, 2), (1,) * 9, (2, 2, 2, 3)])


def ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in text if unicodedata.digit(c, None) is not None)


def write(digits: str, groups: tuple[int, ...], separator: str, alphabet: str) -> str:
    parts, position = [], 0
    for size in groups:
        parts.append(digits[position : position + size])
        position += size
    return separator.join(parts).translate(str.maketrans("0123456789", alphabet))


@settings(deadline=None)
@given(WORDS, PREFIX, NATIONAL, GROUPS, SEPARATOR, DIGITS, WORDS, st.sampled_from(FORMS))
def test_redacted_text_never_contains_the_phone(
    before: str,
    prefix: str,
    national: str,
    groups: tuple[int, ...],
    separator: str,
    digits: str,
    after: str,
    form: Form,
) -> None:
    written = prefix + write(national, groups, separator, digits)
    redacted = redact(unicodedata.normalize(form, f"{before} {written} {after}"))
    assert national not in ascii_digits(redacted)
    assert written not in redacted
    assert REDACTED in redacted
    assert redact(redacted) == redacted


@settings(deadline=None)
@given(WORDS, st.integers(0, 96), st.integers(0, 999_999_999), st.sampled_from(["", " ", ".", "-"]), DIGITS, WORDS)
def test_redacted_text_never_contains_the_identity_number(
    before: str, province: int, rest: int, separator: str, digits: str, after: str
) -> None:
    number = f"{province:03d}{rest:09d}"
    written = write(number, (3, 3, 3, 3), separator, digits)
    redacted = redact(f"{before} {written} {after}")
    assert number not in ascii_digits(redacted)
    assert written not in redacted


@settings(deadline=None)
@given(st.text() | st.text(st.sampled_from("0123456789 .-/()+đOo\u200bNn,")))
def test_any_text_is_redacted_to_a_fixed_point(text: str) -> None:
    redacted = redact(text)
    assert redact(redacted) == redacted
    assert not contains_personal_number(redacted)


@settings(deadline=None)
@given(st.text())
def test_masks_never_show_more_than_seven_digits_of_anything(text: str) -> None:
    assert sum(c.isdigit() for c in mask_phone(text)) <= 7
    assert sum(c.isdigit() for c in mask_identity_number(text)) <= 5
