"""Broadcasts at the terminal: what one says, what it would do, how far it has come, what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hoso.commands.output import print_rows
from status_bridge.broadcasts import reporting
from status_bridge.broadcasts.counting import Preview
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.reporting import Report
from storage.broadcasts import Broadcast
from storage.errors import DatabaseUnavailable

MOVING: Final = frozenset({"preparing", "canary", "sending"})
LOOK_SECONDS: Final = 1.0
AWAY_SECONDS: Final = 60.0
"""So long an outage is waited for: a restart of PostgreSQL takes seconds, and the broadcast goes on after it."""
_HASH_CHARS: Final = 12


def show_broadcast(broadcast: Broadcast, progress: reporting.Progress | None = None) -> None:
    """Print what it says to whom, what it would do, and how far it has come."""
    facts: dict[str, Any] = {
        "number": broadcast.number,
        "state": broadcast.state if broadcast.reason is None else f"{broadcast.state} ({broadcast.reason})",
        "title": broadcast.title,
        "unit": broadcast.unit,
        "author": broadcast.author,
        "purpose": f"{broadcast.purpose}{', urgent' if broadcast.urgent else ''}",
        "audience": broadcast.audience.model_dump_json(exclude_defaults=True),
        "text": broadcast.message.text,
        **{f"param {name}": value for name, value in broadcast.message.params.items()},
        "sms": broadcast.message.sms,
        "link": broadcast.message.link,
        "not before": broadcast.scheduled_at,
        "first share": f"{broadcast.canary_percent:g} %",
        "content": None if broadcast.content_hash is None else broadcast.content_hash.hex()[:_HASH_CHARS],
    }
    _facts(facts | _estimate(broadcast) | _progress(progress))


def _estimate(broadcast: Broadcast) -> dict[str, Any]:
    told = broadcast.estimate
    if told is None:
        return {}
    return {
        "people": told.people,
        "by channel": _counts(told.by_channel),
        "not reached": f"{told.no_way}, opted out: {told.opted_out}",
        "cost": f"{told.cost_vnd} VND",
        "time": f"{told.seconds:.0f} s",
        "quota left": told.quota_left_for_status,
        "this week": _counts(told.week),
        "last one": None if told.previous is None else _counts(told.previous),
    }


def _progress(told: reporting.Progress | None) -> dict[str, Any]:
    if told is None or not told.rows:
        return {}
    return {
        "handled": f"{told.rows - told.left} of {told.rows} ({100 * told.share_done:.1f} %)",
        "by state": _counts(told.counts),
        "failures": _counts(told.failures) or None,
        "held back": _counts(told.waiting) or None,
        "rate": None if told.rate_per_second is None else f"{told.rate_per_second:.1f} a second",
        "remaining": None if told.remaining_seconds is None else f"{told.remaining_seconds:.0f} s",
        "waits": None if not told.waits else _counts(told.waits),
        "cost so far": f"{told.cost_vnd} VND",
        "as of": told.at,
    }


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in counts.items())


def _facts(facts: Mapping[str, Any]) -> None:
    rows = [{"what": name, "value": value} for name, value in facts.items() if value is not None]
    print_rows(rows, ("what", "value"), as_json=False, empty="")


def show_preview(previews: Sequence[Preview]) -> None:
    """Print messages as people would get them."""
    if not previews:
        typer.echo("\nNobody would get it.")
    for one in previews:
        typer.echo("")
        said = {"to": one.phone, "by": one.channel or f"nothing ({one.reason})", "text": one.text}
        said |= {f"param {name}": value for name, value in one.params.items()}
        _facts(said | {"sms": one.sms, "link": one.link, "cost": f"{one.cost_vnd} VND"})


def show_report(told: Report) -> None:
    """Print what became of it."""
    _facts(
        {
            "number": told.number,
            "people": told.people,
            "sent": told.arrived,
            "failed": told.failed,
            "by state": _counts(told.by_state),
            "by channel": _counts(told.by_channel) or None,
            "reasons": _counts(told.by_reason) or None,
            "cost": f"{told.cost_vnd} VND",
            "opted out after it": told.opt_outs,
            "possibly twice": told.possible_duplicates,
        }
    )


async def watch_progress(
    desk: BroadcastDesk, number: str, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> reporting.Progress:
    """Show a bar while it moves; return how far it has come when it ends or is stopped. Outlives a short outage.

    Raises:
        DatabaseUnavailable: PostgreSQL stayed away.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(number, total=None)
        away_since: float | None = None
        while True:
            try:
                told, away_since = await desk.status(number), None
            except DatabaseUnavailable:
                away_since = time.monotonic() if away_since is None else away_since
                if time.monotonic() - away_since >= AWAY_SECONDS:
                    raise
                bar.update(task, description="PostgreSQL does not answer; waiting")
                await sleep(LOOK_SECONDS)
                continue
            rate = "" if told.rate_per_second is None else f" {told.rate_per_second:.0f}/s"
            bar.update(
                task, total=told.rows or None, completed=told.rows - told.left, description=f"{told.state}{rate}"
            )
            if told.state not in MOVING:
                return told
            await sleep(LOOK_SECONDS)
