"""From what was typed to plain words: clean, folded, short forms written out, numbers named.

The folded form stands beside the accented one: folding loses meaning ("phí" and "phi" become one), so the accented
words remain as a second voice. docs: public-services 4.3, 4.4.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.english import ENGLISH
from bot.understanding.readings import READINGS, Spot
from bot.understanding.short_forms import EXPANSIONS
from bot.understanding.syllables import is_syllable
from bot.understanding.telex import read_telex
from dossiers.code import dossier_code_spans, other_code_spans
from dossiers.number_spans import FEWEST_DIGITS, MOBILE, blot_protected, shadow_of
from dossiers.text import clean

MAX_CHARS = 2000
"""What stands behind is not read: the platform cuts there as well. docs: zalo 4."""

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WORD = re.compile(r"[^\W_]+|[?!]")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_LOST_N = re.compile(r"^[a-z]*[aeiouy]g$")  # no Vietnamese syllable ends so
_DOUBLED_END = re.compile(r"^[a-z]*([b-df-hj-np-tv-xz])\1$|^[a-z]+([aeiy])\2$")
_WRITTEN_SO = frozenset({"app"})
_GLUED = re.compile(r"(\d+)(h|g|k|đ|d|tr|gio|giờ|ngan|ngàn)(\d*)$")
_PARCEL = re.compile(r"\b[a-z]{2}\d{9}vn\b")  # number of a registered letter, Universal Postal Union S10
_MONEY_WORDS = frozenset({"k", "đ", "d", "tr", "ngan", "ngàn"})


@dataclass(frozen=True, slots=True)
class Said:
    """A message as words."""

    clean: str
    """NFC, invisible characters gone, compatibility forms (full-width digits, ligatures) plain"""
    words: tuple[str, ...]
    """Folded words, short forms written out, numbers as ``zcode zproc zparcel zphone zmoney ztime znum zlong``"""
    accented: tuple[str, ...]
    """The typed words in small letters with the tone mark moved to the end, so that hoà and hòa are one; empty for
    messages without any accent"""
    is_question: bool


def read(text: str) -> Said:
    """Return the words of a message. Never raises."""
    plain = _plain(text)
    lower = plain.lower()
    typed = [_unstretched(word) for word in _WORD.findall(_name_numbers(lower))]
    typed = [part for word in typed for part in _unglued(word)]
    has_accents = not lower.isascii()
    bare = tuple(_expanded([word for word in typed if word not in "?!"], has_accents=has_accents))
    accented = tuple(map(tone_last, typed)) if has_accents else ()
    return Said(plain, bare, accented, "?" in typed)


def _plain(text: str) -> str:
    return _DASHES.sub("-", clean(unicodedata.normalize("NFKC", text[:MAX_CHARS])))


@lru_cache(maxsize=8192)
def bare(word: str) -> str:
    """Return one word in small letters without marks."""
    if word.isascii():
        return word
    return "".join("d" if c == "đ" else c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=8192)
def tone_last(word: str) -> str:
    """Return the word with its tone mark moved to the end: "hoà" and "hòa" become the same."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    tones = "".join(c for c in parts if c in _TONES)
    return "".join(c for c in parts if c not in _TONES) + tones


def _name_numbers(lower: str) -> str:
    """Put a name in place of every code and phone, so that the model learns of codes instead of digits."""
    if sum(map(str.isdigit, lower)) < FEWEST_DIGITS:
        return lower
    spans = [(span, " zcode ") for span in dossier_code_spans(lower)]
    spans += [(match.span(), " zparcel ") for match in _PARCEL.finditer(lower)]
    spans += [(span, " zcode " if "/" in lower[slice(*span)] else " zproc ") for span in other_code_spans(lower)]
    shadow = blot_protected(shadow_of(lower))
    spans += [(match.span(), " zphone ") for match in MOBILE.finditer(shadow)]
    end = len(lower)
    for (start, stop), name in sorted(spans, reverse=True):
        if stop <= end:
            lower, end = lower[:start] + name + lower[stop:], start
    return lower


def _unstretched(word: str) -> str:
    """Return "rồi" for "rồiiii", and "cccd" as it is."""
    return word if word in EXPANSIONS else _REPEATED.sub(r"\1", word)


def _unglued(word: str) -> list[str]:
    """Split "8h30", "20k", "t7"; name long numbers."""
    if word.isascii() and word.isalpha():
        return [word]
    if word.isdigit():
        return [word if len(word) == 1 else "znum" if len(word) < 4 else "zlong"]
    if glued := _GLUED.match(word):
        return ["zmoney" if glued[2] in _MONEY_WORDS else "ztime"]
    if len(word) == 2 and word[0] == "t" and word[1] in "2345678":
        return ["thứ", word[1]]
    return [word]


def _expanded(typed: list[str], *, has_accents: bool) -> list[str]:
    words: list[str] = []
    last = len(typed) - 1
    for index, word in enumerate(typed):
        if (known := EXPANSIONS.get(word)) is not None:
            words.extend(known)
        elif (reading := READINGS.get(word)) is not None:
            before = bare(typed[index - 1]) if index else ""
            after = bare(typed[index + 1]) if index < last else ""
            words.extend(reading(Spot(before, after, index == 0, has_accents)).split())
        else:
            words.append(_mended(bare(word)))
    return words


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    """Return "xong" for "xog", "tin" for "tinn", "giay" for "giaays": what haste leaves out, doubles or leaves over."""
    if word in ENGLISH:
        return word
    if _LOST_N.search(word):
        return word[:-1] + "ng"
    if word not in _WRITTEN_SO and _DOUBLED_END.search(word) and is_syllable(word[:-1]):
        return word[:-1]
    return read_telex(word) if word.isascii() and word.isalpha() else word
