"""Words of danger: the emergency numbers before everything else (docs: public-services 5)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class DangerWords:
    """Texts of one language."""

    call_now: str
    """The numbers, and that a machine cannot help"""
    not_alone: str
    """To somebody who may hurt themselves"""
    person: str
    """How to reach a person of the city"""
    again: str
    """Short, when it was said within the hour"""
    police: str
    fire: str
    ambulance: str
    talk: str
    """Buttons"""


VI = DangerWords(
    call_now=(
        "Nếu có người đang gặp nguy hiểm, Ông/Bà hãy gọi ngay:\n"
        "- 113: công an.\n"
        "- 114: cháy, nổ, cứu nạn.\n"
        "- 115: cấp cứu y tế.\n"
        "Tại đây là trợ lý tự động, không thể đến giúp ngay."
    ),
    not_alone="Xin Ông/Bà đừng ở một mình lúc này. Hãy gọi 115 hoặc gọi một người thân tin cậy.",
    person="Ông/Bà cũng có thể gọi tổng đài 1022, nhánh 3, hoặc bấm nút để gặp cán bộ.",
    again="Nếu vẫn còn nguy hiểm, Ông/Bà hãy gọi ngay 113, 114 hoặc 115.",
    police="Gọi 113 (công an)",
    fire="Gọi 114 (cứu hỏa, cứu nạn)",
    ambulance="Gọi 115 (cấp cứu)",
    talk="Gặp cán bộ",
)

EN = DangerWords(
    call_now=(
        "If somebody is in danger, call at once:\n"
        "- 113: police.\n"
        "- 114: fire and rescue.\n"
        "- 115: ambulance.\n"
        "An automatic assistant answers here. It cannot come and help."
    ),
    not_alone="Please do not stay alone now. Call 115, or somebody close whom you trust.",
    person="You may also call 1022, extension 3, or press the button to talk to an officer.",
    again="If there is still danger, call 113, 114 or 115 at once.",
    police="Call 113 (police)",
    fire="Call 114 (fire and rescue)",
    ambulance="Call 115 (ambulance)",
    talk="Talk to an officer",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> DangerWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
