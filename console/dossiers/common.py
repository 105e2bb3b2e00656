"""What the pages about dossiers share: the dossier of a path, masked names, page keys."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from console.desk import DESK
from console.errors import BadForm, NotFound
from console.fields import typed
from console.permissions import Permission
from console.visitor import visitor_of
from console.words import all_words
from dossiers.code import normalise_dossier_code
from dossiers.errors import DossierCodeError
from storage import dossier_pages
from storage.dossier_pages import DossierPage

HIDDEN: Final = "***"
_WORD: Final = re.compile(r"\S+")


def code_of(request: web.Request) -> str:
    """Return the normalised dossier code of the path; raises NotFound for what is none."""
    try:
        return normalise_dossier_code(request.match_info["code"])
    except DossierCodeError:
        raise NotFound from None


def address(code: str) -> str:
    """Return the address of a dossier's page; social insurance codes have slashes."""
    return f"/console/dossiers/{quote(code, safe='')}"


async def dossier_of(request: web.Request) -> DossierPage:
    """Return the path's dossier; raises NotFound when there is none in the officer's units."""
    units = visitor_of(request).units(Permission.SEE_DOSSIERS)
    found = await dossier_pages.find(request.config_dict[DESK].database, code_of(request), units=units)
    if found is None:
        raise NotFound
    return found


def moment_given(request: web.Request, name: str) -> datetime:
    """Return a hidden field of ours that holds a moment; raises BadForm for what we never wrote."""
    try:
        moment = datetime.fromisoformat(typed(request, name))
    except ValueError:
        raise BadForm from None
    if moment.tzinfo is None:
        raise BadForm
    return moment


def mask_name(name: str | None) -> str | None:
    """Return a name as `N*** T*** M*** C***`: the initials, and not even how long it is."""
    return None if name is None else _WORD.sub(lambda word: word.group()[0] + HIDDEN, name[:200])


def mask_email(email: str | None) -> str | None:
    """Return an address as `c***@***`."""
    return None if email is None else f"{email[:1]}{HIDDEN}@{HIDDEN}"


def word(translate: Any, prefix: str, key: str | None) -> str:
    """Return the word for a value of the database, or the value itself when there is none."""
    if not key:
        return "–"
    name = f"{prefix}.{key}"
    return str(translate(name)) if name in all_words() else key


def read_key(text: str) -> tuple[datetime, str] | None:
    """Return the page key `<moment>_<id>` of an address; None for anything else: then it is the first page."""
    moment, _, line = text.partition("_")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), line
    except (ValueError, OverflowError):  # the latter: before the year 1, or after 9999, elsewhere
        return None


def read_uuid(text: str) -> uuid.UUID | None:
    """Return the id in a text; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def query(**values: str | None) -> str:
    """Return a query string of those that are given, "" for none."""
    pairs: Mapping[str, str] = {name: value for name, value in values.items() if value}
    return "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items()) if pairs else ""
