"""`hoso units`: the places where procedures are handled, from files."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue.units import read_units
from hoso.commands.catalogue import run_import
from hoso.commands.context import with_database
from hoso.commands.output import print_rows
from hoso.commands.procedures import AsJson, AsOf, Replace, Source, Strict
from hoso.site import Site
from storage import places
from storage.database import Database
from storage.places import Unit

app = typer.Typer()


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON, CSV (UTF-8) or XLSX; see docs/procedures.md.")],
    source: Source = None,
    as_of: AsOf = None,
    strict: Strict = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Import places: all good rows in one transaction, a line for each refused one. Exit 1 if any was refused."""
    run_import(
        "units",
        partial(read_units, file, source=source, as_of=as_of),
        partial(places.store, replace=replace),
        strict=strict,
        replace=replace,
        as_json=as_json,
    )


@app.command("list")
def list_units(as_json: AsJson = False) -> None:
    """List the places by code."""

    async def work(_: Site, database: Database) -> list[Unit]:
        return await places.list_all(database)

    rows = [one.model_dump(mode="json") for one in with_database("units", work)]
    columns = ("code", "kind", "name", "address", "phone", "verified")
    print_rows(rows, columns, as_json=as_json, empty="No places yet: hoso units import FILE")
