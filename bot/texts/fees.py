"""Fees: only what the source says, and never "free" while a note speaks against it (docs: public-services 10)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FeeWords:
    """Texts of one language."""

    ask: str
    """Which procedure's fee?"""
    paying: str
    """Where fees are paid, and what we never ask for; `{domain}`"""
    title: str
    """`{name}` and `{code}`"""
    free: str
    """Nothing to pay, as the source says"""
    as_written: str
    """Nothing to pay only in the cases that the text names"""
    local: str
    """The People's Council sets it"""
    unknown: str
    """No amount that was compared; `{hotline}`"""
    expired: str
    """A rate of the text has ended; `{day}`"""
    item: str
    """`{label}`, `{amount}`"""
    per: str
    """`{amount}` and `{unit}`"""
    postage: str
    """By post, the post's own price comes on top"""
    papers_button: str
    another: str
    """Button titles"""


VI = FeeWords(
    ask="Ông/Bà hỏi phí của thủ tục nào? Xin nhắn tên thủ tục, ví dụ: đăng ký thường trú.",
    paying=(
        "Phí, lệ phí chỉ nộp tại {domain} hoặc tại quầy một cửa. Thành phố không yêu cầu chuyển tiền qua tin nhắn."
    ),
    title="Phí, lệ phí: {name} (mã {code})",
    free="Nguồn ghi: miễn phí.",
    as_written="Chỉ miễn trong những trường hợp được ghi ở trên.",
    local=(
        "Mức thu do Hội đồng nhân dân thành phố quyết định. "
        "Trợ lý chưa có mức cụ thể; Ông/Bà hỏi quầy một cửa trước khi nộp."
    ),
    unknown="Trợ lý chưa có mức phí đã đối chiếu. Ông/Bà gọi {hotline} hoặc hỏi quầy một cửa.",
    expired="Lưu ý: mức áp dụng đến {day} đã hết hạn.",
    item="{label}: {amount}",
    per="{amount}/{unit}",
    postage="Nếu nhận kết quả qua bưu chính, cước chuyển phát tính riêng.",
    papers_button="Giấy tờ cần có",
    another="Thủ tục khác",
)

EN = FeeWords(
    ask="The fee of which procedure? Please name it, for example: permanent residence.",
    paying="Pay fees only at {domain} or at the one-stop counter. The city never asks for money by message.",
    title="Fee: {name} (code {code})",
    free="The source says: free of charge.",
    as_written="It is free only in the cases written above.",
    local=(
        "The city's People's Council sets the amount. "
        "It is not known here yet; ask at the one-stop counter before paying."
    ),
    unknown="No amount that was compared is known here. Call {hotline}, or ask at the one-stop counter.",
    expired="Please note: the rate that held until {day} has ended.",
    item="{label}: {amount}",
    per="{amount}/{unit}",
    postage="For a result by post, the postage comes on top.",
    papers_button="Papers needed",
    another="Another procedure",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> FeeWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
