"""The part of a broadcast's page that is alive: how far it has come, what fails, and the buttons that stop it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from console.broadcasts.common import able, address, office_of
from console.broadcasts.words import TONES, why, word
from console.visitor import visitor_of
from storage.broadcasts import Broadcast

MOST_REASONS = 8


async def progress_context(request: web.Request, broadcast: Broadcast) -> dict[str, Any]:
    """Return what the live part of a page shows."""
    progress = await office_of(request).desk.status(broadcast.number)
    failures = list(progress.failures.items())
    return {
        "broadcast": broadcast,
        "able": able(visitor_of(request), broadcast),
        "progress": progress,
        "done": progress.rows - progress.left,
        "failures": [(why(request, reason), people) for reason, people in failures[:MOST_REASONS]],
        "failures_left": len(failures) - MOST_REASONS,
        "reason": word(request, "stops", progress.reason),
        "waits": _waits(request, progress.waits),
        "channel": lambda name: word(request, "channels", name),
        "row_state": lambda name: word(request, "row_states", name),
        "tones": TONES,
        "root": address(broadcast),
    }


def _waits(request: web.Request, waits: Any) -> tuple[str, datetime | None] | None:
    if not waits:
        return None
    until = waits.get("until")
    return word(request, "waits", waits.get("for")), datetime.fromisoformat(until) if until else None
