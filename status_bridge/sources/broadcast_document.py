"""The broadcasts' part of the OpenAPI 3.1 document (contract, section 3)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from status_bridge.sources.broadcast_api import MAX_BODY_BYTES, Start
from storage.broadcasts import Draft, Estimate

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_NUMBER: Final = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
_RETRY_AFTER: Final = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}


def broadcast_document() -> dict[str, Any]:
    """Return paths and components for the server to merge into its document."""
    one = "/v1/broadcasts/{number}"
    acts = {
        "submit": ("Count it and ask for approval", "Below the city's thresholds it is approved with that."),
        "pause": ("Stop for the time being", "No further message goes out."),
        "resume": ("Go on from the exact next row", "After a pause; what halted by itself an officer lets go on."),
        "cancel": ("Stop for good", "What has not gone out never will."),
    }
    return {
        "tags": [{"name": "broadcasts", "description": "For the city's systems; a key of its own scope and unit."}],
        "paths": {
            "/v1/broadcasts": {"post": _create()},
            one: {"get": _look("getBroadcast", "A broadcast and how far it has come", "Broadcast")},
            f"{one}/report": {"get": _look("getBroadcastReport", "What became of it", "BroadcastReport")},
            f"{one}/start": {"post": _act("start", "Let it begin", "Now, or at `at`; it must be approved.", body=True)},
            **{f"{one}/{verb}": {"post": _act(verb, *words)} for verb, words in acts.items()},
        },
        "components": {"schemas": _schemas()},
    }


def _schemas() -> dict[str, Any]:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (Draft, "validation"),
        (Estimate, "serialization"),
        (Start, "validation"),
    ]
    _, schema = models_json_schema(models, ref_template="#/components/schemas/Broadcast{model}")
    named = {f"Broadcast{name}": one for name, one in schema["$defs"].items()}
    draft = {"$ref": "#/components/schemas/BroadcastDraft"}
    return named | {
        "Broadcast": {
            "allOf": [
                draft,
                {
                    "type": "object",
                    "properties": {
                        "number": {"type": "string"},
                        "state": {"type": "string"},
                        "reason": {"type": ["string", "null"]},
                        "content_hash": {"type": ["string", "null"]},
                        "progress": {"type": "object"},
                    },
                },
            ]
        },
        "BroadcastReport": {"type": "object", "description": "people by state, channel and reason; cost; by the hour"},
    }


def _answers(schema: str, description: str, status: str = "200") -> dict[str, Any]:
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        status: {"description": description, "content": {"application/json": body}},
        "401": _problem("The key is missing, unknown or revoked."),
        "403": _problem("The key is not for broadcasts, or for another unit."),
        "429": _problem("Too many requests at once.") | {"headers": _RETRY_AFTER},
        "503": _problem("Nothing is known to be done.") | {"headers": _RETRY_AFTER},
    }


def _create() -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/BroadcastDraft"}}}
    return {
        "tags": ["broadcasts"],
        "operationId": "createBroadcast",
        "summary": "Write a draft",
        "description": "Nothing is sent by this: it is submitted, approved by people above the thresholds, started. "
        "Without `unit` it is the key's.",
        "security": [{"key": []}],
        "requestBody": {"required": True, "content": body},
        "responses": _answers("Broadcast", "The draft.", "201")
        | {
            "400": _problem("The body is no JSON."),
            "413": _problem(f"More than {MAX_BODY_BYTES} bytes."),
            "422": _problem("A rule is broken; `errors` names the fields with a code each."),
        },
    }


def _look(operation: str, summary: str, schema: str) -> dict[str, Any]:
    return {
        "tags": ["broadcasts"],
        "operationId": operation,
        "summary": summary,
        "description": "No personal data.",
        "security": [{"key": []}],
        "parameters": [_NUMBER],
        "responses": _answers(schema, "As it stands.") | {"404": _problem("No such broadcast in the key's unit.")},
    }


def _act(verb: str, summary: str, description: str, *, body: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/BroadcastStart"}}}
    return {
        "tags": ["broadcasts"],
        "operationId": f"{verb}Broadcast",
        "summary": summary,
        "description": description,
        "security": [{"key": []}],
        "parameters": [_NUMBER],
        **({"requestBody": {"required": False, "content": content}} if body else {}),
        "responses": _answers("Broadcast", "As it stands now.")
        | {
            "404": _problem("No such broadcast in the key's unit."),
            "409": _problem("Not in this state, or it changed meanwhile."),
            "422": _problem("A rule says no; `errors` has its code."),
        },
    }
