"""Feedback: complaints, petitions, praise; tickets and where they stand (docs: public-services 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dossiers.calendar import format_date_en, format_date_vi


@dataclass(frozen=True, slots=True)
class FeedbackWords:
    """The texts in one language; `{…}` are filled in."""

    ask: str
    """What is it about?"""
    ask_again: str
    """To be written anew; the pictures stay"""
    ask_words: str
    """Pictures came, but no words yet; `{photos}`"""
    confirm: Mapping[str, str]
    """By topic, before the quoted words"""
    quoted: str
    """`{text}`"""
    about: str
    """`{unit}`"""
    about_dossier: str
    """`{code}`"""
    with_photos: str
    """`{photos}`"""
    more_or_send: str
    """What can be done before it is sent"""
    sent: Mapping[str, str]
    """By topic; `{number}`"""
    promise: str
    """`{refuse}`, `{supplement_days}`, `{due}`"""
    how_to_ask: str
    """`{number}`"""
    stopped: str
    """Nothing was sent"""
    nothing_to_send: str
    """There is no draft"""
    too_many_photos: str
    """`{limit}`"""
    bad_photo: str
    """It could not be read"""
    identity_card: str
    """It is an identity card: dropped"""
    not_yours: str
    """A number that is wrong, unknown or somebody else's"""
    no_tickets: str
    """The person has none"""
    tickets: str
    """Before a list"""
    ticket: str
    """`{number}`, `{kind}`, `{opened}`"""
    kinds: Mapping[str, str]
    """By kind of ticket"""
    states: Mapping[str, str]
    """By state of a ticket"""
    due: str
    """`{due}`"""
    overdue: str
    """The promised time is over"""
    answer: str
    """`{answer}`"""
    withdrawn: str
    """`{number}`"""
    answered_notice: str
    """Said by itself once it is answered; `{number}`, `{answer}`"""
    send: str
    about_button: str
    """`{code}`"""
    again: str
    stop: str
    withdraw: str
    new: str
    see: str
    """Buttons; the last: `{number}`"""
    format_moment: Callable[[datetime], str]
    """A moment in local time"""


VI = FeedbackWords(
    ask=(
        "Ông/Bà viết nội dung phản ánh, kiến nghị hoặc lời khen trong một tin nhắn.\n"
        "Nếu được, Ông/Bà nêu rõ sự việc, nơi và thời gian. Ông/Bà có thể gửi kèm ảnh.\n"
        "Xin không gửi ảnh giấy tờ tùy thân. Để dừng, Ông/Bà nhắn: thôi"
    ),
    ask_again="Ông/Bà viết lại nội dung trong một tin nhắn. Ảnh đã gửi vẫn được giữ.",
    ask_words="Đã nhận {photos} ảnh. Ông/Bà viết thêm vài lời về sự việc.",
    confirm={
        "complaint": "Ông/Bà xác nhận gửi phản ánh này?",
        "petition": "Ông/Bà xác nhận gửi kiến nghị này?",
        "praise": "Ông/Bà xác nhận gửi lời khen này?",
    },
    quoted="«{text}»",
    about="Nơi liên quan: {unit}.",
    about_dossier="Về hồ sơ: {code}.",
    with_photos="Ảnh kèm theo: {photos}.",
    more_or_send="Ông/Bà có thể nhắn thêm chi tiết hoặc gửi thêm ảnh trước khi gửi.",
    sent={
        "complaint": "Đã ghi nhận phản ánh của Ông/Bà. Mã số: {number}.",
        "petition": "Đã ghi nhận kiến nghị của Ông/Bà. Mã số: {number}.",
        "praise": "Cảm ơn Ông/Bà đã gửi lời khen. Chúng tôi sẽ chuyển tới nơi liên quan. Mã số: {number}.",
    },
    promise=(
        "Cơ quan sẽ tiếp nhận hoặc từ chối trước {refuse}.\n"
        "Nếu cần bổ sung, cơ quan báo trong {supplement_days} ngày làm việc.\n"
        "Kết quả giải quyết có trước {due}."
    ),
    how_to_ask="Để xem tình trạng, Ông/Bà nhắn mã số {number}, hoặc bấm nút bên dưới.",
    stopped="Đã dừng. Chưa có phản ánh nào được gửi.",
    nothing_to_send="Ông/Bà chưa viết nội dung phản ánh.",
    too_many_photos="Mỗi phản ánh nhận tối đa {limit} ảnh. Ảnh vừa rồi chưa được lưu.",
    bad_photo="Chưa đọc được ảnh vừa rồi. Ông/Bà vui lòng gửi lại, hoặc gửi không kèm ảnh.",
    identity_card=(
        "Ảnh vừa rồi có vẻ là giấy tờ tùy thân nên đã được xóa.\nXin Ông/Bà không gửi giấy tờ tùy thân qua đây."
    ),
    not_yours="Không tìm thấy mã số này trong các yêu cầu của Ông/Bà. Ông/Bà vui lòng kiểm tra lại.",
    no_tickets="Ông/Bà chưa gửi phản ánh hay yêu cầu nào từ tài khoản Zalo này.",
    tickets="Các yêu cầu gần đây của Ông/Bà:",
    ticket="{number} ({kind}), gửi lúc {opened}.",
    kinds={"feedback": "phản ánh, kiến nghị", "handover": "gặp cán bộ", "data": "dữ liệu cá nhân"},
    states={
        "open": "Tình trạng: đã ghi nhận, chờ cơ quan tiếp nhận.",
        "claimed": "Tình trạng: cơ quan đang xử lý.",
        "answered": "Tình trạng: đã trả lời.",
        "cancelled": "Tình trạng: đã rút lại.",
    },
    due="Hẹn trả lời trước {due}.",
    overdue="Đã quá thời hạn trả lời. Chúng tôi xin lỗi Ông/Bà. Ông/Bà có thể gọi 1022, nhánh 3.",
    answer="Trả lời: {answer}",
    withdrawn="Đã rút lại phản ánh {number}.",
    answered_notice="Phản ánh {number} của Ông/Bà đã có trả lời.\n{answer}",
    send="Gửi",
    about_button="Về hồ sơ {code}",
    again="Viết lại",
    stop="Thôi, không gửi",
    withdraw="Rút lại phản ánh",
    new="Gửi phản ánh mới",
    see="Xem {number}",
    format_moment=format_date_vi,
)
EN = FeedbackWords(
    ask=(
        "Please write your complaint, petition or praise in one message.\n"
        "If you can, say what happened, where and when. You may send photos too.\n"
        "Please send no photos of identity papers. To stop, type: cancel"
    ),
    ask_again="Please write it again in one message. The photos you sent are kept.",
    ask_words="Received {photos} photos. Please write a few words about what happened.",
    confirm={
        "complaint": "Do you want to send this complaint?",
        "petition": "Do you want to send this petition?",
        "praise": "Do you want to send this praise?",
    },
    quoted="«{text}»",
    about="Place: {unit}.",
    about_dossier="About dossier: {code}.",
    with_photos="Photos: {photos}.",
    more_or_send="You may write more details or send photos before you send it.",
    sent={
        "complaint": "Your complaint is registered. Number: {number}.",
        "petition": "Your petition is registered. Number: {number}.",
        "praise": "Thank you for your praise. We will pass it on. Number: {number}.",
    },
    promise=(
        "The office accepts or refuses it before {refuse}.\n"
        "If more is needed, the office asks within {supplement_days} working days.\n"
        "It is resolved before {due}."
    ),
    how_to_ask="To see where it stands, type {number} or press the button below.",
    stopped="Stopped. No feedback was sent.",
    nothing_to_send="You have not written any feedback yet.",
    too_many_photos="One message of feedback takes {limit} photos at most. This one is not kept.",
    bad_photo="That photo could not be read. Please send it again, or go on without it.",
    identity_card=(
        "That photo looks like an identity paper, so it was deleted.\nPlease do not send identity papers here."
    ),
    not_yours="This number is not among your requests. Please check it.",
    no_tickets="You have sent no feedback or request from this Zalo account.",
    tickets="Your latest requests:",
    ticket="{number} ({kind}), sent at {opened}.",
    kinds={"feedback": "feedback", "handover": "talk to an officer", "data": "personal data"},
    states={
        "open": "State: registered, waiting for the office.",
        "claimed": "State: the office works on it.",
        "answered": "State: answered.",
        "cancelled": "State: taken back.",
    },
    due="An answer is promised before {due}.",
    overdue="The promised time is over, and we apologise. You may call 1022, extension 3.",
    answer="Answer: {answer}",
    withdrawn="Your feedback {number} is taken back.",
    answered_notice="Your feedback {number} has been answered.\n{answer}",
    send="Send",
    about_button="About dossier {code}",
    again="Write again",
    stop="Do not send",
    withdraw="Take it back",
    new="Send new feedback",
    see="See {number}",
    format_moment=format_date_en,
)

WORDS: Mapping[str, FeedbackWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> FeedbackWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
