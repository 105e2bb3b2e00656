"""Sessions: a random key in a cookie, the content in Redis under the key's hash, and a list of each officer's sessions.

What was ended stays ended: a request under way writes only over what is still there. Redis may forget everything: then
people sign in again. Of our own, and not aiohttp-session: its 2.12 (2024) brings an ended session back to life that
way, keeps the cookie's key readable in Redis, and its keys of requests are strings, of which aiohttp 3.14 warns.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import secrets
import time
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from console import traces
from console.desk import DESK, ConsoleConfig

COOKIE: Final = "hoso_session"
SECURE_COOKIE: Final = "__Host-hoso_session"
"""Over https: no neighbouring site may set it (RFC 6265bis 4.1.3.2)."""
STAGES: Final = ("code", "setup", "full")
_TOUCH_SECONDS = 30.0
_MAX_AGENT_CHARS = 120
_KEY_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(slots=True)
class Session(MutableMapping[str, Any]):
    """What is kept between two requests of one browser; JSON values only.

    Before the sign-in there is nothing to keep: strangers fill no Redis. After it: `officer` (id), `version` (of the
    credentials), `stage`, `sid` (its name on the list), `opened` and `seen` (seconds since 1970), `address`, `agent`,
    `csrf`, `flashes`, `once`, `unsent`.
    """

    data: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    """The cookie's value; None: not kept yet."""
    visitor_key: str | None = None
    """The cookie's value of somebody who is not signed in: it leads nowhere, and the forms' token is made from it."""
    is_new_visitor: bool = False
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

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return datetime.fromtimestamp(self.opened, UTC)

    @property
    def seen_at(self) -> datetime:
        """When it was used last, to half a minute."""
        return datetime.fromtimestamp(self.seen, UTC)


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
    is_well_formed = key is not None and _KEY_FORM.fullmatch(key) is not None
    text = await desk.redis.get(storage_key(key)) if key is not None and is_well_formed else None
    stranger = Session(visitor_key=key if is_well_formed else None)
    session = stranger if text is None else Session(json.loads(text), key)
    request[SESSION] = session
    return session


async def write(request: web.Request, response: web.StreamResponse) -> None:
    """Keep what changed in the request's session; of somebody who is not signed in nothing is kept."""
    session, desk = request[SESSION], request.config_dict[DESK]
    if "sid" not in session:
        if session.is_new_visitor and session.visitor_key is not None:
            _set_cookie(response, desk.config, session.visitor_key)
        return
    if not session.is_changed or session.is_over:
        return
    seconds = desk.config.idle_seconds
    if session.key is None:
        session.key = new_key()
        await desk.redis.set(storage_key(session.key), json.dumps(session.data), ex=seconds)
    else:  # only over what is there: it may have been ended meanwhile
        await desk.redis.set(storage_key(session.key), json.dumps(session.data), ex=seconds, xx=True)
    _set_cookie(response, desk.config, session.key)


def _set_cookie(response: web.StreamResponse, config: ConsoleConfig, key: str) -> None:
    response.set_cookie(cookie_name(config), key, path="/", secure=config.secure_cookies, httponly=True, samesite="Lax")


def forget_cookie(response: web.StreamResponse, config: ConsoleConfig) -> None:
    """Take the cookie out of the browser."""
    response.del_cookie(cookie_name(config), path="/", secure=config.secure_cookies, httponly=True, samesite="Lax")


async def start(request: web.Request, *, officer_id: int, version: int, stage: str = "full") -> Session:
    """Begin a session under a new key: whatever the browser had before leads nowhere any more.

    Raises:
        ValueError: there is no such stage.
    """
    if stage not in STAGES:
        raise ValueError(f"no such stage: {stage}")
    await _forget(request)
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
    await traces.leave(redis, content, session_seconds=config.session_seconds)
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
    """End the session of a request on purpose, if it has one; it begins with an empty one again."""
    session = request[SESSION]
    if "sid" in session:
        await traces.remove(request.config_dict[DESK].redis, session)
    await _forget(request)


async def _forget(request: web.Request) -> None:
    """Let another session follow: the trace stays, for a page of the one before may still be open."""
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
    text = await redis.getdel(place)
    if text is not None:
        await traces.remove(redis, json.loads(text))
    return bool(await redis.hdel(list_key(officer_id), sid))


async def end_all(redis: Redis, officer_id: int, *, but: str | None = None) -> int:
    """End all sessions of an officer, half ones too, or all but one; return how many."""
    ended = 0
    for sid in await redis.hkeys(list_key(officer_id)):
        name = sid.decode() if isinstance(sid, bytes) else sid
        if name != but:
            ended += await end_one(redis, officer_id, name)
    return ended


async def end_all_soon(redis: Redis, officer_id: int) -> None:
    """`end_all` after a change of credentials, which has ended the sessions already: without Redis nothing is lost."""
    with suppress(RedisError):
        await end_all(redis, officer_id)


async def sessions_of(redis: Redis, officer_id: int) -> list[OpenSession]:
    """Return an officer's sessions, the one used last first."""
    places = await redis.hgetall(list_key(officer_id))
    texts = await redis.mget(list(places.values())) if places else []
    if over := [sid for sid, text in zip(places, texts, strict=True) if text is None]:
        await redis.hdel(list_key(officer_id), *over)
    found = [json.loads(text) for text in texts if text is not None]
    listed = [
        OpenSession(one["sid"], one["opened"], one["seen"], one["address"], one["agent"])
        for one in found
        if one["stage"] == "full"
    ]
    return sorted(listed, key=lambda one: -one.seen)


def address_of(request: web.Request) -> str:
    """Return the caller's network address: the peer's, or what the proxy in front of us says where we are told so.

    Of several the last one is the proxy's own word: those before it are the caller's.
    """
    if request.config_dict[DESK].config.trusts_proxy:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")[-1].strip()
        try:
            return str(ipaddress.ip_address(forwarded))
        except ValueError:
            pass
    return request.remote or ""
