"""Forms that came after their session had ended: kept a while for the officer whose pages they were. Nothing is sent.

The texts lie encrypted in Redis, for that officer with those credentials only. The browser gets a handle in a cookie,
which works once: at the next sign-in. If it is the same officer, the texts move to the new session and are shown
(`console.unsent_pages`); for anybody else there is nothing. Files, passwords and codes are never kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from aiohttp import web
from multidict import MultiMapping

from console import traces
from console.desk import DESK, ConsoleConfig, Desk
from console.sessions import SESSION, new_key
from console.targets import page_of
from console.tokens import TOKEN_FIELD
from console.traces import Owner
from storage import officers
from storage.errors import UndecipherableValue

COOKIE: Final = "hoso_unsent"
SECURE_COOKIE: Final = "__Host-hoso_unsent"
KEEP_SECONDS: Final = 15 * 60
MAX_BYTES: Final = 64 * 1024
"""A form larger than any that people type."""
MAX_FIELDS: Final = 200
MAX_FORMS: Final = 5
"""An officer may come back to several open pages; the oldest makes room."""
MAX_FORMS_A_SESSION: Final = 20
"""Within `KEEP_SECONDS`: whoever holds an ended session's page cannot fill Redis with it."""
SECRET: Final = frozenset({TOKEN_FIELD, "password", "new", "again", "code"})
"""Fields that are never kept."""
TECHNICAL: Final = frozenset(
    {
        "before", "content_hash", "decision", "digest", "do", "form", "how", "more", "next", "notice", "seen", "sid",
        "step", "template_id", "trouble", "what",
    }
)  # fmt: skip
"""Buttons, and fields that a page fills by itself: not kept, for the page knows them better by then."""
_IN_SESSION: Final = "unsent"
_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was not sent: where it should have gone, the page it stood on, and what was typed, field by field."""

    action: str
    page: str
    at: float
    fields: tuple[tuple[str, str], ...]


async def keep(request: web.Request, form: MultiMapping[object], *, only: int | None = None) -> str | None:
    """Keep a form of an ended session and return its handle; "": nothing is kept of it; None: nobody knows whose it is.

    Args:
        request: the one that came too late.
        form: its fields.
        only: the officer who is signed in here by now: a form of somebody else's is not kept.
    """
    desk = request.config_dict[DESK]
    owner, fields = await _owner_of(desk, form), typed_fields(form)
    if owner is None or only not in (None, owner.officer_id):
        return None
    if not fields or not await _may_keep_more(desk, str(form[TOKEN_FIELD])):
        return ""
    before = handle_of(request) if only is None else request[SESSION].get(_IN_SESSION)
    known = await _read(desk, before, owner)
    if known and before is not None:
        await desk.redis.delete(_place(before))
    late = Unsent(request.path, await page_of(request), desk.now().timestamp(), fields)
    handle = await _write(desk, owner, [*known, late][-MAX_FORMS:])
    if only is not None:
        request[SESSION][_IN_SESSION] = handle
    return handle


async def _owner_of(desk: Desk, form: MultiMapping[object]) -> Owner | None:
    """Return the officer of whose ended session a form is, if the account is as it was then: not locked, not reset."""
    token = form.get(TOKEN_FIELD)
    owner = await traces.find(desk.redis, token) if isinstance(token, str) and token else None
    officer = None if owner is None else await officers.find(desk.database, id=owner.officer_id)
    if owner is None or officer is None or officer.disabled_at is not None:
        return None
    return owner if officer.credentials_version == owner.version else None


def typed_fields(form: MultiMapping[object]) -> tuple[tuple[str, str], ...]:
    """Return what people typed or chose in a form; nothing at all when it is more than anybody types."""
    left_out = SECRET | TECHNICAL
    kept = tuple(
        (name, text)
        for name, text in form.items()
        if isinstance(text, str) and text.strip() and name not in left_out and not name.startswith("password")
    )
    size = sum(len(name.encode()) + len(text.encode()) for name, text in kept)
    return kept if len(kept) <= MAX_FIELDS and size <= MAX_BYTES else ()


async def take(request: web.Request, owner: Owner) -> bool:
    """Move what waits for this browser into the session that has just begun, if it is the same officer's."""
    desk, handle = request.config_dict[DESK], handle_of(request)
    forms = await _read(desk, handle, owner)
    if handle is None or not forms or not await desk.redis.delete(_place(handle)):  # once, however many ask at a time
        return False
    request[SESSION][_IN_SESSION] = await _write(desk, owner, forms)
    return True


async def look(request: web.Request, owner: Owner) -> list[Unsent]:
    """Return what waits in the session, the last one first."""
    return (await _read(request.config_dict[DESK], request[SESSION].get(_IN_SESSION), owner))[::-1]


async def drop(request: web.Request) -> None:
    """Forget what waits in the session."""
    handle = request[SESSION].get(_IN_SESSION)
    if handle is not None:
        await request.config_dict[DESK].redis.delete(_place(handle))
        del request[SESSION][_IN_SESSION]


def cookie_name(config: ConsoleConfig) -> str:
    """Return what the cookie is called."""
    return SECURE_COOKIE if config.secure_cookies else COOKIE


def handle_of(request: web.Request) -> str | None:
    """Return the handle in the browser's cookie, if it looks like one."""
    handle = request.cookies.get(cookie_name(request.config_dict[DESK].config), "")
    return handle if _HANDLE.fullmatch(handle) else None


def hand_out(response: web.StreamResponse, config: ConsoleConfig, handle: str) -> None:
    """Put a handle into the browser; an empty one takes it out."""
    response.set_cookie(
        cookie_name(config),
        handle,
        path="/",
        max_age=KEEP_SECONDS if handle else 0,
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


async def _may_keep_more(desk: Desk, token: str) -> bool:
    place = f"{traces.trace_key(token)}:forms"
    async with desk.redis.pipeline(transaction=True) as pipe:
        pipe.incr(place)
        pipe.expire(place, KEEP_SECONDS)
        kept, _ = await pipe.execute()
    return int(kept) <= MAX_FORMS_A_SESSION


def _place(handle: str) -> str:
    return f"hoso:console:unsent:{hashlib.sha256(handle.encode()).hexdigest()}"


def _column(owner: Owner) -> str:
    """What the texts are bound to: they do not open for another officer, nor after a change of password or app."""
    return f"console.unsent.{owner.officer_id}.{owner.version}"


async def _write(desk: Desk, owner: Owner, forms: Iterable[Unsent]) -> str:
    handle = new_key()
    sealed = desk.cipher.encrypt(json.dumps([asdict(one) for one in forms]), _column(owner))
    await desk.redis.set(_place(handle), base64.b64encode(sealed), ex=KEEP_SECONDS)
    return handle


async def _read(desk: Desk, handle: str | None, owner: Owner) -> list[Unsent]:
    sealed = None if handle is None else await desk.redis.get(_place(handle))
    if sealed is None:
        return []
    try:
        found = json.loads(desk.cipher.decrypt(base64.b64decode(sealed), _column(owner)))
    except UndecipherableValue:  # another officer's, or the credentials are others by now
        return []
    return [Unsent(one["action"], one["page"], one["at"], tuple(map(tuple, one["fields"]))) for one in found]
