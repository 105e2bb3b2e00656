"""Rows are let go in their order, as many as the window has room for; a stop puts aside what is not under way."""

import math
import uuid
from collections.abc import Sequence

from status_bridge.broadcasts.render import KIND
from status_bridge.choices import DailyLimit
from status_bridge.daily_limit import hold_back_batch
from status_bridge.hours import Hours
from storage import broadcast_rows as rows
from storage.broadcast_rows import Later, Moving, NextRow
from storage.crypto import Cipher
from storage.database import Connection, Database
from storage.notices import NewNotice
from workers.broadcasts.config import BroadcastConfig
from workers.broadcasts.hours import ADVERTISING, ADVERTISING_CAP, advertising_holds
from workers.lanes import BROADCAST_LANE

_NO_ID = uuid.UUID(int=0)


def canary_rows(broadcast: Moving) -> int:
    """Return how many rows the first share has: one at least, all at most. Pure."""
    return min(broadcast.rows, max(1, math.ceil(broadcast.rows * broadcast.canary_percent / 100)))


def next_mark(broadcast: Moving, in_window: int, config: BroadcastConfig, *, stand_ins: int = 0) -> int:
    """Return up to which ordinal rows may be let go now; `released` itself: none. Pure.

    `stand_ins`: so many rows more belong to the first share.
    """
    end = min(canary_rows(broadcast) + stand_ins, broadcast.rows) if broadcast.state == "canary" else broadcast.rows
    room = min(config.ahead - in_window, config.release_rows)
    return max(broadcast.released, min(broadcast.released + room, end))


class Releasing:
    """Lets rows go.

    Args:
        database: the pool.
        cipher: opens phones, for what they may get in a day.
        hours: when messages may go.
        limit: how many messages a phone gets in a day; None: any number.
        config: the window.
    """

    def __init__(
        self, database: Database, cipher: Cipher, *, hours: Hours, limit: DailyLimit | None, config: BroadcastConfig
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._hours = hours
        self._limit = limit
        self._config = config

    async def release(self, broadcast: Moving, in_window: int, *, stand_ins: int = 0) -> int:
        """Let the next rows go; return how many are to be sent now. `stand_ins` as in `next_mark`.

        Raises:
            DatabaseUnavailable: whether they were let go is unknown; the next look tells.
        """
        until = next_mark(broadcast, in_window, self._config, stand_ins=stand_ins)
        if until == broadcast.released:
            return 0
        is_canary_complete = broadcast.state == "canary" and until >= canary_rows(broadcast)
        watch_seconds = self._config.canary_seconds if is_canary_complete else None
        async with self._database.transaction() as connection:
            await rows.be_short(connection)
            later = await self._who_waits(connection, broadcast, until)
            let_go = await rows.release(connection, broadcast, until=until, later=later, watch_seconds=watch_seconds)
        return let_go or 0

    async def _who_waits(self, connection: Connection, broadcast: Moving, until: int) -> list[Later]:
        """Find the rows whose phones have had enough; what is urgent waits for nobody."""
        is_advertising = broadcast.purpose == ADVERTISING
        if broadcast.urgent or (self._limit is None and not is_advertising):
            return []
        following = await rows.next_rows(connection, self._cipher, broadcast, until=until)
        later: dict[int, Later] = {}
        if self._limit is not None:
            later = await self._over_the_day(connection, broadcast, following, self._limit)
        if is_advertising:
            hashes = {one.recipient_hash: one.ordinal for one in following if one.recipient_hash is not None}
            found = await rows.advertising(connection, broadcast, list(hashes))
            moments = {hashes[value]: theirs for value, theirs in found.items()}
            for ordinal, moment in advertising_holds(moments, broadcast, self._hours).items():
                before = later.get(ordinal)
                if before is None or before.due_at < moment:
                    later[ordinal] = Later(ordinal, moment, ADVERTISING_CAP)
        return list(later.values())

    async def _over_the_day(
        self, connection: Connection, broadcast: Moving, following: Sequence[NextRow], limit: DailyLimit
    ) -> dict[int, Later]:
        asked = [_as_notice(one, broadcast) for one in following if one.phone is not None]
        answered = await hold_back_batch(connection, self._cipher, asked, limit=limit, hours=self._hours)
        return {
            one.ordinal: Later(one.ordinal, one.due_at, one.reason or "")
            for one in answered
            if one.state == "held" and one.ordinal is not None and one.due_at is not None
        }


def _as_notice(row: NextRow, broadcast: Moving) -> NewNotice:
    """Return a row as the day's book asks for it; no words are needed for that."""
    return NewNotice(
        id=_NO_ID,
        dossier_id=None,
        dossier_code=None,
        ordinal=row.ordinal,
        event_key=None,
        kind=KIND,
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone=row.phone,
        content={},
        due_at=broadcast.now,
        lane=BROADCAST_LANE,
    )
