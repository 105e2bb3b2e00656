"""`hoso procedures`: the catalogue of procedures, from files."""

from typing import Annotated

import typer

from bot.catalogue.procedures import read_procedures
from hoso.commands.catalogue import AsJson, add_import, fail
from hoso.commands.context import with_database
from hoso.commands.output import AlwaysJson, print_json, print_rows
from hoso.site import Site
from storage import procedures
from storage.database import Database
from storage.procedures import Found, Procedure

app = typer.Typer()
add_import(app, "procedures", "procedures", read_procedures, procedures.keep)


@app.command("list")
def list_procedures(
    retired: Annotated[bool, typer.Option("--retired", help="Retired ones too.")] = False, as_json: AsJson = False
) -> None:
    """List the procedures by code."""

    async def work(_: Site, database: Database) -> list[tuple[Procedure, bool]]:
        return await procedures.list_all(database, with_retired=retired)

    rows = [
        {
            "code": one.code,
            "short_name": one.short_name,
            "field": one.field,
            "verified": one.verified,
            "as_of": one.as_of,
            "retired": gone,
        }
        for one, gone in with_database("procedures", work)
    ]
    columns = ("code", "short_name", "field", "verified", "as_of", "retired")
    print_rows(rows, columns, as_json=as_json, empty="No procedures yet: hoso procedures import FILE")


@app.command()
def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="National code, 1.001193.")],
    _as_json: AlwaysJson = False,
) -> None:
    """Print all that is known of a procedure, as JSON."""

    async def work(_: Site, database: Database) -> Procedure | None:
        return await procedures.get(database, code)

    found = with_database("procedures", work)
    if found is None:
        fail(f"no procedure {code!r}; see: hoso procedures list")
    print_json(found.model_dump(mode="json"))


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS…", help="As a citizen would ask.")],
    limit: Annotated[int, typer.Option(min=1, max=50)] = 3,
    as_json: AsJson = False,
) -> None:
    """Search as the chat does."""

    async def work(_: Site, database: Database) -> list[Found]:
        return await procedures.search(database, " ".join(words), limit)

    found = with_database("procedures", work)
    rows = [
        {"code": one.procedure.code, "score": round(one.score, 2), "short_name": one.procedure.short_name}
        for one in found
    ]
    print_rows(rows, ("code", "score", "short_name"), as_json=as_json, empty="Nothing fits these words.")
