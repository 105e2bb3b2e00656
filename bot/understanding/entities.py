"""What a message names: codes, ends of codes, procedures, phones, days, places. docs: public-services 3.3, 4.1, 4.5."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from itertools import takewhile

from bot.understanding.concepts import Trie, longest_phrases, plant, read_phrases
from bot.understanding.dates import find_dates
from bot.understanding.english import is_english
from bot.understanding.meaning import Entities
from bot.understanding.normalise import Said, bare, read, tone_last
from bot.understanding.shadow import folded_shadow, without_numbers_of_codes, words_with_spans
from dossiers.code import find_dossier_codes, find_procedure_codes, find_social_insurance_codes
from dossiers.contact import find_phones
from dossiers.number_spans import FEWEST_DIGITS

_NAMED_TAIL = re.compile(
    r"(?:\bho so|\bhso?|\bma so|\bma|\bbien nhan|\bduoi|\bcuoi|\bphieu|\bgiay hen|\bso(?= 0))"
    r"(?: so| la| cuoi| duoi| ma| hs| ho so| cua toi| nay)*\s*[:#]?\s*#?(\d{3,8}(?:-\d{3,8})?)(?![\d/.]|-\d)"
)
_DATED_TAIL = re.compile(r"(?<![\d/.\-])(\d{3,6})(?: nop)? (?:ngay|hom) \d")
_LONE_TAIL = re.compile(r"\s*#?(\d{3,7})\s*[?.!]*\s*")
_ZERO_TAIL = re.compile(r"(?<![\d/.,:\-])(0\d{3,6})(?![\d/:]|[.,\-]\d| ?(?:d|k|dong|ty|trieu|nghin)\b)")
_SPACED_NUMBER = re.compile(r"(?<![\d.\-/])0\d{1,3}(?:[ .\-]\d{1,4}){2,3}(?!\d)")
_PHONE_DIGITS = range(9, 12)
"""A landline or an old number typed in groups: "0236 3 822 222" names no dossier 0236"""
_CUT_CODE = re.compile(r"(?<![\d/.\-\w])(\d{6,8}-\d{3,8})(?![\d\-])")
_NO_TAILS = frozenset({"1022", "113", "114", "115", "111"})
_YEARS = range(1900, 2100)

_LEVELS = {
    "phuong": "phường", "xa": "xã", "quan": "quận", "huyen": "huyện", "thi xa": "thị xã", "thi tran": "thị trấn",
    "thanh pho": "thành phố", "tp": "thành phố",
}  # fmt: skip
_NAMED_UNIT = re.compile(
    r"\b(phường|xã|quận|huyện|thị xã|thị trấn|P\.|Phường|Xã|Quận|Huyện)\s*([^\W\d_]\w*(?:\s[^\W\d_]\w*){0,3})"
)
_LIKE_PROCEDURES = (
    "theo doi", "nhap ho so", "ho so goc", "ho so do", "luu tru thong tin", "luu tru du lieu", "bao tu dong",
    "bao tu choi",
)  # fmt: skip
"""Folded words that are no procedure but begin or contain one's name: "theo dõi hồ sơ" contains "đổi họ" """


def find_entities(said: Said, today: date) -> Entities:
    """Return what is named in a message; days are resolved as seen from ``today``."""
    clean = said.clean
    shadow = folded_shadow(clean)
    words = words_with_spans(shadow)
    has_digits = sum(map(str.isdigit, clean)) >= FEWEST_DIGITS
    plain = without_numbers_of_codes(shadow, clean) if has_digits else shadow
    return Entities(
        dossier_codes=tuple(find_dossier_codes(clean) + find_social_insurance_codes(clean)) if has_digits else (),
        code_tails=_find_tails(plain),
        procedure_codes=tuple(dict.fromkeys(one.code for one in find_procedure_codes(clean))) if has_digits else (),
        procedures=_find_procedures(said),
        phones=tuple(find_phones(clean)) if has_digits else (),
        dates=find_dates(clean, plain, today),
        places=_find_places(clean, words),
        is_english=is_english(said),
    )


def _find_tails(shadow: str) -> tuple[str, ...]:
    if lone := _LONE_TAIL.fullmatch(shadow):
        return (lone[1],) if lone[1] not in _NO_TAILS else ()
    shadow = _SPACED_NUMBER.sub(_without_phone, shadow)
    found = [
        (match.start(1), match[1])
        for pattern in (_NAMED_TAIL, _DATED_TAIL, _CUT_CODE, _ZERO_TAIL)
        for match in pattern.finditer(shadow)
    ]
    return tuple(dict.fromkeys(tail for _, tail in sorted(found) if _may_be_tail(tail)))


def _without_phone(match: re.Match[str]) -> str:
    is_phone = sum(map(str.isdigit, match.group())) in _PHONE_DIGITS
    return " " * len(match.group()) if is_phone else match.group()


def _may_be_tail(tail: str) -> bool:
    return tail not in _NO_TAILS and not (len(tail) == 4 and int(tail) in _YEARS)


def _find_procedures(said: Said) -> tuple[str, ...]:
    trie, procedures = _named_procedures()
    named = (phrase for phrase, _, _ in longest_phrases(trie, said.words) if phrase in procedures)
    return tuple(
        dict.fromkeys(procedures[phrase] for phrase in named if not _is_typed_otherwise(phrase, said.accented))
    )


def _is_typed_otherwise(phrase: str, typed: tuple[str, ...]) -> bool:
    """Return whether every accent of the phrase is another in the message: "dõi hồ" is not "đổi họ"."""
    if phrase.isascii():
        return False
    wanted = [tone_last(word) for word in phrase.lower().split()]
    plain = [bare(word) for word in wanted]
    folded = [bare(word) for word in typed]
    places = [at for at in range(len(typed) - len(plain) + 1) if folded[at : at + len(plain)] == plain]
    return bool(places) and not any(
        typed[at + place] in (word, plain[place])
        for at in places
        for place, word in enumerate(wanted)
        if not word.isascii()
    )


@lru_cache(maxsize=1)
def _named_procedures() -> tuple[Trie, dict[str, str]]:
    """Return the phrases by their folded words, and the procedure that each of them names."""
    trie: Trie = {}
    procedures: dict[str, str] = {}
    for name, phrase in read_phrases("procedures.txt"):
        plant(trie, list(read(phrase).words), phrase)
        procedures.setdefault(phrase, name)
    for phrase in _LIKE_PROCEDURES:
        plant(trie, phrase.split(), phrase)
    return trie, procedures


def _find_places(clean: str, words: list[tuple[str, int, int]]) -> tuple[str, ...]:
    found: list[tuple[int, str]] = []
    for name, first, last in longest_phrases(_place_trie(), tuple(word for word, _, _ in words)):
        if not _is_spelled_so(clean[words[first][1] : words[last][2]], name):
            continue
        start, level = _level_before(words, first)
        found.append((start, f"{level} {name}" if level else name))
    taken = {start for start, _ in found}
    if not clean.isupper():
        found += [
            (match.start(), f"{match[1].lower().replace('p.', 'phường')} {' '.join(capitals)}")
            for match in _NAMED_UNIT.finditer(clean)
            if match.start() not in taken and (capitals := list(takewhile(_is_capitalised, match[2].split())))
        ]
    return tuple(dict.fromkeys(place for _, place in sorted(found)))


def _is_capitalised(word: str) -> bool:
    return word[0].isupper()


def _level_before(words: list[tuple[str, int, int]], first: int) -> tuple[int, str]:
    if first and (level := _LEVELS.get(words[first - 1][0])):
        two = f"{words[first - 2][0]} {words[first - 1][0]}" if first > 1 else ""
        return (words[first - 2][1], _LEVELS[two]) if two in _LEVELS else (words[first - 1][1], level)
    return words[first][1], ""


def _is_spelled_so(typed: str, name: str) -> bool:
    """ "điện bán" is not Điện Bàn; without accents it may be."""
    if typed.isascii():
        return True
    return list(map(tone_last, typed.lower().split())) == list(map(tone_last, name.lower().split()))


@lru_cache(maxsize=1)
def _place_trie() -> Trie:
    trie: Trie = {}
    for _, name in read_phrases("places.txt"):
        plant(trie, [bare(word) for word in name.lower().split()], name)
    return trie
