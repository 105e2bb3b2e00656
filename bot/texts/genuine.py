"""Whether a message is really from the city: how to tell, and what to do about a false one."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class GenuineWords:
    """Texts of one language."""

    ours: str
    """The quoted message is ours; `{moment}`"""
    theirs: str
    """The quoted message is the person's own"""
    unknown: str
    """The quoted message, or its code, is none that we know"""
    told: str
    """About a dossier of the person's; `{code}`, `{count}`, `{moment}` of the last, `{channel}`"""
    nothing_told: str
    """`{code}`"""
    not_linked: str
    """The same whether the code exists or not; `{code}`"""
    how_to_tell: str
    """`{domain}`"""
    account: str
    """The name of the account; `{name}`"""
    report: str
    """`{hotline}`"""
    call_police: str
    call_hotline: str
    """Buttons; `{hotline}`"""


VI = GenuineWords(
    ours="Đúng, tin Ông/Bà trích dẫn do chúng tôi gửi lúc {moment}.",
    theirs="Tin Ông/Bà trích dẫn là tin của chính Ông/Bà.",
    unknown="Chúng tôi không tìm thấy tin này trong những tin đã gửi. Ông/Bà không nên làm theo.",
    told="Về hồ sơ {code}, chúng tôi đã gửi {count} tin. Tin gần nhất gửi lúc {moment}, qua {channel}.",
    nothing_told="Về hồ sơ {code}, chúng tôi chưa gửi tin nào. Ông/Bà cẩn thận với tin nói về hồ sơ này.",
    not_linked=(
        "Mã {code} chưa được liên kết với tài khoản Zalo này. "
        "Để bảo vệ thông tin, việc đã gửi tin hay chưa chỉ được trả lời sau khi liên kết."
    ),
    how_to_tell=(
        "Cách nhận biết tin thật của thành phố:\n"
        "- Tin đến từ đúng tài khoản này, tên có dấu tích xác thực. Số điện thoại cá nhân thì không phải.\n"
        "- Tin nêu mã hồ sơ và nơi giải quyết. Ông/Bà so với giấy hẹn của mình.\n"
        "- Đường dẫn chỉ thuộc {domain}. Không mở đường dẫn khác, không cài ứng dụng lạ.\n"
        "- Chúng tôi không bao giờ yêu cầu chuyển tiền qua tin nhắn.\n"
        "- Cán bộ không bao giờ hỏi mã xác thực (OTP), mật khẩu hay số thẻ.\n"
        "- Ông/Bà chỉ nhập mã tại đây khi chính mình vừa yêu cầu liên kết hồ sơ."
    ),
    account="Tên tài khoản chính thức: {name}.",
    report=(
        "Nếu nghi lừa đảo, Ông/Bà không trả lời, không chuyển tiền, và giữ lại tin. "
        "Ông/Bà báo tổng đài {hotline}, hoặc công an theo số 113 nếu đã mất tiền."
    ),
    call_police="Gọi 113",
    call_hotline="Gọi {hotline}",
)

EN = GenuineWords(
    ours="Yes, we sent the message that you quote, at {moment}.",
    theirs="The message that you quote is your own.",
    unknown="We do not find this message among those that we sent. Better do not follow it.",
    told="About dossier {code} we sent {count} messages. The last was sent at {moment}, by {channel}.",
    nothing_told="About dossier {code} we sent no message. Be careful with messages that name it.",
    not_linked=(
        "Code {code} is not linked to this Zalo account. "
        "To protect personal information, whether we wrote about it is told only after linking."
    ),
    how_to_tell=(
        "How to tell a true message of the city:\n"
        "- It comes from this very account, with a tick beside its name. It never comes from a personal number.\n"
        "- It names the dossier code and the office. Compare them with your receipt.\n"
        "- Links lead to {domain} only. Do not open others, and do not install unknown applications.\n"
        "- We never ask you for money by message.\n"
        "- Officers never ask for a one-time code (OTP), a password or a card number.\n"
        "- Type a code here only when you have just asked to link a dossier yourself."
    ),
    account="The official account is named: {name}.",
    report=(
        "If you suspect a fraud, do not answer, do not send money, and keep the message. "
        "Tell {hotline}, or the police at 113 if you have lost money."
    ),
    call_police="Call 113",
    call_hotline="Call {hotline}",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> GenuineWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
