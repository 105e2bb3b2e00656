"""The one question about a finished dossier. Never a condition of anything (docs: public-services 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RatingWords:
    """Texts of one language."""

    ask: str
    """`{code}`"""
    thanks: str
    """Rated; words are welcome. `{level}`"""
    sorry: str
    """The same for the lowest level"""
    noted: str
    """The words were kept"""
    declined: str
    already: str
    levels: Mapping[int, str]
    """3 very content … 1 not content (docs: public-services 2.5)"""
    decline: str
    """Button"""
    end: str
    """Button: no words"""


VI = RatingWords(
    ask=(
        "Hồ sơ {code} đã có kết quả. Ông/Bà thấy việc giải quyết hồ sơ này thế nào?\n"
        "Trả lời hay không là tùy Ông/Bà, và không ảnh hưởng tới hồ sơ."
    ),
    thanks="Đã ghi: {level}. Cảm ơn Ông/Bà.\nNếu muốn, Ông/Bà viết thêm vài lời tại đây.",
    sorry=(
        "Đã ghi: {level}. Xin lỗi Ông/Bà về điều chưa tốt.\n"
        "Nếu muốn, Ông/Bà viết thêm vài lời tại đây, hoặc gửi phản ánh để được trả lời."
    ),
    noted="Đã ghi lời của Ông/Bà. Cảm ơn Ông/Bà.",
    declined="Vâng. Chúng tôi không hỏi lại về hồ sơ này.",
    already="Đánh giá cho hồ sơ này đã được ghi. Cảm ơn Ông/Bà.",
    levels={3: "Rất hài lòng", 2: "Hài lòng", 1: "Không hài lòng"},
    decline="Không đánh giá",
    end="Kết thúc",
)

EN = RatingWords(
    ask=(
        "Dossier {code} has its result. How did you find the handling of it?\n"
        "You need not answer, and it changes nothing about the dossier."
    ),
    thanks="Noted: {level}. Thank you.\nIf you like, add a few words here.",
    sorry=(
        "Noted: {level}. We are sorry for what went wrong.\n"
        "If you like, add a few words here, or send a complaint to get an answer."
    ),
    noted="Your words were noted. Thank you.",
    declined="Very well. We will not ask about this dossier again.",
    already="A rating of this dossier was noted already. Thank you.",
    levels={3: "Very content", 2: "Content", 1: "Not content"},
    decline="No rating",
    end="Finish",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> RatingWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
