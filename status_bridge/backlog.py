"""What a backlog comes down to: which older notices a newer one makes needless, and the sentence that says so. Pure.

A dossier is in one state at a time, so news about it is replaced by newer news. A demand is not news: papers and
payments may still be owed whatever was said since, so it is only replaced by what shows that it is met or void.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from dossiers.status import APOLOGY, Notice
from dossiers.text import nfc_length
from status_bridge.composition import MAX_TEXT_CHARS, platform_parameters

_ALL: Final = frozenset(Notice)
_STATES: Final[Mapping[Notice, frozenset[Notice]]] = {
    # News: whatever comes later says where the dossier is now.
    Notice.SUBMITTED: _ALL,
    Notice.ACCEPTED: _ALL,
    Notice.WITHDRAWN: _ALL,
    Notice.RETURNED: _ALL,
    # A dossier that is at work again is neither refused nor stopped (docs: public-services 2.2).
    Notice.REFUSED: _ALL,
    Notice.STOPPED: _ALL,
    # Every other step is only taken when the papers have come, or are not wanted any more; a bill does not show that.
    Notice.SUPPLEMENT: _ALL - {Notice.PAYMENT},
    # Work may go on (each step repeats "accepted") while the bill is open: only an end closes it, or a new bill.
    Notice.PAYMENT: _ALL - {Notice.SUBMITTED, Notice.ACCEPTED, Notice.SUPPLEMENT},
    # Taken back by what reopens the dossier; a fee to be paid before the result is handed out does not.
    Notice.FINISHED: _ALL - {Notice.PAYMENT},
}
# No new date holds for a dossier that has come to its end.
_ENDS: Final = (Notice.REFUSED, Notice.WITHDRAWN, Notice.STOPPED, Notice.FINISHED, Notice.RETURNED)
IMPLIED: Final[frozenset[tuple[str, str]]] = frozenset(
    (older.value, newer.value) for older, newers in _STATES.items() for newer in newers
) | {(APOLOGY, end.value) for end in _ENDS}
"""Pairs (older, newer) of notices of one dossier and person: once the newer is told, the older says nothing more."""

# Where the sentence fits best in the platform's template, in this order.
_PARAMETERS: Final = ("viec_tiep_theo", "cach_nhan", "noi_dung")
_SENTENCES: Final = {
    "vi": "Tin này thay cho {count} tin trước về hồ sơ này chưa kịp gửi.",
    "en": "This replaces {count} earlier message(s) about this dossier that could not be sent in time.",
}


def is_implied(older: str, newer: str) -> bool:
    """Return whether `newer` says all that still holds of `older`; False for what is no notice of a dossier."""
    return (older, newer) in IMPLIED


def say_replaced(content: Mapping[str, Any], replaces: int, language: str) -> dict[str, Any]:
    """Return `content` with a sentence that it was sent instead of `replaces` others; what has no room stays as it is.

    Args:
        content: `{"text": …, "params": {…}}`, as it is stored; other keys are kept.
        replaces: how many; nothing is said for 0.
        language: "vi" or "en"; others are told in Vietnamese.
    """
    said = dict(content)
    if replaces <= 0:
        return said
    sentence = _SENTENCES.get(language, _SENTENCES["vi"]).format(count=replaces)
    text = f"{content.get('text', '')}\n{sentence}".strip()
    if nfc_length(text) <= MAX_TEXT_CHARS:
        said["text"] = text
    said["params"] = _with_sentence(content.get("params") or {}, sentence)
    return said


def _with_sentence(params: Mapping[str, str], sentence: str) -> dict[str, str]:
    said = dict(params)
    for name in _PARAMETERS:
        if name not in said:
            continue
        value = said[name].rstrip()
        longer = f"{value}{'' if value.endswith(('.', '!', '?')) else '.'} {sentence}"
        if nfc_length(longer) <= _room(name):
            said[name] = longer
            break
    return said


@lru_cache(maxsize=len(_PARAMETERS))
def _room(name: str) -> int:
    """Return the most characters that every template with this parameter takes."""
    return min((rules[name]["max"] for rules in platform_parameters().values() if name in rules), default=0)


def implied_columns(pairs: Collection[tuple[str, str]] = IMPLIED) -> dict[str, list[str]]:
    """Return the table as the two columns that the storage's statements join with: `older_kind`, `newer_kind`."""
    ordered = sorted(pairs)
    return {"older_kind": [older for older, _ in ordered], "newer_kind": [newer for _, newer in ordered]}
