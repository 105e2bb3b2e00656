"""Where a dossier stands, in a few lines that say nothing personal: no name, no phone, no address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.words import Words
from dossiers import Status, clean, shorten
from storage.dossiers import Dossier

MAX_PROCEDURE_CHARS = 120
_OPEN = frozenset(
    {
        Status.REGISTERED,
        Status.ACCEPTED,
        Status.PROCESSING,
        Status.SUPPLEMENT_REQUIRED,
        Status.PAYMENT_REQUIRED,
    }
)
# Waiting for a supplement or for payment does not count (docs: public-services 7), so it is not called late.
_COUNTING = frozenset({Status.ACCEPTED, Status.PROCESSING})
_ASKS_FOR_SOMETHING = frozenset(Status) - _COUNTING - {Status.REGISTERED, Status.WITHDRAWN, Status.RETURNED}


def is_late(dossier: Dossier, now: datetime) -> bool:
    """Whether the office works on it beyond the date that it named."""
    return dossier.due_at is not None and dossier.due_at < now and Status(dossier.status) in _COUNTING


def describe_dossier(
    dossier: Dossier, words: Words, now: datetime, *, details: Sequence[str] = (), is_sensitive: bool = False
) -> str:
    """Return where it stands, since when, what is next and until when, one line each.

    `details` are lines on what an officer wrote; a sensitive procedure is not named. A dossier without a due date gets
    no line about one: nothing is better than a guess.
    """
    status = Status(dossier.status)
    lines = [name_dossier(dossier, words, is_sensitive=is_sensitive), _stands(dossier, words)]
    if dossier.agency_name:
        lines.append(words.agency.format(agency=clean(dossier.agency_name).rstrip(".")))
    lines += details
    lines.append(words.next_step.format(step=words.steps[status]))
    if dossier.due_at is not None and status in _OPEN:
        lines.append(words.due.format(due=words.format_moment(dossier.due_at)))
        if is_late(dossier, now):
            lines.append(words.overdue)
    return "\n".join(lines)


def summarise_dossier(dossier: Dossier, words: Words, now: datetime, *, is_sensitive: bool = False) -> str:
    """Return the same in two to four lines, for a list: what is next only where the owner has something to do."""
    lines = [name_dossier(dossier, words, is_sensitive=is_sensitive), _stands(dossier, words)]
    status = Status(dossier.status)
    if status in _ASKS_FOR_SOMETHING:
        lines.append(words.next_step.format(step=words.steps[status]))
    if dossier.due_at is not None and status in _OPEN:
        lines.append(words.due.format(due=words.format_moment(dossier.due_at)))
        if is_late(dossier, now):
            lines.append(words.overdue)
    return "\n".join(lines)


def name_dossier(dossier: Dossier, words: Words, *, is_sensitive: bool = False) -> str:
    """Return its code, with the procedure unless that is sensitive or unknown."""
    if is_sensitive or not dossier.procedure_name:
        return words.dossier.format(code=dossier.code)
    return words.dossier_of.format(code=dossier.code, procedure=shorten(dossier.procedure_name, MAX_PROCEDURE_CHARS))


def _stands(dossier: Dossier, words: Words) -> str:
    label = words.labels[Status(dossier.status)]
    return words.stands.format(label=label, since=words.format_moment(dossier.status_time))
