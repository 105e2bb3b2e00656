"""How the audit log names whoever gives a command on the server."""

import getpass
from typing import Any

from storage import audit
from storage.audit import Entry
from storage.database import Database


def command_actor() -> str:
    """Return `cli:<user>`, by the operating system's word."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):  # a user id without a name, as in some containers
        return "cli:unknown"


def command_entry(action: str, object: str | None = None, **detail: Any) -> Entry:  # noqa: A002 - the column
    """Return what the audit log keeps of a command; `object` and `detail` hold no personal data."""
    return Entry(command_actor(), action, object, detail=detail)


async def note_command(database: Database, action: str, object: str | None = None, **detail: Any) -> None:  # noqa: A002
    """Write `command_entry` in a transaction of its own: before what is shown, or what takes many transactions."""
    await audit.note(database, command_entry(action, object, **detail))
