"""Sessions: a random key in a cookie, the content in Redis under the key's hash, and a list of each officer's sessions.

What was ended stays ended: a request under way writes only over what is still there. Redis may forget everything: then
people sign in again. Of our own, and not aiohttp-session: its 2.12 (2024) brings an ended session back to life that
way, keeps the cookie's key readable in Redis, and its keys of requests are strings, of which aiohttp 3.14 warns.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from redis.asyncio import Redis

from console.desk import DESK, ConsoleConfig

COOKIE: Final = "hoso_session"
SECURE_COOKIE: Final = "__Host-hoso_session"
"""Over https: no neighbouring site may set it (RFC 6265bis 4.1.3.2)."""
STAGES: Final = ("code", "setup", "full")
_TOUCH_SECONDS = 30.0
_VISITOR_SECONDS = 3600
_MAX_AGENT_CHARS = 120


@dataclass(slots=True)
class Session(MutableMapping[str, Any]):
    """What is kept between two requests of one browser; JSON values only.

    Before the sign-in it holds the forms' token. After it: `officer` (id), `version` (of the credentials), `stage`,
    `sid` (its name on the list), `opened` and `seen` (seconds since 1970), `address`, `agent`, `csrf`, `flashes`.
    """

    data: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    """The cookie's value; None: not kept yet."""
    is_changed: bool = False
    is_over: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.data[name] = value
        self.is_changed = True

    def __delitem__(self, name: str) -> None:
        del self.data[name]
        self.is_changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


SESSION = web.RequestKey("session", Session)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its officer sees it on the list. Times in seconds since 1970."""

    sid: str
    opened: float
    seen: float
    address: str
    agent: str


def cookie_name(config: ConsoleConfig) -> str:
    """Return what the cookie is called."""
    return SECURE_COOKIE if config.secure_cookies else COOKIE


def new_key() -> str:
    """Return a cookie's value: 256 random bits."""
    return secrets.token_urlsafe(32)


def storage_key(key: str) -> str:
    """Return where a session is kept: who reads Redis learns nobody's cookie."""
    return f"hoso:console:session:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def list_key(officer_id: int) -> str:
    """Return where the list of an officer's sessions is kept: sid → where its content is."""
    return f"hoso:console:sessions:{officer_id}"


async def read(request: web.Request) -> Session:
    """Read the session that the request's cookie names into `request[SESSION]`; an empty one when there is none."""
    desk = request.config_dict[DESK]
    key = request.cookies.get(cookie_name(desk.config))
    text = await desk.redis.get(storage_key(key)) if key else None
    session = Session() if text is None else Session(json.loads(text), key)
    request[SESSION] = session
    return session


async def write(request: web.Request, response: web.StreamResponse) -> None:
    """Keep what changed in the request's session."""
    session, desk = request[SESSION], request.config_dict[DESK]
    if not session.is_changed or session.is_over:
        return
    seconds = desk.config.idle_seconds if "sid" in session else _VISITOR_SECONDS
    if session.key is None:
        session.key = new_key()
        await desk.redis.set(storage_key(session.key), json.dumps(session.data), ex=seconds)
    else:  # only over what is there: it may have been ended meanwhile
        await desk.redis.set(storage_key(session.key), json.dumps(session.data), ex=seconds, xx=True)
    response.set_cookie(
        cookie_name(desk.config),
        session.key,
        path="/",
        secure=desk.config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


async def start(request: web.Request, *, officer_id: int, version: int, stage: str = "full") -> Session:
    """Begin a session under a new key: whatever the browser had before leads nowhere any more."""
    await end(request)
    desk, now = request.config_dict[DESK], time.time()
    content = {
        "officer": officer_id,
        "version": version,
        "stage": stage,
        "sid": secrets.token_hex(8),
        "csrf": secrets.token_urlsafe(32),
        "opened": now,
        "seen": now,
        "address": address_of(request),
        "agent": request.headers.get("User-Agent", "")[:_MAX_AGENT_CHARS],
    }
    return await keep(request, content, desk.redis, desk.config)


async def keep(request: web.Request, content: dict[str, Any], redis: Redis, config: ConsoleConfig) -> Session:
    """Keep a new session and put it on its officer's list; the cookie goes out with the answer."""
    session = Session(content, None, is_changed=True)
    request[SESSION] = session
    session.key = new_key()
    place = storage_key(session.key)
    await redis.set(place, json.dumps(content), ex=config.idle_seconds)
    await redis.hset(list_key(content["officer"]), content["sid"], place)
    await redis.expire(list_key(content["officer"]), config.session_seconds)
    return session


def is_in_force(session: Session, config: ConsoleConfig, *, now: float | None = None) -> bool:
    """Return whether somebody is signed in by this session, be it half."""
    if session.get("stage") not in STAGES or "sid" not in session:
        return False
    now = time.time() if now is None else now
    age, idle = now - float(session["opened"]), now - float(session["seen"])
    return age <= config.session_seconds and idle <= config.idle_seconds


def touch(session: Session) -> None:
    """Note that the session is in use, every half a minute at most."""
    if time.time() - session["seen"] > _TOUCH_SECONDS:
        session["seen"] = time.time()


async def end(request: web.Request) -> None:
    """End the session of a request, if it has one; it begins with an empty one again."""
    session, redis = request[SESSION], request.config_dict[DESK].redis
    if session.key is not None:
        await redis.delete(storage_key(session.key))
    if "sid" in session:
        await redis.hdel(list_key(session["officer"]), session["sid"])
    session.is_over = True
    request[SESSION] = Session()


async def end_one(redis: Redis, officer_id: int, sid: str) -> bool:
    """End one session of an officer; False: there is none of that name."""
    place = await redis.hget(list_key(officer_id), sid)
    if place is None:
        return False
    await redis.delete(place)
    return bool(await redis.hdel(list_key(officer_id), sid))


async def end_all(redis: Redis, officer_id: int, *, but: str | None = None) -> None:
    """End all sessions of an officer, or all but one."""
    for one in await sessions_of(redis, officer_id):
        if one.sid != but:
            await end_one(redis, officer_id, one.sid)


async def sessions_of(redis: Redis, officer_id: int) -> list[OpenSession]:
    """Return an officer's sessions, the one used last first."""
    places = await redis.hgetall(list_key(officer_id))
    texts = await redis.mget(list(places.values())) if places else []
    found = [json.loads(text) for text in texts if text is not None]
    listed = [OpenSession(one["sid"], one["opened"], one["seen"], one["address"], one["agent"]) for one in found]
    return sorted(listed, key=lambda one: -one.seen)


def address_of(request: web.Request) -> str:
    """Return the caller's network address: the peer's, or what the proxy in front of us says where we are told so."""
    if request.config_dict[DESK].config.trusts_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:45]
    return request.remote or ""
