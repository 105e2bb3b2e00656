"""Opt-out words, danger words, codes alone, two wishes in a message."""

import unicodedata

import pytest

from bot.understanding import LOW_CONFIDENCE, Label, understand


@pytest.mark.parametrize(
    "text",
    [
        "TC",
        "tc",
        "TU CHOI",
        "từ chối",
        "TỪ CHỐI.",
        "DỪNG",
        "dừng!",
        "HỦY",
        "huỷ",
        "hủy",
        "STOP",
        " stop ",
        "NGUNG",
        "ngưng",
        "ngừng",
    ],
)
def test_an_opt_out_word_alone_is_an_opt_out(text: str) -> None:
    for form in (text, unicodedata.normalize("NFD", text)):
        meaning = understand(form)
        assert (meaning.label, meaning.is_opt_out, meaning.is_unclear_opt_out) == (
            Label.STOP_NOTIFICATIONS,
            True,
            False,
        )


@pytest.mark.parametrize("text", ["dung", "DUNG", "huy", "Huy."])
def test_an_opt_out_word_that_may_be_another_word_is_unclear(text: str) -> None:
    meaning = understand(text)
    assert (meaning.is_opt_out, meaning.is_unclear_opt_out) == (True, True)
    assert meaning.confidence < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "đúng",
        "dùng",
        "Dũng",
        "đừng",
        "hồ sơ bị từ chối vì sao",
        "dừng xe ở đâu",
        "hủy hồ sơ được không",
        "stop it now",
        "",
        "TC TC",
    ],
)
def test_other_words_and_sentences_are_no_opt_out(text: str) -> None:
    assert not understand(text).is_opt_out


@pytest.mark.parametrize(
    "text",
    [
        "tôi muốn tự tử", "muon tu tu qua", "không muốn sống nữa", "tự vẫn", "cháy nhà rồi cứu với",
        "nhà bên cạnh đang cháy", "chay nha roi", "co chay o cho", "đánh nhau trước cổng", "danh nhau kia",
        "gọi cấp cứu giúp", "chồng em bạo hành",
        "có người đuối nước", "bị cướp", "nhà đang cháy cần hỗ trợ gấp", "help me someone is hurt",
    ],
)  # fmt: skip
def test_danger_words_raise_the_alarm(text: str) -> None:
    assert understand(text).is_danger


@pytest.mark.parametrize(
    "text",
    [
        "hỗ trợ nhà bị cháy cần giấy tờ gì", "thẩm duyệt phòng cháy chữa cháy", "ho so chay toi dau roi",
        "gặp tư vấn viên", "cho gap tu van vien", "hồ sơ của tôi tới đâu", "trợ cấp tai nạn lao động cần gì",
        "web chạy chậm quá", "đánh giá 5 sao", "bán chạy quá",
    ],
)  # fmt: skip
def test_ordinary_messages_raise_no_alarm(text: str) -> None:
    assert not understand(text).is_danger


@pytest.mark.parametrize(
    "text",
    [
        "000.00.05.H17-240102-0003",
        "H17-250806-00017 ạ",
        "mã hồ sơ của em: H17-250806-00017",
        "0056",
        "hs 0056",
        "H17-250806-00017?",
    ],
)
def test_a_code_and_no_other_verb_asks_for_the_status(text: str) -> None:
    meaning = understand(text)
    assert meaning.label is Label.DOSSIER_STATUS
    assert meaning.confidence > 0.9


def test_a_code_with_another_verb_is_left_to_the_model() -> None:
    assert understand("add mã này vào zalo giúp em 000.17.22.H17-240611-0034").label is Label.LINK_DOSSIER


def test_a_procedure_code_alone_asks_for_its_papers() -> None:
    assert understand("1.001193").label is Label.PROCEDURE_PAPERS


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("phí bao nhiêu, nộp ở đâu", {Label.FEE, Label.WHERE_WHEN}),
        ("phi bao nhieu, nop o dau", {Label.FEE, Label.WHERE_WHEN}),
        ("hồ sơ của tôi tới đâu rồi, cho tôi gặp cán bộ", {Label.DOSSIER_STATUS, Label.TALK_TO_OFFICER}),
        ("làm khai sinh cần giấy tờ gì và phí bao nhiêu", {Label.PROCEDURE_PAPERS, Label.FEE}),
    ],
)
def test_two_wishes_in_one_message_are_both_heard(text: str, wishes: set[Label]) -> None:
    meaning = understand(text)
    assert {meaning.label, meaning.second} == wishes


@pytest.mark.parametrize(
    "text", ["cảm ơn", "Hồ sơ nộp hôm qua đã ai nhận chưa?", "thứ 7 có làm không", "dạ, em chào ad ạ"]
)
def test_one_wish_is_one_wish(text: str) -> None:
    assert understand(text).second is None


@pytest.mark.parametrize("text", ["", "   ", "\n", "...", "???", "\u200b"])
def test_nothing_said_is_out_of_scope_without_confidence(text: str) -> None:
    meaning = understand(text)
    assert (meaning.label, meaning.confidence) == (Label.OUT_OF_SCOPE, 0.0)


@pytest.mark.parametrize("text", ["👍", "🙏🙏", ":)", "❤️"])
def test_a_friendly_sign_is_thanks(text: str) -> None:
    assert understand(text).label is Label.GREETING_THANKS


@pytest.mark.parametrize("text", ["asdkjh", "qwrtzp lkjhgf", "Xzzkv", "aaaaaaaa", "zzzz", "我想买房"])
def test_keys_hit_at_random_and_other_scripts_are_out_of_scope(text: str) -> None:
    assert understand(text).label is Label.OUT_OF_SCOPE


def test_a_greeting_before_a_request_is_the_request() -> None:
    assert understand("dạ em chào ad, cho em hỏi hồ sơ của em tới đâu rồi ạ").label is Label.DOSSIER_STATUS


def test_a_lone_word_of_no_topic_is_not_confident() -> None:
    assert understand("cái").confidence < LOW_CONFIDENCE + 0.3


@pytest.mark.parametrize("text", ["đúng", "Đúng!", "đúng.", "\u0111u\u0301ng"])
def test_a_plain_yes_is_not_taken_for_stop(text: str) -> None:
    """Without its accent it is "dừng"; it was answered with stop_notifications."""
    assert understand(text).label is Label.GREETING_THANKS
