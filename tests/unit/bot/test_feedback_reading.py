"""What a message of feedback says."""

import pytest

from bot.feedback.reading import (
    Topic,
    asks_for_state,
    find_number,
    find_topic,
    has_substance,
    says_no,
    says_yes,
)
from bot.handover import wants_to_end
from storage.tickets import ALPHABET, new_number


@pytest.mark.parametrize(
    "text",
    [
        "Tôi khiếu nại cán bộ gây khó",
        "phan anh den duong hong",
        "chờ quá lâu, không hài lòng",
        "Cán bộ phường rất nhiệt tình, xin khen",
        "The officer was rude to me",
    ],
)
def test_a_first_message_that_tells_something_is_enough(text: str) -> None:
    assert has_substance(text)


@pytest.mark.parametrize(
    "text", ["tôi muốn phản ánh", "góp ý", "cho em gửi ý kiến với ạ", "I want to make a complaint", "khiếu nại ở đâu"]
)
def test_the_wish_alone_is_not(text: str) -> None:
    assert not has_substance(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Xin khen chị cán bộ ở quầy số 3 rất nhiệt tình", Topic.PRAISE),
        ("cam on can bo da giup do", Topic.PRAISE),
        ("chờ lâu, không hài lòng", Topic.COMPLAINT),
        ("can bo khong nhiet tinh", Topic.COMPLAINT),
        ("Kiến nghị thành phố lắp thêm đèn đường", Topic.PETITION),
        ("góp ý cho cổng dịch vụ", Topic.PETITION),
        ("cam on nhung thai do can bo rat te", Topic.COMPLAINT),
        ("Đèn đường hỏng", Topic.COMPLAINT),
        ("The staff were excellent", Topic.PRAISE),
    ],
)
def test_the_kind_of_feedback_in_doubt_is_a_complaint(text: str, topic: Topic) -> None:
    assert find_topic(text) is topic


@pytest.mark.parametrize(
    "text",
    [
        "phản ánh của tôi tới đâu",
        "gop y cua em sao roi",
        "tôi đã phản ánh rồi sao chưa ai trả lời",
        "tinh trang phan anh cua toi",
        "khi nào có kết quả khiếu nại của bác",
        "where is my complaint",
        "any news on my feedback status",
    ],
)
def test_a_question_about_ones_own_feedback_is_known(text: str) -> None:
    assert asks_for_state(text)


@pytest.mark.parametrize(
    "text",
    [
        "tôi muốn phản ánh đèn đường hỏng",
        "phản ánh hồ sơ trễ",
        "Tôi phản ánh việc đường trước nhà tôi ngập nước từ hôm qua tới nay mà chưa ai xử lý giúp dân",
    ],
)
def test_new_feedback_is_no_such_question(text: str) -> None:
    assert not asks_for_state(text)


@pytest.mark.parametrize("text", ["PA-7K2M9QXT", "pa-7k2m9qxt", "mã PA 7K2M9QXT của tôi?", "pa7k2m9qxt", "PA–7K2M9QXT"])
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert find_number(text) == "PA-7K2M9QXT"


@pytest.mark.parametrize("text", ["PA-7K2M9QX", "PA-7K2M9QXTT", "XX-7K2M9QXT", "PA-7K2M9QX0", "phản ánh", ""])
def test_what_is_no_number_is_none(text: str) -> None:
    assert find_number(text) is None


def test_made_numbers_are_found_again_and_differ() -> None:
    numbers = {new_number("handover") for _ in range(100)}
    assert len(numbers) == 100
    assert len(set(ALPHABET)) == 32
    assert all(find_number(number.lower()) == number for number in numbers)


def test_yes_and_no_are_whole_messages() -> None:
    assert all(says_yes(text) for text in ("gửi", "Gửi đi.", "dạ đúng rồi ạ", "OK", "Yes!"))
    assert all(says_no(text) for text in ("thôi", "Thôi khỏi", "dạ không gửi nữa ạ", "hủy", "cancel"))
    assert not any(says_yes(text) or says_no(text) for text in ("gửi cho chủ tịch biết", "không ai dọn rác", "có mùi"))


def test_never_mind_ends_a_hand_over_as_a_whole_message_only() -> None:
    assert all(wants_to_end(text) for text in ("thôi khỏi", "Thôi khỏi.", "không cần nữa", "kết thúc", "Never mind"))
    assert not any(wants_to_end(text) for text in ("thôi khỏi hỏi nữa cho biết phí", "kết thúc hồ sơ khi nào", ""))
