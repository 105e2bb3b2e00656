"""A form's new password: judged, with its faults in words."""

from __future__ import annotations

from aiohttp import web

from console.desk import DESK
from console.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, PASSWORDS, find_faults, normal
from console.rendering import words_of
from console.security import FORM
from console.visitor import visitor_of
from storage import credentials

Faults = list[tuple[str, str]]
"""Field and message, as `c.errors` takes them."""


async def judge_new(request: web.Request) -> tuple[str, Faults]:
    """Return the new password of a form (fields `new` and `again`) and what is wrong with it."""
    form, officer, t = request[FORM], visitor_of(request).officer, words_of(request)
    password, again = str(form.get("new", "")), str(form.get("again", ""))
    limits = {"least": MIN_PASSWORD_CHARS, "most": MAX_PASSWORD_CHARS}
    found = find_faults(password, login=officer.login, name=officer.name)
    faults = [("new", t(f"sign_in.faults.{fault}", **limits)) for fault in found]
    if not faults and normal(password) != normal(again):
        faults = [("again", t("sign_in.faults.again"))]
    if not faults:
        desk = request.config_dict[DESK]
        known = await credentials.read(desk.database, desk.cipher, officer_id=officer.id)
        kept = None if known is None else known.password_hash
        if await request.config_dict[PASSWORDS].is_right(kept, password):
            faults = [("new", t("sign_in.faults.same"))]
    return password, faults
