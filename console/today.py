"""Today: what was sent, how fast, at what price, and what needs a hand; live, and scoped by the officer's units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from console import today_figures as shapes
from console.desk import DESK
from console.live import stream
from console.permissions import Permission
from console.rendering import page, render
from console.today_figures import City, Today, TodayFigures
from console.views import Views
from console.visitor import Visitor, visitor_of
from storage import figures

views = Views("")
TODAY = web.AppKey("today", TodayFigures)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of what needs a hand: `word` is a key of `words/today.toml`, `path` leads to where it is done."""

    word: str
    tone: str
    count: int
    path: str | None
    detail: str | None = None


def install(app: web.Application) -> None:
    """Give the console its figures."""

    async def stop(_app: web.Application) -> None:
        await app[TODAY].aclose()

    app[TODAY] = TodayFigures(app[DESK])
    app.on_cleanup.append(stop)


@views.get("/", permission=Permission.SEE_TODAY)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the figures of the units that the officer sees."""
    return page(request, "today/show.html.j2", **await _figures(request))


@views.get("/today/live", permission=Permission.SEE_TODAY)
async def live(request: web.Request) -> web.StreamResponse:
    """Send the figures again whenever they change."""

    async def fragment() -> str:
        return render(request, "today/figures.html.j2", **await _figures(request))

    return await stream(request, fragment, permission=Permission.SEE_TODAY)


async def _figures(request: web.Request) -> dict[str, Any]:
    visitor = visitor_of(request)
    units = visitor.units(Permission.SEE_TODAY)
    today = await request.config_dict[TODAY].get(units)
    approvals = await _approvals(request, visitor)
    states = shapes.states_of(today.notices)
    return {
        "today": today,
        "units": units,
        "tasks": [_with_path(task, visitor) for task in _tasks(today, approvals)],
        "notices": states.total(),
        "before": shapes.states_of(today.yesterday).total(),
        "arrived": states["delivered"] + states["read"],
        "hours": [f"{hour:02d}" for hour in range(shapes.HOURS)],
        "hourly": shapes.hourly(today.notices, today.today, until=today.made_at),
        "hourly_before": shapes.hourly(today.yesterday, today.today),
        "states": shapes.told_states(states),
        "channels": shapes.by_channel(today.notices),
        "broadcast_states": shapes.told_states(today.broadcast_states),
    }


async def _approvals(request: web.Request, visitor: Visitor) -> int:
    """Count the broadcasts that wait for this officer: submitted, in a unit of theirs, and not their own."""
    if not visitor.may_somewhere(Permission.APPROVE_BROADCASTS):
        return 0
    units = visitor.units(Permission.APPROVE_BROADCASTS)
    return await figures.approvals(request.config_dict[DESK].database, officer=visitor.officer.login, units=units)


def _tasks(today: Today, approvals: int) -> Iterator[Task]:
    """Yield what needs a hand, the worst first; nothing that is at nought."""
    if today.city is not None:
        yield from _city_tasks(today, today.city)
    ends = today.dead_ends
    counts = (
        ("poison", "bad", ends.get("poison", 0), "/console/undelivered"),
        ("handovers", "warn", today.waiting_talks, "/console/conversations"),
        ("approvals", "warn", approvals, "/console/broadcasts?state=submitted"),
        ("overdue", "bad", today.overdue_tickets, "/console/tickets"),
        ("undelivered", "warn", ends.get("undelivered", 0), "/console/undelivered"),
        ("in_doubt", "warn", ends.get("in_doubt", 0), "/console/undelivered"),
    )
    yield from (Task(word, tone, count, path) for word, tone, count, path in counts if count)


def _city_tasks(today: Today, city: City) -> Iterator[Task]:
    ending = shapes.ending_soon(city.accounts, today.made_at)
    if ending:
        names = ", ".join(one.name or one.id for one in ending)
        yield Task("tokens", "bad", len(ending), "/console/admin/accounts", names)
    if city.dead_letters:
        yield Task("dead_letters", "bad", city.dead_letters, None)
    if city.refused_events:
        yield Task("refused_events", "warn", city.refused_events, None)


_NEEDS: Final = {
    "/console/undelivered": Permission.SEE_DOSSIERS,
    "/console/conversations": Permission.SEE_TALKS,
    "/console/tickets": Permission.SEE_TALKS,
    "/console/broadcasts": Permission.SEE_BROADCASTS,
    "/console/admin/accounts": Permission.ADMINISTER,
}


def _with_path(task: Task, visitor: Visitor) -> Task:
    """Return a task without its path where the officer may not go there."""
    if task.path is None or visitor.may_somewhere(_NEEDS[task.path.partition("?")[0]]):
        return task
    return Task(task.word, task.tone, task.count, None, task.detail)
