"""Errors as RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    type_: str = "about:blank",
) -> web.Response:
    """Return a response that says what was wrong and what to do about it.

    Args:
        status: HTTP status, 400 to 599.
        title: the kind of problem in a few words, the same each time.
        detail: this case, in one line, without personal data or anything internal.
        errors: one mapping for each wrong field, such as `{"field": "data.status", "detail": "…"}`.
        headers: further headers, such as `Retry-After`.
        type_: address of a page about this kind of problem, if there is one.
    """
    document: dict[str, Any] = {"type": type_, "title": title, "status": status, "detail": detail}
    listed = [dict(error) for error in errors]
    if listed:
        document["errors"] = listed
    body = json.dumps(document, ensure_ascii=False).encode()
    return web.Response(body=body, status=status, content_type=CONTENT_TYPE, headers=headers)
