"""Reading a request's body within limits of size and time.

aiohttp itself sets no deadline for a body that stops half way (docs: rq-httpx-redis-pitfalls A5), so it is set here.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from aiohttp import web

Body = TypeVar("Body", bytes, bytearray)

# What aiohttp decodes without further libraries; anything else would reach us still encoded.
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})


async def read_body(request: web.Request, *, max_bytes: int, deadline_seconds: float = 5) -> bytes:
    """Return the body as the sender meant it: whole, joined from chunks, decompressed.

    `max_bytes` counts after decompression, and reading ends as soon as it is passed.

    Raises:
        web.HTTPRequestEntityTooLarge: more than `max_bytes`, announced or found.
        web.HTTPRequestTimeout: not complete within `deadline_seconds`.
        web.HTTPUnsupportedMediaType: compressed in a way that we cannot read.
        web.HTTPBadRequest: the sender broke off, or the compression is damaged.
    """
    if request.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
        raise web.HTTPUnsupportedMediaType(text="send the body plain, or compressed with gzip or deflate")
    if request.content_length is not None and request.content_length > max_bytes:
        raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=request.content_length)
    if request.content.is_eof() and request.content.exception() is None:
        # All of it has come, as most do, so nothing is waited for and no deadline is needed.
        return _within(request.content.read_nowait(), max_bytes)
    try:
        async with asyncio.timeout(deadline_seconds):
            return await _read_limited(request, max_bytes)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text=f"the body was not complete within {deadline_seconds:g} s") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        # There is no rest to read: without this the server would try, and log the same error as its own.
        request.content.feed_eof()
        raise web.HTTPBadRequest(text="the body broke off, or its compression is damaged; send it again") from error


async def _read_limited(request: web.Request, max_bytes: int) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        _within(body, max_bytes)
    return bytes(body)


def _within(body: Body, max_bytes: int) -> Body:
    if len(body) > max_bytes:
        raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=len(body))
    return body
