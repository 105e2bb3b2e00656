"""Placeholders: `{name}` in a broadcast's words, and what stands for what is not known. Pure.

A value is put in once and never looked at again: braces in it are harmless, and so is what looks like a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from dossiers.masking import redact_and_truncate
from dossiers.text import clean, truncate
from status_bridge.broadcasts.audience_rows import DOSSIER_VALUES
from status_bridge.broadcasts.links import find_links
from storage.audiences import Audience

PLACEHOLDER: Final = re.compile(r"\{([^{}\n]{1,80})\}")
MAX_CHARS: Final[Mapping[str, int]] = {
    "ten": 60,  # docs: public-services 4.3
    "ma_ho_so": 40,
    "thu_tuc": 120,
    "don_vi": 120,
    "ngay_nop": 20,
    "han": 40,
}
"""The longest value of each placeholder of a dossier; longer ones are cut."""
MAX_COLUMN_CHARS: Final = 100
"""The longest value of a list's column."""
UNKNOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "vi": {
        "ten": "Ông/Bà",
        "ma_ho_so": "đã nộp",
        "thu_tuc": "thủ tục hành chính",
        "don_vi": "Bộ phận một cửa",
        "ngay_nop": "đã nộp",
        "han": "theo giấy hẹn",
    },
    "en": {
        "ten": "Sir or Madam",
        "ma_ho_so": "submitted",
        "thu_tuc": "an administrative procedure",
        "don_vi": "the one-stop counter",
        "ngay_nop": "as submitted",
        "han": "as on the receipt",
    },
}
"""What is said for a value that is not known, or that a phone of many people must not show."""
_NOT_FOR_SHARED: Final = frozenset(DOSSIER_VALUES) - {"don_vi"}
_BRACES: Final = str.maketrans({"{": "(", "}": ")", "<": "(", ">": ")"})
_REMEMBERED: Final = 4096
_LOOKED_AT: Final = 1000
"""Of a longer value the rest is left out unread; far less than that is shown."""


def known_names(audience: Audience, columns: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the placeholders that a message to this audience may have; `columns` are the list's."""
    if audience.kind == "dossiers":
        return DOSSIER_VALUES
    return tuple(columns) if audience.kind == "list" else ()


def names_in(text: str) -> list[str]:
    """Return the placeholders of a text in their order, each as often as it stands there."""
    return PLACEHOLDER.findall(text)


def has_stray_brace(text: str) -> bool:
    """Return whether a brace is left that belongs to no placeholder."""
    rest = PLACEHOLDER.sub("", text)
    return "{" in rest or "}" in rest


def max_chars_of(name: str, kind: str) -> int:
    """Return how long a placeholder's value is at most, for the audience's kind."""
    return MAX_CHARS.get(name, MAX_COLUMN_CHARS) if kind == "dossiers" else MAX_COLUMN_CHARS


def fill(text: str, value_of: Callable[[str], str]) -> str:
    """Return the text with its placeholders filled, each once."""
    return PLACEHOLDER.sub(lambda found: value_of(found[1]), text)


def safe_values(
    values: Mapping[str, str], names: Sequence[str], *, kind: str, language: str, is_shared: bool
) -> dict[str, str]:
    """Return what is put in for each name: one line without braces and links, not too long, never missing.

    With `is_shared`, nothing of the dossier: the phone stands for many people (docs: public-services 4.1).
    """
    unknown = UNKNOWN["en" if language == "en" else "vi"]
    shown: dict[str, str] = {}
    for name in names:
        hidden = is_shared and kind == "dossiers" and name in _NOT_FOR_SHARED
        value = "" if hidden else _harmless(values.get(name) or "", max_chars_of(name, kind))
        shown[name] = value or (unknown.get(name, "-") if kind == "dossiers" else "-")
    return shown


@lru_cache(maxsize=_REMEMBERED)
def _harmless(value: str, max_chars: int) -> str:
    one_line = clean(value[:_LOOKED_AT]).translate(_BRACES)
    if find_links(one_line):  # nobody looked at the links in a million rows
        return ""
    return truncate(one_line, max_chars)


def sample_values(names: Sequence[str], *, kind: str) -> dict[str, str]:
    """Return values of nobody, for a test message."""
    samples = {
        "ten": "Nguyễn Văn A",
        "ma_ho_so": "H17.33.2-260302-0001",
        "thu_tuc": "Đăng ký khai sinh",
        "don_vi": "Bộ phận một cửa",
        "ngay_nop": "02/03/2026",
        "han": "17:00 ngày 05/03/2026",
    }
    return {name: (samples.get(name) if kind == "dossiers" else None) or f"[{name}]" for name in names}


def shown_note(text: str, max_chars: int) -> str:
    """Return an officer's comment as it may be kept: without phone and identity numbers."""
    return redact_and_truncate(clean(text), max_chars)
