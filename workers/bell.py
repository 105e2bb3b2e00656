"""The bell's key in Redis: "it has rung for this work and nobody has started on it yet"."""

from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis import Redis

KEY_MILLISECONDS = 2000  # a process that died between key and job silences the bell for this long

_log = structlog.get_logger(__name__)


def bell_key(work: str) -> str:
    """Return the key of the bell for `work`: a lane's name, or 'receipts'."""
    return f"hoso:bell:{work}"


def press(connection: "Redis", work: str) -> bool:
    """Set the key; False when it is set already, so a bell for this work is still to be heard."""
    return bool(connection.set(bell_key(work), "1", nx=True, px=KEY_MILLISECONDS))


def answer(connection: "Redis", work: str) -> None:
    """Say that somebody starts on `work` now. Call it before claiming; a failure only delays the next ring."""
    try:
        connection.delete(bell_key(work))
    except (RedisError, OSError) as error:
        _log.debug("bell_not_answered", error=type(error).__name__)
