"""What is known of a person, what they agreed to, and erasing it (docs: public-services 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.agreements import Purpose

WORDING: Final = "2026-11"
"""Version of the texts of `purposes`; a change of their sense needs a new one."""


@dataclass(frozen=True, slots=True)
class PrivacyWords:
    """The texts in one language; `{…}` are filled in."""

    known: str
    known_chat: str
    """`{since}`"""
    known_phones: str
    """`{phones}`"""
    known_links: str
    """`{links}`"""
    known_messages: str
    """`{messages}`, `{since}`"""
    known_no_messages: str
    kept_short: str
    """`{days}`: without consent"""
    kept_long: str
    """`{days}`: with it"""
    known_notices: str
    """`{notices}`"""
    known_tickets: str
    """`{tickets}`, `{open}`"""
    known_ratings: str
    known_wishes: str
    known_consents: str
    """`{purposes}`"""
    no_consents: str
    stops: str
    """Messages are stopped"""
    hours: str
    """`{start}`, `{end}`"""
    paused: str
    """`{until}`"""
    muted: str
    """`{codes}`"""
    known_end: str
    """What else there is to say"""
    copy: str
    """A request for a copy is noted: `{number}`, `{answer}`, `{done}`"""
    erase_ask: str
    erase_stays: str
    """What stays, and why"""
    erase_open: str
    """Dossiers under way"""
    erase_sure: str
    erased: str
    """The receipt: `{number}`, `{now}`"""
    erased_when: str
    erased_what: str
    erased_stop: str
    erased_keep: str
    """To keep the receipt"""
    kept: str
    consents: str
    consents_none: str
    consent_line: str
    """`{purpose}`, `{since}`, `{wording}`"""
    consents_offer: str
    withdrawn: str
    """`{purpose}`"""
    withdrawn_memory: str
    agreed: str
    """`{purpose}`, `{wording}`"""
    unknown_purpose: str
    purposes: Mapping[str, str]
    """What each is called"""
    details: Mapping[str, str]
    """What is agreed to"""
    get_copy: str
    see_consents: str
    erase: str
    erase_yes: str
    keep: str
    agree: str
    """`{purpose}`"""
    withdraw: str
    """`{purpose}`"""
    withdraw_all: str


VI = PrivacyWords(
    known="Đây là những gì hệ thống đang giữ về Ông/Bà:",
    known_chat="- Tài khoản Zalo này, từ {since}.",
    known_phones="- Số điện thoại đã xác nhận: {phones}.",
    known_links="- Hồ sơ đã liên kết: {links}.",
    known_messages="- Tin nhắn trong cuộc trò chuyện: {messages}, từ {since}.",
    known_no_messages="- Tin nhắn trong cuộc trò chuyện: chỉ có tin vừa rồi.",
    kept_short="- Tin nhắn được xóa sau {days} ngày.",
    kept_long="- Tin nhắn được xóa sau {days} ngày, như Ông/Bà đã đồng ý.",
    known_notices="- Thông báo về hồ sơ gửi tới số của Ông/Bà: {notices}.",
    known_tickets="- Phản ánh và yêu cầu: {tickets}, trong đó đang xử lý: {open}.",
    known_ratings="- Đánh giá đã gửi: {ratings}.",
    known_wishes="- Đăng ký nhận kết quả qua bưu điện: {wishes}.",
    known_consents="- Ông/Bà đang đồng ý: {purposes}.",
    no_consents="- Ông/Bà chưa đồng ý mục đích tùy chọn nào.",
    stops="- Ông/Bà đã ngừng nhận tin qua Zalo.",
    hours="- Ông/Bà chỉ nhận tin từ {start} đến {end}.",
    paused="- Ông/Bà tạm ngừng nhận tin đến {until}.",
    muted="- Ông/Bà không nhận tin về hồ sơ: {codes}.",
    known_end="Hồ sơ gốc do cơ quan giải quyết giữ, không nằm ở đây.",
    copy=(
        "Đã ghi nhận yêu cầu nhận bản đầy đủ. Mã số: {number}.\n"
        "Cán bộ trả lời chậm nhất {answer}. Ông/Bà nhận dữ liệu chậm nhất {done}.\n"
        "Khi nhận, Ông/Bà mang theo giấy tờ tùy thân và mã số này."
    ),
    erase_ask=(
        "Nếu Ông/Bà đồng ý, hệ thống xóa cuộc trò chuyện và các liên kết hồ sơ.\n"
        "Ảnh, địa chỉ và nội dung phản ánh cũng bị xóa.\n"
        "Nội dung thông báo đã gửi và số điện thoại lưu kèm cũng bị xóa. Phản ánh đang xử lý sẽ dừng."
    ),
    erase_stays=(
        "Hồ sơ gốc vẫn ở cơ quan giải quyết. Hệ thống giữ lại mã số, thời gian gửi tin và dấu băm của số điện thoại.\n"
        "Dấu băm dùng để không nhắn tin cho Ông/Bà nữa. Từ đó không đọc ra được số."
    ),
    erase_open="Hồ sơ đang giải quyết vẫn giữ số điện thoại đến khi xong. Pháp luật yêu cầu báo tin cho Ông/Bà.",
    erase_sure="Việc xóa không thể hoàn lại. Ông/Bà có chắc chắn không?",
    erased="BIÊN NHẬN XÓA DỮ LIỆU\nMã số: {number}\nTiếp nhận lúc: {now}",
    erased_when="Dữ liệu được xóa trong vài phút, chậm nhất sau 72 giờ.",
    erased_what="Cuộc trò chuyện này cũng bị xóa khỏi hệ thống. Tin trên máy của Ông/Bà do Zalo lưu.",
    erased_stop="Sau đó chúng tôi không nhắn tin qua Zalo nữa. Việc bắt buộc phải báo được gửi bằng cách khác.",
    erased_keep="Xin giữ tin này làm biên nhận. Khi cần hỏi lại, gọi 1022 và đọc mã số.",
    kept="Không có gì bị xóa.",
    consents="Những điều Ông/Bà đang đồng ý:",
    consents_none="Ông/Bà chưa đồng ý mục đích tùy chọn nào. Thông báo về hồ sơ không cần đồng ý riêng.",
    consent_line="- {purpose}. Đồng ý lúc {since}, bản {wording}.",
    consents_offer="Mỗi mục đích được chọn riêng và rút lại bất cứ lúc nào:",
    withdrawn="Đã rút đồng ý: {purpose}. Việc rút có hiệu lực từ bây giờ.",
    withdrawn_memory="Tin nhắn cũ trong cuộc trò chuyện đã được xóa.",
    agreed="Đã ghi nhận Ông/Bà đồng ý: {purpose}. Bản nội dung: {wording}.",
    unknown_purpose="Không có mục đích này.",
    purposes={
        Purpose.CHAT_MEMORY: "nhớ cuộc trò chuyện",
        Purpose.RATING: "hỏi mức độ hài lòng",
        Purpose.ANNOUNCEMENTS: "nhận tin chung của thành phố",
    },
    details={
        Purpose.CHAT_MEMORY: "Nhớ cuộc trò chuyện: giữ tin nhắn {days} ngày thay cho {short} ngày.",
        Purpose.RATING: "Hỏi mức độ hài lòng: mỗi hồ sơ xong được hỏi một lần.",
        Purpose.ANNOUNCEMENTS: "Nhận tin chung: thông báo của thành phố, ngoài tin về hồ sơ.",
    },
    get_copy="Nhận bản đầy đủ",
    see_consents="Xem các đồng ý",
    erase="Xóa dữ liệu",
    erase_yes="Đồng ý xóa",
    keep="Không xóa",
    agree="Đồng ý: {purpose}",
    withdraw="Rút: {purpose}",
    withdraw_all="Rút tất cả",
)
EN = PrivacyWords(
    known="This is what the system keeps about you:",
    known_chat="- This Zalo account, since {since}.",
    known_phones="- Phone numbers that you proved: {phones}.",
    known_links="- Linked dossiers: {links}.",
    known_messages="- Messages of this chat: {messages}, since {since}.",
    known_no_messages="- Messages of this chat: only the one you have just sent.",
    kept_short="- Messages are deleted after {days} days.",
    kept_long="- Messages are deleted after {days} days, as you agreed.",
    known_notices="- Notices about dossiers sent to your phone: {notices}.",
    known_tickets="- Feedback and requests: {tickets}, of these open: {open}.",
    known_ratings="- Ratings that you gave: {ratings}.",
    known_wishes="- Wishes for results by post: {wishes}.",
    known_consents="- You agree to: {purposes}.",
    no_consents="- You have agreed to no optional purpose.",
    stops="- You have stopped messages on Zalo.",
    hours="- You get messages only from {start} to {end}.",
    paused="- Messages are paused until {until}.",
    muted="- You get no messages about: {codes}.",
    known_end="The dossier itself is kept by the office that handles it, not here.",
    copy=(
        "Your request for a full copy is noted. Number: {number}.\n"
        "An officer answers by {answer}. You get the data by {done}.\n"
        "To collect it, please bring your identity papers and this number."
    ),
    erase_ask=(
        "If you agree, the system erases this chat, linked dossiers, codes, photos and the words of your feedback.\n"
        "The words of notices sent to you and the phone kept with them go as well. Open feedback ends."
    ),
    erase_stays=(
        "The dossier itself stays at its office. We keep numbers, times of messages and a hash of the phone.\n"
        "The hash is there so that nobody writes to you again. The number cannot be read from it."
    ),
    erase_open="Dossiers under way keep the phone number until they are done. The law demands that you are told.",
    erase_sure="Erasing cannot be undone. Are you sure?",
    erased="RECEIPT: ERASURE OF DATA\nNumber: {number}\nReceived: {now}",
    erased_when="The data is erased within minutes, at the latest after 72 hours.",
    erased_what="This chat is erased from our system as well. What your phone shows is kept by Zalo.",
    erased_stop="After that we send nothing more on Zalo. What we must tell you comes by other means.",
    erased_keep="Please keep this message as your receipt. For questions call 1022 and give the number.",
    kept="Nothing is erased.",
    consents="What you agree to:",
    consents_none="You have agreed to no optional purpose. Notices about dossiers need no consent of their own.",
    consent_line="- {purpose}. Agreed {since}, wording {wording}.",
    consents_offer="Each purpose is chosen by itself and can be withdrawn at any time:",
    withdrawn="Your consent is withdrawn: {purpose}. This holds from now on.",
    withdrawn_memory="The old messages of this chat have been deleted.",
    agreed="Your consent is noted: {purpose}. Wording: {wording}.",
    unknown_purpose="There is no such purpose.",
    purposes={
        Purpose.CHAT_MEMORY: "memory of the chat",
        Purpose.RATING: "being asked how content you are",
        Purpose.ANNOUNCEMENTS: "announcements of the city",
    },
    details={
        Purpose.CHAT_MEMORY: "Memory of the chat: messages are kept {days} days instead of {short}.",
        Purpose.RATING: "Being asked how content you are: once for each finished dossier.",
        Purpose.ANNOUNCEMENTS: "Announcements: news of the city, beside notices about dossiers.",
    },
    get_copy="Get a full copy",
    see_consents="See my consents",
    erase="Erase my data",
    erase_yes="Yes, erase",
    keep="Do not erase",
    agree="Agree: {purpose}",
    withdraw="Withdraw: {purpose}",
    withdraw_all="Withdraw all",
)
WORDS: Mapping[str, PrivacyWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> PrivacyWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
