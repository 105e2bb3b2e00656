"""The catalogue of procedures: kept as imported, found by plain words.

Docs: public-services 10. A procedure is one row with its document; what the search reads is made of it at the import
(`storage/procedure_index.py`), in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dossiers.code import find_procedure_codes
from dossiers.text import clean
from storage.database import Connection, Database, execute, fetch
from storage.procedure_index import INDEX_VERSION, PAPERS_WEIGHT, index_of
from storage.procedure_words import read_query
from storage.sql import queries

_Q = queries("procedures")

MAX_NAME_CHARS = 2_000  # the longest name of a portal snapshot has some 900
MAX_ITEM_CHARS = 4_000
MAX_ITEMS = 200
_ALIKE_FROM = 0.4
"""A word that the catalogue does not know counts as one that looks alike at least so much (trigrams, 0 to 1)."""
_MAX_ODD_WORDS = 4
_MAX_ROWS = 1500
"""Rows of the index from which the candidates are chosen: the rarest terms of the question come first."""
_UNVERIFIED = 0.85
"""An entry that was compared with nothing stands behind a verified one that fits as well."""
_BATCH = 100
"""Procedures written by one statement: far below the statement's time limit."""


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_cleaned), Field(min_length=1, max_length=MAX_NAME_CHARS)]
Text = Annotated[str, BeforeValidator(_cleaned), Field(max_length=MAX_ITEM_CHARS)]
Item = Annotated[str, BeforeValidator(_cleaned), Field(min_length=1, max_length=MAX_ITEM_CHARS)]
Items = Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)]
Code = Annotated[str, BeforeValidator(_cleaned), Field(pattern=r"^\d\.\d{6}$")]
AsOf = Annotated[str, BeforeValidator(_cleaned), Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FeeItem(_Frozen):
    """One amount of a fee."""

    label: Name
    amount_vnd: int = Field(ge=0, le=10**12, description="đồng; 0 = nothing to pay")
    unit: Text = ""


class Fee(_Frozen):
    """What a procedure costs, as the source says it. Never call it free without `bot/catalogue/fees.py`."""

    text: Text = ""
    items: Annotated[tuple[FeeItem, ...], Field(max_length=MAX_ITEMS)] = ()
    set_by: Text | None = Field(None, description="who sets the amount locally, where the law leaves it to them")


class Processing(_Frozen):
    """How long it takes; `value` None where the source gives none, 0 on the same day."""

    value: int | None = Field(None, ge=0, le=10_000)
    unit: Literal["working_day", "day", "hour"] | None = None
    text: Text = ""
    condition: Text = ""


class Procedure(_Frozen):
    """One administrative procedure, in NFC throughout."""

    code: Code
    name: Name
    short_name: Name
    aliases: Items = ()
    level: Items = ()
    field: Text | None = None
    decision: Text | None = None
    channels: tuple[Literal["online", "direct", "postal"], ...] = ()
    processing: Processing = Processing()
    fee: Fee = Fee()
    papers: Items = ()
    forms: Items = ()
    agency: Text | None = Field(None, description="who handles it, in words")
    system: Text | None = Field(None, description="the ministry's system that handles it, in words, where one does")
    result: Text | None = None
    verified: bool = False
    verified_fields: Items = ()
    note: Text = Field("", description="of the editors; never shown to citizens")
    source: Name
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class Found:
    """A procedure that may be meant, and how well the words fit it (0 to 1, for comparing with others)."""

    procedure: Procedure
    score: float


@dataclass(frozen=True, slots=True)
class Stored:
    """What an import changed, by code."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    retired: tuple[str, ...]


async def store(database: Database, wanted: Sequence[Procedure], *, replace: bool = False) -> Stored:
    """Keep procedures in one transaction: all of them, or none. Imports at the same time follow one another.

    With `replace` those that are not among them are retired: never found again by words. One that comes back is
    counted as changed.

    Raises:
        DatabaseUnavailable: nothing was kept, or (when the commit's answer was lost) all of it.
    """
    async with database.transaction() as connection:
        return await keep(connection, wanted, replace=replace)


async def keep(connection: Connection, wanted: Sequence[Procedure], *, replace: bool = False) -> Stored:
    """The same within the caller's transaction; other imports wait for its end."""
    codes = [one.code for one in wanted]
    await execute(connection, _Q["lock_catalogue"])
    known = {row["code"]: row for row in await fetch(connection, _Q["known"])}
    fresh = [one for one in wanted if _differs(one, known.get(one.code))]
    for start in range(0, len(fresh), _BATCH):
        await _write(connection, fresh[start : start + _BATCH])
    gone = await fetch(connection, _Q["retire_others"], {"codes": codes}) if replace else []
    if fresh or gone:
        await execute(connection, _Q["rebuild_terms"], {"name_weight": PAPERS_WEIGHT})
        await execute(connection, _Q["analyze"])
    return Stored(
        added=tuple(one.code for one in fresh if one.code not in known),
        changed=tuple(one.code for one in fresh if one.code in known),
        unchanged=len(wanted) - len(fresh),
        retired=tuple(row["code"] for row in gone),
    )


def _differs(one: Procedure, row: Mapping[str, Any] | None) -> bool:
    return row is None or row["is_retired"] or bytes(row["digest"]) != _digest(one)


def _digest(one: Procedure) -> bytes:
    return hashlib.sha256(f"{INDEX_VERSION}\n{one.model_dump_json()}".encode()).digest()


async def _write(connection: Connection, fresh: Sequence[Procedure]) -> None:
    documents = [one.model_dump_json() for one in fresh]
    codes = [one.code for one in fresh]
    digests = [_digest(one) for one in fresh]
    await execute(connection, _Q["put"], {"codes": codes, "documents": documents, "digests": digests})
    await execute(connection, _Q["drop_terms"], {"codes": codes})
    indexes = {one.code: index_of(one.model_dump(mode="json")) for one in fresh}
    await execute(connection, _Q["put_terms"], _columns({code: index.terms for code, index in indexes.items()}))
    await execute(connection, _Q["put_phrases"], _columns({code: index.phrases for code, index in indexes.items()}))


def _columns(made: Mapping[str, Mapping[str, float]]) -> dict[str, list[Any]]:
    rows = [(code, term, weight) for code, terms in made.items() for term, weight in terms.items()]
    return {
        "codes": [code for code, _, _ in rows],
        "terms": [term for _, term, _ in rows],
        "weights": [weight for _, _, weight in rows],
    }


async def get(database: Database, code: str) -> Procedure | None:
    """Return the procedure of a national code (a unit's suffix is ignored), retired or not; None when unknown."""
    named = find_procedure_codes(code)
    rows = await database.fetch_alone(_Q["get"], {"code": named[0].code}) if named else []
    return Procedure.model_validate(rows[0]["document"]) if rows else None


async def is_retired(database: Database, code: str) -> bool:
    """Return whether a later complete import no longer had it."""
    rows = await database.fetch_alone(_Q["get"], {"code": code})
    return bool(rows) and bool(rows[0]["is_retired"])


async def list_all(database: Database, *, with_retired: bool = False) -> list[tuple[Procedure, bool]]:
    """Return every procedure by code, each with whether it is retired."""
    rows = await database.fetch(_Q["list_all"], {"with_retired": with_retired})
    return [(Procedure.model_validate(row["document"]), row["is_retired"]) for row in rows]


async def search(database: Database, words: str, limit: int = 3) -> list[Found]:
    """Return the procedures that plain words may mean, the likeliest first; none when nothing fits.

    A national code among the words is that procedure, with score 1. Otherwise names count by alias, short name, name,
    papers, in this order; accents, typing errors, abbreviations and everyday names are borne (docs: procedures.md).
    """
    codes = find_procedure_codes(words)
    if codes:
        exact = await get(database, codes[0].code)
        if exact is not None:
            return [Found(exact, 1.0)]
    query = read_query(words)
    if not query.terms:
        return []
    params = {
        "terms": list(query.terms),
        "weights": list(query.terms.values()),
        "phrases": list(query.phrases),
        "phrase_weights": list(query.phrases.values()),
        "alike": _ALIKE_FROM,
        "max_odd_words": _MAX_ODD_WORDS,
        "max_rows": _MAX_ROWS,
        "doubt": _UNVERIFIED,
        "limit": limit,
    }
    rows = await database.fetch_alone(_Q["search"], params)
    return [Found(Procedure.model_validate(row["document"]), min(1.0, row["score"])) for row in rows]
