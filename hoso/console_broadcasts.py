"""What the console needs for broadcasts: the desk with its rules, and the facts that its forms show."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from console.app import Fill
from console.broadcasts import countings, units
from console.broadcasts.office import OFFICE, Facts, Office, SmsFigure
from hoso.broadcasts import broadcast_desk
from hoso.site import Site
from status_bridge.broadcasts.audience_rows import DOSSIER_VALUES
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.render import Writer
from status_bridge.broadcasts.rules import needed_approvals
from status_bridge.composition import MAX_TEXT_CHARS
from status_bridge.dead_ends import describe
from storage.broadcasts import Broadcast
from storage.database import Database


def fill_broadcasts(site: Site, database: Database, *, ring: Callable[[str], None]) -> Fill:
    """Return what puts the broadcasts' desk into the console; `ring` rings the bell of a lane."""
    desk = broadcast_desk(site, database, ring=ring)
    office = Office(
        desk=desk,
        facts=facts_of(desk.config),
        needed=lambda broadcast: _needed(broadcast, desk.config),
        sms_of=lambda broadcast: sms_of(broadcast, desk.config),
        explain=lambda reason, language: describe(reason, language).why,
    )

    def fill(app: web.Application) -> None:
        app[OFFICE] = office
        countings.install(app)
        units.install(app)

    return fill


def facts_of(config: BroadcastConfig) -> Facts:
    """Return the limits and prices that forms show."""
    short = config.route.short
    return Facts(
        params=config.params_of(None) or {},
        placeholders=DOSSIER_VALUES,
        text_chars=MAX_TEXT_CHARS,
        domains=config.official_domains,
        canary_percent=config.canary_percent,
        approval_people=config.approval_people,
        approval_cost_vnd=config.approval_cost_vnd,
        sms_parts=short.max_parts,
        sms_vnd=short.vnd_per_part,
        sms_unicode=short.is_unicode,
    )


def sms_of(broadcast: Broadcast, config: BroadcastConfig) -> SmsFigure | None:
    """Return a broadcast's short message with values as long as they can be; None: it has none."""
    if broadcast.message.sms is None:
        return None
    short = config.route.short
    longest = Writer.of(broadcast, is_unicode=short.is_unicode).longest().sms or ""
    return SmsFigure(longest, short.parts(longest), short.cost_vnd(longest))


def _needed(broadcast: Broadcast, config: BroadcastConfig) -> int | None:
    return None if broadcast.estimate is None else needed_approvals(broadcast.draft, broadcast.estimate, config)
