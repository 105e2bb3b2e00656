"""What people type as a one-time code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.linking.codes import new_code, typed_code


@pytest.mark.parametrize(
    "text",
    ["123456", " 123456 ", "123 456", "123.456", "123-456", "mã là 123456", "123456 ạ", "１２３４５６", "١٢٣٤٥٦",
     "1 2 3 4 5 6", "OTP: 123456.", "123\u200b456"],
)  # fmt: skip
def test_six_digits_are_read_however_they_are_written(text: str) -> None:
    assert typed_code(text) == "123456"


@pytest.mark.parametrize(
    "text",
    ["", "12345", "1234567", "0905123456", "H17.33.2-260302-0001", "123456 hay 654321", "xin chào", "²³¹",
     "tôi gửi hồ sơ số 123456 từ tháng trước mà đến giờ vẫn chưa thấy ai trả lời gì cả", "①②③④⑤⑥ 1"],
)  # fmt: skip
def test_anything_else_is_no_code(text: str) -> None:
    assert typed_code(text) is None


@given(st.text(max_size=100))
def test_any_text_is_borne(text: str) -> None:
    code = typed_code(text)
    assert code is None or (len(code) == 6 and code.isascii() and code.isdigit())


def test_codes_are_six_digits_and_differ() -> None:
    made = {new_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in made)
    assert len(made) > 190
