"""What a few phrases mean that no label stands for: is it true, another language, mere talk."""

import pytest

from bot.asking_genuine import asks_if_genuine
from bot.handlers.language import language_wished
from bot.handlers.start import Talk, read_talk


@pytest.mark.parametrize(
    "text",
    [
        "Tin này có phải của thành phố không?",
        "tin nay that khong",
        "có phải tin nhắn của phường gửi không ạ",
        "Tin nhắn này có thật không hay lừa đảo",
        "tk zalo nay co phai cua da nang khong",
        "link này có an toàn không",
        "có phải lừa đảo không",
        "is this message really from the city?",
        "Is this a scam?",
        "was this sent by the city",
        "is this account official?",
        "tôi nhận được tin báo nộp phí, có đúng của thành phố không",
        "đây có phải tài khoản chính thức không",
        "Số này có phải của công an không",
        "thanh pho co gui tin cho toi that khong",
        "có người giả mạo cán bộ gọi tôi",
        "tôi bị lừa rồi",
        "tin nhắn này giả hay thật",
    ],
)
def test_questions_whether_a_message_is_true_are_known(text: str) -> None:
    assert asks_if_genuine(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hồ sơ của tôi tới đâu rồi",
        "có phải nộp bản thật không",
        "tôi muốn phản ánh một vụ lừa đảo",
        "phường có làm việc thứ bảy không",
        "có phải đóng lệ phí không",
        "có phải công chứng giấy tờ không",
        "có phải ra phường không",
        "nhận thông báo qua zalo có phải đăng ký không",
        "is the office open on saturday",
        "are you a real person",
        "tôi phải lên ubnd phường nộp không",
        "có đúng là phải nộp ở phường không",
        "Trang nào nộp hồ sơ, cổng dịch vụ công phải không",
        "có đúng của phường Hải Châu giải quyết không",
        "thật không",
    ],
)
def test_other_questions_are_not_taken_for_it(text: str) -> None:
    assert not asks_if_genuine(text)


def test_an_answer_to_a_message_needs_fewer_words() -> None:
    assert asks_if_genuine("thật không vậy", is_quoting=True)
    assert asks_if_genuine("ai gửi đây", is_quoting=True)
    assert not asks_if_genuine("dạ cảm ơn", is_quoting=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"),
        ("english", "en"),
        ("tiếng Anh", "en"),
        ("Can you speak English?", "en"),
        ("Please answer in English!", "en"),
        ("đổi sang tiếng Anh", "en"),
        ("chuyển qua tiếng anh được không", "en"),
        ("Nói tiếng Việt đi", "vi"),
        ("tieng viet", "vi"),
        ("switch to Vietnamese", "vi"),
        ("dịch tiếng anh giấy khai sinh", None),
        ("có lớp tiếng Anh nào không", None),
        ("tôi cần bản dịch tiếng Việt của giấy kết hôn nước ngoài thì làm sao", None),
        ("", None),
    ],
)
def test_a_wish_for_a_language_is_a_whole_message(text: str, language: str | None) -> None:
    assert language_wished(text) == language


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("Xin chào", Talk.HELLO),
        ("alo", Talk.HELLO),
        ("Chào phường", Talk.HELLO),
        ("cam on nhieu nha", Talk.THANKS),
        ("ok cảm ơn, tạm biệt", Talk.THANKS),
        ("bye bye", Talk.FAREWELL),
        ("dạ em hiểu rồi", Talk.NOTED),
        ("okie", Talk.NOTED),
        ("dạ chào ad", Talk.HELLO),
        ("qwrt zxcv", None),
    ],
)
def test_mere_talk_is_told_apart(text: str, talk: Talk | None) -> None:
    assert read_talk(text) is talk
