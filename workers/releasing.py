"""The sweeper's duty for phones that reached the day's limit: what waits for them is said together."""

from datetime import datetime

import structlog

from status_bridge.digest import Digests, standing
from storage import mutes, notices, waiting
from storage.crypto import Cipher
from storage.database import Connection, Database, fetch
from workers.sweeper import Duty

EVERY_SECONDS = 5.0
# One transaction sees to a bounded number of phones; so many of them in a row, then others have their turn.
MOST_ROUNDS = 25

_log = structlog.get_logger(__name__)


async def merge_due(database: Database, cipher: Cipher, digests: Digests) -> int:
    """Make the merged messages that are due; return how many. A phone's single notice goes as it is."""
    made = 0
    for _ in range(MOST_ROUNDS):
        async with database.transaction() as connection:
            if not await waiting.lock_digests(connection):
                break
            due = await waiting.due_digests(connection)
            now: datetime = (await fetch(connection, "SELECT now() AS now"))[0]["now"]
            for recipient_hash, count in due.items():
                held = await waiting.lock_merged(connection, recipient_hash, cipher)
                if len(held) != count:
                    continue  # somebody is at one of them: all together the next time
                if rest := await _without_muted(connection, held, cipher):
                    made += await _merge(connection, rest, cipher, digests, now)
        if len(due) < waiting.DIGESTS_AT_ONCE:
            break
    return made


async def _without_muted(
    connection: Connection, held: list[waiting.HeldNotice], cipher: Cipher
) -> list[waiting.HeldNotice]:
    """Hand what is about muted dossiers to delivery, which knows what else it may do; return the rest."""
    phone = held[0].phone if held else None
    muted = set() if phone is None else await mutes.dossiers_of(connection, cipher, phone)
    alone = [one for one in held if one.dossier_id in muted]
    if alone:
        await waiting.release(connection, alone)
    return [one for one in held if one.dossier_id not in muted]


async def _merge(
    connection: Connection, held: list[waiting.HeldNotice], cipher: Cipher, digests: Digests, now: datetime
) -> int:
    if any(one.phone is None for one in held):
        await waiting.release(connection, held)  # the attempt says that a key is missing
        return 0
    holding = standing(held)
    if len(holding) == 1:
        others = [one for one in held if one is not holding[0]]
        await waiting.merge(connection, others, holding[0].id)
        await waiting.release(connection, holding, replaces=len(others))
        return 0
    try:
        digest = digests.compose(held, now=now)
    except Exception as error:  # noqa: BLE001 - one phone's notices must not keep all others waiting
        _log.error("digest_failed", error=type(error).__name__, notices=len(held))
        await waiting.release(connection, held)
        return 0
    await notices.insert(connection, [digest], cipher)
    await waiting.merge(connection, held, digest.id)
    return 1


def digest_duty(database: Database, cipher: Cipher, digests: Digests, *, every_seconds: float = EVERY_SECONDS) -> Duty:
    """Return the duty that makes merged messages."""

    async def do() -> None:
        if made := await merge_due(database, cipher, digests):
            _log.info("digests_made", notices=made)

    return Duty("digests", every_seconds, do)
