"""What the platform takes, as numbers, each checked before sending. Texts count code points after NFC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1 << 20  # the sources say MB; a file between 10^6 and 2^20 bytes is left to the platform to judge

MAX_TEXT_CHARS: Final = 2000  # docs: zalo 4.2, 4.8 row -210, 11 "Text"; captions of pictures too
MAX_BUTTONS: Final = 5  # docs: zalo 4.2
MAX_BUTTON_TITLE_CHARS: Final = 100  # docs: zalo 4.2
MAX_QUERY_CHARS: Final = 1000  # docs: zalo 4.2, `oa.query.show` and `oa.query.hide`
MAX_SMS_CHARS: Final = 160  # docs: zalo 4.2, `oa.open.sms`
MAX_REQUEST_TITLE_CHARS: Final = 100  # docs: zalo 4.2, request user info
MAX_REQUEST_SUBTITLE_CHARS: Final = 500  # docs: zalo 4.2, request user info
MAX_REACTIONS: Final = 50  # docs: zalo 4.6, a message

ASSET_LIFE_DAYS: Final = 7  # docs: zalo 4.8 row -100, 5.3


@dataclass(frozen=True, slots=True)
class FileRule:
    """What one upload address takes: bytes, and the media types by the file name's ending."""

    max_bytes: int
    types: Mapping[str, str]


# docs: zalo 5.3, for all three.
PICTURE: Final = FileRule(MEGABYTE, {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"})
ANIMATION: Final = FileRule(5 * MEGABYTE, {"gif": "image/gif"})
DOCUMENT: Final = FileRule(
    5 * MEGABYTE,
    {
        "pdf": "application/pdf",
        "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "csv": "text/csv",
    },
)
