"""A file of procedures, read into `storage.procedures.Procedure`; the forms are told in docs/procedures.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.catalogue.reading import Reading, quote, read_flag, read_items, renamed, split_items
from dossiers.code import find_procedure_codes
from dossiers.text import clean, fold
from storage.procedures import Procedure

COLUMNS = (
    "code", "name", "short_name", "aliases", "level", "field", "decision", "channels", "processing_value",
    "processing_unit", "processing_text", "processing_condition", "fee_text", "fee_items", "fee_set_by", "papers",
    "forms", "agency", "system", "result", "verified", "verified_fields", "note", "source", "as_of",
)  # fmt: skip
"""Of CSV and XLSX, in any order; only code, name, source and as_of are needed."""

_NAMES = {
    "ma": "code", "ma_tthc": "code", "ma_thu_tuc": "code", "ten": "name", "ten_tthc": "name", "ten_thu_tuc": "name",
    "ten_ngan": "short_name", "ten_khac": "aliases", "cap": "level", "cap_thuc_hien": "level", "linh_vuc": "field",
    "quyet_dinh": "decision", "cach_nop": "channels", "hinh_thuc": "channels", "thoi_han": "processing_text",
    "le_phi": "fee_text", "phi": "fee_text", "muc_phi": "fee_items", "thanh_phan_ho_so": "papers", "giay_to": "papers",
    "mau_don": "forms", "bieu_mau": "forms", "co_quan": "agency", "co_quan_thuc_hien": "agency", "he_thong": "system",
    "ket_qua": "result", "da_doi_chieu": "verified", "ghi_chu": "note", "nguon": "source", "ngay": "as_of",
}  # fmt: skip
_LISTS = ("aliases", "level", "papers", "forms", "verified_fields")
_CHANNELS = {
    "truc tuyen": "online", "online": "online", "truc tiep": "direct", "direct": "direct", "buu chinh": "postal",
    "buu chinh cong ich": "postal", "buu dien": "postal", "postal": "postal",
}  # fmt: skip
_UNITS = {"ngay lam viec": "working_day", "ngay": "day", "gio": "hour"}
_AMOUNT = re.compile(
    r"(?:(?P<label>[^:]+):)?\s*(?P<number>\d{1,3}(?:[.,]\d{3})+|\d+)\s*(?:đồng|vnđ|vnd|đ)?\s*(?:/\s*(?P<unit>.+))?",
    re.IGNORECASE,
)


def read_procedures(path: Path, *, source: str | None = None, as_of: str | None = None) -> Reading[Procedure]:
    """Return the procedures of a JSON, CSV or XLSX file, and what of it was refused.

    `source` and `as_of` are those of rows that name none, as are the ones a JSON document names for all.

    Raises:
        FileUnreadable: nothing of the file can be read.
    """
    return read_items(
        path,
        "procedures",
        source=source,
        as_of=as_of,
        from_cells=_from_cells,
        build=_procedure,
        key=lambda one: one.code,
    )


def _procedure(found: dict[str, Any]) -> Procedure:
    if isinstance(found.get("name"), str):
        found["short_name"] = found.get("short_name") or found["name"]
    if isinstance(found.get("code"), str):
        found["code"] = _code(found["code"])
    one = Procedure.model_validate(found)
    return one.model_copy(update={"aliases": tuple(dict.fromkeys(one.aliases))})


def _code(text: str) -> str:
    """The national code, of a localised form with a unit too; what is none stays for the model to refuse."""
    found = find_procedure_codes(text)
    return found[0].code if len(found) == 1 and clean(text).startswith(found[0].code) else text


def _from_cells(values: Mapping[str, Any]) -> dict[str, Any]:
    cells = renamed(values, _NAMES, COLUMNS)
    found: dict[str, Any] = {
        name: value for name, value in cells.items() if not name.startswith(("processing_", "fee_"))
    }
    for name in _LISTS:
        if name in found:
            found[name] = split_items(found[name])
    if "channels" in found:
        found["channels"] = [_look_up(_CHANNELS, item, "channel") for item in split_items(found["channels"])]
    if "verified" in found:
        found["verified"] = read_flag(found["verified"])
    found["processing"] = _processing(cells)
    found["fee"] = _fee(cells)
    return found


def _processing(cells: Mapping[str, str]) -> dict[str, Any]:
    unit = cells.get("processing_unit")
    known = {**_UNITS, **{name: name for name in _UNITS.values()}}
    return {
        "value": cells.get("processing_value"),
        "unit": _look_up(known, unit, "unit of time") if unit else None,
        "text": cells.get("processing_text", ""),
        "condition": cells.get("processing_condition", ""),
    }


def _fee(cells: Mapping[str, str]) -> dict[str, Any]:
    items = [_fee_item(item) for item in split_items(cells.get("fee_items", ""))]
    return {"text": cells.get("fee_text", ""), "items": items, "set_by": cells.get("fee_set_by")}


def _fee_item(text: str) -> dict[str, Any]:
    """`trực tuyến: 10.000 đồng/lần`: label, amount with or without separators of thousands, unit."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"the amount {quote(text)} cannot be read: write label: 20.000 đồng/unit")
    amount = int(re.sub(r"[.,]", "", found["number"]))
    return {"label": found["label"] or "lệ phí", "amount_vnd": amount, "unit": found["unit"] or ""}


def _look_up(table: Mapping[str, str], text: str, what: str) -> str:
    said = fold(text)
    if said not in table:
        raise ValueError(f"unknown {what} {quote(text)}; known: {', '.join(sorted(set(table)))}")
    return table[said]
