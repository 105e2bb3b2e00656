"""The event API's part of the OpenAPI 3.1 document (contract, sections 3 and 4)."""

from typing import Any

from status_bridge.event import DossierEvent
from status_bridge.intake import MAX_BATCH_EVENTS
from status_bridge.notices import EventOutcome
from status_bridge.sources.http import BATCH, SINGLE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}


_RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}
_UNAUTHORIZED = _problem("The key is missing, unknown or revoked.")
_UNAVAILABLE = _problem("Nothing is known to be stored; send the same again.") | {"headers": _RETRY_AFTER}


def _event_schemas() -> dict[str, Any]:
    schema = DossierEvent.model_json_schema(ref_template="#/components/schemas/{model}", mode="validation")
    definitions: dict[str, Any] = schema.pop("$defs", {})
    return definitions | {"DossierEvent": schema}


def api_document() -> dict[str, Any]:
    """Return paths and components for the server to merge into its document."""
    result = {
        "type": "object",
        "required": ["id", "outcome", "dossier", "notice"],
        "properties": {
            "id": {"type": ["string", "null"]},
            "outcome": {"enum": [outcome.value for outcome in EventOutcome]},
            "dossier": {"type": ["string", "null"], "description": "the code in its one form"},
            "notice": {"type": ["string", "null"], "description": "the notice that this event leads to"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        },
    }
    sent = {
        "type": "object",
        "properties": {
            "dossier": {"type": "string"},
            "status": {"type": "integer", "minimum": 1, "maximum": 10},
            "status_time": {"type": "string", "format": "date-time"},
            "notices": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {
        "tags": [{"name": "events", "description": "For the one-stop system."}],
        "paths": {"/v1/events": {"post": _post_events()}, "/v1/dossiers/{code}/notices": {"get": _get_notices()}},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _event_schemas()
            | {
                "EventResult": result,
                "DossierNotices": sent,
                "FieldError": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                },
            },
        },
    }


def _post_events() -> dict[str, Any]:
    event = {"$ref": "#/components/schemas/DossierEvent"}
    results = {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/EventResult"}}},
    }
    return {
        "tags": ["events"],
        "operationId": "postEvents",
        "summary": "Take dossier events",
        "description": "One CloudEvent, or a batch. The same source and id again is a duplicate, whatever the content. "
        "What is answered with 2xx is committed.",
        "security": [{"key": []}],
        "requestBody": {
            "required": True,
            "content": {
                SINGLE: {"schema": event},
                BATCH: {"schema": {"type": "array", "maxItems": MAX_BATCH_EVENTS, "items": event}},
            },
        },
        "responses": {
            "200": {"description": "One result per event.", "content": {"application/json": {"schema": results}}},
            "400": _problem("The body is no JSON, or not what its type says."),
            "401": _UNAUTHORIZED,
            "408": _problem("The body did not arrive in time."),
            "413": _problem(f"More than 4 MiB or {MAX_BATCH_EVENTS} events."),
            "415": _problem("Neither of the two media types."),
            "422": _problem("The single event breaks the contract; `errors` names the fields."),
            "429": _problem("Too many batches at once.") | {"headers": _RETRY_AFTER},
            "503": _UNAVAILABLE,
        },
    }


def _get_notices() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/DossierNotices"}
    return {
        "tags": ["events"],
        "operationId": "getDossierNotices",
        "summary": "What was sent about a dossier",
        "description": "When, through which channel and in which state; no personal data.",
        "security": [{"key": []}],
        "parameters": [{"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {
            "200": {"description": "The notices, oldest first.", "content": {"application/json": {"schema": schema}}},
            "401": _UNAUTHORIZED,
            "404": _problem("No event of this dossier has come."),
            "503": _UNAVAILABLE,
        },
    }
