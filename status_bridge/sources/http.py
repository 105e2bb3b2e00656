"""The HTTP source: `POST /v1/events`, and what became of a dossier's events (contract, sections 3 and 4).

The server hands in how bodies are read and problems are answered, so this room needs no neighbour.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from aiohttp import web

from dossiers.code import normalise_dossier_code
from status_bridge.intake import MAX_BATCH_EVENTS, Intake
from status_bridge.notices import EventOutcome
from status_bridge.results import EventResult
from status_bridge.sources.body import BodyError, decode_json
from storage import dossiers, notices
from storage.database import Database
from storage.errors import StorageError

MAX_BODY_BYTES = 4 * 1024 * 1024
SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
# Batches in work or waiting for a connection; beyond this the caller is asked to come back.
MAX_WAITING = 32
RETRY_AFTER_SECONDS = 2
log = structlog.get_logger()


class ReadBody(Protocol):
    """Reads a request's body within a size and a deadline, or raises the HTTP error for it."""

    async def __call__(self, request: web.Request, *, max_bytes: int) -> bytes:
        """Return the whole body."""


class Problem(Protocol):
    """Makes an `application/problem+json` answer (RFC 9457)."""

    def __call__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> web.Response:
        """Return the answer."""


Authenticate = Callable[[str], Awaitable[str | None]]


class EventsApi:
    """The handlers of the event addresses."""

    def __init__(
        self, intake: Intake, database: Database, *, authenticate: Authenticate, read_body: ReadBody, problem: Problem
    ) -> None:
        self._intake = intake
        self._database = database
        self._authenticate = authenticate
        self._read_body = read_body
        self._problem = problem
        self._waiting = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the server."""
        return [
            web.post("/v1/events", self.post_events),
            # Codes of the social insurance hold slashes, and not everybody escapes them.
            web.get("/v1/dossiers/{code:.+}/notices", self.get_notices),
        ]

    async def post_events(self, request: web.Request) -> web.Response:
        """Take one event or a batch; what is answered with 2xx is committed."""
        return await self._guarded(request, self._post_events)

    async def get_notices(self, request: web.Request) -> web.Response:
        """Say what was sent about a dossier, when, and in which state; no personal data."""
        return await self._guarded(request, self._get_notices)

    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> web.Response:
        try:
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or await self._authenticate(key.strip()) is None:
                return self._problem(
                    401,
                    "Unauthorized",
                    "send a valid key as 'Authorization: Bearer <key>'; make one with: hoso keys add",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            return await handler(request)
        except StorageError as error:
            log.error("storage_failed", problem=type(error).__name__)
            return self._problem(
                503,
                "Service Unavailable",
                "nothing is known to be stored; send the same events again",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )

    async def _post_events(self, request: web.Request) -> web.Response:
        if request.content_type not in (SINGLE, BATCH, "application/json"):
            return self._problem(415, "Unsupported Media Type", f"send {SINGLE} or {BATCH}")
        if self._waiting >= MAX_WAITING:
            return self._problem(
                429,
                "Too Many Requests",
                "too many batches at once",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        self._waiting += 1
        try:
            body = await self._read_body(request, max_bytes=MAX_BODY_BYTES)
            # A body of 4 MiB takes a while to decode; the other requests go on meanwhile.
            decoded = await asyncio.to_thread(decode_json, body) if len(body) > 65_536 else decode_json(body)
            return await self._answer(decoded, request.content_type)
        except BodyError as error:
            return self._problem(400, "Bad Request", str(error))
        finally:
            self._waiting -= 1

    async def _answer(self, decoded: Any, content_type: str) -> web.Response:
        is_batch = isinstance(decoded, list)
        if content_type == BATCH and not is_batch:
            return self._problem(400, "Bad Request", "a batch must be a JSON array of events")
        if content_type == SINGLE and is_batch:
            return self._problem(400, "Bad Request", f"an array of events must be sent as {BATCH}")
        if is_batch and len(decoded) > MAX_BATCH_EVENTS:
            return self._problem(413, "Content Too Large", f"send at most {MAX_BATCH_EVENTS} events at once")
        results = await self._intake.take(decoded if is_batch else [decoded])
        if not is_batch and results[0].outcome is EventOutcome.REJECTED:
            return self._refused(results[0])
        return web.json_response({"results": [result.as_json() for result in results]})

    def _refused(self, result: EventResult) -> web.Response:
        fields = ", ".join(error["field"] or "the event" for error in result.errors)
        return self._problem(
            422, "Unprocessable Content", f"the event breaks the contract: {fields}", errors=result.errors
        )

    async def _get_notices(self, request: web.Request) -> web.Response:
        try:
            code = normalise_dossier_code(request.match_info["code"])
        except ValueError:
            return self._problem(404, "Not Found", "this is no dossier code")
        dossier = await dossiers.find(self._database, code)
        if dossier is None:
            return self._problem(404, "Not Found", "no event of this dossier has come yet")
        sent = await notices.of_dossier(self._database, dossier.id)
        return web.json_response(
            {
                "dossier": dossier.code,
                "status": dossier.status,
                "status_time": dossier.status_time.isoformat(),
                "notices": [_notice_json(notice) for notice in sent],
            }
        )


def _notice_json(notice: notices.NoticeView) -> dict[str, Any]:
    moments = ("created_at", "due_at", "accepted_at", "delivered_at", "read_at", "updated_at")
    return {
        "id": str(notice.id),
        "notice": notice.kind,
        "state": notice.state,
        "reason": notice.reason,
        "channel": notice.channel,
        "tracking_id": notices.tracking_id(notice.id),
        "role": notice.role,
        "language": notice.language,
        "sends": notice.sends,
        "possible_duplicate": notice.possible_duplicate,
        "content_sha256": notice.content_hash.hex(),
    } | {name: moment.isoformat() if (moment := getattr(notice, name)) else None for name in moments}
