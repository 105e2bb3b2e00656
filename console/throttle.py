"""Wrong passwords and codes are counted, and each one more makes the next try wait longer; nobody is locked out.

Three counters stand before a password: of a login from a network address, of an address whatever the login, and of a
known device. A browser that once signed in carries a signed cookie (OWASP, "Slow Down Online Guessing Attacks with
Device Cookies"): it is judged by its own counter only, so that a stranger, even at the next desk behind the same
address, cannot make the officer wait. A code has a counter of its officer, and the known device again one of its own;
only who has the password gets there.

A try is counted before it is judged, in one step in Redis, so that many at the same time are counted as well. Without
Redis nobody gets in: there are no sessions either.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, cast

from redis.asyncio import Redis

_TAKE: Final = """
-- KEYS: a counter each. ARGV: now, then free tries, first delay, longest delay, memory (seconds) of each.
local now, waits = tonumber(ARGV[1]), 0
for i, key in ipairs(KEYS) do
    local until_ = tonumber(redis.call('HGET', key, 'until') or '0')
    if until_ - now > waits then waits = until_ - now end
end
if waits > 0 then return tostring(waits) end
for i, key in ipairs(KEYS) do
    local base = (i - 1) * 4 + 2
    local free, first, longest = tonumber(ARGV[base]), tonumber(ARGV[base + 1]), tonumber(ARGV[base + 2])
    local tries = redis.call('HINCRBY', key, 'tries', 1)
    if tries >= free then
        local delay = math.min(longest, first * 2 ^ math.min(tries - free, 30))
        redis.call('HSET', key, 'until', tostring(now + delay))
    end
    redis.call('EXPIRE', key, ARGV[base + 3])
end
return '0'
"""
_GIVE_BACK: Final = """
-- A try that was right counts for nothing.
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HINCRBY', KEYS[1], 'tries', -1) < tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], 'until')
end
"""


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of tries: `free` ones in a row, then delays that double from `first_seconds` up to `longest_seconds`.

    It is forgotten `memory_seconds` after the last try.
    """

    key: str
    free: int
    first_seconds: float
    longest_seconds: float
    memory_seconds: int


def _key(*parts: object) -> str:
    # Hashed: who reads Redis learns neither logins nor addresses.
    text = "\0".join(map(str, parts))
    return f"hoso:console:tries:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv6 customer has a whole /64 (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def password_counters(login: str, address: str, device: str | None) -> list[Counter]:
    """Return the counters that a try at a password is counted by; `device`: the known device's name."""
    if device is not None:
        return [Counter(_key("device", device), 8, 15, 15 * 60, 24 * 3600)]
    network = network_of(address)
    return [
        Counter(_key("login", login, network), 5, 15, 15 * 60, 24 * 3600),
        # Many officers may share an address: more tries, shorter delays, and known devices are not asked.
        Counter(_key("address", network), 30, 15, 5 * 60, 3600),
    ]


def code_counters(officer_id: int, device: str | None) -> list[Counter]:
    """Return the counter that a try at a code is counted by."""
    if device is not None:
        return [Counter(_key("code-device", device), 10, 30, 15 * 60, 24 * 3600)]
    return [Counter(_key("code", officer_id), 10, 30, 15 * 60, 24 * 3600)]


async def take(redis: Redis, counters: list[Counter], now: float) -> float:
    """Count a try, and return 0; or the seconds to wait, and then nothing was counted.

    Args:
        redis: where the counters are.
        counters: all that must allow it.
        now: seconds since 1970.

    Raises:
        RedisError: it is away.
    """
    arguments: list[str] = [repr(now)]
    for one in counters:
        arguments += [str(one.free), str(one.first_seconds), str(one.longest_seconds), str(one.memory_seconds)]
    keys = [one.key for one in counters]
    answer = await cast("Awaitable[bytes | str]", redis.eval(_TAKE, len(keys), *keys, *arguments))
    return float(answer)


async def give_back(redis: Redis, counters: list[Counter]) -> None:
    """Count a try for nothing: it was right. The first counter, the nearest to the person, starts anew."""
    await redis.delete(counters[0].key)
    for one in counters[1:]:
        await cast("Awaitable[object]", redis.eval(_GIVE_BACK, 1, one.key, str(one.free)))
