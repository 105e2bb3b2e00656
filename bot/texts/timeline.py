"""A dossier's way so far: states with their dates, and what was told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dossiers.status import APOLOGY, APOLOGY_LABELS, Notice


@dataclass(frozen=True, slots=True)
class TimelineWords:
    """Texts of one language."""

    title: str
    """`{code}`"""
    step: str
    """`{moment}` and `{label}`"""
    repeated: str
    """Behind a step that came several times in a row; `{count}` and `{moment}` of the last"""
    earlier: str
    """Instead of the oldest steps, when there are very many"""
    told: str
    """Before the messages that were sent"""
    told_line: str
    """`{moment}`, `{label}`, `{channel}`"""
    nothing_told: str
    nothing: str
    """No event of the dossier is kept"""
    back: str
    """Button: where it stands now"""
    notices: Mapping[str, str]
    """Name of each message, by its kind"""
    channels: Mapping[str, str]
    """First word of a channel's name → how people call it"""


VI = TimelineWords(
    title="Quá trình xử lý hồ sơ {code}:",
    step="- {moment}: {label}",
    repeated=" (cập nhật {count} lần, lần cuối {moment})",
    earlier="- (các bước trước đó không được nêu)",
    told="Tin chúng tôi đã gửi về hồ sơ này:",
    told_line="- {moment}: {label}, qua {channel}",
    nothing_told="Chúng tôi chưa gửi tin nào về hồ sơ này.",
    nothing="Chưa có thông tin về quá trình xử lý hồ sơ này.",
    back="Tình trạng hiện nay",
    notices={notice.value: notice.label_vi for notice in Notice} | {APOLOGY: APOLOGY_LABELS["vi"]},
    channels={"zalo": "Zalo", "sms": "tin nhắn SMS", "email": "thư điện tử"},
)

EN = TimelineWords(
    title="The course of dossier {code}:",
    step="- {moment}: {label}",
    repeated=" (updated {count} times, last {moment})",
    earlier="- (earlier steps are left out)",
    told="Messages that we sent about it:",
    told_line="- {moment}: {label}, by {channel}",
    nothing_told="We have sent no message about it.",
    nothing="Nothing is known about the course of this dossier.",
    back="Where it stands now",
    notices={notice.value: notice.label_en for notice in Notice} | {APOLOGY: APOLOGY_LABELS["en"]},
    channels={"zalo": "Zalo", "sms": "SMS", "email": "e-mail"},
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> TimelineWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
