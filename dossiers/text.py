"""Vietnamese text: cleaning, folding, counting and cutting.

Text is normalised to NFC at every entry and compared in its folded form. docs: public-services 4.4.
The short-message side (GSM-7, parts) lives in ``dossiers.gsm7`` and is offered here as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dossiers.gsm7 import sms_parts, to_gsm7

__all__ = ["LOOK_ALIKES", "clean", "fold", "looks_like_tcvn3", "nfc_length", "sms_parts", "to_gsm7", "truncate"]

LOOK_ALIKES = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"}
"""Letters of other alphabets pasted in place of Đ/đ (Eth and African D). docs: public-services 4.4."""

_LOOK_ALIKE = re.compile(f"[{''.join(LOOK_ALIKES)}]")
_LOOK_ALIKE_TABLE = str.maketrans(LOOK_ALIKES)
# Control, format (zero width, byte order mark, soft hyphen, text direction) and lone surrogates: invisible, and
# refused by PostgreSQL (NUL) or by UTF-8 (surrogates).
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_WHITESPACE = re.compile(r"\s+")
_ELLIPSIS = "…"

# TCVN3 (ABC) bytes shown as Latin-1: signs that never stand inside a Vietnamese word. docs: public-services 4.4.
_TCVN3_SIGN = re.compile(r"[A-Za-zÀ-ÿ][¬¢µμ¨¶¸¹¼½¾]|(?<![0-9])[¬¢¨][A-Za-z]|®[¬µμ¸¹¶]")


def clean(text: str) -> str:
    """Return text in NFC, look-alikes of Đ mapped, invisible characters dropped, white space collapsed."""
    if _LOOK_ALIKE.search(text):  # looking first: translating costs more than all the rest
        text = text.translate(_LOOK_ALIKE_TABLE)
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE_CATEGORIES)
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """Return the form for comparing: clean, lower case, without tone marks and diacritics, đ as d.

    Folding loses meaning (mã, má and ma become one): keep the original beside it and let exact matches win.
    """
    # A lone accent that stood alone leaves its neighbouring spaces behind.
    return " ".join("".join(map(_bare, clean(text).lower())).split())


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    """Return a small letter without its marks; letter by letter comes to the same as the text at once."""
    if letter == "đ":
        return "d"
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))


def nfc_length(text: str) -> int:
    """Return the number of code points after NFC: how platforms count their limits."""
    return len(unicodedata.normalize("NFC", text))


def truncate(text: str, max_chars: int) -> str:
    """Return text in NFC with at most ``max_chars`` code points, cut on a word border and ended with "…".

    A text without any border before the limit is cut inside the word. A limit below 1 gives the empty text.
    """
    text = unicodedata.normalize("NFC", text)
    if len(text) <= max_chars:
        return text
    if max_chars < 1:
        return ""
    return _cut_on_border(text, max_chars - len(_ELLIPSIS)) + _ELLIPSIS


def _cut_on_border(text: str, max_chars: int) -> str:
    head = text[:max_chars]
    if not text[max_chars].isspace():
        borders = [match.start() for match in _WHITESPACE.finditer(head) if match.start() > 0]
        if borders:
            head = head[: borders[-1]]
        else:
            while head and unicodedata.combining(text[len(head)]):  # never between a letter and its mark
                head = head[:-1]
    return head.rstrip(" \t\r\n,;:.-–")


def looks_like_tcvn3(text: str) -> bool:
    """Return whether the text is mojibake of the old TCVN3 (ABC) fonts, as "Hå s¬" for "Hồ sơ".

    VNI fonts are not recognised: their output consists of ordinary Vietnamese letters. Ask for a retype.
    """
    return _TCVN3_SIGN.search(text) is not None
