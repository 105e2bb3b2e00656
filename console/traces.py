"""What is left of a session that ended by itself: whose pages its forms were. It opens nothing.

It is found by the token that the session's forms carry, so a form that comes late tells whose it is (`console.unsent`),
also when its browser has another session by then. Who ends a session on purpose takes the trace away with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

EXTRA_SECONDS: Final = 3600
"""A trace outlasts the longest session by so much: an officer comes back to an open form after a meeting."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose session it was: the officer's id, and the version of the credentials that it was begun with."""

    officer_id: int
    version: int


def trace_key(token: str) -> str:
    """Return where the trace of the session with a form token is kept; who reads Redis learns no token of it."""
    return f"hoso:console:trace:{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()}"


async def leave(redis: Redis, content: Mapping[str, Any], *, session_seconds: int) -> None:
    """Leave the trace of a session that begins; only whole ones have pages with forms worth keeping."""
    if content["stage"] == "full":
        owner = json.dumps([content["officer"], content["version"]])
        await redis.set(trace_key(content["csrf"]), owner, ex=session_seconds + EXTRA_SECONDS)


async def remove(redis: Redis, content: Mapping[str, Any]) -> None:
    """Take the trace of a session away: it was ended on purpose."""
    await redis.delete(trace_key(str(content["csrf"])))


async def find(redis: Redis, token: str) -> Owner | None:
    """Return whose session a form's token belongs to; None: nobody knows."""
    text = await redis.get(trace_key(token))
    return None if text is None else Owner(*json.loads(text))
