"""What is certain without asking the model. docs: public-services 5, rules of thumb."""

from __future__ import annotations

import re

from bot.understanding.concepts import find_concepts
from bot.understanding.english import ENGLISH
from bot.understanding.features import NUMBER_NAMES
from bot.understanding.meaning import Entities, Label
from bot.understanding.normalise import Said, tone_last
from bot.understanding.syllables import is_syllable
from bot.understanding.word_lists import word_set

_AROUND_A_CODE = word_set(
    "a da nhe nha ad em anh chi con chau toi minh oi ho so ma cua la day ne nay cho xem giup kiem tra tra cuu voi hoi "
    "thua so bien nhan phieu zcode zlong znum coi check tinh trang ket qua sao roi toi dau"
)


_FEWEST_LETTERS = 4
KNOWN_STRANGERS = word_set("zalo facebook admin haha hehe hihi huhu okay sorry great nice good test info start")
"""Words that are no Vietnamese syllable and yet everyday speech"""

_YES = tone_last("đúng")
"""Folded it is an opt-out word, "dừng"; with its accent it says yes."""

_ONE_LETTER = re.compile(r"(\w)\1{3,}")
_FRIENDLY = re.compile(
    r"[\U0001F44B\U0001F44C-\U0001F44F\U0001F600-\U0001F60F\U0001F618-\U0001F61A\U0001F64F\U0001F970\u2764\u263A]|[:=;]-?[)D]|<3|\^\^"
)
"""Smiles, thumbs up, folded hands, hearts"""


def certain_label(said: Said, entities: Entities) -> Label | None:
    """Return the label of a message that leaves no doubt, or None: ask the model."""
    if not said.words:
        return Label.GREETING_THANKS if _FRIENDLY.search(said.clean) else Label.OUT_OF_SCOPE
    if _is_gibberish(said):
        return Label.OUT_OF_SCOPE
    if tuple(word for word in said.accented if word not in "?!") == (_YES,):
        return Label.GREETING_THANKS
    has_code = bool(entities.dossier_codes or entities.code_tails)
    if has_code and all(word in _AROUND_A_CODE or word.isdigit() for word in said.words):
        return Label.DOSSIER_STATUS  # a code and no other verb
    if said.words == ("zproc",):
        return Label.PROCEDURE_PAPERS
    return None


def _is_gibberish(said: Said) -> bool:
    """Return whether keys were hit at random: one letter again and again, or no word that is any; or another script."""
    if _ONE_LETTER.fullmatch(said.clean) or all(not word.isascii() for word in said.words):
        return True
    if said.accented or not all(map(_is_strange, said.words)):
        return False
    return not any(find_concepts((word,)) or word in ENGLISH or word in KNOWN_STRANGERS for word in said.words)


def _is_strange(word: str) -> bool:
    return word.isalpha() and len(word) >= _FEWEST_LETTERS and word not in NUMBER_NAMES and not is_syllable(word)
