"""The first page of administration, and what can only be looked at: the settings in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from console.permissions import Permission
from console.rendering import page
from console.views import Views

views = Views("/admin")


@dataclass(frozen=True, slots=True)
class Fact:
    """A setting in force: `word` is a key below `admin.settings`, `value` as it is shown.

    None: no limit; True and False: on and off. `variable` is the setting that changes it.
    """

    word: str
    value: str | int | float | bool | None
    variable: str


class Facts(Protocol):
    """What the settings come to; filled by the process that knows them."""

    def in_force(self) -> Mapping[str, Sequence[Fact]]:
        """Return the facts by section: a key below `admin.sections`."""
        ...


FACTS: web.AppKey[Facts] = web.AppKey("admin_facts", Facts)


@views.get("", permission=Permission.ADMINISTER)
async def show(_request: web.Request) -> web.StreamResponse:
    """Lead to the officers, where most is done."""
    raise web.HTTPSeeOther("/console/admin/officers")


@views.get("/settings", permission=Permission.ADMINISTER)
async def show_settings(request: web.Request) -> web.StreamResponse:
    """Show hours, holidays and limits in force, and what changes them."""
    return page(request, "admin/settings.html.j2", sections=request.config_dict[FACTS].in_force())
