"""Names of people and of businesses. docs: public-services 4.3."""

from __future__ import annotations

import unicodedata

from dossiers.text import clean, truncate

MAX_NAME_CHARS = 60
"""Business names are long; beyond this they are cut on a word border. docs: public-services 4.3."""

_ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
# Dictionary order of the tones: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

WordKey = tuple[tuple[int, ...], tuple[int, ...]]
"""A word for sorting: places of its letters first, tones only to tell equals apart."""


def title_case_name(name: str) -> str:
    """Return a person's name with each word capitalised, as registries write them in capitals.

    Words of mixed case are left as they are. Not for businesses, whose abbreviations (TNHH) it would break.
    """
    return " ".join(_title_case_word(word) for word in clean(name).split(" "))


def _title_case_word(word: str) -> str:
    return word.title() if word.isupper() or word.islower() else word


def given_name(name: str) -> str:
    """Return the given name: the last word of a Vietnamese full name ("" for an empty name)."""
    return title_case_name(name).rpartition(" ")[2]


def sort_key(name: str) -> tuple[WordKey, ...]:
    """Return the key that sorts by given name, then family and middle names, in Vietnamese dictionary order."""
    *before, given = clean(name).lower().split(" ")
    return tuple(_word_key(word) for word in (given, *before))


def _word_key(word: str) -> WordKey:
    letters, tones = [], []
    for character in word:
        marks = unicodedata.normalize("NFD", character)
        letters.append(_letter_place(unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))))
        tones.append(sum(_TONES.get(mark, 0) for mark in marks))
    return tuple(letters), tuple(tones)


def _letter_place(letter: str) -> int:
    # Letters outside the alphabet come after it, in the order of their code points.
    return _ALPHABET.get(letter, len(_ALPHABET) + ord(letter[:1] or "\0"))


def shorten(text: str, max_chars: int = MAX_NAME_CHARS) -> str:
    """Return a clean name of at most ``max_chars`` code points, cut on a word border and ended with "…"."""
    return truncate(clean(text), max_chars)
