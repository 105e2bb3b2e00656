"""What became of a broadcast: the report, every recipient's outcome, one phone's, and all of it as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from console.broadcasts.common import NUMBER, PREFIX, address, attempt, entry, find, office_of
from console.broadcasts.office import Outcome, Report
from console.broadcasts.words import ROW_TONES, TONES, why, word
from console.desk import DESK
from console.fields import typed
from console.permissions import Permission
from console.rendering import page, words_of
from console.security import set_headers
from console.spreadsheets import BOM, write_rows
from console.views import Views
from console.visitor import visitor_of
from storage import audit
from storage.broadcasts import Broadcast

views = Views(PREFIX)

PAGE: Final = 100
CSV_ROWS: Final = 5000
"""Recipients read at once for a download: a million of them take no more memory than these."""
_MOST_DIGITS: Final = 9
COLUMNS: Final = (
    "ordinal",
    "phone",
    "state",
    "channel",
    "reason",
    "cost",
    "accepted_at",
    "delivered_at",
    "read_at",
    "possible_duplicate",
)


@views.get(f"{NUMBER}/report", permission=Permission.SEE_BROADCASTS)
async def report(request: web.Request) -> web.StreamResponse:
    """Show the report."""
    broadcast = await find(request)
    told = await office_of(request).desk.report(broadcast.number)
    return page(
        request,
        "broadcasts/report.html.j2",
        broadcast=broadcast,
        report=told,
        states=_shares(request, "row_states", told.by_state),
        channels=_shares(request, "channels", told.by_channel),
        reasons=[(why(request, reason), people) for reason, people in told.by_reason.items()],
        hours=_hours(request, told),
        tones=TONES,
        root=address(broadcast),
    )


def _shares(request: web.Request, group: str, counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    tones = {"good": "good", "bad": "bad", "warn": "warn"}
    return [
        (word(request, group, key), people, tones.get(ROW_TONES.get(key, ""), "1")) for key, people in counts.items()
    ]


def _hours(request: web.Request, told: Report) -> dict[str, Any]:
    zone = request.config_dict[DESK].config.zone
    return {
        "labels": [one.hour.astimezone(zone).strftime("%d/%m %Hh") for one in told.hours],
        "accepted": [one.accepted for one in told.hours],
        "delivered": [one.delivered for one in told.hours],
    }


@views.get(f"{NUMBER}/recipients", permission=Permission.SEE_BROADCASTS)
async def recipients(request: web.Request) -> web.StreamResponse:
    """Show recipients in their order, masked; `after` is the ordinal after which they lie."""
    broadcast = await find(request)
    given_after = request.query.get("after", "")
    is_ordinal = given_after.isascii() and given_after.isdecimal() and len(given_after) <= _MOST_DIGITS
    after = int(given_after) if is_ordinal else 0
    found = await office_of(request).desk.outcomes(broadcast.number, after, PAGE + 1)
    return _show_people(request, broadcast, found, after=after)


@views.post(f"{NUMBER}/recipients", permission=Permission.SEE_BROADCASTS)
async def look_up(request: web.Request) -> web.StreamResponse:
    """Show what became of one phone; who asked is in the audit log, the phone is not."""
    broadcast, phone = await find(request), typed(request, "phone")
    desk, officer = office_of(request).desk, visitor_of(request).officer
    found = await attempt(request, broadcast, desk.outcomes_of_phone(broadcast.number, phone, officer), "/recipients")
    return _show_people(request, broadcast, found, is_look_up=True)


def _show_people(
    request: web.Request, broadcast: Broadcast, found: Sequence[Outcome], *, after: int = 0, is_look_up: bool = False
) -> web.Response:
    more = len(found) > PAGE and not is_look_up
    here = address(broadcast, "/recipients")
    return page(
        request,
        "broadcasts/recipients.html.j2",
        broadcast=broadcast,
        people=[(one, why(request, one.reason)) for one in found[:PAGE]],
        is_look_up=is_look_up,
        next_page=f"{here}?after={found[PAGE - 1].ordinal}" if more else None,
        first_page=here if after or is_look_up else None,
        row_state=lambda name: word(request, "row_states", name),
        channel=lambda name: word(request, "channels", name),
        row_tones=ROW_TONES,
        root=address(broadcast),
    )


@views.post(f"{NUMBER}/download", permission=Permission.SEE_BROADCASTS)
async def download(request: web.Request) -> web.StreamResponse:
    """Send every recipient's outcome as CSV, phones masked; the audit log knows who took it."""
    broadcast, desk = await find(request), office_of(request).desk
    await audit.note(request.config_dict[DESK].database, entry(request, "download", broadcast))
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{broadcast.number}.csv"',
        }
    )
    set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
    await response.prepare(request)
    t, after = words_of(request), 0
    heads = [t(f"broadcasts.columns.{name}") for name in COLUMNS]
    await response.write((BOM + write_rows([heads])).encode())
    while found := await desk.outcomes(broadcast.number, after, CSV_ROWS):
        await response.write(write_rows(_cells(request, one) for one in found).encode())
        after = found[-1].ordinal
    await response.write_eof()
    return response


def _cells(request: web.Request, one: Outcome) -> list[str]:
    zone, t = request.config_dict[DESK].config.zone, words_of(request)
    moments = [
        "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        for moment in (one.accepted_at, one.delivered_at, one.read_at)
    ]
    return [
        str(one.ordinal),
        one.phone,
        word(request, "row_states", one.state),
        word(request, "channels", one.channel) if one.channel else "",
        why(request, one.reason) if one.reason else "",
        "" if one.cost_vnd is None else str(one.cost_vnd),
        *moments,
        t("broadcasts.yes") if one.possible_duplicate else "",
    ]
