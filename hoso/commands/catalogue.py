"""What `hoso procedures` and `hoso units` share: telling what an import did."""

from dataclasses import asdict
from typing import Any, NoReturn

import typer

from bot.catalogue.reading import Refused
from hoso.commands.output import print_json
from hoso.errors import CommandError
from storage.procedures import Stored


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
