"""What `hoso procedures` and `hoso units` share: an import, and telling what it did."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

import typer
from pydantic import BaseModel

from bot.catalogue.errors import FileUnreadable
from bot.catalogue.reading import Reading, Refused
from hoso.commands.context import with_database
from hoso.commands.local_user import command_entry
from hoso.commands.output import print_json
from hoso.errors import CommandError
from hoso.site import Site
from storage import audit
from storage.audit import Entry
from storage.database import Connection, Database
from storage.procedures import Stored

ItemT = TypeVar("ItemT", bound=BaseModel)
KeptT = TypeVar("KeptT", bound=BaseModel, contravariant=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Read(Protocol[ItemT]):
    """Reads a file; `source` and `as_of` are those of rows that name none."""

    def __call__(self, path: Path, *, source: str | None = None, as_of: str | None = None) -> Reading[ItemT]:
        """Return the good rows and the refused ones; raises FileUnreadable."""
        ...


class Store(Protocol[KeptT]):
    """Keeps items in the caller's transaction; with `replace` those that are not among them are retired."""

    def __call__(self, connection: Connection, wanted: Sequence[KeptT], *, replace: bool = False) -> Awaitable[Stored]:
        """Return what changed."""
        ...


def add_import(app: typer.Typer, command: str, what: str, read: Read[ItemT], store: Store[ItemT]) -> None:
    """Give `hoso <command>` its `import FILE`; `what` are the things in the words of its help."""

    def import_file(
        file: Annotated[
            Path, typer.Argument(metavar="FILE", help="JSON, CSV (UTF-8) or XLSX; see docs/procedures.md.")
        ],
        source: Annotated[
            str | None, typer.Option(help="Source of rows that name none, as citizens will read it.")
        ] = None,
        as_of: Annotated[str | None, typer.Option(help="Date of rows that name none: 2026-07 or 2026-07-15.")] = None,
        strict: Annotated[bool, typer.Option("--strict", help="Import nothing when any row is refused.")] = False,
        replace: Annotated[
            bool, typer.Option("--replace", help="The file is complete: retire what it does not name.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        run_import(
            command,
            partial(read, file, source=source, as_of=as_of),
            partial(store, replace=replace),
            strict=strict,
            replace=replace,
            as_json=as_json,
        )

    told = f"Import {what}: all good rows in one transaction, a line for each refused one. Exit 1 if any was refused."
    app.command("import", help=told)(import_file)


def run_import(
    command: str,
    read: Callable[[], Reading[ItemT]],
    keep: Callable[[Connection, Sequence[ItemT]], Awaitable[Stored]],
    *,
    strict: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Read a file and keep its good rows in one transaction, noted in the audit log; tell as `tell_import` does.

    Raises:
        CommandError: the file cannot be read.
    """
    try:
        reading = read()
    except FileUnreadable as error:
        fail(error)
    if replace and reading.refused:
        tell_import(None, reading.refused, as_json=as_json)  # a refused row would be retired by its own file

    async def work(_: Site, database: Database) -> Stored:
        async with database.transaction() as connection:
            stored = await keep(connection, reading.items)
            await audit.write(connection, _entry(command, stored, reading.refused))
        return stored

    is_kept = bool(reading.items) and not (strict and reading.refused)
    tell_import(with_database(command, work) if is_kept else None, reading.refused, as_json=as_json)


def _entry(command: str, stored: Stored, refused: Sequence[Refused]) -> Entry:
    return command_entry(
        f"{command}.import",
        added=len(stored.added),
        changed=len(stored.changed),
        unchanged=stored.unchanged,
        retired=len(stored.retired),
        refused=len(refused),
    )


def tell_import(stored: Stored | None, refused: list[Refused], *, as_json: bool) -> None:
    """Print what changed and name every refused row, one line each; exit code 1 when any was refused.

    `stored` is None when nothing was kept because of refused rows (`--strict`).
    """
    if as_json:
        print_json(_summary(stored, refused))
    elif stored is None:
        typer.echo("Nothing was imported.")
    else:
        typer.echo(
            f"{len(stored.added)} added, {len(stored.changed)} changed, {stored.unchanged} unchanged, "
            f"{len(stored.retired)} retired, {len(refused)} refused."
        )
    for row in refused:
        typer.echo(f"hoso: {row.place}: {row.reason}", err=True)
    if refused:
        raise typer.Exit(1)


def _summary(stored: Stored | None, refused: list[Refused]) -> dict[str, Any]:
    done = stored or Stored((), (), 0, ())
    return {
        "added": len(done.added),
        "changed": len(done.changed),
        "unchanged": done.unchanged,
        "retired": len(done.retired),
        "refused": [asdict(row) for row in refused],
    }


def fail(message: object) -> NoReturn:
    """End the command with one line of what to do."""
    raise CommandError(str(message))
