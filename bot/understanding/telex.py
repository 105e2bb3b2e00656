"""What the Telex keyboard leaves in a word when it is off or slow: "giaays" for giấy, "ddosi" for đói, "phis" for phí.

Doubled letters and w make other letters, and s f r x j are tones wherever they are typed in the word. Only words that
can be no Vietnamese are read so, and only when what comes out can be.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.understanding.english import ENGLISH
from bot.understanding.syllables import is_syllable
from bot.understanding.word_lists import word_set

_LONGEST = 10
_DOUBLED = re.compile(r"([a-z])\1")
_TONE = re.compile(r"(?<=.)[sfrxj]")
_LETTER = re.compile(r"(?<=.)w|^w(?=[oau])")
_OTHER_WORDS = word_set(
    "app apps ads admin max min mix fix tax taxes box bus gas gps sms pos plus best bad bed bot test post posts lost "
    "last list taxi visa won three keeps tarot ems bring during left acc sos life owe isn sir usa lose diff tysm "
    "must just fast past cost most rest card cards park part port start sort short smart star stars her his him has "
    "was its as us is this that law laws law low slow show shop shops know now new news view few town down own how who "
    "two car cars bar far hard her per or our hour tour for form term turn born horn corn warm word work world war "
    "ward wards art cart sex six tex text next text exit mess miss less class pass boss press process unless guess "
    "off of staff stuff call calls bill sell tell well will still full all small off see seen need needs feel meet "
    "week weeks keep been book books look good food too zoo room moon soon good door floor tool school poor "
    "cccd cmnd gplx gpxd hs bhxh"
)


@lru_cache(maxsize=8192)
def read_telex(word: str) -> str:
    """Return the folded syllable that a folded word was meant to be, or the word itself."""
    if is_syllable(word) or not 3 <= len(word) <= _LONGEST or word in _OTHER_WORDS or word in ENGLISH:
        return word
    joined = _LETTER.sub("", _DOUBLED.sub(r"\1", word))
    for form in (joined, _TONE.sub("", joined, count=1)):
        if len(form) > 1 and is_syllable(form):
            return form
    return word
