"""Phrases that mean the same to the city: "toi dau roi", "den khau nao" are one question.

They carry the model over to words that no training utterance had. The table is ``data/concepts.txt``; every
procedure (``procedures.txt``) is the concept "procedure", every place (``places.txt``) "place".
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.understanding.normalise import read

Trie = dict[str, Any]
"""Word → next words; the key "" holds the names of the phrases that end here, ``GAP`` those that go on later."""

GAP = ".."
"""In a phrase: up to ``WIDEST_GAP`` other words"""

WIDEST_GAP = 5


def find_concepts(words: tuple[str, ...]) -> dict[str, int]:
    """Return the concepts named in folded words, each with the place of its first word."""
    trie = _trie()
    found: dict[str, int] = {}
    for start, word in enumerate(words):
        node = trie.get(word)
        position = start
        while node is not None:
            for name in node.get("", ()):
                found.setdefault(name, start)
            position += 1
            for name, rest in node.get(GAP, ()):
                if name not in found and _follows(rest, words, position):
                    found[name] = start
            node = node.get(words[position]) if position < len(words) else None
    return found


def _follows(rest: tuple[str, ...], words: tuple[str, ...], position: int) -> bool:
    return any(words[at : at + len(rest)] == rest for at in range(position, min(position + WIDEST_GAP + 1, len(words))))


def read_phrases(name: str) -> list[tuple[str, str]]:
    """Return (name, phrase) for every phrase of a table in ``data``: lines of ``name: phrase | phrase``."""
    text = (files("bot.understanding") / "data" / name).read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = []
    for line in text.splitlines():
        head, colon, phrases = line.partition(":")
        if colon and not line.startswith("#"):
            pairs += [(head.strip(), phrase.strip()) for phrase in phrases.split("|") if phrase.strip()]
    return pairs


def plant(trie: Trie, words: list[str], name: str) -> None:
    """Add one phrase to a trie."""
    for word in words:
        trie = trie.setdefault(word, {})
    names = trie.setdefault("", [])
    if name not in names:
        names.append(name)


def _plant_with_gap(trie: Trie, head: list[str], rest: tuple[str, ...], name: str) -> None:
    for word in head:
        trie = trie.setdefault(word, {})
    trie.setdefault(GAP, []).append((name, rest))


@lru_cache(maxsize=1)
def _trie() -> Trie:
    trie: Trie = {}
    for name, phrase in read_phrases("concepts.txt"):
        head, gap, rest = phrase.partition(GAP)
        if gap:
            _plant_with_gap(trie, head.split(), tuple(rest.split()), name)
        else:
            plant(trie, phrase.split(), name)
    for _, phrase in read_phrases("procedures.txt"):
        plant(trie, list(read(phrase).words), "procedure")
    for _, phrase in read_phrases("places.txt"):
        plant(trie, list(read(phrase).words), "place")
    return trie


@lru_cache(maxsize=1)
def procedure_trie() -> Trie:
    """Return the procedures as people name them, by folded words."""
    trie: Trie = {}
    for name, phrase in read_phrases("procedures.txt"):
        plant(trie, list(read(phrase).words), name)
    return trie


def longest_phrases(trie: Trie, words: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """Return (name, first word, last word) of the longest phrases that do not overlap."""
    found: list[tuple[str, int, int]] = []
    start = 0
    while start < len(words):
        node, position, best = trie.get(words[start]), start, None
        while node is not None:
            if "" in node:
                best = (node[""][0], start, position)
            position += 1
            node = node.get(words[position]) if position < len(words) else None
        if best is not None:
            found.append(best)
            start = best[2]
        start += 1
    return found
