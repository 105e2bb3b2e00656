"""What the readers of procedures and of places share: cells to values, and errors to one line each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.catalogue.tables import Row, read_table
from dossiers.text import clean, fold, looks_like_tcvn3

M = TypeVar("M", bound=BaseModel)
MAX_QUOTED_CHARS = 40
YES = frozenset({"x", "1", "true", "yes", "co", "dung", "roi"})
NO = frozenset({"", "0", "false", "no", "khong", "chua"})
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out: where it stands, and why, in one line."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[M]):
    """What a file says: the good items, and what was refused of it."""

    items: list[M]
    refused: list[Refused]


def read_items(
    path: Path,
    what: str,
    *,
    source: str | None,
    as_of: str | None,
    from_cells: Callable[[Mapping[str, Any]], dict[str, Any]],
    build: Callable[[dict[str, Any]], M],
    key: Callable[[M], str],
) -> Reading[M]:
    """Return the items of a JSON, CSV or XLSX file, and what of it was refused.

    Args:
        path: the file.
        what: its items, as a JSON document calls them.
        source: of rows that name none, as are those that a JSON document names for all; `as_of` likewise.
        as_of: a date in any of the forms of `read_as_of`.
        from_cells: makes an item's values of a row of cells; JSON has them as they are.
        build: makes an item of its values; raises ValueError for none.
        key: what an item is known by.

    Raises:
        FileUnreadable: nothing of the file can be read.
    """
    table = read_table(path, what)
    usual = {"source": source or table.header.get("source"), "as_of": as_of or table.header.get("as_of")}
    usual = {name: value for name, value in usual.items() if value}

    def make(values: Mapping[str, Any]) -> M:
        found: dict[str, Any] = usual | (from_cells(values) if table.is_flat else dict(values))
        return build_item(found, build)

    return read_rows(table.rows, make, key)


def build_item(found: dict[str, Any], build: Callable[[dict[str, Any]], M]) -> M:
    """Return the item of an item's values, which are first made what every way in makes them.

    Raises:
        ValueError: there is no such item.
    """
    if isinstance(found.get("as_of"), str):
        found["as_of"] = read_as_of(found["as_of"])
    if isinstance(found.get("name"), str):
        check_fonts(found["name"])
    return build({name: value for name, value in found.items() if value is not None})


def read_rows(rows: Iterable[Row], build: Callable[[Mapping[str, Any]], M], key: Callable[[M], str]) -> Reading[M]:
    """Return the items of rows; one that cannot be built, or repeats a code, is refused and harms no other."""
    items: dict[str, M] = {}
    places: dict[str, str] = {}
    refused: list[Refused] = []
    for row in rows:
        try:
            item = build(_checked(row.values))
        except ValidationError as error:
            refused.append(Refused(_named(row), _reason(error)))
            continue
        except (ValueError, TypeError) as error:
            refused.append(Refused(_named(row), " ".join(str(error).split())))
            continue
        if key(item) in items:
            refused.append(Refused(_named(row), f"the code stands already in {places[key(item)]}"))
            continue
        items[key(item)], places[key(item)] = item, row.place
    return Reading(list(items.values()), refused)


def _checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, unless the row is none (`bot/catalogue/tables.py` keeps what it found under "")."""
    if "" in values:
        raise ValueError(f"not an item: {quote(values[''])}")
    return values


def _named(row: Row) -> str:
    code = row.values.get("code")
    return f"{row.place} ({quote(code)})" if isinstance(code, str) and code.strip() else row.place


def _reason(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False, include_context=False)
    where = ".".join(str(part) for part in first["loc"]) or "the row"
    if first["type"] == "missing":
        said = f"{where} is missing"
    elif first["type"] == "extra_forbidden":
        said = f"{quote(where)} is no field of it"
    else:
        said = f"{where}: {first['msg']}" + (f", not {quote(first['input'])}" if _is_short(first["input"]) else "")
    return f"{said} (and {len(others)} more)" if others else said


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float)


def quote(value: object) -> str:
    """Return a stranger's value as it may stand in a line of ours: cleaned, short, in quotes."""
    text = clean(str(value))
    return repr(text if len(text) <= MAX_QUOTED_CHARS else text[: MAX_QUOTED_CHARS - 1] + "…")


def check_fonts(text: str) -> None:
    """Refuse text of the old TCVN3 fonts: it would be shown as it is (docs: public-services 4.4)."""
    if looks_like_tcvn3(text):
        raise ValueError("the text is in an old font's encoding (TCVN3): convert it to Unicode first")


def split_items(text: str) -> list[str]:
    """Return the items of a cell: separated by "|" or by line ends."""
    return [item for item in map(clean, re.split(r"[|\r\n]", text)) if item]


def read_flag(text: str) -> bool:
    """Return whether a cell says yes (x, 1, có, yes, …). Raises ValueError for neither yes nor no."""
    said = fold(text)
    if said in YES:
        return True
    if said in NO:
        return False
    raise ValueError(f"write x or nothing, not {quote(text)}")


def read_as_of(text: str) -> str:
    """Return a date as YYYY-MM or YYYY-MM-DD, also of the forms 07/2026 and 05/07/2026; others as they stand."""
    said = clean(text)
    if day := _DAY.fullmatch(said):
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    if month := _MONTH.fullmatch(said):
        return f"{month[2]}-{int(month[1]):02}"
    return said


def renamed(values: Mapping[str, Any], names: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """Return cells by our names of the columns, empty ones left out.

    Raises:
        ValueError: a column that nobody knows.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        column = names.get(name, name)
        if column not in known:
            raise ValueError(f"the column {quote(name)} is unknown; known: {', '.join(known)}")
        if value.strip():
            found[column] = value
    return found
