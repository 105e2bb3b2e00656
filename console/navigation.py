"""The console's main menu: where, under which word, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from console.permissions import Permission
from console.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; `word` is a key of `words/shell.toml`."""

    path: str
    word: str
    permission: Permission


MENU: Final = (
    Entry("/console/", "shell.menu.today", Permission.SEE_TODAY),
    Entry("/console/dossiers", "shell.menu.dossiers", Permission.SEE_DOSSIERS),
    Entry("/console/undelivered", "shell.menu.undelivered", Permission.SEE_DOSSIERS),
    Entry("/console/due", "shell.menu.due", Permission.SEE_DOSSIERS),
    Entry("/console/conversations", "shell.menu.conversations", Permission.SEE_TALKS),
    Entry("/console/tickets", "shell.menu.tickets", Permission.SEE_TALKS),
    Entry("/console/ratings", "shell.menu.ratings", Permission.SEE_TALKS),
    Entry("/console/broadcasts", "shell.menu.broadcasts", Permission.SEE_BROADCASTS),
    Entry("/console/texts", "shell.menu.texts", Permission.SEE_TEXTS),
    Entry("/console/admin", "shell.menu.admin", Permission.ADMINISTER),
)


def menu_for(visitor: Visitor | None) -> list[Entry]:
    """Return the lines that a visitor can use."""
    if visitor is None or visitor.session.get("stage") != "full":
        return []
    return [entry for entry in MENU if visitor.may_somewhere(entry.permission)]


_BELONG: Final = {"/console/lists": "/console/broadcasts", "/console/audiences": "/console/broadcasts"}
"""Pages under a line of the menu whose addresses do not begin with its."""


def current(path: str) -> str | None:
    """Return the menu's path that a page belongs to."""
    path = next((line for start, line in _BELONG.items() if path == start or path.startswith(f"{start}/")), path)
    fitting = [e.path for e in MENU if path == e.path or (e.path != "/console/" and path.startswith(f"{e.path}/"))]
    return max(fitting, key=len, default=None)
