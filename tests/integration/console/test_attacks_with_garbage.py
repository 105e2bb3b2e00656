"""Garbage in addresses, forms, headers and files: a refusal or a page, never a failure of ours."""

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from yarl import URL

from console.app import all_views
from console.views import View
from tests.integration.console.whole_town import ROLES, WARD, WholeTown, open_whole_town
from tests.office import Desktop, Office

MOMENTS = ("0001-01-01T00:00:00-00:01", "9999-12-31T23:59:59-12:00", "9999-12-31")
LINES = ("1", "9" * 30)
IDS = ("9" * 18, "9" * 200, "%D9%A3", "%ED%A0%80", "..%2f..", "%00", "%F0%9F%92%A5")
VALUES = ("", *MOMENTS, "9" * 30, "NaN", "\u202e<b>'\"{{7*7}}{x}%s%(x)s")
KNOWN = {
    "what": "phone", "how": "phone", "step": "confirm", "do": "submit", "format": "csv", "decision": "approve",
    "kind": "dossiers", "audience": "dossiers", "purpose": "information", "language": "vi", "title": "x", "name": "x",
    "unit": WARD, "seen": "2026-01-01T00:00:00-07:00", "notice": "x", "reason": "x",
}  # fmt: skip
"""Values with which a form gets on to its other fields."""
NAMES = (
    "seen", "day", "reason", "text", "summary", "note", "message", "canned", "form", "unit", "title", "name", "login",
    "password", "code", "role-1", "unit-1", "role-other", "unit-other", "source", "scope", "content_hash",
    "comment", "phone", "at", "scheduled_at", "digest",
    "canary_percent", "list_id", "saved_id", "category", "procedures", "units", "statuses", "submitted_from",
    "submitted_until", "due_from", "due_until", "params.tieu_de", "params.noi_dung", "params.don_vi", "sms", "link",
    "holder", "notice", "trouble", "before", "q", "sid", "actor", "action", "object", "linked", "sample", "template_id",
    "urgent", "next", "current", "again", "proof",
)  # fmt: skip
QUERY = ("after", "before", "year", "unit", "show", "state", "kind", "topic", "which", "sort", "sample", "list",
         "audience", "actor", "object", "trouble", "next", "said")  # fmt: skip
KEYS = (*MOMENTS, *(f"{moment}_{line}" for moment in ("2026-01-01T00:00:00-07:00", MOMENTS[1]) for line in LINES))


async def status_of(desktop: Desktop, method: str, path: str, **how: Any) -> int:
    """Send it as it is and look no further than the status."""
    url = URL(desktop.office.url(path), encoded=True)
    async with desktop.client.request(method, url, allow_redirects=False, **how) as response:
        return response.status


def forms(value: str) -> Iterable[dict[str, str]]:
    """Everything garbage; and the fields that decide what is done as they should be."""
    yield dict.fromkeys(NAMES, value)
    yield dict.fromkeys(NAMES, value) | KNOWN


@pytest.fixture
async def town(office: Office) -> WholeTown:
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    return await open_whole_town(office)


async def test_garbage_in_a_form_or_an_address_is_never_a_failure(town: WholeTown) -> None:
    head = await town.office.sign_in("head", *(("*", role) for role in ROLES))
    failures = []

    async def check(method: str, path: str, **how: Any) -> None:
        if await status_of(head, method, path, **how) >= 500:
            failures.append((method, path[:120], {name: str(value)[:400] for name, value in how.items()}))

    for view in all_views():
        if view.path.endswith("/live") or view.path in ("/sign-out", "/sign-in", "/me/sessions/end-others"):
            continue
        here = town.path_of(view)
        if view.method == "GET":
            for key in (*KEYS, *IDS):
                await check("GET", f"{here}?{'&'.join(f'{name}={key}' for name in QUERY)}")
        elif not view.streams:
            for value in VALUES:
                for form in forms(value):
                    await check("POST", here, data={"csrf": head.csrf, **form})
        if "{" in view.path:
            for each in IDS:
                names = dict.fromkeys(("code", "notice", "number", "message", "position", "id", "officer_id", "key_id",
                                       "language", "medium", "version"), each)  # fmt: skip
                await check(view.method, town.path_of(view, **names), **_empty(view, head))
    assert not failures, f"{len(failures)}: {failures[:40]}"


def _empty(view: View, desktop: Desktop) -> dict[str, Any]:
    return {"data": {"csrf": desktop.csrf}} if view.method == "POST" else {}
