"""The platform's door: verified, kept, answered. Nothing is worked on before the 200 (docs: zalo 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Literal

import structlog
from aiohttp import web

from bot import metrics
from bot.alarm import SignatureAlarm
from bot.bodies import read_body
from bot.errors import CannotStore
from bot.inbox import Inbox
from bot.problems import problem
from channels.base import EventEnvelope, EventKind, SignatureOutcome, WebhookRoute
from channels.errors import MalformedWebhook
from storage.inbox import NewEntry

_log = structlog.get_logger()

MAX_BODY_BYTES = 1 << 20  # docs: zalo 7.2 point 1
RETRY_AFTER_SECONDS = 30  # docs: zalo 7.1: the platform's own first repeat

WORKED_ON = frozenset({EventKind.MESSAGE, EventKind.RELATIONSHIP, EventKind.RECEIPT})
"""Kinds that somebody works on, and echoes of what staff typed; the others are kept as they came, for audits."""

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_ANSWERS = {outcome: json.dumps({"status": outcome}).encode() for outcome in ("kept", "dropped", "probe")}

Mode = Literal["enforce", "log"]


class ZaloWebhook:
    """Takes the platform's events, of every account of the app, into the inbox.

    Args:
        route: the adapter's door: where it is, how to open a body.
        inbox: where verified events go.
        is_our_account: whether an account's id is one of ours; signed events of others are dropped with a 200.
        mode: `enforce`; or `log` for the first hour of going live, when wrong signatures are let in and logged loudly.
        max_body_bytes: limit of the body after decompression.
        body_deadline_seconds: limit of the time that a body may take to arrive.
    """

    def __init__(
        self,
        *,
        route: WebhookRoute,
        inbox: Inbox,
        is_our_account: Callable[[str], bool],
        mode: Mode = "enforce",
        max_body_bytes: int = MAX_BODY_BYTES,
        body_deadline_seconds: float = 5,
    ) -> None:
        self.inbox = inbox
        self._route = route
        self._is_our_account = is_our_account
        self._mode = mode
        self._max_body_bytes = max_body_bytes
        self._body_deadline_seconds = body_deadline_seconds
        self._alarm = SignatureAlarm(route.platform)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to the server."""
        return [web.post(self._route.path, self.receive), web.get(self._route.path, self.greet)]

    async def greet(self, _request: web.Request) -> web.Response:
        """Answer a browser or a console that only looks whether somebody is there (docs: zalo 7.2)."""
        return web.json_response({"status": "ok"})

    async def receive(self, request: web.Request) -> web.Response:
        """Check, keep and answer one body; see the table of addresses in the API's description."""
        body = await read_body(request, max_bytes=self._max_body_bytes, deadline_seconds=self._body_deadline_seconds)
        try:
            verdict, envelopes = self._route.open(request.headers, body)
        except MalformedWebhook as error:
            metrics.webhook_unreadable.labels(self._route.platform).inc()
            return problem(400, "Unreadable event", str(error))
        metrics.webhook_signatures.count(self._route.platform, verdict.outcome)
        if verdict.outcome is SignatureOutcome.PROBE:
            return _ok("probe")
        if not verdict.is_accepted:
            let_in = self._mode == "log"
            self._alarm.tell(verdict, request.headers, let_in=let_in)
            if not let_in:
                return problem(401, "Wrong signature", "the body's signature is missing or does not fit")
        return await self._keep(envelopes, body)

    async def _keep(self, envelopes: Sequence[EventEnvelope], body: bytes) -> web.Response:
        ours = [event for event in envelopes if event.account_id is None or self._is_our_account(event.account_id)]
        if len(ours) < len(envelopes):
            self._count([event for event in envelopes if event not in ours], "unknown_account")
        if not ours:
            return _ok("dropped")
        try:
            await self.inbox.put([_entry_of(event, body) for event in ours])
        except CannotStore as error:
            _log.error("webhook_event_not_kept", reason=str(error))
            self._count(ours, "refused")
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return problem(503, "Cannot store", "the event could not be kept; send it again", headers=headers)
        self._count(ours, "kept")
        return _ok("kept")

    def _count(self, events: Sequence[EventEnvelope], outcome: str) -> None:
        for event in events:
            metrics.webhook_events.count(event.platform, event.kind, outcome)


def _entry_of(event: EventEnvelope, body: bytes) -> NewEntry:
    return NewEntry(
        platform=event.platform,
        platform_id=event.dedup_key,
        event_name=event.event_name,
        kind=event.kind.value,
        raw=body.decode(),
        account_id=event.account_id,
        sender=event.user_id,
        to_do=event.kind in WORKED_ON or event.is_by_staff,
    )


def _ok(outcome: str) -> web.Response:
    return web.Response(body=_ANSWERS[outcome], headers=_JSON)
