"""Why a notice is where it is, for officers: reasons and platforms' codes in their own language. Pure."""

from __future__ import annotations

import re
from typing import Final

from channels.errors import ChannelError
from status_bridge.code_words import meaning_of, row_of
from status_bridge.dead_ends import EN, DeadEnd, describe, explain_stay, knows

_OURS_VI: Final = {
    "lease_expired": "tiến trình gửi dừng, hoặc đứng quá lâu",
    "poison": "tiến trình gửi thứ hai cũng dừng khi gửi tin này",
    "cancelled": "việc gửi bị dừng giữa chừng",
    "too_late": "gần hết thời gian giữ chỗ trước khi gọi nền tảng",
    "timeout": "không có câu trả lời đầy đủ trong thời gian cho phép",
    "deadline": "không có câu trả lời trước hạn chót",
    "broken": "đứt kết nối sau khi tin đã rời đi",
    "unreadable": "câu trả lời không phải của nền tảng",
    "our_limit": "đạt giới hạn tốc độ của hệ thống",
    "quota_reserved": "phần hạn mức còn lại dành cho tin khác",
    "quiet_hours": "không gửi vào giờ này",
    "delivered": "đã tới nơi",
    "failed": "không tới nơi",
}
_WORD_BORDER: Final = re.compile(r"(?<!^)(?=[A-Z])")


def explain_reason(state: str, reason: str | None, *, is_final_doubt: bool, language: str) -> DeadEnd | None:
    """Return why a notice is where it is and what to do (empty: nothing); None when nothing is to be said."""
    if state in ("failed", "no_mobile", "suppressed") or is_final_doubt or reason in ("wrong_number", "no_receipt"):
        return describe(reason, language)
    stay = explain_stay(reason, language)
    return DeadEnd(stay, "") if stay else None


def explain_code(channel: str | None, code: str | None, language: str) -> str | None:
    """Return what a platform's code, or our own word, means; None when nobody knows."""
    if code is None or language == EN:
        return meaning_of(channel, code)
    if code in _OURS_VI:
        return _OURS_VI[code]
    row = row_of(channel, code)
    if row is None:
        return describe(code, language).why if knows(code) else None
    return describe(f"{_class_word(row.to_error(code))}:{code}", language).why


def _class_word(error: ChannelError) -> str:
    return _WORD_BORDER.sub("_", type(error).__name__).lower()
