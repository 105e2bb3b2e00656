"""Stopping messages and starting them again. What must be told goes by other means (docs: public-services 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoppingWords:
    """The texts in one language; `{…}` are filled in."""

    ask: str
    """Which messages are to stop"""
    ask_unclear: str
    """A word that may be an opt-out or an answer"""
    stopped: str
    """`{phones}`"""
    stopped_chat: str
    """Nobody's phone is known to be theirs"""
    duty: str
    """What goes on all the same"""
    back: str
    """How to get messages again"""
    wrong_number: str
    """`{phones}`: noted as a stranger's"""
    wrong_number_ask: str
    """The phone must be proved first"""
    stopped_dossier: str
    """`{code}`"""
    dossier_without_phone: str
    """A linked dossier with no proved phone: `{code}`"""
    which_dossier: str
    nothing_linked: str
    not_linked: str
    """The same words for unknown dossiers and others'"""
    hours_ask: str
    hours_set: str
    """`{start}` and `{end}`: when messages come"""
    hours_off: str
    hours_unread: str
    """A text that names no hours"""
    urgent: str
    """What comes at any hour"""
    paused: str
    """`{until}`"""
    needs_phone: str
    """Hours and pauses are a phone's"""
    started: str
    """`{phones}`"""
    started_chat: str
    started_dossier: str
    """`{code}`"""
    kept: str
    """Nothing changes"""
    phone_ask: str
    phone_unread: str
    code_sent: str
    """The same words whatever the phone"""
    too_many: str
    all_messages: str
    one_dossier: str
    some_hours: str
    a_week: str
    keep: str
    start: str
    for_phone: str
    office_hours: str
    day_hours: str
    any_hour: str
    link: str


VI = StoppingWords(
    ask="Ông/Bà muốn ngừng những tin nào?",
    ask_unclear="Ông/Bà muốn ngừng nhận tin qua Zalo, phải không ạ?",
    stopped="Đã ngừng gửi tin qua Zalo tới số {phones}.",
    stopped_chat=(
        "Đã ngừng các tin chủ động trong cuộc trò chuyện này.\n"
        "Tin gửi tới số điện thoại ghi trong hồ sơ chưa ngừng. Để ngừng, Ông/Bà xác nhận số điện thoại."
    ),
    duty=("Việc bắt buộc phải báo vẫn được gửi bằng cách khác. Đó là tin nhắn SMS, thư điện tử hoặc văn bản."),
    back="Để nhận tin trở lại, Ông/Bà nhắn: nhận lại.",
    wrong_number=(
        "Xin lỗi đã làm phiền. Số {phones} sẽ không nhận tin về hồ sơ này nữa.\n"
        "Cán bộ sẽ kiểm tra lại số điện thoại trong hồ sơ."
    ),
    wrong_number_ask=(
        "Xin lỗi đã làm phiền. Để ngừng tin, Ông/Bà trả lời trực tiếp vào tin gửi nhầm, hoặc xác nhận số điện thoại."
    ),
    stopped_dossier="Đã ngừng gửi tin qua Zalo về hồ sơ {code}.",
    dossier_without_phone="Hồ sơ {code} chưa gắn với số điện thoại nào của Ông/Bà. Xin xác nhận số điện thoại trước.",
    which_dossier="Ông/Bà muốn ngừng tin về hồ sơ nào?",
    nothing_linked="Chưa có hồ sơ nào được liên kết với tài khoản này.",
    not_linked="Không tìm thấy hồ sơ này trong các hồ sơ Ông/Bà đã liên kết.",
    hours_ask="Ông/Bà muốn nhận tin trong giờ nào? Ví dụ: từ 8h đến 17h.",
    hours_set="Từ nay tin chỉ đến từ {start} đến {end}. Tin ngoài giờ sẽ chờ đến lúc đó.",
    hours_off="Đã bỏ giờ riêng. Tin đến theo giờ chung của thành phố.",
    hours_unread="Chưa rõ giờ Ông/Bà muốn. Xin nhắn theo mẫu: từ 8h đến 17h.",
    urgent="Mã xác thực và việc có hạn trong 24 giờ vẫn được gửi ngay.",
    paused="Đã tạm ngừng tin qua Zalo đến {until}. Sau đó tin tự động đến lại.",
    needs_phone="Việc này gắn với số điện thoại. Xin Ông/Bà liên kết hồ sơ hoặc số điện thoại trước.",
    started="Ông/Bà sẽ nhận lại tin qua Zalo cho số {phones}.",
    started_chat="Cuộc trò chuyện này nhận lại tin. Tin về hồ sơ đến số điện thoại Ông/Bà đã liên kết.",
    started_dossier="Ông/Bà sẽ nhận lại tin về hồ sơ {code}.",
    kept="Vâng. Không có gì thay đổi.",
    phone_ask="Xin nhắn số điện thoại cần ngừng tin. Chúng tôi gửi mã xác thực tới số đó.",
    phone_unread="Chưa đọc được số điện thoại di động. Xin nhắn lại, ví dụ: 0905 123 456.",
    code_sent="Nếu số nhận được tin, mã xác thực đã được gửi tới đó. Xin nhắn mã 6 số vào đây.",
    too_many="Ông/Bà đã yêu cầu nhiều lần. Xin thử lại sau một giờ, hoặc gọi 1022.",
    all_messages="Ngừng tất cả",
    one_dossier="Ngừng một hồ sơ",
    some_hours="Chọn giờ nhận tin",
    a_week="Tạm ngừng 7 ngày",
    keep="Giữ như cũ",
    start="Nhận lại tin",
    for_phone="Ngừng cho số điện thoại",
    office_hours="8 giờ đến 17 giờ",
    day_hours="7 giờ đến 20 giờ",
    any_hour="Giờ chung của thành phố",
    link="Liên kết hồ sơ",
)
EN = StoppingWords(
    ask="Which messages would you like to stop?",
    ask_unclear="Would you like to stop messages on Zalo?",
    stopped="Messages on Zalo to {phones} have been stopped.",
    stopped_chat=(
        "Messages that you did not ask for have been stopped in this chat.\n"
        "Messages to the phone in a dossier still come. To stop them, please confirm the phone number."
    ),
    duty="What we must tell you still comes by other means: SMS, e-mail or letter.",
    back="To get messages again, write: start.",
    wrong_number=(
        "We are sorry for the trouble. {phones} gets no more messages about this dossier.\n"
        "An officer will check the phone number in the dossier."
    ),
    wrong_number_ask=(
        "We are sorry for the trouble. To stop, reply to the message itself, or confirm your phone number."
    ),
    stopped_dossier="Messages on Zalo about dossier {code} have been stopped.",
    dossier_without_phone="Dossier {code} is not tied to a phone of yours yet. Please confirm your phone number first.",
    which_dossier="About which dossier would you like no more messages?",
    nothing_linked="No dossier is linked to this account yet.",
    not_linked="This dossier is not among those that you linked.",
    hours_ask="At which hours may messages come? For example: from 8h to 17h.",
    hours_set="From now on messages come from {start} to {end}. Others wait until then.",
    hours_off="Your own hours are off. Messages come at the city's hours.",
    hours_unread="The hours are not clear. Please write, for example: from 8h to 17h.",
    urgent="One-time codes and deadlines within 24 hours still come at once.",
    paused="Messages on Zalo are paused until {until}. Then they come again by themselves.",
    needs_phone="This belongs to a phone number. Please link a dossier or a phone first.",
    started="You will get messages on Zalo again for {phones}.",
    started_chat="This chat gets messages again. Messages about dossiers go to the phones that you linked.",
    started_dossier="You will get messages about dossier {code} again.",
    kept="Very well. Nothing has changed.",
    phone_ask="Please write the phone number that is to get no messages. We send a one-time code there.",
    phone_unread="That is no mobile number. Please write it again, for example: 0905 123 456.",
    code_sent="If the number takes messages, a one-time code has been sent there. Please write its 6 digits here.",
    too_many="You have asked many times. Please try again in an hour, or call 1022.",
    all_messages="Stop all",
    one_dossier="Stop one dossier",
    some_hours="Choose the hours",
    a_week="Pause for 7 days",
    keep="Keep as it is",
    start="Get messages again",
    for_phone="Stop for a phone",
    office_hours="8:00 to 17:00",
    day_hours="7:00 to 20:00",
    any_hour="The city's hours",
    link="Link a dossier",
)
WORDS: Mapping[str, StoppingWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> StoppingWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
