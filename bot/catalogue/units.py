"""A file of places, read into `storage.places.Unit`; the forms are told in docs/procedures.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.catalogue.hours import parse_hours
from bot.catalogue.reading import Reading, check_fonts, read_as_of, read_flag, read_rows, renamed, split_items
from bot.catalogue.tables import read_table
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
    table = read_table(path, "units")
    usual = {"source": source or table.header.get("source"), "as_of": as_of or table.header.get("as_of")}
    usual = {name: value for name, value in usual.items() if value}

    def build(values: Mapping[str, Any]) -> Unit:
        found = _from_cells(values) if table.is_flat else dict(values)
        return _unit({**usual, **found})

    return read_rows(table.rows, build, key=lambda one: one.code)


def _unit(found: dict[str, Any]) -> Unit:
    if isinstance(found.get("as_of"), str):
        found["as_of"] = read_as_of(found["as_of"])
    if isinstance(found.get("name"), str):
        check_fonts(found["name"])
    one = Unit.model_validate({name: value for name, value in found.items() if value is not None})
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
