"""What the search reads about a procedure, made from its document at the import. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.procedure_words import Word, keep_best, phrase_of, split_words, terms_of

INDEX_VERSION = 2
"""Change it with this module or the lists of words: a re-import then writes the index anew."""

# How much a word says by where it stands: an alias is what people say, papers are shared by many procedures.
_ALIAS, _SHORT_NAME, _NAME, _RESULT, _FIELD = 1.0, 0.95, 0.75, 0.5, 0.4
PAPERS_WEIGHT = 0.25
"""A term with more stands in a name of the procedure, its result or its field."""
_USUAL_NAME_WORDS = 12  # a name of ten times as many names many things: each says less


@dataclass(frozen=True, slots=True)
class Index:
    """Terms and whole phrases of one procedure, each with its weight (0 to 1)."""

    terms: dict[str, float]
    phrases: dict[str, float]


def index_of(document: Mapping[str, Any]) -> Index:
    """Return the index of a procedure's document (`storage.procedures.Procedure`, dumped)."""
    terms: dict[str, float] = {}
    phrases: dict[str, float] = {}
    for text, weight in _texts(document):
        words = split_words(text)
        keep_best(terms, _with_weight(words, weight))
        if weight > _NAME / 2 and words:
            keep_best(phrases, [(phrase_of(words), weight)])
    for paper in (*document["papers"], *document["forms"]):
        keep_best(terms, ((word.plain, PAPERS_WEIGHT) for word in split_words(paper)))
    return Index(terms, phrases)


def _with_weight(words: Sequence[Word], weight: float) -> Iterator[tuple[str, float]]:
    """Terms with the weight of their place alone: that a pair says more than a word is the question's part."""
    return ((term, weight) for term, _ in terms_of(words))


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for alias in document["aliases"]:
        yield alias, _ALIAS
    yield document["short_name"], _SHORT_NAME
    words = len(document["name"].split())
    yield document["name"], max(_NAME * min(1.0, (_USUAL_NAME_WORDS / max(words, 1)) ** 0.5), PAPERS_WEIGHT * 1.2)
    yield document["result"] or "", _RESULT
    yield document["field"] or "", _FIELD
