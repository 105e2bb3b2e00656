"""One-time codes: made, and read from what people type. Pure but for the randomness."""

from __future__ import annotations

import re
import secrets
import unicodedata

CODE_DIGITS = 6
MAX_TEXT_CHARS = 60
"""A longer text is a sentence that happens to hold digits."""
_DIGIT = re.compile(r"\d")  # of any script
_BETWEEN = frozenset(" .-_ \t\n")


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def typed_code(text: str) -> str | None:
    """Return the six digits that somebody typed ("123 456", "mã là 123456 ạ", digits of any script), or None.

    There must be exactly six, in one run but for spaces, dots and dashes.
    """
    if len(text) > MAX_TEXT_CHARS or len(_DIGIT.findall(text)) != CODE_DIGITS:
        return None  # quickly: every text is asked
    runs: list[str] = [""]
    for sign in unicodedata.normalize("NFKC", text):
        value = unicodedata.decimal(sign, None)
        if value is not None:
            runs[-1] += str(int(value))
        elif sign not in _BETWEEN and unicodedata.category(sign) != "Cf" and runs[-1]:
            runs.append("")
    found = [run for run in runs if run]
    return found[0] if len(found) == 1 and len(found[0]) == CODE_DIGITS else None
