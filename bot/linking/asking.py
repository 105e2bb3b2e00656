"""Asking for a one-time code. What exists and what does not takes the same way: the same statements, the same words.

One transaction holds the limits, the code and its notice, so a crash leaves all or nothing; an inbox entry that is
worked on again finds what it did before.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from bot.linking import limits, metrics
from bot.linking.codes import new_code
from bot.linking.notice import LANE, notice_of_code
from storage import guesses, link_codes, links, notices
from storage.database import fetch
from storage.guesses import Kind
from storage.link_codes import NewCode

if TYPE_CHECKING:
    from bot.context import Context
    from storage.crypto import Cipher
    from storage.database import Connection

LINK: Final = "link"
RELATIVE: Final = "relative"
_SALT_BYTES = 16
_NO_CODE: Final = "-"  # looked for in place of a dossier when a phone is given; no dossier has it


class Asked(StrEnum):
    """What is said: the usual words, or that the citizen must wait."""

    SENT = "sent"  # or not: nothing tells
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Target:
    """What control is to be proved of: the dossier with this normalised code, or a phone (84…)."""

    code: str | None = None
    phone: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.code is None) == (self.phone is None):
            raise ValueError("a target is a code or a phone")


@dataclass(frozen=True, slots=True)
class _Found:
    """The dossier and the phone behind a target, as far as there are any."""

    dossier_id: int | None
    phone: str | None = field(repr=False)
    is_guess: bool = False
    """A phone that no dossier has: a code goes there all the same, is paid for, and proves little."""


async def ask_code(context: Context, *, purpose: str, target: Target) -> Asked:
    """Have a one-time code sent to the phone behind `target`, if there is one and no limit is reached.

    `purpose` is `link`, `relative`, or a name that somebody registered with `when_proved`. The answer is the same
    whether a code goes out, except that a citizen over their own limit is told to wait.

    Raises:
        DatabaseUnavailable: nothing is known to be written; the entry is worked on again.
    """
    services = context.services
    async with context.database.transaction() as connection:
        if await link_codes.was_asked(connection, context.entry_id):
            asked = Asked.SENT  # and its bell may not have been rung
        else:
            asked = await _ask(context, connection, purpose, target)
    services.ring(LANE)
    return asked


async def _ask(context: Context, connection: Connection, purpose: str, target: Target) -> Asked:
    cipher, citizen = context.services.cipher, limits.citizen_subject(context.citizen.id)
    found = await _find(connection, cipher, target)
    phone = limits.phone_subject(found.phone, target.code)
    dossier = limits.dossier_subject(target.code or f"of {phone}")
    standing = await limits.before_asking(connection, context.services, citizen=citizen, phone=phone, dossier=dossier)
    if standing.citizen_is_over:
        await guesses.add(connection, cipher, Kind.REFUSED, {citizen: True})
        await limits.watch(connection, context.services, citizen)
        metrics.CODES.labels(_known(purpose), "refused").inc()
        return Asked.TOO_MANY
    await guesses.add(
        connection, cipher, Kind.ASKED, {citizen: found.phone is None or found.is_guess, phone: False, dossier: False}
    )
    await limits.watch(connection, context.services, citizen)
    is_sent = found.phone is not None and not standing.others_are_over
    await _write(context, connection, purpose, target, found if is_sent else _Found(None, None))
    metrics.CODES.labels(_known(purpose), "asked").inc()
    return Asked.SENT


async def _find(connection: Connection, cipher: Cipher, target: Target) -> _Found:
    known = await links.addressee(connection, cipher, target.code or _NO_CODE)
    if target.phone is not None:
        is_guess = not await links.has_dossiers(connection, cipher, target.phone)
        return _Found(None, target.phone, is_guess)
    return _Found(None, None) if known is None else _Found(known.dossier_id, known.phone)


async def _write(context: Context, connection: Connection, purpose: str, target: Target, found: _Found) -> None:
    cipher, seconds = context.services.cipher, context.services.config.linking.code_seconds
    digits, notice_id = new_code(), uuid4()
    new = NewCode(
        citizen_id=context.citizen.id,
        purpose=purpose,
        digits=digits,
        salt=secrets.token_bytes(_SALT_BYTES),
        entry_id=context.entry_id,
        notice_id=notice_id,
        seconds=seconds,
        dossier_id=found.dossier_id,
        phone=found.phone,
        details={"code": target.code},
    )
    await link_codes.add(connection, cipher, new)
    now = (await fetch(connection, "SELECT now() AS now"))[0]["now"]
    notice = notice_of_code(notice_id, digits, phone=found.phone, language=context.language, seconds=seconds, now=now)
    await notices.insert(connection, [notice], cipher)


def _known(purpose: str) -> str:
    return purpose if purpose in (LINK, RELATIVE) else "other"
