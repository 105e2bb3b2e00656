"""What is known of the people behind phone numbers: their chat, what they want, and what does not reach them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage import subscriptions
from storage.crypto import Cipher
from storage.database import Database, execute, fetch
from storage.errors import UndecipherableValue
from storage.notices import ClaimedNotice, RecipientFacts
from storage.sql import queries
from storage.wire import array

_Q = queries("recipients")
PREFERENCE_COLUMN = "preferences.recipient"
LINK_PHONE_COLUMN = "links.phone"
USER_COLUMN = "citizens.user"
_NO_DOSSIERS: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ClosedChannel:
    """A channel that does not reach a recipient for `seconds` from now; `reason` is `refused` or `unreachable`."""

    recipient_hash: bytes
    channel: str
    reason: str
    code: str | None
    seconds: float


async def with_facts(database: Database, cipher: Cipher, claimed: Sequence[ClaimedNotice]) -> list[ClaimedNotice]:
    """Return the claimed notices with what is known of their recipients.

    Raises:
        DatabaseUnavailable: nothing is known; the caller must not send as if nothing were known.
    """
    hashes = {one.id: _hashes_of(one, cipher) for one in claimed if one.recipient_hash is not None}
    if not hashes:
        return list(claimed)
    rows = await database.fetch_by_keys(
        _Q["facts"], {"hashes": array(each for many in hashes.values() for each in many)}
    )
    known = {bytes(row["hash"]): _facts(row, cipher) for row in rows}
    if not known:
        return list(claimed)
    found = {notice: [known[each] for each in many if each in known] for notice, many in hashes.items()}
    return [_knowing(one, found[one.id]) if found.get(one.id) else one for one in claimed]


def _knowing(one: ClaimedNotice, found: Sequence[RecipientFacts]) -> ClaimedNotice:
    known = _together(found)
    if one.dossier_id in known.muted:
        known = replace(known, opted_out=True)
    return replace(one, known=known)


def _hashes_of(one: ClaimedNotice, cipher: Cipher) -> list[bytes]:
    """The hashes under which a recipient may be known, newest key first: an opt-out outlives a change of keys."""
    if one.phone is not None and cipher.has_older_keys:
        return cipher.lookup_hashes(one.phone)
    return [] if one.recipient_hash is None else [one.recipient_hash]


def _together(found: Sequence[RecipientFacts]) -> RecipientFacts:
    """What was noted of one recipient under several keys, newest first; two chats are two people, so neither counts."""
    if len(found) == 1:
        return found[0]
    chats = {one.user_id: one for one in found if one.user_id is not None}
    chat = next(iter(chats.values())) if len(chats) == 1 else RecipientFacts()
    return RecipientFacts(
        user_id=chat.user_id,
        last_interaction_at=chat.last_interaction_at,
        opted_out=any(one.opted_out for one in found),
        closed_channels={name: why for one in reversed(found) for name, why in one.closed_channels.items()},
        quiet=next((one.quiet for one in found if one.quiet is not None), None),
        muted=frozenset().union(*(one.muted for one in found)),
    )


def _facts(row: Any, cipher: Cipher) -> RecipientFacts:
    try:
        user_id = cipher.decrypt_optional(row["user_enc"], USER_COLUMN)
    except UndecipherableValue:
        user_id = None  # the phone still works
    return RecipientFacts(
        user_id=user_id,
        last_interaction_at=row["last_interaction_at"],
        opted_out=row["opted_out"],
        closed_channels=row["closed"] or {},
        quiet=None if row["quiet_from"] is None else (row["quiet_from"], row["quiet_to"]),
        muted=_NO_DOSSIERS if row["muted"] is None else frozenset(row["muted"]),
    )


async def close_channels(database: Database, closed: Iterable[ClosedChannel]) -> None:
    """Note channels that do not reach recipients, so that the next notice does not try them in vain."""
    latest = {(one.recipient_hash, one.channel): one for one in closed}
    if latest:
        ones = list(latest.values())
        params = {
            "hash": [one.recipient_hash for one in ones],
            "channel": [one.channel for one in ones],
            "reason": [one.reason for one in ones],
            "code": [one.code for one in ones],
            "seconds": [float(one.seconds) for one in ones],
        }
        async with database.transaction() as connection:
            await execute(connection, _Q["close"], params)


async def opt_out(database: Database, cipher: Cipher, phone: str) -> int:
    """Stop messages on Zalo to this phone (84…) at once; return how many that waited are not sent now."""
    async with database.transaction() as connection:
        hashes = cipher.lookup_hashes(phone)
        params = {"hash": hashes[0], "hashes": hashes, "phone_enc": cipher.encrypt(phone, PREFERENCE_COLUMN)}
        await execute(connection, _Q["opt_out"], params)
        await subscriptions.unsubscribe(connection, cipher, phone)
        return len(await fetch(connection, _Q["suppress"], {"hashes": hashes}))


async def opt_in(database: Database, cipher: Cipher, phone: str) -> None:
    """Allow messages on Zalo to this phone again."""
    async with database.transaction() as connection:
        await execute(connection, _Q["opt_in"], {"hashes": cipher.lookup_hashes(phone)})
