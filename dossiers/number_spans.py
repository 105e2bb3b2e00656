"""Where phone and identity numbers stand in free text, however they are written.

Works on a shadow of the text: a string of the same length in which every digit is ASCII, every dash "-", every
blank " ", and what is invisible is NUL; so a place found in the shadow is the place in the text.
What is surely a code, a date or an amount is blotted out of the shadow first. docs: public-services 4.1, 4.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from dossiers.code import dossier_code_spans, other_code_spans

Span = tuple[int, int]
"""(start, end) of a stretch of text."""

IDENTITY_DIGITS, OLD_IDENTITY_DIGITS = 12, 9
"""Length of a citizen's identity number, and of the number on the old card. docs: public-services 4.2."""

FEWEST_DIGITS = 4
"""A text with fewer digits holds no such number, even with every second zero written as the letter O."""

_INVISIBLE, _BLOT = "\x00", "\x01"
_INVISIBLE_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_DOTS = frozenset("·•∙․‧。")

# What may stand between two digits of a phone: "0905 - 123 - 456", "(0905) 123.456", "+84 (0) 905…". Bounded, so that
# a text made to be slow stays fast.
_GAP = r"[ .,\-/()_\x00]{0,8}"
IN_NUMBERS = "0123456789+ .,-/()_\x00"
"""Every character of a shadow that a phone or identity number may hold."""

_TIGHT_GAP = r"[ .\-\x00]{0,3}"


def _written(*classes: str, gap: str = _GAP) -> str:
    return gap.join(classes)


# Mobile blocks, first two national digits after the 0. docs: public-services 4.1. Blocks that are open in part (052,
# 055, 089, 099) are taken whole: their next numbers open without notice, and a list too strict loses real customers.
_BLOCK = "(?:" + "|".join(_written(a, b) for a, b in (("3", r"\d"), ("5", "[125689]"), ("7", "[06-9]"))) + "|"
_BLOCK += "|".join(_written(a, b) for a, b in (("8", "[1-9]"), ("9", r"\d"))) + ")"
_COUNTRY = rf"(?:\(?\+?{_written('8', '4')}\)?{_GAP}(?:\(?0\)?)?|{_written('0', '0', '8', '4')}|\(?0)"
MOBILE = re.compile(rf"(?<!\d){_COUNTRY}{_GAP}(?P<number>{_BLOCK}(?:{_GAP}\d){{7}})(?!\d)")
"""A Vietnamese mobile number in a shadow; ``number`` holds its nine national digits and what stands between them."""

_LANDLINE = re.compile(rf"(?<!\d){_COUNTRY}{_GAP}2(?:{_GAP}\d){{9}}(?!\d)")
_OLD_MOBILE = re.compile(rf"(?<!\d){_COUNTRY}{_GAP}{_written('1', '[2689]')}(?:{_GAP}\d){{8}}(?!\d)")  # until 2018
_ABROAD = re.compile(r"\+\d(?:[ .\-()\x00]{0,2}\d){7,14}(?!\d)")

_IDENTITY_12 = re.compile(rf"(?<!\d)0(?:{_TIGHT_GAP}\d){{11}}(?!\d)")  # province codes begin with 0
_IDENTITY_BARE = re.compile(r"(?<!\d)(?:\d\x00*){8}\d(?:(?:\x00*\d){3})?(?!\d)")
_IDENTITY_GROUPED = re.compile(r"(?<!\d)\d{3}(?:([ .\-]{1,3})\d{3}\1\d{3}|([ .\-]{1,3})\d{3}\2\d{3}\2\d{3})(?!\d)")
_RUN = re.compile(rf"\d(?:{_TIGHT_GAP}\d)*")
_LONG_RUN = re.compile(r"\d(?:\x00*\d){8,}")

_LETTER_O = re.compile(r"(?<![^\W\d_])[oO](?=\d)|(?<=\d)[oO](?=\d|[^\w]|$)")

_DAY_FIRST = r"(?:0?[1-9]|[12]\d|3[01])([/.\-])(?:0?[1-9]|1[0-2])\{}(?:19|20)\d{{2}}"
_YEAR_FIRST = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
# A date with two loose digits behind it may be a phone written in pairs: then it is not protected.
_DATE = re.compile(
    rf"(?<![\d+])(?<!\d[.\-/])(?:{_DAY_FIRST.format(1)}(?:-{_DAY_FIRST.format(2)})?|{_YEAR_FIRST})"
    r"(?!\d)(?![.\-/]\d)(?! \d{2}(?![\d:/h]))"
)
_DAY_LIST = re.compile(
    r"(?<![\d/.])(?:(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:, ?(?=\d)|(?![\d/]))){2,}(?![\d/])"
)
_GROUPED = r"(?!84[.,][35789]\d\d(?:[.,]\d{3}){2}(?!\d))[1-9]\d{0,2}(?:[.,]\d{3})+(?!\d)"
_AMOUNT = re.compile(
    rf"(?<![\d+])(?<!\d[.,\- ])(?:(?<=phí )|(?<=phí: )|(?<=tiền )|(?<=tiền: )){_GROUPED}"
    rf"|(?<![\d+])(?<!\d[.,\- ]){_GROUPED}(?= ?(?:đồng|dong|vnđ|vnd|việt nam đồng|đ|d|tỷ|triệu|nghìn|ngàn)\b)",
    re.IGNORECASE,
)
_HOTLINE = re.compile(r"(?<!\d)1[89]00[ .\-]?(?:\d{6}|\d{4})(?!\d)")


def shadow_of(text: str) -> str:
    """Return the shadow of a text, of the same length (see the module's docstring).

    A letter O inside or before digits counts as 0: people type "O905…".
    """
    shadow = text if text.isascii() and text.isprintable() else "".join(map(_shadow_character, text))
    return _LETTER_O.sub("0", shadow) if "o" in shadow or "O" in shadow else shadow


@lru_cache(maxsize=4096)
def _shadow_character(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in _INVISIBLE_CATEGORIES:
        return _INVISIBLE
    if category == "Pd" or character == "−":
        return "-"
    if character in _DOTS:
        return "."
    if character == "＋":
        return "+"
    return " " if character.isspace() else character


def blot_protected(shadow: str) -> str:
    """Return the shadow with codes, dates, amounts and hotlines blotted out."""
    for spans in (
        dossier_code_spans(shadow),
        other_code_spans(shadow),
        (match.span() for match in _DATE.finditer(shadow)),
        (match.span() for match in _DAY_LIST.finditer(shadow)),
        (match.span() for match in _AMOUNT.finditer(shadow)),
        (match.span() for match in _HOTLINE.finditer(shadow)),
    ):
        shadow = _blotted(shadow, list(spans))
    return shadow


def _blotted(shadow: str, spans: Iterable[Span]) -> str:
    characters = list(shadow)
    for start, end in spans:
        characters[start:end] = _BLOT * (end - start)  # of the same length, so nothing behind it moves
    return "".join(characters)


def personal_spans(text: str) -> list[Span]:
    """Return the spans of everything that may be a phone or identity number, merged, in order.

    Rather one too many: a bare run of nine digits or more is always one.
    """
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return []
    shadow = blot_protected(shadow_of(text))
    found = [span for pattern in (MOBILE, _LANDLINE, _OLD_MOBILE) for span in _overlapping(pattern, shadow)]
    found += [match.span() for pattern in (_ABROAD, _LONG_RUN) for match in pattern.finditer(shadow)]
    return [_without_lone_bracket(shadow, span) for span in _merge([*found, *_identity_candidates(shadow)])]


def _without_lone_bracket(shadow: str, span: Span) -> Span:
    """Leave the bracket of "(0905123456)" to the text around it."""
    start, end = span
    is_lone = shadow[start] == "(" and shadow.count("(", start, end) > shadow.count(")", start, end)
    return (start + 1, end) if is_lone else span


def identity_spans(text: str) -> list[Span]:
    """Return the spans of identity numbers (12 digits, or 9 of the old card), in order.

    Twelve digits that read as 84 and a mobile number are taken for a mistyped phone.
    """
    shadow = blot_protected(shadow_of(text))
    phones = [match.span() for match in MOBILE.finditer(shadow)]
    return [span for span in _merge(_identity_candidates(shadow)) if _is_identity(shadow, span, phones)]


def _is_identity(shadow: str, span: Span, phones: Iterable[Span]) -> bool:
    digits = digits_in(shadow, span)
    if len(digits) == OLD_IDENTITY_DIGITS:  # the nine national digits of a phone are no identity number
        return not any(start <= span[0] and span[1] <= end for start, end in phones)
    is_mistyped_phone = digits.startswith("84") and MOBILE.search(digits) is not None
    return len(digits) == IDENTITY_DIGITS and not is_mistyped_phone


def digits_in(text: str, span: Span) -> str:
    """Return the digits of a span, as ASCII."""
    return "".join(c for c in shadow_of(text[slice(*span)]) if c.isdigit())


def _identity_candidates(shadow: str) -> list[Span]:
    patterns = (_IDENTITY_12, _IDENTITY_BARE, _IDENTITY_GROUPED)
    found = [span for pattern in patterns for span in _overlapping(pattern, shadow)]
    runs = (match.span() for match in _RUN.finditer(shadow))
    return found + [span for span in runs if len(digits_in(shadow, span)) in {OLD_IDENTITY_DIGITS, IDENTITY_DIGITS}]


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterable[Span]:
    """Every place where the pattern matches, also inside another match: a false start must not hide a real number."""
    position = 0
    while match := pattern.search(text, position):
        yield match.span()
        position = match.start() + 1


def _merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
