"""Opt-out words: the whole message only, whatever its case and accents. docs: public-services 6.4."""

from __future__ import annotations

import re

from bot.understanding.normalise import tone_last
from dossiers.text import clean, fold

_WORDS = {"tc": "tc", "tu choi": "từ chối", "dung": "dừng", "huy": "hủy", "stop": "stop", "ngung": "ngưng"}
"""Folded → as spelled. "ngừng" folds to the same as "ngưng" and means the same."""
_OTHER_SPELLINGS = frozenset({"ngừng"})
_MAY_BE_OTHER_WORDS = frozenset({"dung", "huy"})
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def is_opt_out(text: str) -> bool:
    """Return whether the whole message is an opt-out word; "đúng" and "dùng" with their accents are not "dừng"."""
    typed = _bare_message(text)
    spelled = _WORDS.get(fold(typed))
    if spelled is None:
        return False
    return typed.isascii() or typed in _OTHER_SPELLINGS or _spelling(typed) == _spelling(spelled)


def is_unclear_opt_out(text: str) -> bool:
    """Return whether the message is an opt-out word that, typed without accents, may be đúng, dùng or a name."""
    return _bare_message(text) in _MAY_BE_OTHER_WORDS


def _bare_message(text: str) -> str:
    return _AROUND.sub("", clean(text[:40])).lower() if len(text) <= 40 else ""


def _spelling(words: str) -> list[str]:
    return list(map(tone_last, words.split()))
