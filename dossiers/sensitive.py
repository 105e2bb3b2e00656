"""Procedures whose very name in a message could hurt: they are never named (docs: public-services 11, point 21)."""

from __future__ import annotations

from collections.abc import Collection

from dossiers.text import fold

SENSITIVE_WORDS = ("khai tu", "bao tu", "mai tang", "con nuoi", "ly lich tu phap", "hiv", "ho ngheo", "ho can ngheo")
"""In folded names; death, adoption, criminal records, HIV, poverty."""


def is_sensitive_procedure(code: str | None, name: str | None, listed: Collection[str] = ()) -> bool:
    """Return whether a procedure must not be named; `listed` are the base codes that the city added."""
    if code is not None and any(code.startswith(one) for one in listed):
        return True
    folded = fold(name or "")
    return any(word in folded for word in SENSITIVE_WORDS)
