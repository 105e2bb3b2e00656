"""What is said when somebody writes faster than anybody can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LimitWords:
    """The texts of one language."""

    too_many: str
    """Once; then silence until it is calm"""


WORDS: Mapping[str, LimitWords] = {
    "vi": LimitWords(
        too_many=(
            "Ông/Bà vừa gửi nhiều tin liên tiếp nên trợ lý tự động tạm ngừng trả lời.\n"
            "Xin Ông/Bà chờ một phút rồi nhắn lại. Các tin đã gửi vẫn được lưu.\n"
            "Việc gấp xin gọi tổng đài 1022."
        )
    ),
    "en": LimitWords(
        too_many=(
            "You sent many messages in a row, so the assistant has paused its answers.\n"
            "Please wait a minute and write again. What you sent is kept.\n"
            "If it is urgent, please call 1022."
        )
    ),
}


def words_of(language: str) -> LimitWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, WORDS["vi"])
