"""Whether a message is English: then the bot answers in English."""

from __future__ import annotations

from bot.understanding.normalise import Said
from bot.understanding.word_lists import word_set

_SURELY_ENGLISH = word_set(
    "the is are you what where when how does please help hello thank thanks application dossier status fee much "
    "need want for of it this that talk human person stop delete track office open paper papers document "
    "documents your have get send message messages notification notifications hi bye agent speak cost pay free "
    "result ready remove unsubscribe will was address hours deliver mail forms form menu complaint complain "
    "procedure register marriage birth certificate phone number call weather joke which list show all files file "
    "forgot code did not with"
)
_MAYBE_ENGLISH = word_set("i my can to do a me an in on at and or no yes by has data am be so we he if us s t m")
ENGLISH = _SURELY_ENGLISH | _MAYBE_ENGLISH
_FEWEST_ENGLISH_SHARE = 0.6


def is_english(said: Said) -> bool:
    """Return whether most words are English, and one of them can be nothing else."""
    typed = [word for word in said.words if word.isalpha()]
    if said.accented or not _SURELY_ENGLISH.intersection(typed):
        return False
    return sum(word in ENGLISH for word in typed) / len(typed) >= _FEWEST_ENGLISH_SHARE
