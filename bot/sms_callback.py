"""The door of SMS gateways: a GET with a query and no signature, so the address itself is the secret (docs: zalo 10.1).

What comes is kept like any platform's event; the workers confirm it with the gateway before anything moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot import metrics
from bot.errors import CannotStore
from bot.inbox import Inbox
from bot.problems import problem
from channels.base import EventKind, IncomingEvent
from channels.errors import MalformedWebhook
from storage.inbox import NewEntry

PATH = "/webhooks/sms/{provider}/{token}"
RETRY_AFTER_SECONDS = 30

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SmsGate:
    """One gateway: whether a token is its own, its query as the body to keep, and how such a body is read.

    `to_body` and `parse` raise `MalformedWebhook`.
    """

    is_token: Callable[[str], bool]
    to_body: Callable[[Mapping[str, str]], bytes]
    parse: Callable[[bytes], Sequence[IncomingEvent]]


class SmsCallback:
    """Takes the gateways' reports into the inbox; `gates` by the provider's name in the address."""

    def __init__(self, gates: Mapping[str, SmsGate], inbox: Inbox) -> None:
        self._gates = gates
        self._inbox = inbox

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to the server."""
        return [web.get(PATH, self.receive, allow_head=False)]

    async def receive(self, request: web.Request) -> web.Response:
        """Keep one report. A wrong provider and a wrong token look the same: there is nothing at this address."""
        provider = request.match_info["provider"]
        gate = self._gates.get(provider)
        if gate is None or not gate.is_token(request.match_info["token"]):
            return problem(404, "Not Found", "there is nothing at this address")
        try:
            body = gate.to_body(request.query)
            events = gate.parse(body)
        except MalformedWebhook as error:
            return problem(400, "Unreadable report", str(error))
        try:
            await self._inbox.put([_entry_of(event, body) for event in events])
        except CannotStore as error:
            _log.error("sms_report_not_kept", reason=str(error))
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return problem(503, "Cannot store", "the report could not be kept; send it again", headers=headers)
        for event in events:
            metrics.webhook_events.count(event.platform, event.kind, "kept")
        return web.json_response({"status": "kept"})


def _entry_of(event: IncomingEvent, body: bytes) -> NewEntry:
    return NewEntry(
        platform=event.platform,
        platform_id=event.dedup_key,
        event_name=event.event_name,
        kind=event.kind.value,
        raw=body.decode(),
        to_do=event.kind is EventKind.RECEIPT,
    )


def sms_document() -> dict[str, Any]:
    """The fragment of the API's description (OpenAPI 3.1) for this address."""
    problem_answer = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        "paths": {
            PATH: {
                "get": {
                    "operationId": "receiveSmsReport",
                    "tags": ["webhooks"],
                    "summary": "Take a gateway's report about a short message",
                    "parameters": [
                        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                        for name in ("provider", "token")
                    ],
                    "responses": {
                        "200": {
                            "description": "Kept",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}},
                        },
                        "400": {"description": "Unreadable", **problem_answer},
                        "404": {"description": "No such gateway, or a wrong token", **problem_answer},
                        "503": {"description": "It could not be kept", **problem_answer},
                    },
                }
            }
        }
    }
