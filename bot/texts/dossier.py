"""Where a dossier stands, in a few lines that say nothing personal: no name, no phone, no address."""

from __future__ import annotations

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


def describe_dossier(dossier: Dossier, words: Words, now: datetime) -> str:
    """Return where it stands, since when, what is next and until when, one line each.

    A dossier without a due date gets no line about one: nothing is better than a guess.
    """
    status = Status(dossier.status)
    lines = [
        _title(dossier, words),
        words.stands.format(label=words.labels[status], since=words.format_moment(dossier.status_time)),
    ]
    if dossier.agency_name:
        lines.append(words.agency.format(agency=clean(dossier.agency_name).rstrip(".")))
    lines.append(words.next_step.format(step=words.steps[status]))
    if dossier.due_at is not None and status in _OPEN:
        lines.append(words.due.format(due=words.format_moment(dossier.due_at)))
        if status in _COUNTING and dossier.due_at < now:
            lines.append(words.overdue)
    return "\n".join(lines)


def _title(dossier: Dossier, words: Words) -> str:
    if not dossier.procedure_name:
        return words.dossier.format(code=dossier.code)
    return words.dossier_of.format(code=dossier.code, procedure=shorten(dossier.procedure_name, MAX_PROCEDURE_CHARS))
