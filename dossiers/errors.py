"""What the dossier vocabulary refuses.

::

    DossiersError (ValueError)
    ├── DossierCodeError     a text is no dossier code
    ├── UnknownStatus        a source used a word its vocabulary does not know
    └── CalendarError        quiet hours, office hours or a calendar make no sense
"""

from __future__ import annotations


class DossiersError(ValueError):
    """Base of this room's errors; a ``ValueError``, so that pydantic validators may let it through."""


class DossierCodeError(DossiersError):
    """The text cannot be a dossier code. Ask the sender for the code printed on the receipt."""


class UnknownStatus(DossiersError):
    """A foreign status word without a line in its table. Park the event and alert a person; never guess."""

    def __init__(self, vocabulary: str, word: str) -> None:
        self.vocabulary = vocabulary
        self.word = word
        super().__init__(
            f"unknown status {word[:40]!r} in vocabulary {vocabulary!r}: add a line to dossiers/vocabularies.py"
        )


class CalendarError(DossiersError):
    """Hours or days that cannot be used. Correct the setting named in the message."""
