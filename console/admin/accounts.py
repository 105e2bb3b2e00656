"""Official Accounts: the health of their tokens, what is left of their quota, and the link for a new consent."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from console import once
from console.admin.rules import administers
from console.deeds import deed
from console.desk import DESK
from console.errors import Conflict, Forbidden
from console.permissions import Permission
from console.rendering import flash, page
from console.views import Views
from console.visitor import visitor_of
from storage import accounts, audit
from storage.officers import EVERYWHERE

views = Views("/admin/accounts")


class BeginConsent(Protocol):
    """Begins a consent and returns the address that an admin of the account opens, within some minutes."""

    async def __call__(self) -> str | None:
        """Return the address; None: the settings lack what a consent needs."""
        ...


BEGIN_CONSENT: web.AppKey[BeginConsent] = web.AppKey("begin_consent", BeginConsent)


@views.get("", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the accounts."""
    known = await accounts.all_accounts(request.config_dict[DESK].database)
    return page(
        request,
        "admin/accounts.html.j2",
        accounts=known,
        consent=once.take(request, "consent"),
        may_renew=administers(visitor_of(request), EVERYWHERE),
    )


@views.post("/consent", permission=Permission.ADMINISTER)
async def begin_consent(request: web.Request) -> web.StreamResponse:
    """Make a link for the consent of an account's admin; the next page shows it once."""
    if not administers(visitor_of(request), EVERYWHERE):
        raise Forbidden
    address = await request.config_dict[BEGIN_CONSENT]()
    if address is None:
        raise Conflict("admin.errors.no_consent")
    await audit.note(request.config_dict[DESK].database, deed(request, "account.begin_consent"))
    once.keep(request, "consent", address)
    flash(request, "ok", "admin.said.consent")
    raise web.HTTPSeeOther("/console/admin/accounts")
