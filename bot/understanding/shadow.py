"""A folded shadow of a text, of the same length, so that what is found in it can be shown as it was typed."""

from __future__ import annotations

import re

from bot.understanding.normalise import bare
from dossiers.code import dossier_code_spans, other_code_spans
from dossiers.number_spans import FEWEST_DIGITS, MOBILE, blot_protected, shadow_of

_WORD = re.compile(r"[^\W_]+")
_BLOT = "\x01"


def folded_shadow(clean: str) -> str:
    """Return the text in small folded letters, character for character."""
    lower = clean if clean.isascii() else "".join(bare(c.lower())[:1] or " " for c in clean)
    return lower.lower()


def without_numbers_of_codes(shadow: str, clean: str) -> str:
    """Return the shadow with codes and phones blotted out, of the same length: their digits are no dates or tails."""
    if sum(map(str.isdigit, clean)) < FEWEST_DIGITS:
        return shadow
    spans = [*dossier_code_spans(clean), *other_code_spans(clean)]
    spans += [match.span() for match in MOBILE.finditer(blot_protected(shadow_of(clean)))]
    letters = list(shadow)
    for start, end in spans:
        letters[start:end] = _BLOT * (end - start)
    return "".join(letters)


def words_with_spans(shadow: str) -> list[tuple[str, int, int]]:
    """Return (word, start, end) of the words of a shadow."""
    return [(match.group(), *match.span()) for match in _WORD.finditer(shadow)]
