"""Greetings, help, the menu, and what is said when a message was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class MenuWords:
    """Texts of one language."""

    greeting: str
    """Who answers, and about what"""
    thanks: str
    """To thanks"""
    farewell: str
    """To a good-bye"""
    noted: str
    """To an "ok, I see" """
    help: str
    """What may be asked, with examples"""
    choose: str
    """Before the menu"""
    more: str
    """Before the second half of the menu"""
    out_of_scope: str
    """To what the city's dossier account cannot answer"""
    unclear: str
    """To what was not understood, without a guess"""
    unclear_which: str
    """The same, before the likeliest readings"""
    unclear_again: str
    """Not understood for the second time: a person is offered"""
    also: str
    """Offers the second wish of a message; `{wish}`"""
    language_set: str
    """In the language that was chosen"""
    mine: str
    link: str
    procedures: str
    fee: str
    where: str
    person: str
    post: str
    feedback: str
    stop: str
    my_data: str
    status: str
    help_title: str
    genuine: str
    menu: str
    """Button titles, from `mine` to here"""
    other: str
    """Button: the second half of the menu"""
    other_language: str
    """Button: the other language, named in that language"""
    call_hotline: str
    """Button; `{hotline}`"""


VI = MenuWords(
    greeting=(
        "Kính chào Ông/Bà. Trợ lý tự động của thành phố Đà Nẵng đang trả lời, không phải cán bộ.\n"
        "Trợ lý giúp xem tình trạng hồ sơ, tra cứu thủ tục, lệ phí, địa điểm và giờ làm việc."
    ),
    thanks="Rất vui được giúp Ông/Bà. Khi cần, Ông/Bà cứ nhắn tại đây.",
    farewell="Tạm biệt Ông/Bà. Khi cần, Ông/Bà cứ nhắn tại đây.",
    noted="Vâng. Ông/Bà cần thêm thông tin thì cứ nhắn tại đây.",
    help=(
        "Trợ lý tự động trả lời những việc sau. Ông/Bà nhắn một câu hoặc chọn bên dưới.\n"
        "- Hồ sơ: «Hồ sơ của tôi tới đâu rồi?», hoặc gửi mã hồ sơ.\n"
        "- Thủ tục: «Đăng ký khai sinh cần giấy tờ gì?»\n"
        "- Lệ phí: «Đổi giấy phép lái xe bao nhiêu tiền?»\n"
        "- Địa điểm, giờ làm việc: «Thứ bảy có làm việc không?»\n"
        "- Phản ánh, kiến nghị: «Tôi muốn phản ánh».\n"
        "- Tin nhắn lạ: «Tin này có phải của thành phố không?»\n"
        "- Gặp cán bộ: «Cho tôi gặp cán bộ»."
    ),
    choose="Ông/Bà cần việc gì?",
    more="Những việc khác:",
    out_of_scope=(
        "Việc này nằm ngoài phạm vi trả lời của tài khoản. "
        "Trợ lý chỉ trả lời về hồ sơ và thủ tục hành chính của thành phố Đà Nẵng."
    ),
    unclear=(
        "Xin lỗi Ông/Bà. Trợ lý tự động chưa hiểu câu này. "
        "Ông/Bà vui lòng chọn một việc bên dưới, hoặc viết lại bằng câu khác."
    ),
    unclear_which="Xin lỗi Ông/Bà. Trợ lý tự động chưa hiểu rõ. Có phải Ông/Bà muốn hỏi một trong những việc này?",
    unclear_again=(
        "Xin lỗi Ông/Bà. Trợ lý tự động vẫn chưa hiểu. Ông/Bà có thể gặp cán bộ, hoặc gọi tổng đài 1022, nhánh 3."
    ),
    also="Ông/Bà còn hỏi về một việc nữa: {wish}. Ông/Bà bấm nút bên dưới để xem.",
    language_set="Từ nay trợ lý trả lời bằng tiếng Việt.",
    mine="Hồ sơ của tôi",
    link="Liên kết hồ sơ",
    procedures="Thủ tục, giấy tờ",
    fee="Phí, lệ phí",
    where="Địa điểm, giờ làm việc",
    person="Gặp cán bộ",
    post="Nhận kết quả qua bưu điện",
    feedback="Phản ánh, kiến nghị",
    stop="Ngừng hoặc nhận lại tin",
    my_data="Dữ liệu của tôi",
    status="Tình trạng hồ sơ",
    help_title="Hướng dẫn",
    genuine="Tin này có thật không?",
    menu="Xem tất cả việc",
    other="Việc khác",
    other_language="English",
    call_hotline="Gọi {hotline}",
)

EN = MenuWords(
    greeting=(
        "Hello. An automatic assistant of Da Nang city answers you, not an officer.\n"
        "It helps with the status of dossiers, procedures, fees, places and opening hours."
    ),
    thanks="You are welcome. Write here whenever you need something.",
    farewell="Goodbye. Write here whenever you need something.",
    noted="Very well. If you need anything else, just write here.",
    help=(
        "The automatic assistant answers the questions below. Write a sentence or choose a button.\n"
        "- Dossiers: “Where is my dossier?”, or send a dossier code.\n"
        "- Procedures: “What papers do I need to register a birth?”\n"
        "- Fees: “How much is a new driving licence?”\n"
        "- Places and hours: “Are you open on Saturday?”\n"
        "- Feedback: “I want to complain”.\n"
        "- Strange messages: “Is this message really from the city?”\n"
        "- A person: “Let me talk to an officer”."
    ),
    choose="What do you need?",
    more="Other things:",
    out_of_scope=(
        "This account cannot answer that. It answers about dossiers and administrative procedures of Da Nang city only."
    ),
    unclear="Sorry, the automatic assistant did not understand. Please choose below or write it in other words.",
    unclear_which="Sorry, the assistant is not sure. Did you mean one of these?",
    unclear_again=(
        "Sorry, the assistant still does not understand. You may talk to an officer, or call 1022, extension 3."
    ),
    also="You also asked about something else: {wish}. Press the button below to see it.",
    language_set="From now on the assistant answers in English.",
    mine="My dossiers",
    link="Link a dossier",
    procedures="Procedures and papers",
    fee="Fees",
    where="Places and opening hours",
    person="Talk to an officer",
    post="Result by post",
    feedback="Feedback and complaints",
    stop="Stop or restart notices",
    my_data="My data",
    status="Status of a dossier",
    help_title="Help",
    genuine="Is this message true?",
    menu="See everything",
    other="Other things",
    other_language="Tiếng Việt",
    call_hotline="Call {hotline}",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> MenuWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
