"""What a person wants to link, in their words."""

import pytest

from bot.linking.asking import Target
from bot.linking.reading import has_forgotten, is_about_relative, means_all, read_target, wants_unlinking


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("H17.33.2-260302-0001", Target(code="H17.33.2-260302-0001")),
        ("thêm mã 000.17.04.h17 – 230418 – 0056 vào zalo", Target(code="000.17.04.H17-230418-0056")),
        ("gắn số 0905.123.456 cho em", Target(phone="84905123456")),
        ("03706/2026/07906", Target(code="03706/2026/07906")),
        ("HS-2026-000123", Target(code="HS-2026-000123")),
        ("xin chào", None),
        ("048099001234", None),
        ("123456", None),
        ("", None),
    ],
)
def test_a_target_is_a_code_or_a_phone(text: str, target: Target | None) -> None:
    assert read_target(text) == target


def test_a_target_is_not_both_and_not_neither() -> None:
    with pytest.raises(ValueError, match="a code or a phone"):
        Target()
    with pytest.raises(ValueError, match="a code or a phone"):
        Target("H17", "84905123456")


@pytest.mark.parametrize(
    "text",
    [
        "hồ sơ của mẹ tôi",
        "cho bo em",
        "liên kết hồ sơ người thân",
        "giúp ba ngoại",
        "my mother's dossier",
        "CỦA VỢ TÔI",
    ],
)
def test_relatives_are_known_by_their_words(text: str) -> None:
    assert is_about_relative(text)


@pytest.mark.parametrize("text", ["hồ sơ của tôi", "liên kết mã này", "ba ngày nữa có chưa", "H17.33.2-260302-0001"])
def test_ones_own_is_no_relatives(text: str) -> None:
    assert not is_about_relative(text)


@pytest.mark.parametrize(
    "text", ["quên số biên nhận thì sao", "mat giay hen roi", "em không nhớ mã hồ sơ", "I lost the code"]
)
def test_who_forgot_the_code_is_understood(text: str) -> None:
    assert has_forgotten(text)


@pytest.mark.parametrize(
    "text",
    ["hủy liên kết", "huy lien ket het", "bỏ liên kết hồ sơ này", "gỡ kết nối", "please unlink", "ngừng liên kết"],
)
def test_unlinking_is_understood(text: str) -> None:
    assert wants_unlinking(text)


@pytest.mark.parametrize("text", ["liên kết hồ sơ", "hủy hồ sơ", "huỷ tin", "link my dossier"])
def test_what_is_no_unlinking_is_left_alone(text: str) -> None:
    assert not wants_unlinking(text)


def test_all_is_understood() -> None:
    assert means_all("hủy liên kết tất cả")
    assert not means_all("hủy liên kết H17.33.2-260302-0001")
