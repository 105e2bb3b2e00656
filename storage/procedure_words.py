"""From words to the terms that the catalogue is searched by. Pure; used for procedures and for questions alike.

A term is a folded word or pair of neighbouring words ("khai", "khai sinh"); one that begins with "~" keeps its accents
(tone at the end, so that hoà and hòa are one), and counts for what was typed with accents. Docs: public-services 4.3,
4.4; everyday names, short forms and fillers lie in `storage/words/*.tsv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from dossiers.text import clean, fold

MAX_WORDS = 60
"""Of a question; what comes after says little, and a long paste must cost no more."""

_FOLDER = Path(__file__).parent / "words"
_WORD = re.compile(r"[0-9a-z\u00c0-\u024f\u1e00-\u1eff]+")
_TONES = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_MOSTLY_ACCENTED = 0.4  # share of words with accents from which a word without them is meant to have none
_PAIR = 1.5  # a pair of words says more than the two
_FOLDED, _TONED = 0.7, 0.6  # of a word with accents: its folded form, and as it stands, which tells mất from mặt
_AS_TYPED = 0.6  # an everyday name as typed, beside what it means
_ASIDE = 0.6  # what is told before a wish ("mua nhà xong muốn nhập hộ khẩu"), and what the paper is for ("để vay tiền")
_WISHES = {("muốn", "muon"), ("giờ", "gio"), ("chừ", "")}  # as written, and without accents where that tells enough
_PURPOSE = "để"
_PURPOSE_VERBS = {"mua", "vay", "di", "nop", "xin", "hoc", "thi"}  # after "de", which is also đẻ: to bear a child
_MAX_GAP = 4  # words that may stand where a listed phrase has "…"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as it stands and in the forms by which it is compared."""

    plain: str
    """Folded."""
    toned: str
    """With its accents, the tone at the end; the same as `plain` when it has none."""

    @property
    def has_accent(self) -> bool:
        """Whether there is something that folding loses."""
        return self.plain != self.toned


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: terms, and whole phrases (folded), each with its weight (0 to 1; of pairs up to 1.5)."""

    terms: dict[str, float]
    phrases: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A phrase of one of the lists, in parts between which other words may stand, and what it means."""

    parts: tuple[tuple[Word, ...], ...]
    meaning: tuple[Word, ...] = ()

    @property
    def length(self) -> int:
        """Number of its words."""
        return sum(map(len, self.parts))


@dataclass(frozen=True, slots=True)
class _Found:
    """A listed phrase, and the places of the words that it was found in."""

    entry: _Entry
    places: tuple[int, ...]


Lists = dict[str, list[_Entry]]


def split_words(text: str) -> list[Word]:
    """Return the words of a text, small, with short forms written out."""
    return [one for typed in _typed(text) for one in _expand(typed)]


def terms_of(words: Sequence[Word], weight: float = 1.0) -> Iterator[tuple[str, float]]:
    """Yield the terms of words in a row with their weights, possibly one several times."""
    for word in words:
        yield word.plain, weight * (_FOLDED if word.has_accent else 1.0)
        if word.has_accent:
            yield f"~{word.toned}", weight * _TONED
    for one, other in pairwise(words):
        has_accent = one.has_accent or other.has_accent
        yield f"{one.plain} {other.plain}", weight * _PAIR * (_FOLDED if has_accent else 1.0)
        if has_accent:
            yield f"~{one.toned} {other.toned}", weight * _PAIR * _TONED


def keep_best(terms: dict[str, float], more: Iterable[tuple[str, float]]) -> None:
    """Add terms to those there are; of the weights of one the greater counts."""
    for term, weight in more:
        terms[term] = max(weight, terms.get(term, 0.0))


def phrase_of(words: Iterable[Word]) -> str:
    """Return words as one folded phrase."""
    return " ".join(word.plain for word in words)


def read_query(text: str) -> Query:
    """Return what a question looks for; no terms when it names nothing."""
    typed = _typed(text)[:MAX_WORDS]
    words = [one for written in typed for one in _expand(written)][:MAX_WORDS]
    # As typed: that "dk" stands for words with accents says nothing about the others.
    is_accented = sum(_word(written).has_accent for written in typed) >= _MOSTLY_ACCENTED * len(typed)
    named = _find(words, _everyday(), is_accented)
    inside = {place for found in named for place in found.places}
    dropped = _dropped(words, inside, is_accented)
    terms: dict[str, float] = {}
    stress = _stress(words, named)
    for run in _runs(words, dropped):
        keep_best(terms, terms_of([words[place] for place in run], stress[run[0]]))
    for found in named:
        keep_best(terms, terms_of(found.entry.meaning, stress[found.places[0]]))
    for place in inside:  # an everyday name says less as typed than by what it means
        _lower(terms, words[place])
    return Query(terms, _phrases(words, dropped, named, stress))


def _stress(words: Sequence[Word], named: Sequence[_Found]) -> list[float]:
    """How much each word counts by where it stands: most from the last wish on, until what it is for."""
    inside = {place for found in named for place in found.places}
    starts = [found.places[0] for found in named]
    free = [index for index in range(len(words)) if index not in inside]
    wish = max((at for at in free if _is_wish(words[at]) and any(at < start for start in starts)), default=0)
    end = min(
        (at for at in free if _is_purpose(words, at) and any(wish <= start < at for start in starts)), default=None
    )
    return [1.0 if wish <= index and (end is None or index < end) else _ASIDE for index in range(len(words))]


def _is_wish(word: Word) -> bool:
    return any(word == _word(written) or (not word.has_accent and word.plain == bare) for written, bare in _WISHES)


def _is_purpose(words: Sequence[Word], at: int) -> bool:
    wanted = _word(_PURPOSE)
    follows = words[at + 1].plain if at + 1 < len(words) else ""
    return words[at] == wanted or (words[at].toned == wanted.plain and follows in _PURPOSE_VERBS)


def _phrases(
    words: Sequence[Word], dropped: Collection[int], named: Iterable[_Found], stress: Sequence[float]
) -> dict[str, float]:
    """The question as a whole, and what its everyday names mean: the more of it they are, the more they count."""
    kept = [word for index, word in enumerate(words) if index not in dropped]
    phrases = {phrase_of(kept): 1.0} if kept else {}
    for found in named:
        share = len(found.places) / max(len(kept), 1)
        weight = min(1.0, 0.4 + 0.6 * share) * stress[found.places[0]]
        keep_best(phrases, [(phrase_of(found.entry.meaning), weight)])
    return phrases


def _lower(terms: dict[str, float], word: Word) -> None:
    for term in (word.plain, f"~{word.toned}"):
        if term in terms:
            terms[term] *= _AS_TYPED


def _dropped(words: Sequence[Word], inside: Collection[int], is_accented: bool) -> set[int]:
    """The places of words that say nothing: fillers outside of what was recognised."""
    kept = set(inside)
    if not is_accented:  # "can" is cần or căn: beside "cuoc" it is no filler
        for index, (one, other) in enumerate(pairwise(words)):
            if (one.plain, other.plain) in _meaningful_pairs():
                kept |= {index, index + 1}
    return {place for found in _find(words, _fillers(), is_accented) for place in found.places} - kept


def _runs(words: Sequence[Word], dropped: set[int]) -> Iterator[list[int]]:
    """The places of the words that count, those in a row together."""
    run: list[int] = []
    for index in range(len(words)):
        if index not in dropped:
            run.append(index)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _find(words: Sequence[Word], lists: Lists, is_accented: bool) -> list[_Found]:
    """The listed phrases in the words, from left to right; of those that begin at a word the longest, all readings."""
    found: list[_Found] = []
    start = 0
    while start < len(words):
        here = [
            _Found(entry, places)
            for entry in lists.get(words[start].plain, ())
            if (places := _places(entry, words, start, is_accented))
        ]
        found += [one for one in here if one.entry.length == here[0].entry.length]
        start += len(here[0].entry.parts[0]) if here else 1
    return found


def _places(entry: _Entry, words: Sequence[Word], start: int, is_accented: bool) -> tuple[int, ...] | None:
    """Where the phrase stands when it begins at a word, None when it does not."""
    places: list[int] = []
    gap = 0
    for part in entry.parts:
        tried = range(start, min(start + gap, len(words) - len(part)) + 1)
        at = next((n for n in tried if _stands(part, words[n : n + len(part)], is_accented)), None)
        if at is None:
            return None
        places += range(at, at + len(part))
        start, gap = at + len(part), _MAX_GAP
    return tuple(places)


def _stands(part: Sequence[Word], there: Sequence[Word], is_accented: bool) -> bool:
    return all(
        word.toned == wanted.toned or (word.plain == wanted.plain and not word.has_accent and not is_accented)
        for word, wanted in zip(there, part, strict=True)
    )


@lru_cache(maxsize=8192)
def _word(typed: str) -> Word:
    letters, tone = [], ""
    for mark in unicodedata.normalize("NFD", typed):
        if mark in _TONES:
            tone = _TONES[mark]
        else:
            letters.append(mark)
    return Word(fold(typed), unicodedata.normalize("NFC", "".join(letters)) + tone)


def _typed(text: str) -> list[str]:
    return _WORD.findall(clean(text).lower())


def _expand(typed: str) -> tuple[Word, ...]:
    return _short_forms().get(typed.replace("đ", "d")) or (_word(typed),)


@cache
def _short_forms() -> dict[str, tuple[Word, ...]]:
    return {short: tuple(map(_word, meaning.split())) for short, meaning in _rows("short_forms.tsv")}


@cache
def _everyday() -> Lists:
    return _listed((*_rows("everyday.tsv"), *_rows("english.tsv")))


@cache
def _fillers() -> Lists:
    return _listed((*row, "") for row in (*_rows("fillers.tsv"), *_rows("english_fillers.tsv")))


@cache
def _meaningful_pairs() -> frozenset[tuple[str, str]]:
    entries = (entry for entries in _everyday().values() for entry in entries)
    return frozenset((one.plain, other.plain) for entry in entries for one, other in pairwise(entry.meaning))


def _listed(rows: Iterable[Sequence[str]]) -> Lists:
    lists: Lists = {}
    for phrase, meaning in rows:
        parts = tuple(tuple(split_words(part)) for part in phrase.split("…"))
        lists.setdefault(parts[0][0].plain, []).append(_Entry(parts, tuple(split_words(meaning))))
    for entries in lists.values():
        entries.sort(key=lambda entry: -entry.length)
    return lists


def _rows(name: str) -> Iterator[list[str]]:
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
