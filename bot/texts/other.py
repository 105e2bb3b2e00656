"""To what is no text: stickers, voices, files, cards, groups. An answer, never silence."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class OtherWords:
    """Texts of one language."""

    sticker: str
    voice: str
    video: str
    picture: str
    file: str
    link: str
    """Addresses are never opened; `{domain}`"""
    contact: str
    """A card proves nothing"""
    shared_phone: str
    """The platform's form: unverified as well"""
    location: str
    other: str
    group: str
    """Impersonal: others read it"""
    empty: str
    """A text without words"""


VI = OtherWords(
    sticker="Cảm ơn Ông/Bà. Ông/Bà cần việc gì, xin nhắn bằng chữ hoặc chọn bên dưới.",
    voice="Trợ lý tự động chưa nghe được tin thoại. Ông/Bà vui lòng nhắn bằng chữ, hoặc gặp cán bộ.",
    video="Trợ lý tự động không xem được video. Ông/Bà vui lòng nhắn bằng chữ.",
    picture="Trợ lý tự động không đọc được ảnh này. Xin không gửi ảnh giấy tờ tùy thân qua đây.",
    file=(
        "Trợ lý tự động không nhận tệp. Hồ sơ chỉ nộp tại Cổng dịch vụ công hoặc bộ phận một cửa.\n"
        "Xin không gửi giấy tờ tùy thân qua đây."
    ),
    link=(
        "Trợ lý tự động không mở đường dẫn. Thành phố chỉ dùng đường dẫn thuộc {domain}. Ông/Bà đừng mở đường dẫn lạ."
    ),
    contact=(
        "Danh thiếp không đủ để liên kết hồ sơ, và chúng tôi không lưu số này. Muốn liên kết, Ông/Bà bấm nút bên dưới."
    ),
    shared_phone=(
        "Đã nhận. Số điện thoại được chia sẻ chưa đủ để liên kết hồ sơ. "
        "Muốn liên kết, Ông/Bà xác nhận bằng mã gửi tới số đó."
    ),
    location="Đã nhận vị trí. Ông/Bà muốn tìm nơi tiếp nhận hồ sơ thì bấm nút bên dưới.",
    other="Trợ lý tự động chưa đọc được loại tin này. Ông/Bà vui lòng nhắn bằng chữ hoặc chọn bên dưới.",
    group=(
        "Tài khoản này không trả lời việc riêng trong nhóm. "
        "Mỗi người vui lòng nhắn riêng cho tài khoản. Xin không nêu mã hồ sơ trong nhóm."
    ),
    empty="Tin của Ông/Bà không có chữ. Ông/Bà cần việc gì?",
)

EN = OtherWords(
    sticker="Thank you. What do you need? Please write it in words or choose below.",
    voice="The automatic assistant cannot listen to voice messages yet. Please write in words, or talk to an officer.",
    video="The automatic assistant cannot watch videos. Please write in words.",
    picture="The automatic assistant cannot read this picture. Please do not send photos of identity papers here.",
    file=(
        "The automatic assistant takes no files. Submit dossiers on the service portal or at the one-stop office.\n"
        "Please do not send identity papers here."
    ),
    link=(
        "The automatic assistant opens no links. "
        "The city uses links to {domain} only. Please do not open strange links."
    ),
    contact=(
        "A contact card is not enough to link dossiers, and we do not keep its number. "
        "To link a dossier, press the button below."
    ),
    shared_phone=(
        "Received. A shared phone number is not enough to link dossiers. "
        "To link one, confirm with a code sent to that number."
    ),
    location="Location received. To find an office that takes dossiers, press the button below.",
    other="The automatic assistant cannot read this kind of message. Please write in words or choose below.",
    group=(
        "This account does not answer personal questions in groups. "
        "Please write to it privately. Please do not name dossier codes in the group."
    ),
    empty="Your message has no words. What do you need?",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> OtherWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
