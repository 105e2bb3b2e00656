"""Places, from a file or one by one, read into `storage.places.Unit`; the forms are told in docs/procedures.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.catalogue.hours import parse_hours
from bot.catalogue.reading import Reading, build_item, read_flag, read_items, renamed, split_items
from storage.places import Unit

COLUMNS = (
    "code", "name", "kind", "address", "phone", "latitude", "longitude", "hours", "aliases", "successors", "verified",
    "source", "as_of",
)  # fmt: skip
"""Of CSV and XLSX, in any order; only code, name, kind and source are needed."""

_NAMES = {
    "ma": "code", "ten": "name", "loai": "kind", "dia_chi": "address", "dien_thoai": "phone", "lat": "latitude",
    "vi_do": "latitude", "lon": "longitude", "kinh_do": "longitude", "gio": "hours", "gio_lam_viec": "hours",
    "ten_khac": "aliases", "thanh": "successors", "da_doi_chieu": "verified", "nguon": "source", "ngay": "as_of",
}  # fmt: skip


def read_units(path: Path, *, source: str | None = None, as_of: str | None = None) -> Reading[Unit]:
    """Return the places of a JSON, CSV or XLSX file, and what of it was refused, as `read_procedures` does."""
    return read_items(
        path, "units", source=source, as_of=as_of, from_cells=_from_cells, build=_unit, key=lambda one: one.code
    )


def read_unit(cells: Mapping[str, str]) -> Unit:
    """Return the place of cells by the names of `COLUMNS`: what stands in one row of a CSV file, and is judged so.

    Raises:
        pydantic.ValidationError: fields that cannot be used, by their names.
        HoursError: opening hours that cannot be read.
        ValueError: the name is written in an old font.
    """
    return build_item(_from_cells(cells), _unit)


def _unit(found: dict[str, Any]) -> Unit:
    one = Unit.model_validate(found)
    parse_hours(one.hours)
    return one


def _from_cells(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(renamed(values, _NAMES, COLUMNS))
    for name in ("aliases", "successors"):
        if name in found:
            found[name] = split_items(found[name])
    if "verified" in found:
        found["verified"] = read_flag(found["verified"])
    return found
