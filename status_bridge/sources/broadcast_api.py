"""`/v1/broadcasts`: the city's systems write broadcasts and stop them, by the rules that hold for officers.

A key acts in its own unit and approves nothing: what lies above the thresholds waits for people, as any other does.
Every action stands in the audit log as `key:<id>`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from status_bridge.broadcasts.actors import KeyActor
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.refusals import WORDS, Problem
from status_bridge.broadcasts.reporting import Progress, Report
from status_bridge.sources.body import BodyError, decode_json
from status_bridge.sources.http import Problem as ProblemMaker
from status_bridge.sources.http import ReadBody
from storage import api_keys
from storage.api_keys import ApiKey
from storage.broadcasts import Broadcast, BroadcastRefused, Draft
from storage.errors import StorageError
from storage.officers import EVERYWHERE

MAX_BODY_BYTES: Final = 64 * 1024
MAX_WAITING: Final = 8
"""Requests in work at once: counting a city takes a minute, and the others need the database too."""
RETRY_AFTER_SECONDS: Final = 5
_NOT_FOUND: Final = frozenset({"unknown"})
_FORBIDDEN: Final = frozenset({"not_allowed", "only_officers", "own_broadcast"})
_CONFLICT: Final = frozenset({"wrong_state", "changed_meanwhile", "content_changed", "list_changed", "audience_grew"})
FindKey = Callable[[str], Awaitable[ApiKey | None]]
_Handler = Callable[[web.Request, KeyActor], Awaitable[web.Response]]
_Model = TypeVar("_Model", bound=BaseModel)
log = structlog.get_logger()


class Start(BaseModel):
    """The body of a start: at a moment with its offset, or now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime | None = None


class BroadcastApi:
    """The handlers of `/v1/broadcasts`.

    Args:
        desk: the rules.
        find_key: looks a shown key up.
        read_body: reads a body within a size and a deadline.
        problem: makes problem documents (RFC 9457).
    """

    def __init__(self, desk: BroadcastDesk, *, find_key: FindKey, read_body: ReadBody, problem: ProblemMaker) -> None:
        self._desk = desk
        self._find_key = find_key
        self._read_body = read_body
        self._problem = problem
        self._waiting = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the server."""
        one = "/v1/broadcasts/{number}"
        return [
            web.post("/v1/broadcasts", self._with_key(self._create)),
            web.get(one, self._with_key(self._show)),
            web.get(f"{one}/report", self._with_key(self._report)),
            web.post(f"{one}/submit", self._with_key(self._submit)),
            web.post(f"{one}/start", self._with_key(self._start)),
            web.post(f"{one}/pause", self._with_key(self._pause)),
            web.post(f"{one}/resume", self._with_key(self._resume)),
            web.post(f"{one}/cancel", self._with_key(self._cancel)),
        ]

    def _with_key(self, handler: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                actor = await self._actor_of(request)
                return actor if isinstance(actor, web.Response) else await self._in_turn(handler, request, actor)
            except BroadcastRefused as refused:
                return self._refused(refused)
            except BodyError as error:
                return self._problem(400, "Bad Request", str(error))
            except StorageError as error:
                log.error("storage_failed", problem=type(error).__name__)
                return self._come_back(503, "Service Unavailable", "nothing is known to be done; look, then try again")

        return handle

    async def _actor_of(self, request: web.Request) -> KeyActor | web.Response:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        key = await self._find_key(shown.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            return self._problem(
                401,
                "Unauthorized",
                "send a valid key as 'Authorization: Bearer <key>'; an administrator makes one in the console",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if api_keys.BROADCASTS not in key.scopes or key.unit is None:
            return self._problem(403, "Forbidden", "this key is not for broadcasts; ask for one with that scope")
        return KeyActor(key.id, key.unit)

    async def _in_turn(self, handler: _Handler, request: web.Request, actor: KeyActor) -> web.Response:
        if "\0" in request.path:
            raise BroadcastRefused("unknown")  # no number has one, and PostgreSQL refuses it
        if self._waiting >= MAX_WAITING:
            return self._come_back(429, "Too Many Requests", "too many requests at once")
        self._waiting += 1
        try:
            return await handler(request, actor)
        finally:
            self._waiting -= 1

    async def _create(self, request: web.Request, actor: KeyActor) -> web.Response:
        given = await self._json(request)
        if isinstance(given, dict) and actor.unit != EVERYWHERE:
            given = {"unit": actor.unit, **given}
        draft = self._read(Draft, given)
        if isinstance(draft, web.Response):
            return draft
        made = await self._desk.create(draft, actor)
        return web.json_response(
            describe(made, await self._progress(made)),
            status=201,
            headers={"Location": f"/v1/broadcasts/{made.number}"},
        )

    async def _show(self, request: web.Request, actor: KeyActor) -> web.Response:
        found = await self._desk.find(request.match_info["number"], units=_units(actor))
        if found is None:
            raise BroadcastRefused("unknown")
        return web.json_response(describe(found, await self._progress(found)))

    async def _report(self, request: web.Request, actor: KeyActor) -> web.Response:
        told = await self._desk.report(request.match_info["number"], units=_units(actor))
        return web.json_response(describe_report(told))

    async def _submit(self, request: web.Request, actor: KeyActor) -> web.Response:
        """Count it as it stands, and ask for approval of exactly that."""
        number = request.match_info["number"]
        counted = await self._desk.find(number, units=_units(actor))
        if counted is not None and counted.state == "draft":
            await self._desk.estimate(number, actor)
        return await self._moved(await self._desk.submit(number, actor))

    async def _start(self, request: web.Request, actor: KeyActor) -> web.Response:
        asked = self._read(Start, await self._json(request) if request.can_read_body else {})
        if isinstance(asked, web.Response):
            return asked
        return await self._moved(await self._desk.start(request.match_info["number"], actor, asked.at))

    async def _pause(self, request: web.Request, actor: KeyActor) -> web.Response:
        return await self._moved(await self._desk.pause(request.match_info["number"], actor))

    async def _resume(self, request: web.Request, actor: KeyActor) -> web.Response:
        return await self._moved(await self._desk.resume(request.match_info["number"], actor))

    async def _cancel(self, request: web.Request, actor: KeyActor) -> web.Response:
        return await self._moved(await self._desk.cancel(request.match_info["number"], actor))

    async def _moved(self, broadcast: Broadcast) -> web.Response:
        return web.json_response(describe(broadcast, await self._progress(broadcast)))

    async def _progress(self, broadcast: Broadcast) -> Progress:
        return await self._desk.status(broadcast.number)

    async def _json(self, request: web.Request) -> Any:
        if request.content_type != "application/json":
            raise BodyError("send application/json")
        decoded = decode_json(await self._read_body(request, max_bytes=MAX_BODY_BYTES))
        if not _is_storable(decoded):
            raise BodyError("the body has characters that no text holds: U+0000, or half of a pair")
        return decoded

    def _read(self, model: type[_Model], given: Any) -> _Model | web.Response:
        try:
            return model.model_validate(given)
        except ValidationError as error:
            wrong = [
                {"field": ".".join(map(str, one["loc"])), "message": str(one["msg"])}
                for one in error.errors(include_input=False, include_url=False)
            ]
            return self._problem(422, "Unprocessable Content", "the body breaks the contract", errors=wrong)

    def _refused(self, refused: BroadcastRefused) -> web.Response:
        word = refused.word
        problems: Sequence[Problem] = refused.values.get("problems") or ()
        wrong = [{"field": one.field, "code": one.word, "message": explain(one.word, one.values)} for one in problems]
        if not wrong:
            wrong = [{"field": "", "code": word, "message": explain(word, refused.values)}]
        status, title = _status_of(word)
        return self._problem(status, title, explain(word, refused.values), errors=wrong)

    def _come_back(self, status: int, title: str, detail: str) -> web.Response:
        return self._problem(status, title, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _is_storable(value: Any) -> bool:
    """Return whether the database can keep every text in a decoded JSON value."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, dict):
        return all(_is_storable(one) for pair in value.items() for one in pair)
    return all(map(_is_storable, value)) if isinstance(value, list) else True


def _units(actor: KeyActor) -> list[str] | None:
    return None if actor.unit == EVERYWHERE else [actor.unit]


def _status_of(word: str) -> tuple[int, str]:
    if word in _NOT_FOUND:
        return 404, "Not Found"
    if word in _FORBIDDEN:
        return 403, "Forbidden"
    return (409, "Conflict") if word in _CONFLICT else (422, "Unprocessable Content")


def explain(word: str, values: Mapping[str, Any]) -> str:
    """Return a refusal's meaning in one line, with the values that say more."""
    said = {name: value for name, value in values.items() if name not in ("problems", "field")}
    more = ", ".join(f"{name}: {_plain(value)}" for name, value in said.items() if value is not None)
    meaning = WORDS.get(word, word).partition(" (")[0]
    return f"{meaning} ({more})" if more else meaning


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    return str(value)


def describe(broadcast: Broadcast, progress: Progress) -> dict[str, Any]:
    """Return a broadcast as JSON: what was written, where it stands, what it would do, how far it has come."""
    moments = ("scheduled_at", "start_at", "created_at", "submitted_at", "approved_at", "started_at", "ended_at")
    estimate = broadcast.estimate
    return {
        "number": broadcast.number,
        "state": broadcast.state,
        "reason": broadcast.reason,
        "author": broadcast.author,
        **broadcast.draft.model_dump(mode="json"),
        "content_hash": None if broadcast.content_hash is None else broadcast.content_hash.hex(),
        "estimate": None if estimate is None else estimate.model_dump(mode="json"),
        "progress": {
            "rows": progress.rows,
            "left": progress.left,
            "counts": dict(progress.counts),
            "channels": dict(progress.channels),
            "failures": dict(progress.failures),
            "cost_vnd": progress.cost_vnd,
            "rate_per_second": progress.rate_per_second,
            "remaining_seconds": progress.remaining_seconds,
        },
    } | {name: None if (moment := getattr(broadcast, name)) is None else moment.isoformat() for name in moments}


def describe_report(told: Report) -> dict[str, Any]:
    """Return a report as JSON."""
    hours = [asdict(one) | {"hour": one.hour.isoformat()} for one in told.hours]
    return asdict(told) | {"hours": hours}
