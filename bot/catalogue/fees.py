"""What may be said of a fee. The portal's own data are dirty: "Miễn phí" stands in the column while the note says that
the People's Council sets the amount (docs: public-services 10), so a fee is called free only when nothing speaks
against it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from enum import StrEnum

from dossiers.text import fold
from storage.procedures import Fee, Procedure

_COUNCIL = re.compile(r"\b(hdnd|hoi dong nhan dan|nghi quyet)\b")
_DOUBT = re.compile(r"\b(can doi chieu|chua doi chieu|du lieu sai|nghi sai|khong co thong tin|khong tim thay)\b")
_UNTIL = re.compile(r"\bđến (\d{1,2})/(\d{1,2})/(20\d\d)\b")
_FREE = re.compile(r"(mien phi|mien le phi|khong thu phi|khong mat phi)\b")


class FeeKind(StrEnum):
    """What is known of a fee."""

    FREE = "free"  # nothing to pay, and nothing that says otherwise
    PARTLY_FREE = "partly_free"  # nothing to pay in some cases: only as written
    AMOUNTS = "amounts"
    LOCAL = "local"  # the People's Council sets it
    UNKNOWN = "unknown"


def judge_fee(procedure: Procedure) -> FeeKind:
    """Return what may be said of a procedure's fee; when in doubt the weaker statement."""
    fee = procedure.fee
    said = fold(" ".join((fee.text, fee.set_by or "", procedure.note)))
    if fee.set_by or _COUNCIL.search(said):
        return FeeKind.LOCAL
    if not fee.items and (_DOUBT.search(said) or not fee.text):
        return FeeKind.UNKNOWN
    amounts = [item.amount_vnd for item in fee.items]
    if any(amounts):
        return FeeKind.AMOUNTS
    note = fold(procedure.note)
    if _DOUBT.search(fold(fee.text)) or (_DOUBT.search(note) and "phi" in note.split()):
        return FeeKind.UNKNOWN
    if not procedure.verified or "fee" not in procedure.verified_fields:
        return FeeKind.UNKNOWN
    return _free_kind(fee) if amounts or _FREE.match(fold(fee.text)) else FeeKind.UNKNOWN


def _free_kind(fee: Fee) -> FeeKind:
    """Free without any condition only when the text says no more than that."""
    return (
        FeeKind.FREE
        if fold(fee.text).strip(" .") in {"mien phi", "mien le phi", "khong thu phi"}
        else FeeKind.PARTLY_FREE
    )


def format_vnd(amount: int) -> str:
    """Return `20.000 đồng`."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def clauses_of(procedure: Procedure) -> str:
    """Return the fee's text without the editors' doubts, and without a "free" that may not be said."""
    kind = judge_fee(procedure)
    clauses = [clause.strip() for clause in procedure.fee.text.split(";")]
    said = [
        clause
        for clause in clauses
        if clause
        and not _DOUBT.search(fold(clause))
        and not (kind in (FeeKind.LOCAL, FeeKind.UNKNOWN) and _FREE.fullmatch(fold(clause).strip(" .")))
    ]
    return "; ".join(said)


def ended_rates(procedure: Procedure, today: date) -> list[date]:
    """Return the days until which rates of the text held ("đến 31/12/2025") and that have passed."""
    ends = set()
    for day, month, year in _UNTIL.findall(procedure.fee.text):
        with suppress(ValueError):  # the 31st of a short month: the source's mistake
            ends.add(date(int(year), int(month), int(day)))
    return sorted(end for end in ends if end < today)
