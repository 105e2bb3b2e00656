"""`hoso units`: the places where procedures are handled, from files."""

import typer

from bot.catalogue.units import read_units
from hoso.commands.catalogue import AsJson, add_import
from hoso.commands.context import with_database
from hoso.commands.output import print_rows
from hoso.site import Site
from storage import places
from storage.database import Database
from storage.places import Unit

app = typer.Typer()
add_import(app, "units", "places", read_units, places.keep)


@app.command("list")
def list_units(as_json: AsJson = False) -> None:
    """List the places by code."""

    async def work(_: Site, database: Database) -> list[Unit]:
        return await places.list_all(database)

    rows = [one.model_dump(mode="json") for one in with_database("units", work)]
    columns = ("code", "kind", "name", "address", "phone", "verified")
    print_rows(rows, columns, as_json=as_json, empty="No places yet: hoso units import FILE")
