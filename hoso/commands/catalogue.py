"""What `hoso procedures` and `hoso units` share: an import, and telling what it did."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import BaseModel

from bot.catalogue.errors import FileUnreadable
from bot.catalogue.reading import Reading, Refused
from hoso.commands.context import with_database
from hoso.commands.output import print_json
from hoso.errors import CommandError
from hoso.site import Site
from storage.database import Database
from storage.procedures import Stored

ItemT = TypeVar("ItemT", bound=BaseModel)


def run_import(
    command: str,
    read: Callable[[], Reading[ItemT]],
    keep: Callable[[Database, Sequence[ItemT]], Awaitable[Stored]],
    *,
    strict: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Read a file and keep its good rows in one transaction; tell as `tell_import` does.

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
        return await keep(database, reading.items)

    is_kept = bool(reading.items) and not (strict and reading.refused)
    tell_import(with_database(command, work) if is_kept else None, reading.refused, as_json=as_json)


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
