"""What sentences about messages and data mean, beyond their label."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wishes import (
    MAX_PAUSE,
    DataWish,
    is_wrong_number,
    read_data_wish,
    read_pause,
    read_quiet_hours,
    wants_hours,
    wants_start,
)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("chỉ nhắn từ 8h đến 17h", time(17), time(8)),
        ("chi nhan tin tu 8h den 17h thoi", time(17), time(8)),
        ("đừng nhắn từ 22h đến 6h", time(22), time(6)),
        ("8h-17h", time(17), time(8)),
        ("7 giờ 30 tới 9 giờ tối", time(21), time(7, 30)),
        ("từ 7 rưỡi sáng đến 5 rưỡi chiều", time(17, 30), time(7, 30)),
        ("từ 8h đến 5h", time(17), time(8)),
        ("only from 8am to 5pm", time(17), time(8)),
        ("8:00-17:30", time(17, 30), time(8)),
        ("không nhắn ban đêm nữa", time(21), time(7)),
        ("chi nhan gio hanh chinh", time(17), time(8)),
        ("10h trưa đến 2h chiều", time(14), time(10)),
        ("chỉ nhắn từ 21:04 đến 00:04", time(0, 4), time(21, 4)),
        ("từ 8h đến 0h", time(0), time(8)),
        ("từ 22h đến 1h", time(1), time(22)),
        ("từ 18h đến 24h", time(0), time(18)),
        ("từ 13h đến 5h", time(17), time(13)),
    ],
)
def test_hours_are_read_as_people_say_them(text: str, since: time, until: time) -> None:
    assert read_quiet_hours(text) == (since, until)


@pytest.mark.parametrize("text", ["dừng lại", "ngừng nhắn tin", "từ 8h đến 8h", "từ 25h đến 30h", "hồ sơ 0056", ""])
def test_a_text_without_hours_sets_none(text: str) -> None:
    assert read_quiet_hours(text) is None


@pytest.mark.parametrize(
    ("text", "is_wish"),
    [
        ("chỉ nhắn từ 8h đến 17h", True),
        ("đừng gửi tin từ 22h đến 6h", True),
        ("only message me from 8am to 5pm", True),
        ("phường chỉ làm việc từ 8h đến 17h à", False),
        ("nhận hồ sơ từ 8h đến 17h", False),
    ],
)
def test_hours_of_messages_are_told_from_hours_of_offices(text: str, is_wish: bool) -> None:
    assert wants_hours(text) is is_wish


@pytest.mark.parametrize(
    ("text", "days"),
    [("tạm dừng 1 tuần", 7), ("tam ngung", 7), ("pause for 3 days", 3), ("tạm ngưng hai ngày", 2)],
)
def test_a_pause_has_a_length(text: str, days: int) -> None:
    assert read_pause(text) == timedelta(days=days)


def test_a_pause_is_never_longer_than_a_month_and_needs_its_word() -> None:
    assert read_pause("tạm dừng 12 tháng") == MAX_PAUSE
    assert read_pause("dừng báo 2 ngày") is None


@pytest.mark.parametrize(
    "text", ["nhận lại", "Nhận lại tin.", "cho tôi nhận lại tin", "START", "bật lại thông báo giúp tôi"]
)
def test_the_whole_text_asks_for_messages_again(text: str) -> None:
    assert wants_start(text)


@pytest.mark.parametrize(
    "text", ["nhận lại kết quả ở đâu", "gửi lại", "start a business", "khi nào nhận lại giấy tờ", ""]
)
def test_words_inside_another_sentence_do_not(text: str) -> None:
    assert not wants_start(text)


@pytest.mark.parametrize(
    "text", ["sai số rồi đừng gửi", "day khong phai ho so cua toi", "gửi nhầm người rồi", "wrong number"]
)
def test_a_wrong_number_is_understood(text: str) -> None:
    assert is_wrong_number(text)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Xoá hết dữ liệu", DataWish.ERASE),
        ("xoa so cua minh di", DataWish.ERASE),
        ("bỏ số tôi ra khỏi hệ thống", DataWish.ERASE),
        ("hủy đồng ý", DataWish.WITHDRAW),
        ("rút lại sự đồng ý", DataWish.WITHDRAW),
        ("mấy người lưu gì về tôi", DataWish.KNOW),
        ("có giữ số của tôi không", DataWish.KNOW),
        ("what do you know about me", DataWish.KNOW),
        ("cho tôi bản sao dữ liệu của tôi", DataWish.COPY),
    ],
)
def test_wishes_about_data_are_told_apart(text: str, wish: DataWish) -> None:
    assert read_data_wish(text) is wish


@given(st.text(max_size=80))
def test_nothing_that_people_type_breaks_the_reading(text: str) -> None:
    read_data_wish(text)
    read_pause(text)
    is_wrong_number(text)
    wants_start(text)
    hours = read_quiet_hours(text)
    assert hours is None or hours[0] != hours[1]
