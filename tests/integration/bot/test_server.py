"""What every address has in common, and what operators and developers look at."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import web

from bot.bodies import read_body
from tests.integration.bot.harness import running_bot, send_raw, text_event

PROBLEM = "application/problem+json"
FRAGMENT = {
    "tags": [{"name": "events", "description": "From the one-stop system."}],
    "paths": {
        "/v1/things/{thing}": {
            "post": {
                "tags": ["events"],
                "summary": "Takes a thing",
                "parameters": [{"name": "thing", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"200": {"description": "Taken"}, "422": {"$ref": "#/components/responses/Refused"}},
            }
        }
    },
    "components": {
        "schemas": {"Thing": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Thing"}}}},
        "responses": {"Refused": {"description": "A field is wrong"}},
    },
}


async def fail(_request: web.Request) -> web.Response:
    raise RuntimeError("0905123456 secret words")


async def take(request: web.Request) -> web.Response:
    return web.json_response({"bytes": len(await read_body(request, max_bytes=10, deadline_seconds=1))})


ROUTES = [web.get("/fail", fail), web.post("/v1/things/{thing}", take)]


async def problem_of(response: Any) -> dict[str, Any]:
    assert response.content_type == PROBLEM
    document = json.loads(await response.text())
    assert document["status"] == response.status
    assert {"type", "title", "status", "detail"} <= document.keys()
    return document


async def test_every_error_is_a_problem_document(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=ROUTES) as bot:
        get, post = bot.session.get, bot.session.post
        assert (await problem_of(await get(f"{bot.url}/nothing")))["status"] == 404
        wrong_method = await bot.session.delete(f"{bot.url}/webhooks/zalo")
        assert (await problem_of(wrong_method))["status"] == 405
        assert set(wrong_method.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
        assert (await problem_of(await post(f"{bot.url}/v1/things/1", data=b"x" * 11)))["status"] == 413
        assert (await (await post(f"{bot.url}/v1/things/1", data=b"x" * 10)).json()) == {"bytes": 10}


async def test_a_failure_tells_nothing_of_the_inside(
    postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=ROUTES) as bot:
        response = await bot.session.get(f"{bot.url}/fail", headers={"X-Request-Id": "request-0001"})
        text = json.dumps(await problem_of(response))
        assert response.status == 500
        assert "RuntimeError" not in text
        assert "secret" not in text
        (record,) = [json.loads(r.getMessage()) for r in caplog.records if r.levelno >= logging.ERROR]
        assert record["errors"] == ["RuntimeError"]
        assert "test_server.py" in " ".join(record["traceback"])
        assert record["request_id"] == response.headers["X-Request-Id"] == "request-0001"
        assert "secret words" not in caplog.text


async def test_no_versions_are_told_and_unsafe_request_ids_are_replaced(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        for path in ("/", "/nothing", "/livez"):
            response = await bot.session.get(f"{bot.url}{path}", headers={"X-Request-Id": "<script>"})
            assert response.headers["Server"] == "hoso"
            assert response.headers["X-Request-Id"].isalnum()


async def test_head_and_options_are_answered(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        head = await bot.session.head(f"{bot.url}/docs")
        assert (head.status, head.content_type) == (200, "text/html")
        options = await bot.session.options(f"{bot.url}/webhooks/zalo")
        assert options.status == 204
        assert set(options.headers["Allow"].split(",")) == {"GET", "HEAD", "OPTIONS", "POST"}
        assert (await bot.session.options(f"{bot.url}/nothing")).status == 404


async def test_readiness_names_the_part_that_fails(postgres_url: str, tmp_path: Path) -> None:
    async def works() -> None: ...

    async def is_away() -> None:
        raise ConnectionError("at 10.0.0.1")

    async with running_bot(postgres_url, tmp_path / "a", readiness={"database": works}) as bot:
        response = await bot.session.get(f"{bot.url}/readyz")
        assert (response.status, await response.json()) == (200, {"status": "ok", "parts": {"database": "ok"}})
        assert (await (await bot.session.get(f"{bot.url}/livez")).json()) == {"status": "ok"}
    async with running_bot(postgres_url, tmp_path / "b", readiness={"database": works, "redis": is_away}) as bot:
        response = await bot.session.get(f"{bot.url}/readyz")
        assert response.status == 503
        assert await response.json() == {
            "status": "fail",
            "parts": {"database": "ok", "redis": "fail: ConnectionError"},
        }
        assert (await bot.session.get(f"{bot.url}/livez")).status == 200


async def test_metrics_count_by_template_and_hold_no_personal_data(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=ROUTES) as bot:
        await bot.post(text_event("m-1", sender="998877665544"))
        await bot.session.post(f"{bot.url}/v1/things/0905123456", data=b"x")
        await bot.session.get(f"{bot.url}/0905123456")
        text = await (await bot.session.get(f"{bot.url}/metrics")).text()
    assert 'hoso_http_requests_total{method="POST",route="/webhooks/zalo",status="200"}' in text
    assert 'route="/v1/things/{thing}"' in text
    assert 'route="unmatched",status="404"' in text
    assert 'hoso_webhook_events_total{kind="message",outcome="kept",platform="zalo"}' in text
    assert "0905123456" not in text
    assert "998877665544" not in text


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


async def test_the_description_is_valid_openapi_and_names_every_route(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=ROUTES, api_documents=[FRAGMENT]) as bot:
        document = await (await bot.session.get(f"{bot.url}/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert set(document["paths"]) == {
        "/webhooks/zalo",
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/v1/things/{thing}",
    }


async def test_the_pages_stand_alone(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", api_documents=[FRAGMENT]) as bot:
        docs = await bot.session.get(f"{bot.url}/docs")
        text = await docs.text()
        assert docs.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "<script" not in text
        assert "http://" not in text
        assert "https://" not in text
        assert "/v1/things/{thing}" in text
        assert 'lang="vi"' in text
        home = await (await bot.session.get(f"{bot.url}/")).text()
        assert 'href="/docs"' in home
        assert 'href="/readyz"' in home


async def test_broken_http_is_refused(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        head = b"POST /webhooks/zalo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        for rest in (b"Content-Length: 6\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
            answer = await send_raw(bot.url, head + rest)
            assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
            assert b"aiohttp" not in answer


async def test_a_client_that_is_stuck_does_not_hold_up_the_end(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        port = int(bot.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /webhooks/zalo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 6
    writer.close()
