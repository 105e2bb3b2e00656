"""`hoso citizen`: what is known of a phone, and erasing it."""

import getpass
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from redis.exceptions import RedisError

from dossiers.contact import normalise_phone
from dossiers.masking import mask_phone
from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor, note_command
from hoso.commands.output import AlwaysJson, as_json_text, print_json
from hoso.erasing import open_eraser
from hoso.errors import CommandError, NotReady
from hoso.site import Site
from storage import audit, subject
from storage.audit import Entry
from storage.database import Database
from storage.erasure import Erased
from storage.tickets import new_number

app = typer.Typer()
Phone = Annotated[str | None, typer.Option("--phone", metavar="P", help="A mobile number, in any written form.")]


def _read_phone(text: str | None) -> str:
    phone = normalise_phone(text)
    if phone is None:
        raise typer.BadParameter("--phone must be a mobile number such as 0905123456")
    return phone


@app.command()
def export(
    phone: Phone = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this new file (mode 600) instead of printing.")
    ] = None,
    _as_json: AlwaysJson = False,
) -> None:
    """Print everything that is known of a phone, and of the chats of its owner, as JSON.

    It holds personal data in the clear: hand it to nobody but the person, whose identity you have seen.
    """
    number = _read_phone(phone)

    async def work(site: Site, database: Database) -> dict[str, Any]:
        await audit.note(database, Entry(command_actor(), "citizen.export"))
        return await subject.export(database, site.cipher, number)

    known = with_database("citizen", work)
    if known["is_shared"]:
        typer.echo(
            f"hoso: this phone stands in the dossiers of {known['owners']} people: look through the copy "
            "before you hand it out",
            err=True,
        )
    if output is None:
        print_json(known)
    else:
        _write(output, as_json_text(known))
        typer.echo(f"Written: {output}")


def _write(path: Path, text: str) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}; name a new file") from None
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


@app.command()
def erase(
    phone: Phone = None,
    again: Annotated[
        bool, typer.Option("--again", help="Erase once more whoever was erased before: after a backup was restored.")
    ] = False,
    is_sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase a phone and the chats of its owner. What proves that notices were sent stays, without the words."""
    if again == (phone is not None):
        raise typer.BadParameter("give either --phone P or --again")
    if again:
        met = with_database("citizen", _erase_again)
        typer.echo(f"{met} erased once more.")
        return
    number = _read_phone(phone)
    if not is_sure:
        typer.confirm(f"Erase {mask_phone(number)} for good?", abort=True, err=True)
    told = with_database("citizen", lambda site, database: _erase(site, database, number))
    typer.echo(told)


async def _erase(site: Site, database: Database, phone: str) -> str:
    number = new_number("data")
    await audit.note(database, Entry(command_actor(), "citizen.erase", number))
    try:
        async with open_eraser(site, database) as eraser:
            erased = await eraser.erase_phone(phone, number=number)
    except (RedisError, OSError) as error:
        raise NotReady(f"the tables are erased, Redis is away ({type(error).__name__}): run this again later") from None
    return _receipt(number, erased)


async def _erase_again(site: Site, database: Database) -> int:
    await note_command(database, "citizen.erase_again")
    try:
        async with open_eraser(site, database) as eraser:
            return await eraser.again()
    except (RedisError, OSError) as error:
        raise NotReady(f"Redis is away ({type(error).__name__}): run this again later") from None


def _receipt(number: str, erased: Erased) -> str:
    rows = ", ".join(f"{name} {count}" for name, count in sorted(erased.rows.items()))
    return f"Erased by {_person()}. Number: {number}. Rows: {rows or 'none'}."


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
