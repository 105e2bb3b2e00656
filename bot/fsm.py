"""Where a conversation stands between two messages: kept in Valkey, for one citizen at a time.

The lock is taken before the state is read, in the same round trip, and given back with the writing of the new one. A
message that is worked on again after a crash finds the state that it met the first time. Without Valkey the states
live in this process: a conversation that goes on in another one starts anew, and nothing else is lost.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import structlog
from redis.exceptions import RedisError

from bot.errors import ConversationBusy
from bot.valkey_line import Script, ValkeyLine
from storage.crypto import Cipher
from storage.errors import UndecipherableValue

T = TypeVar("T")

_log = structlog.get_logger()

STATE_COLUMN = "valkey.chat"
LOCK_SECONDS = 60.0
"""As the lease of an inbox entry: a dead process's lock ends with its lease."""
STATE_SECONDS = 1800.0
"""Who comes back later starts anew."""
WAIT_SECONDS = 5.0
_RETRY_SECONDS = 0.05
_AWAY_SECONDS = 2.0
_STATE_MILLIS = int(STATE_SECONDS * 1000)
_MAX_LOCAL = 10_000

_TAKE = Script.of("""
local held = redis.call('get', KEYS[1])
if held and held ~= ARGV[3] and string.sub(held, 1, #ARGV[4]) ~= ARGV[4] then return {0, false} end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, redis.call('get', KEYS[2])}
""")
# A lock's value begins with the inbox entry that it is held for: who has the entry's lease now takes it from whoever
# had it before, so that nobody waits for the lock of a dead process.
_GIVE = Script.of("""
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
if ARGV[2] ~= '-' then redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
return 1
""")
_FORGET = Script.of("return redis.call('del', KEYS[1])")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands: a state's name (None: nothing is under way), its data, what may be typed."""

    state: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    choices: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to remember."""
        return self.state is None and not self.data and not self.choices


BLANK = Standing()


@dataclass(frozen=True, slots=True)
class _Record:
    entry: int
    now: Standing
    before: Standing


class Held(Protocol):
    """A conversation that nobody else works on meanwhile."""

    standing: Standing

    async def give_back(self, standing: Standing | None) -> None:
        """End the work; None leaves the state as it was."""


class States:
    """The states of all conversations; use with `async with`. Safe for many tasks at once.

    Args:
        redis_url: where they are kept.
        cipher: they hold what people are asked for, so they are encrypted.
        clock: monotonic seconds.
        lock_seconds: how long a dead process keeps others from a conversation.
        wait_seconds: how long to wait for a conversation that somebody else has.
    """

    def __init__(
        self,
        redis_url: str,
        cipher: Cipher,
        *,
        clock: Callable[[], float],
        lock_seconds: float = LOCK_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._line = ValkeyLine(redis_url)
        self._cipher = cipher
        self._clock = clock
        self._lock_millis = int(lock_seconds * 1000)
        self._wait_seconds = wait_seconds
        self._away_until = 0.0
        self._local: OrderedDict[int, _Record] = OrderedDict()
        self._doubtful: OrderedDict[int, str] = OrderedDict()
        """Locks of ours that may have been left behind when Valkey did not answer: ours to take again."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.aclose()

    async def hold(self, citizen_id: int, entry_id: int) -> _HeldConversation:
        """Take a citizen's conversation for the work on an inbox entry.

        Raises:
            ConversationBusy: somebody else has had it for too long; try again later.
        """
        token = f"{entry_id}:{secrets.token_hex(8)}"
        local = self._local.get(citizen_id)
        if self._clock() >= self._away_until:
            try:
                record = await self._take_in_time(citizen_id, token)
            except (RedisError, OSError) as error:
                self._note_away(error)
                _remember(self._doubtful, citizen_id, token)
            except asyncio.CancelledError:
                _remember(self._doubtful, citizen_id, token)
                raise
            else:
                if local is not None and (record is None or local.entry > record.entry):
                    record = local  # what was said while Valkey was away
                return _HeldConversation(self, citizen_id, entry_id, token, record)
        return _HeldConversation(self, citizen_id, entry_id, None, local)

    async def forget(self, citizen_id: int) -> None:
        """Drop what is remembered of a conversation. Raises `RedisError` or `OSError` when Valkey is away."""
        self._local.pop(citizen_id, None)
        await self._line.run(_FORGET, [_state_key(citizen_id)])

    async def _take_in_time(self, citizen_id: int, token: str) -> _Record | None:
        keys = (_lock_key(citizen_id), _state_key(citizen_id))
        ends_at = self._clock() + self._wait_seconds
        while True:
            args = (token, self._lock_millis, self._doubtful.get(citizen_id, ""), token[: token.index(":") + 1])
            taken, raw = await self._line.run(_TAKE, keys, args)
            if taken:
                self._doubtful.pop(citizen_id, None)
                return self._read(raw)
            if self._clock() >= ends_at:
                raise ConversationBusy
            await asyncio.sleep(_RETRY_SECONDS)

    async def write(self, citizen_id: int, token: str | None, record: _Record | None) -> None:
        """Keep a record (None: leave what is there) and give the lock back; for `give_back`."""
        if token is not None:
            text = "-" if record is None else self._seal(record)
            keys = (_lock_key(citizen_id), _state_key(citizen_id))
            try:
                if not await self._line.run(_GIVE, keys, (token, text, _STATE_MILLIS)):
                    _log.warning("conversation_lock_lost")
            except (RedisError, OSError) as error:
                self._note_away(error)
                _remember(self._doubtful, citizen_id, token)
            else:
                self._local.pop(citizen_id, None)
                return
        if record is not None:
            _remember(self._local, citizen_id, record)

    def _note_away(self, error: Exception) -> None:
        self._away_until = self._clock() + _AWAY_SECONDS
        _log.warning("conversation_states_away", error=type(error).__name__, advice="check Redis; chats go on here")

    def _seal(self, record: _Record) -> bytes:
        document = {"entry": record.entry, "now": _dump(record.now), "before": _dump(record.before)}
        return self._cipher.encrypt(json.dumps(document, ensure_ascii=False, separators=(",", ":")), STATE_COLUMN)

    def _read(self, raw: bytes | None) -> _Record | None:
        if raw is None:
            return None
        try:
            document = json.loads(self._cipher.decrypt(raw, STATE_COLUMN))
            return _Record(int(document["entry"]), _load(document["now"]), _load(document["before"]))
        except (UndecipherableValue, ValueError, KeyError, TypeError):
            _log.warning("conversation_state_unreadable")
            return None


class _HeldConversation:
    """See `Held`."""

    def __init__(
        self, states: States, citizen_id: int, entry_id: int, token: str | None, record: _Record | None
    ) -> None:
        self._states = states
        self._citizen_id = citizen_id
        self._entry_id = entry_id
        self._token = token
        if record is None:
            self.standing = BLANK
        else:
            self.standing = record.before if record.entry == entry_id else record.now

    async def give_back(self, standing: Standing | None) -> None:
        record = None if standing is None else _Record(self._entry_id, standing, self.standing)
        if standing is not None and standing.is_blank and self.standing.is_blank:
            record = None  # nothing was remembered, nothing is to be
        await self._states.write(self._citizen_id, self._token, record)


def _remember(kept: OrderedDict[int, T], citizen_id: int, value: T) -> None:
    kept[citizen_id] = value
    kept.move_to_end(citizen_id)
    while len(kept) > _MAX_LOCAL:
        kept.popitem(last=False)


def _state_key(citizen_id: int) -> str:
    return f"hoso:chat:{citizen_id}"


def _lock_key(citizen_id: int) -> str:
    return f"hoso:chat-lock:{citizen_id}"


def _dump(standing: Standing) -> list[Any]:
    return [standing.state, standing.data, standing.choices]


def _load(value: list[Any]) -> Standing:
    state, data, choices = value
    return Standing(state, data, choices)
