"""Where a dossier stands, beyond the common words: what an officer asked for, what to do, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class StatusWords:
    """Texts of one language."""

    not_linked: str
    """To a code that is not linked, whether it exists or not; `{code}`"""
    ministry: str
    """A ministry's code; `{domain}`"""
    other_place: str
    """Another province's code; `{place}` and `{domain}`"""
    no_match: str
    """Nothing linked ends in what was named; before the list"""
    several: str
    """Before the list of linked dossiers, of which one is to be chosen"""
    reason: str
    """`{reason}`"""
    items: str
    """What must be added; `{items}`"""
    deadline: str
    """`{deadline}`"""
    no_deadline: str
    """The office named no day"""
    place: str
    """Where the result is handed out; `{place}`"""
    hours: str
    """`{hours}`"""
    bring: str
    """`{items}`"""
    postal: str
    """The result may come by post"""
    late_rights: str
    """What somebody may expect whose dossier is late"""
    link_this: str
    timeline: str
    papers: str
    post: str
    ask_officer: str
    complain: str
    look_up: str
    more: str
    all_of_mine: str
    """Button titles, from `link_this` on"""


VI = StatusWords(
    not_linked=(
        "Mã {code} chưa được liên kết với tài khoản Zalo này. "
        "Để bảo vệ thông tin, tình trạng chỉ được trả lời sau khi liên kết.\n"
        "Ông/Bà kiểm tra lại mã trên giấy hẹn, hoặc bấm nút bên dưới để liên kết."
    ),
    ministry="Mã này thuộc hệ thống của bộ, ngành trung ương. Ông/Bà cũng có thể tra cứu tại {domain}.",
    other_place="Mã này do nơi khác cấp: {place}. Ông/Bà cũng có thể tra cứu tại {domain}.",
    no_match="Không có hồ sơ đã liên kết nào khớp với điều Ông/Bà nêu. Đây là các hồ sơ đã liên kết:",
    several="Ông/Bà bấm vào mã hồ sơ để xem chi tiết.",
    reason="Lý do: {reason}",
    items="Cần bổ sung: {items}",
    deadline="Hạn bổ sung: {deadline}.",
    no_deadline="Nơi giải quyết chưa nêu hạn. Ông/Bà bổ sung sớm nhất có thể.",
    place="Nơi nhận kết quả: {place}",
    hours="Giờ nhận: {hours}",
    bring="Mang theo: {items}",
    postal="Ông/Bà có thể nhận kết quả qua bưu điện.",
    late_rights=(
        "Khi trễ hẹn, nơi giải quyết phải xin lỗi bằng văn bản, nêu lý do và ngày hẹn mới. "
        "Ông/Bà có thể hỏi cán bộ hoặc gửi phản ánh."
    ),
    link_this="Liên kết hồ sơ này",
    timeline="Xem quá trình xử lý",
    papers="Xem giấy tờ cần có",
    post="Nhận qua bưu điện",
    ask_officer="Hỏi cán bộ",
    complain="Gửi phản ánh",
    look_up="Tra cứu trên Cổng",
    more="Xem thêm",
    all_of_mine="Hồ sơ khác của tôi",
)

EN = StatusWords(
    not_linked=(
        "Code {code} is not linked to this Zalo account. "
        "To protect personal information, the status is told only after linking.\n"
        "Check the code on the receipt, or press the button below to link it."
    ),
    ministry="This code belongs to a ministry's own system. You may look it up at {domain} as well.",
    other_place="This code was given elsewhere: {place}. You may look it up at {domain} as well.",
    no_match="No linked dossier matches what you named. These are the linked ones:",
    several="Press a dossier's code to see it in full.",
    reason="Reason: {reason}",
    items="To be added: {items}",
    deadline="To be added before: {deadline}.",
    no_deadline="The office named no deadline. Please add it as soon as you can.",
    place="Collect the result at: {place}",
    hours="Hours: {hours}",
    bring="Bring: {items}",
    postal="You may receive the result by post.",
    late_rights=(
        "When it is late, the office must apologise in writing with the reason and a new date. "
        "You may ask an officer or send a complaint."
    ),
    link_this="Link this dossier",
    timeline="See its course",
    papers="See the papers needed",
    post="Receive it by post",
    ask_officer="Ask an officer",
    complain="Send a complaint",
    look_up="Look it up on the portal",
    more="See more",
    all_of_mine="My other dossiers",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> StatusWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
