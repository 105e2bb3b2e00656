"""The API's description (OpenAPI 3.1): this room's own addresses, and fragments that other rooms hand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

OPENAPI_VERSION = "3.1.0"

Document = dict[str, Any]


def build_document(
    *, title: str, version: str, server_url: str | None, fragments: Iterable[Mapping[str, Any]] = ()
) -> Document:
    """Merge this room's document with fragments of the shape `{"paths": …, "components": …, "tags": …}`.

    Raises:
        ValueError: two describe the same method of an address, or components differ under one name.
    """
    document: Document = {
        "openapi": OPENAPI_VERSION,
        "info": {"title": title, "version": version, "description": _DESCRIPTION},
        "paths": {},
        "components": {},
        "tags": [],
    }
    if server_url:
        document["servers"] = [{"url": server_url}]
    for fragment in (*fragments, OWN_FRAGMENT):
        _merge_paths(document["paths"], fragment.get("paths", {}))
        _merge_components(document["components"], fragment.get("components", {}))
        known = {tag["name"] for tag in document["tags"]}
        document["tags"] += [dict(tag) for tag in fragment.get("tags", ()) if tag["name"] not in known]
    return document


def _merge_paths(into: Document, paths: Mapping[str, Any]) -> None:
    for path, item in paths.items():
        known = into.setdefault(path, {})
        if twice := known.keys() & item.keys():
            raise ValueError(f"{path} is described twice: {', '.join(sorted(twice))}")
        known.update(deepcopy(dict(item)))


def _merge_components(into: Document, components: Mapping[str, Any]) -> None:
    for section, entries in components.items():
        known = into.setdefault(section, {})
        for name, entry in entries.items():
            if known.setdefault(name, deepcopy(entry)) != entry:
                raise ValueError(f"components.{section}.{name} is described twice, and differently")


def _problem_answer(description: str) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _json_answer(description: str, schema: Document) -> Document:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _page(description: str, media_type: str) -> Document:
    return {"description": description, "content": {media_type: {"schema": {"type": "string"}}}}


_DESCRIPTION = "Dossier events in, notices to citizens out. Errors are RFC 9457 problem documents."
_STATUS = {"$ref": "#/components/schemas/Status"}
_READINESS = {"$ref": "#/components/schemas/Readiness"}

OWN_FRAGMENT: Document = {
    "tags": [
        {"name": "webhooks", "description": "Where messaging platforms report events."},
        {"name": "operation", "description": "For load balancers, monitoring and developers."},
    ],
    "paths": {
        "/webhooks/zalo": {
            "post": {
                "operationId": "receiveZaloEvent",
                "tags": ["webhooks"],
                "summary": "Events of every Official Account of the app",
                "description": "Answered after the event is kept; a repeated event changes nothing. "
                "An unsigned `{}`, by which the platform's console tries the address, is answered 200. "
                "Body up to 1 MiB.",
                "parameters": [
                    {
                        "name": "X-ZEvent-Signature",
                        "in": "header",
                        "required": False,
                        "description": "`mac=` and the SHA-256 of app id, raw body, timestamp and the secret.",
                        "schema": {"type": "string"},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PlatformEvent"}}},
                },
                "responses": {
                    "200": _json_answer("Kept, or nothing to keep", _STATUS),
                    "400": _problem_answer("No JSON, or JSON that cannot be stored"),
                    "401": _problem_answer("The signature is missing or wrong"),
                    "408": _problem_answer("The body did not arrive in time"),
                    "413": _problem_answer("The body is too large"),
                    "503": _problem_answer("It cannot be stored anywhere now; send it again"),
                },
            },
            "get": {
                "operationId": "greetZalo",
                "tags": ["webhooks"],
                "summary": "Says that somebody is there; does nothing",
                "responses": {"200": _json_answer("Always", _STATUS)},
            },
        },
        "/livez": {
            "get": {
                "operationId": "isAlive",
                "tags": ["operation"],
                "summary": "Is the process alive?",
                "responses": {"200": _json_answer("It is", _STATUS)},
            }
        },
        "/readyz": {
            "get": {
                "operationId": "isReady",
                "tags": ["operation"],
                "summary": "Can it work now? Names the part that fails",
                "responses": {
                    "200": _json_answer("Every part works", _READINESS),
                    "503": _json_answer("A part does not work now", _READINESS),
                },
            }
        },
        "/metrics": {
            "get": {
                "operationId": "readMetrics",
                "tags": ["operation"],
                "summary": "Metrics named `hoso_…` for Prometheus, without personal data",
                "responses": {"200": _page("Prometheus text format", "text/plain")},
            }
        },
        "/openapi.json": {
            "get": {
                "operationId": "readDescription",
                "tags": ["operation"],
                "summary": "This description",
                "responses": {"200": _json_answer("OpenAPI 3.1", {"type": "object"})},
            }
        },
        "/docs": {
            "get": {
                "operationId": "readDocs",
                "tags": ["operation"],
                "summary": "This description as a page",
                "responses": {"200": _page("The page", "text/html")},
            }
        },
    },
    "components": {
        "schemas": {
            "Problem": {
                "type": "object",
                "description": "RFC 9457 problem document.",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string", "description": "Address of the kind of problem, or `about:blank`."},
                    "title": {"type": "string", "description": "The kind of problem in a few words."},
                    "status": {"type": "integer", "description": "The HTTP status."},
                    "detail": {"type": "string", "description": "This case, and what to do."},
                    "errors": {
                        "type": "array",
                        "description": "One for each wrong field.",
                        "items": {"type": "object"},
                    },
                },
            },
            "Status": {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"type": "string", "description": "What was done, in a word."}},
            },
            "Readiness": {
                "type": "object",
                "required": ["status", "parts"],
                "properties": {
                    "status": {"enum": ["ok", "fail"]},
                    "parts": {
                        "type": "object",
                        "description": "`ok`, or `fail:` and the kind of failure, by part.",
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
            "PlatformEvent": {
                "type": "object",
                "description": "The platform's own format; unknown events are kept and answered 200.",
                "properties": {
                    "app_id": {"type": "string", "description": "The app."},
                    "event_name": {"type": "string", "description": "What happened."},
                    "timestamp": {"type": "string", "description": "Milliseconds since 1970; part of the signature."},
                },
            },
        }
    },
}


def bot_document() -> Document:
    """The fragment for bots of the Bot Platform."""
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    secret = {
        "name": "X-Bot-Api-Secret-Token",
        "in": "header",
        "required": False,
        "description": "The secret_token of setWebhook.",
        "schema": {"type": "string"},
    }
    own = OWN_FRAGMENT["paths"]["/webhooks/zalo"]["post"]
    return {
        "paths": {
            "/webhooks/zalo-bot/{name}": {
                "post": {
                    **{key: own[key] for key in ("tags", "requestBody")},
                    "responses": {**own["responses"], "404": _problem_answer("No bot of this name")},
                    "operationId": "receiveBotUpdate",
                    "summary": "Updates of a bot of the Zalo Bot Platform",
                    "parameters": [name, secret],
                },
                "get": {
                    "operationId": "greetBot",
                    "tags": ["webhooks"],
                    "summary": "Says that somebody is there; does nothing",
                    "parameters": [name],
                    "responses": {
                        "200": _json_answer("Always", _STATUS),
                        "404": _problem_answer("No bot of this name"),
                    },
                },
            }
        }
    }
