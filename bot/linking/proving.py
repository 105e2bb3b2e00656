"""Typing a one-time code: used once, tried three times, and what it proves for links.

The use, its count and the links that follow are one transaction. The dossier is looked at again under a lock: a code
that went to a phone which an officer has replaced meanwhile proves nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.linking import limits, metrics
from bot.linking.asking import LINK, RELATIVE
from bot.linking.config import LinkingConfig
from storage import guesses, link_codes, links
from storage.citizens import ProvedPhone
from storage.guesses import Kind
from storage.link_codes import Newest, Proof, Tried

if TYPE_CHECKING:
    from bot.context import Context
    from storage.database import Connection

_DAY_SECONDS = 86400.0


class Outcome(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"  # there are tries left
    OVER = "over"  # no code holds: used, too old, replaced, too many tries, or there was none
    TOO_MANY = "too_many"  # the citizen typed too many wrong ones lately


@dataclass(frozen=True, slots=True)
class Linked:
    """What a right code linked: one dossier or those of a phone; `others` of the phone may follow on request."""

    dossier_ids: tuple[int, ...] = ()
    others: int = 0
    is_shared: bool = False
    """The phone stands for too many people; nothing was linked by the phone alone."""
    seconds: float | None = None
    """How long, for a relative's dossier."""


@dataclass(frozen=True, slots=True)
class Proved:
    """The answer of `prove`: `left` tries after a wrong one; proof and links after the right one."""

    outcome: Outcome
    left: int = 0
    proof: Proof | None = field(default=None, repr=False)
    linked: Linked = field(default_factory=Linked)


async def prove(context: Context, digits: str) -> Proved:
    """Try six digits as the citizen's code; for a link, make it.

    Raises:
        DatabaseUnavailable: whether it counted is unknown; the entry is worked on again and counts once.
    """
    async with context.database.transaction() as connection:
        proved = await _prove(context, connection, digits)
    metrics.TRIES.labels(proved.outcome.value).inc()
    return proved


async def _prove(context: Context, connection: Connection, digits: str) -> Proved:
    services, citizen = context.services, limits.citizen_subject(context.citizen.id)
    most = services.config.linking.tries_per_code
    await guesses.lock(connection, services.cipher, (citizen,))
    newest = await link_codes.lock_newest(connection, context.citizen.id)
    if newest is None:
        return Proved(Outcome.OVER)
    if newest.tried_entry == context.entry_id:  # worked on before: the same answer
        return await _judge(context, connection, newest, Tried(newest.is_used, newest.tries), most)
    if not await limits.may_try(connection, services, citizen):
        await guesses.add(connection, services.cipher, Kind.REFUSED, {citizen: True})
        await limits.watch(connection, services, citizen)
        return Proved(Outcome.TOO_MANY)
    tried = await link_codes.try_once(connection, services.cipher, newest, digits, entry_id=context.entry_id, most=most)
    is_wrong = tried is None or not tried.is_right
    await guesses.add(connection, services.cipher, Kind.TRIED, {citizen: is_wrong})
    await limits.watch(connection, services, citizen)
    return await _judge(context, connection, newest, tried, most)


async def _judge(context: Context, connection: Connection, newest: Newest, tried: Tried | None, most: int) -> Proved:
    if tried is None:
        return Proved(Outcome.OVER)
    if not tried.is_right:
        return Proved(Outcome.WRONG, most - tried.tries) if tried.tries < most else Proved(Outcome.OVER)
    proof = await link_codes.proof_of(connection, context.services.cipher, newest.id)
    if proof.purpose not in (LINK, RELATIVE):
        return Proved(Outcome.RIGHT, proof=proof)
    linked = await _link(context, connection, proof)
    return Proved(Outcome.OVER) if linked is None else Proved(Outcome.RIGHT, proof=proof, linked=linked)


async def _link(context: Context, connection: Connection, proof: Proof) -> Linked | None:
    """Link what was proved; None: the phone is not the dossier's any more."""
    config, cipher = context.services.config.linking, context.services.cipher
    found = await links.of_phone(connection, cipher, proof.phone)
    is_shared = _is_shared(found.owners, config)
    seconds = config.relative_days * _DAY_SECONDS if proof.purpose == RELATIVE else None
    if proof.dossier_id is not None:
        wanted: tuple[int, ...] = (proof.dossier_id,)
    elif is_shared or (len(found.ids) > 1 and seconds is None):
        wanted = ()  # several of one's own: asked first
    else:
        wanted = found.ids
    ids = await links.lock_those_with(connection, cipher, wanted, proof.phone) if wanted else ()
    if proof.dossier_id is not None and not ids:
        return None
    if ids:
        await _add(context, connection, ids, proof, seconds)
    others = 0 if is_shared or seconds is not None else len(set(found.ids) - set(ids))
    return Linked(ids, others, is_shared, seconds)


async def link_others(context: Context) -> int | None:
    """Link all dossiers of the phone that the citizen proved a short while ago; return how many the phone has.

    None: the proof is too old, or the phone stands for too many people. Again: the same.
    """
    config, cipher = context.services.config.linking, context.services.cipher
    async with context.database.transaction() as connection:
        proof = await link_codes.recently_proved(connection, cipher, context.citizen.id, seconds=config.proof_seconds)
        if proof is None:
            return None
        found = await links.of_phone(connection, cipher, proof.phone)
        if _is_shared(found.owners, config):
            return None
        ids = await links.lock_those_with(connection, cipher, found.ids, proof.phone)
        if ids:
            await _add(context, connection, ids, proof, None)
    return len(ids)


async def _add(
    context: Context,
    connection: Connection,
    dossier_ids: tuple[int, ...],
    proof: Proof,
    seconds: float | None,
) -> None:
    await links.add(
        connection,
        context.citizen.id,
        dossier_ids,
        proof=proof_name(proof.channel),
        phone=ProvedPhone(proof.phone, context.services.cipher),
        seconds=seconds,
    )


def _is_shared(owners: int, config: LinkingConfig) -> bool:
    return 0 < config.shared_phone_owners < owners


def proof_name(channel: str | None) -> str:
    """Return how control was proved: `otp_zalo`, `otp_sms`, or `otp` where the channel is not noted yet."""
    if channel is None:
        return "otp"
    return "otp_zalo" if channel.startswith("zalo") else "otp_sms"
