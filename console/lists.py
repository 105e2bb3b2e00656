"""Lists of recipients: upload a file, watch it being read, look at what was wrong, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from console import live
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import is_unit, read_id
from console.list_upload import Upload, take_upload
from console.permissions import Permission
from console.rendering import flash, page, render, words_of
from console.spreadsheets import BOM, harmless, write_rows
from console.views import Views
from console.visitor import visitor_of
from dossiers.masking import mask_phone
from dossiers.text import clean
from storage import audit, recipient_lists
from storage.recipient_lists import RecipientList, WrongRow

views = Views("/lists")
HERE: Final = "/console/lists"
PAGE_LISTS: Final = 50
PAGE_ROWS: Final = 100
_SHOWN_ROWS: Final = 5
MAX_NAME_CHARS: Final = 80
_CSV_AT_ONCE: Final = 5000


@dataclass(frozen=True, slots=True)
class ListDesk:
    """What lists need of the site: where files wait, how big they may be, and who reads them.

    Attributes:
        folder: of this process' machine, closed to others.
        max_bytes: of one file.
        keep_seconds: after which a list is deleted.
        start: reads a file into a list in the background, and removes it.
        categories: of announcements that people may ask for.
    """

    folder: Path
    max_bytes: int
    keep_seconds: float
    start: Callable[[int, Path], None]
    categories: tuple[str, ...] = ()


LISTS = web.AppKey("lists", ListDesk)


async def find_list(request: web.Request) -> RecipientList:
    """Return the list that the address names, if it is in a unit whose broadcasts the officer may write.

    Raises:
        NotFound: there is none, or it is others'.
    """
    list_id, units = read_id(request.match_info["id"]), visitor_of(request).units(Permission.WRITE_BROADCASTS)
    database = request.config_dict[DESK].database
    found = None if list_id is None else await recipient_lists.find(database, list_id, units)
    if found is None:
        raise NotFound
    return found


@views.get("", permission=Permission.WRITE_BROADCASTS)
async def show_all(request: web.Request) -> web.StreamResponse:
    """Show the lists of the officer's units, and the form for a new one."""
    return await _show_all(request, {}, [])


async def _show_all(request: web.Request, typed: dict[str, str], errors: Sequence[tuple[str, str]]) -> web.Response:
    visitor = visitor_of(request)
    found = await recipient_lists.latest(
        request.config_dict[DESK].database,
        visitor.units(Permission.WRITE_BROADCASTS),
        before=read_id(request.query.get("before", "")),
        limit=PAGE_LISTS + 1,
    )
    return page(
        request,
        "lists/all.html.j2",
        status=422 if errors else 200,
        lists=found[:PAGE_LISTS],
        more=found[PAGE_LISTS - 1].id if len(found) > PAGE_LISTS else None,
        units=visitor.granted_units(Permission.WRITE_BROADCASTS),
        typed=typed,
        errors=list(errors),
        here=HERE,
        max_mib=request.config_dict[LISTS].max_bytes >> 20,
    )


@views.post("", permission=Permission.WRITE_BROADCASTS, streams=True)
async def upload(request: web.Request) -> web.StreamResponse:
    """Take a file and let it be read."""
    lists = request.config_dict[LISTS]
    taken = await take_upload(request, lists.folder, max_bytes=lists.max_bytes)
    is_handed_on = False
    try:
        unit = taken.words.get("unit", "")
        if not is_unit(unit) or not visitor_of(request).may(Permission.WRITE_BROADCASTS, unit):
            raise NotFound
        if errors := _check(request, taken):
            return await _show_all(request, taken.words, errors)
        list_id = await _begin(request, taken, unit)
        if taken.path is not None:
            lists.start(list_id, taken.path)
            is_handed_on = True
    finally:
        if not is_handed_on:
            await taken.forget()
    raise web.HTTPSeeOther(f"{HERE}/{list_id}")


def _check(request: web.Request, taken: Upload) -> list[tuple[str, str]]:
    t, lists = words_of(request), request.config_dict[LISTS]
    if taken.is_too_big:
        return [("file", t("lists.errors.too_big", limit=lists.max_bytes >> 20))]
    if taken.path is None or taken.size == 0:
        return [("file", t("lists.errors.no_file"))]
    if len(_name_of(taken)) > MAX_NAME_CHARS:
        return [("name", t("lists.errors.name", limit=MAX_NAME_CHARS))]
    return []


def _name_of(taken: Upload) -> str:
    return clean(taken.words.get("name", "")) or clean(taken.file_name)[:MAX_NAME_CHARS] or "?"


async def _begin(request: web.Request, taken: Upload, unit: str) -> int:
    async with request.config_dict[DESK].database.transaction() as connection:
        list_id = await recipient_lists.begin(
            connection,
            name=_name_of(taken),
            unit=unit,
            file_name=clean(taken.file_name),
            officer=visitor_of(request).officer.login,
            size=taken.size,
            keep_seconds=request.config_dict[LISTS].keep_seconds,
        )
        await audit.write(connection, deed(request, "list.upload", str(list_id), unit, bytes=taken.size))
    return list_id


@views.get("/{id}", permission=Permission.WRITE_BROADCASTS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show how far a list is, what it holds, and its wrong rows a page at a time."""
    found = await find_list(request)
    after = request.query.get("after", "")
    wrong = await recipient_lists.wrong_rows(
        request.config_dict[DESK].database,
        found.id,
        after=int(after) if after.isdecimal() and len(after) < 10 else 0,
        limit=PAGE_ROWS + 1,
    )
    return page(
        request,
        "lists/one.html.j2",
        one=found,
        wrong=wrong[:PAGE_ROWS],
        next_after=wrong[PAGE_ROWS - 1].line if len(wrong) > PAGE_ROWS else None,
        after=after,
        first=await _first_rows(request, found),
        here=f"{HERE}/{found.id}",
        root=HERE,
        is_live=False,
    )


async def _first_rows(request: web.Request, found: RecipientList) -> list[list[str]]:
    """Return the first rows as they may be shown: the phone masked, of values only their beginning."""
    if found.state != "ready":
        return []
    desk = request.config_dict[DESK]
    rows = await recipient_lists.first_rows(desk.database, desk.cipher, found.id, limit=_SHOWN_ROWS)
    return [
        [
            str(row["line"]),
            mask_phone(row["phone"]),
            *(_beginning(row["values"].get(name, "")) for name in found.columns),
        ]
        for row in rows
    ]


def _beginning(value: str) -> str:
    """Return enough of a value to see that it stands in the right column: names and addresses are personal."""
    return f"{harmless(value)[:2]}***" if value else ""


@views.get("/{id}/live", permission=Permission.WRITE_BROADCASTS)
async def watch(request: web.Request) -> web.StreamResponse:
    """Send how far the reading is, as long as somebody looks."""
    await find_list(request)

    async def fragment() -> str:
        return render(request, "lists/_progress.html.j2", one=await find_list(request), root=HERE, is_live=True)

    return await live.stream(request, fragment, permission=Permission.WRITE_BROADCASTS, every_seconds=1)


@views.get("/{id}/wrong.csv", permission=Permission.WRITE_BROADCASTS)
async def download_wrong(request: web.Request) -> web.StreamResponse:
    """Send all wrong rows as a file for a spreadsheet, piece by piece."""
    found = await find_list(request)
    t, database = words_of(request), request.config_dict[DESK].database
    await audit.note(database, deed(request, "list.download_wrong", str(found.id), found.unit))
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="list-{found.id}-wrong.csv"',
        }
    )
    await response.prepare(request)
    head = [t("lists.column.line"), t("lists.column.reason"), t("lists.column.shown")]
    await response.write((BOM + write_rows([head])).encode())
    after = 0
    while rows := await recipient_lists.wrong_rows(database, found.id, after=after, limit=_CSV_AT_ONCE):
        text = await asyncio.to_thread(write_rows, [_cells(row, t) for row in rows])
        await response.write(text.encode())
        after = rows[-1].line
    await response.write_eof()
    return response


def _cells(row: WrongRow, t: Callable[..., str]) -> list[str]:
    return [str(row.line), t(f"lists.wrong.{row.reason}"), row.shown or ""]


@views.post("/{id}/delete", permission=Permission.WRITE_BROADCASTS)
async def delete(request: web.Request) -> web.StreamResponse:
    """Delete a list that no broadcast needs."""
    found = await find_list(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        used = await recipient_lists.delete(connection, found.id)
        if used is None:
            await audit.write(connection, deed(request, "list.delete", str(found.id), found.unit))
    if used is not None:
        flash(request, "bad", "lists.flash.in_use", number=used)
        raise web.HTTPSeeOther(f"{HERE}/{found.id}")
    flash(request, "ok", "lists.flash.deleted")
    raise web.HTTPSeeOther(HERE)
