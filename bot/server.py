"""The web server: the platforms' door, other rooms' routes, and what operators and developers look at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp import http_parser, web, web_response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from bot.docs_page import Page, render_docs, render_home
from bot.middlewares import request_context
from bot.openapi import build_document
from bot.patience import Patience
from bot.webhook import ZaloWebhook

SERVER_NAME = "hoso"

Check = Callable[[], Awaitable[None]]
Readiness = Mapping[str, Check]
"""By part: a check that returns when the part works, and raises when it does not."""
Metrics = Callable[[], Awaitable[bytes]]


class ServerConfig(BaseModel):
    """What the web server must be told."""

    model_config = ConfigDict(frozen=True)

    title: str = Field(default="Báo Hồ Sơ", description="name on the pages and in the API's description")
    version: str = Field(default="0.1.0", description="version of the API's description")
    public_url: str | None = Field(default=None, description="address from outside, for the API's description")
    max_body_bytes: int = Field(default=4 << 20, gt=0, description="limit for routes that read bodies by themselves")
    readiness_seconds: float = Field(default=2, gt=0, description="how long a part may take to say that it works")
    shutdown_seconds: float = Field(default=10, gt=0, description="how long a stop waits for requests under way")
    lingering_seconds: float = Field(default=1, ge=0, description="how long the rest of a refused body is taken in")


def create_app(
    *,
    webhook: ZaloWebhook,
    routes: Iterable[web.RouteDef] = (),
    api_documents: Iterable[Mapping[str, Any]] = (),
    readiness: Readiness,
    config: ServerConfig,
    metrics: Metrics | None = None,
) -> web.Application:
    """Put the server together; while it runs, what waits in the spool is brought into PostgreSQL.

    Args:
        webhook: the platform's door.
        routes: other rooms' routes, such as the event API; they read bodies through `bot.bodies.read_body`.
        api_documents: their parts of the OpenAPI document: `{"paths": …, "components": …, "tags": …}`.
        readiness: the parts that must work before traffic is sent here.
        config: names, addresses and limits.
        metrics: returns the text of `/metrics`; by default the metrics of this process.
    """
    document = build_document(
        title=config.title, version=config.version, server_url=config.public_url, fragments=api_documents
    )
    pages = _Pages(document, readiness, config, metrics or _own_metrics)
    app = web.Application(middlewares=[request_context], client_max_size=config.max_body_bytes)
    app.add_routes([*webhook.routes(), *pages.routes(), *routes])
    app.cleanup_ctx.append(_drain_while_running(webhook))
    return app


def create_runner(app: web.Application, config: ServerConfig) -> web.AppRunner:
    """Return a runner with limits that survive bad clients (docs: rq-httpx-redis-pitfalls A5)."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise RuntimeError("aiohttp's C parser is missing, and the other one judges requests differently: reinstall it")
    # The name without versions. No setting exists for it, and aiohttp gives some answers before any code of ours runs.
    vars(web_response)["SERVER_SOFTWARE"] = SERVER_NAME
    return web.AppRunner(
        app,
        access_log=None,  # requests are counted and logged by the middleware, without addresses of people
        handler_cancellation=False,  # an event under way is kept even if its sender has gone
        shutdown_timeout=config.shutdown_seconds,
        lingering_time=config.lingering_seconds,
    )


def _drain_while_running(webhook: ZaloWebhook) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_app: web.Application) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(webhook.inbox.run(stop), name="spool-drain")
        yield
        stop.set()
        await task
        await webhook.inbox.aclose()

    return context


class _Pages:
    """Answers for operators and developers."""

    def __init__(
        self, document: Mapping[str, Any], readiness: Readiness, config: ServerConfig, metrics: Metrics
    ) -> None:
        self._readiness = readiness
        self._metrics = metrics
        self._config = config
        self._patience = Patience()
        self._document = json.dumps(document, ensure_ascii=False).encode()
        self._docs = render_docs(document)
        self._home = render_home(config.title)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._show_home),
            web.get("/docs", self._show_docs),
            web.get("/openapi.json", self._show_document),
            web.get("/livez", self._show_life),
            web.get("/readyz", self._show_readiness),
            web.get("/metrics", self._show_metrics),
        ]

    async def _show_home(self, _request: web.Request) -> web.Response:
        return _html(self._home)

    async def _show_docs(self, _request: web.Request) -> web.Response:
        return _html(self._docs)

    async def _show_document(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type="application/json", charset="utf-8")

    async def _show_life(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        results = await asyncio.gather(*(self._check(check) for check in self._readiness.values()))
        parts = dict(zip(self._readiness, results, strict=True))
        is_ready = all(result == "ok" for result in results)
        status = "ok" if is_ready else "fail"
        return web.json_response({"status": status, "parts": parts}, status=200 if is_ready else 503)

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _check(self, check: Check) -> str:
        try:
            await self._patience.run(check(), self._config.readiness_seconds)
        except Exception as error:  # noqa: BLE001 - a part that fails in whatever way is named, and nothing else
            return f"fail: {type(error).__name__}"
        return "ok"


async def _own_metrics() -> bytes:
    return generate_latest()


def _html(page: Page) -> web.Response:
    headers = {"Content-Security-Policy": page.security_policy, "Referrer-Policy": "no-referrer"}
    return web.Response(text=page.html, content_type="text/html", headers=headers)
