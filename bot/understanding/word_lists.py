"""Word lists as people can read and extend them."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, parted by blanks, as a set."""
    return frozenset(words.split())
