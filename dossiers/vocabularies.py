"""Foreign status words → the national code: one table per vocabulary, one line per word.

Words are translated by vocabulary and code, never by label, because labels differ between systems.
docs: public-services 2.1, "Other vocabularies seen".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from dossiers.errors import UnknownStatus
from dossiers.status import Status


class Vocabulary(StrEnum):
    """The vocabularies that we can read."""

    NATIONAL = "national"
    OPENCPS = "opencps"


# The national feed sends the code as text. docs: public-services 2.3, field TrangThaiHoSo.
_NATIONAL: Mapping[str, Status | None] = {str(int(status)): status for status in Status}

# Absent on purpose: pausing, correcting and cancelling are seen in the wild, but what they mean to a citizen is not
# known, so they raise and are looked at by a person.
_OPENCPS: Mapping[str, Status | None] = {
    "receiving": Status.REGISTERED,
    "new": Status.ACCEPTED,
    "denied": Status.REFUSED,
    "processing": Status.PROCESSING,
    "waiting": Status.SUPPLEMENT_REQUIRED,
    "paying": Status.PAYMENT_REQUIRED,
    "cancelled": Status.WITHDRAWN,
    "unresolved": Status.STOPPED,
    "releasing": Status.FINISHED,
    "done": Status.RETURNED,
    "interoperating": None,  # between agencies: nothing happens for the citizen
    "posting": None,  # on its way by post between agencies
}

_TABLES: Mapping[Vocabulary, Mapping[str, Status | None]] = {
    Vocabulary.NATIONAL: _NATIONAL,
    Vocabulary.OPENCPS: _OPENCPS,
}


def status_from(vocabulary: str, word: str) -> Status | None:
    """Return the national status of a foreign word, or None for a word that is no event for the citizen.

    Raises ``UnknownStatus`` for a word (or a vocabulary) without a line in the tables.
    """
    try:
        return _TABLES[Vocabulary(vocabulary)][word.strip().lower()]
    except (KeyError, ValueError) as error:
        raise UnknownStatus(vocabulary, word) from error
