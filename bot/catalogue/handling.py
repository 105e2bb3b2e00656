"""Who takes a procedure in, and on whose system it is handled.

In 2026 ministries handle residence, identity cards, driving licences and business registration on systems of their own
(docs: public-services 2.4), so that the city's own sources know little of such a dossier.
"""

from __future__ import annotations

from dataclasses import dataclass

from dossiers.text import fold
from storage.procedures import Procedure

_PUBLIC_SECURITY = "Bộ Công an"
_FINANCE = "Bộ Tài chính"
_FIELDS = (
    # a part of the field's name, folded; whose system; whether the police receive it
    ("cu tru", _PUBLIC_SECURITY, True),
    ("can cuoc", _PUBLIC_SECURITY, True),
    ("giay phep lai xe", _PUBLIC_SECURITY, True),
    ("ho kinh doanh", _FINANCE, False),
    ("hoat dong doanh nghiep", _FINANCE, False),
)


@dataclass(frozen=True, slots=True)
class Handling:
    """Whose system, None for the city's own, and whether the police take it in."""

    system: str | None
    is_police: bool


def handling_of(procedure: Procedure) -> Handling:
    """Return who handles a procedure: as its entry says, else by its field."""
    field = fold(procedure.field or "")
    for part, system, is_police in _FIELDS:
        if part in field:
            return Handling(procedure.system or system, is_police)
    return Handling(procedure.system, is_police=False)
