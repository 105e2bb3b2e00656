"""Announcements by category: asking for them, and ending that (docs: public-services 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

WORDING: Final = "topics-2026-11"
"""The version of the text that is shown before somebody agrees."""


@dataclass(frozen=True, slots=True)
class SubscriptionWords:
    """Texts of one language."""

    ask: str
    """What it means; said before anything is agreed to"""
    wanted: str
    """`{topics}`"""
    subscribed: str
    """`{topic}`, `{phones}`, `{wording}`"""
    unsubscribed: str
    """`{topic}`"""
    nothing_wanted: str
    unknown: str
    needs_phone: str
    on: str
    """Button: `{topic}`"""
    off: str
    """Button: `{topic}`"""
    none: str
    """Button: ends all"""
    link: str
    """Button"""
    topics: Mapping[str, str]


VI = SubscriptionWords(
    ask=(
        "Ông/Bà có thể đăng ký tin của thành phố theo chủ đề, gửi tới số đã xác nhận.\n"
        "Đăng ký là tự nguyện, bỏ lúc nào cũng được."
    ),
    wanted="Ông/Bà đang nhận: {topics}.",
    subscribed="Đã đăng ký nhận tin “{topic}” cho số {phones}.\nNgừng tất cả: nhắn STOP. Bản đồng ý: {wording}.",
    unsubscribed="Đã bỏ đăng ký: {topic}.",
    nothing_wanted="Ông/Bà chưa đăng ký chủ đề nào.",
    unknown="Chưa có chủ đề này. Xin chọn một chủ đề dưới đây.",
    needs_phone="Để đăng ký, Ông/Bà cần xác nhận số điện thoại bằng cách liên kết hồ sơ.",
    on="Nhận: {topic}",
    off="Bỏ: {topic}",
    none="Bỏ tất cả chủ đề",
    link="Liên kết hồ sơ",
    topics=MappingProxyType(
        {
            "storm": "bão, lũ",
            "power": "cắt điện",
            "water": "cắt nước",
            "traffic": "giao thông",
            "procedures": "thủ tục mới",
            "health": "y tế",
            "schools": "trường học",
            "jobs": "việc làm",
        }
    ),
)

EN = SubscriptionWords(
    ask=(
        "You can ask for the city's announcements by topic; they go to the phone that you proved.\n"
        "It is up to you, and you can end it at any time."
    ),
    wanted="You get: {topics}.",
    subscribed="You will get “{topic}” for {phones}.\nTo stop everything, write STOP. Consent: {wording}.",
    unsubscribed="You get no more: {topic}.",
    nothing_wanted="You have asked for no topic.",
    unknown="There is no such topic. Please choose one below.",
    needs_phone="Please prove your phone first, by linking a dossier.",
    on="Get: {topic}",
    off="End: {topic}",
    none="End all topics",
    link="Link a dossier",
    topics=MappingProxyType(
        {
            "storm": "storms and floods",
            "power": "power cuts",
            "water": "water cuts",
            "traffic": "traffic",
            "procedures": "new procedures",
            "health": "health",
            "schools": "schools",
            "jobs": "jobs",
        }
    ),
)
_WORDS: Final[Mapping[str, SubscriptionWords]] = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> SubscriptionWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return _WORDS.get(language, VI)
