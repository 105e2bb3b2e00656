"""`POST /v1/events` and the notices of a dossier, over a real server: every answer of the contract."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.bodies import read_body
from bot.problems import problem
from status_bridge.sources.http import BATCH, MAX_BODY_BYTES, MAX_WAITING, SINGLE, EventsApi
from storage import api_keys, notices
from tests.engines import register_secret
from tests.integration.status_bridge.bridge import Bridge, history, new_code, raw_event
from tests.integration.status_bridge.pg_gate import PgGate

Client = TestClient[web.Request, web.Application]


@dataclass
class Api:
    """A server, a client with a good key, and what lies behind."""

    client: Client
    bridge: Bridge
    key: str

    async def post(self, body: Any, content_type: str = BATCH, **headers: str) -> tuple[int, Any, Any]:
        """Send a body and return status, headers, decoded answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": content_type} | headers
        async with self.client.post("/v1/events", data=data, headers=sent) as answer:
            return answer.status, answer.headers, await _decoded(answer)

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Ask for a path as it is written."""
        sent = {"Authorization": f"Bearer {self.key}"} | headers
        url = self.client.make_url("/").with_path(path, encoded=True)
        async with self.client.session.get(url, headers=sent) as answer:
            return answer.status, await _decoded(answer)


async def _decoded(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text()
    return json.loads(text) if "json" in answer.content_type else text


def assert_problem(status: int, headers: Any, document: Any, expected: int) -> None:
    assert status == expected
    assert headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert document["status"] == expected
    assert "\n" not in document["detail"]


@asynccontextmanager
async def serving(bridge: Bridge, key: str, reader: Any = read_body) -> AsyncIterator[Api]:
    """A server of this room's routes alone."""
    api = EventsApi(
        bridge.intake,
        bridge.database,
        authenticate=lambda given: api_keys.find_source(bridge.database, given),
        read_body=reader,
        problem=problem,
    )
    app = web.Application()
    app.add_routes(api.routes())
    async with TestClient(TestServer(app)) as client:
        yield Api(client, bridge, key)


@pytest.fixture
async def api(bridge: Bridge) -> AsyncIterator[Api]:
    """One server with one key."""
    key = register_secret(await api_keys.add(bridge.database, "motcua.danang"))
    async with serving(bridge, key) as opened:
        yield opened


async def test_a_batch_is_answered_event_by_event(api: Api) -> None:
    code = new_code()
    events: list[Any] = [raw_event(code, 2, event_id="evt-0001"), raw_event(code, 11, event_id="evt-0002"), None]
    events.append(raw_event(code, 1, minute=-5, event_id="evt-0003"))
    status, headers, answer = await api.post([*events, events[0]])
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    accepted, refused, nothing, stale, again = answer["results"]
    assert stale["outcome"] in {"accepted", "stale"}
    assert accepted == {"id": "evt-0001", "outcome": "accepted", "dossier": code, "notice": "accepted"}
    assert (refused["id"], refused["outcome"], refused["notice"]) == ("evt-0002", "rejected", None)
    assert [error["field"] for error in refused["errors"]] == ["data.status"]
    assert (nothing["id"], nothing["outcome"]) == (None, "rejected")
    assert again == {"id": "evt-0001", "outcome": "duplicate", "dossier": code, "notice": None}
    _, _, later = await api.post([raw_event(code, 1, minute=-9, event_id="evt-0004")])
    assert later["results"] == [{"id": "evt-0004", "outcome": "stale", "dossier": code, "notice": None}]


@pytest.mark.parametrize("content_type", [SINGLE, f"{SINGLE}; charset=utf-8", SINGLE.upper(), "application/json"])
async def test_a_single_event_is_committed_when_it_is_answered(api: Api, content_type: str) -> None:
    code = new_code()
    status, _, answer = await api.post(raw_event(code, 2), content_type)
    assert status == 200
    assert [result["outcome"] for result in answer["results"]] == ["accepted"]
    assert await api.bridge.told(code) == ["accepted"]


async def test_an_empty_batch_is_no_fault(api: Api) -> None:
    assert (await api.post([]))[::2] == (200, {"results": []})


async def test_the_contracts_own_example_is_taken(api: Api) -> None:
    example = raw_event(new_code(), 2) | {
        "data": {
            "status": 2,
            "procedure_code": "1.001193",
            "procedure_name": "Đăng ký khai sinh",
            "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
            "applicant": {"name": "Nguyễn Thị Minh Châu", "phone": "0905000001", "email": None},
            "submitted_at": "2026-03-02T07:40:00+07:00",
            "received_at": "2026-03-02T08:15:00+07:00",
            "due_at": "2026-03-05T17:00:00+07:00",
            "finished_at": None,
            "reason": None,
            "supplement": None,
            "result": None,
        }
    }
    assert (await api.post(example, SINGLE))[2]["results"][0]["notice"] == "accepted"


async def test_a_single_bad_event_answers_422_and_names_the_field(api: Api) -> None:
    status, headers, document = await api.post(raw_event(new_code(), 11), SINGLE)
    assert_problem(status, headers, document, 422)
    assert [error["field"] for error in document["errors"]] == ["data.status"]
    assert (await api.bridge.rows("SELECT outcome FROM dossier_events")) == [{"outcome": "rejected"}]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"NaN}"])
@pytest.mark.parametrize("content_type", [SINGLE, BATCH])
async def test_what_is_no_json_answers_400(api: Api, body: bytes, content_type: str) -> None:
    assert_problem(*await api.post(body, content_type), 400)


@pytest.mark.parametrize(
    ("body", "content_type"), [({}, BATCH), ([], SINGLE), ("text", BATCH), (7, BATCH), (None, BATCH)]
)
async def test_a_body_of_the_other_kind_answers_400(api: Api, body: Any, content_type: str) -> None:
    assert_problem(*await api.post(body, content_type), 400)


@pytest.mark.parametrize("body", ["text", 7, None, True])
async def test_a_single_value_that_is_no_object_answers_422(api: Api, body: Any) -> None:
    assert_problem(*await api.post(body, SINGLE), 422)


async def test_a_number_of_a_million_digits_spoils_only_its_event(api: Api) -> None:
    good = json.dumps(raw_event(new_code(), 2)).encode()
    body = b"[" + good + b"," + good.replace(b'"status": 2', b'"status": ' + b"9" * 1_000_000) + b"]"
    status, _, answer = await api.post(body)
    assert status == 200
    assert [result["outcome"] for result in answer["results"]] == ["accepted", "rejected"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic aGk6aGk=",
        "{key}",
        "Basic {key}",
        "Bearer {key}x",
        "Bearer hồ-sơ",
    ],
)
async def test_a_bad_key_answers_401_and_stores_nothing(api: Api, authorization: str) -> None:
    given = authorization.replace("{key}", api.key)
    status, headers, document = await api.post([raw_event(new_code(), 2)], Authorization=given)
    assert_problem(status, headers, document, 401)
    assert headers["WWW-Authenticate"] == "Bearer"
    assert await api.bridge.rows("SELECT 1 FROM dossier_events") == []
    assert (await api.get(f"/v1/dossiers/{new_code()}/notices", Authorization=given))[0] == 401


async def test_bytes_that_are_no_text_are_a_bad_key(api: Api) -> None:
    host, port = api.client.server.host, api.client.server.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        b"GET /v1/dossiers/x/notices HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer \xff\xfe\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_revoked_key_answers_401(api: Api) -> None:
    assert await api_keys.revoke(api.bridge.database, api.key.split("_")[1])
    assert (await api.post([]))[0] == 401


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_another_kind_of_body_answers_415(api: Api, content_type: str) -> None:
    assert_problem(*await api.post(raw_event(new_code(), 2), content_type), 415)


async def test_too_many_events_and_too_many_bytes_answer_413(api: Api) -> None:
    assert_problem(*await api.post([{}] * 1001), 413)
    too_large = b'["' + b"a" * MAX_BODY_BYTES + b'"]'
    assert (await api.post(gzip.compress(too_large), **{"Content-Encoding": "gzip"}))[0] == 413
    assert await api.bridge.rows("SELECT 1 FROM dossier_events") == []


async def test_a_thousand_events_with_a_gzipped_body_are_taken(api: Api) -> None:
    events = [raw_event(f"H17.33.2-260302-{place:08d}", 2) for place in range(1000)]
    status, _, answer = await api.post(gzip.compress(json.dumps(events).encode()), **{"Content-Encoding": "gzip"})
    assert status == 200
    assert {result["outcome"] for result in answer["results"]} == {"accepted"}


async def test_overload_answers_429_with_the_time_to_come_back_and_goes_by(bridge: Bridge) -> None:
    key = register_secret(await api_keys.add(bridge.database, "motcua.danang"))
    arrived, go_on = 0, asyncio.Event()

    async def slow_reader(request: web.Request, *, max_bytes: int) -> bytes:
        nonlocal arrived
        arrived += 1
        await go_on.wait()
        return await read_body(request, max_bytes=max_bytes)

    async with serving(bridge, key, slow_reader) as api:
        waiting = [asyncio.create_task(api.post([raw_event(new_code(), 2)])) for _ in range(MAX_WAITING)]
        async with asyncio.timeout(10):
            while arrived < MAX_WAITING:
                await asyncio.sleep(0.01)
        status, headers, document = await api.post([raw_event(new_code(), 2)])
        assert_problem(status, headers, document, 429)
        assert int(headers["Retry-After"]) > 0
        go_on.set()
        assert {status for status, _, _ in await asyncio.gather(*waiting)} == {200}
        assert (await api.post([raw_event(new_code(), 2)]))[0] == 200


async def test_without_postgresql_it_answers_503_and_afterwards_takes_the_same_events(postgres_url: str) -> None:
    async with PgGate.open(postgres_url) as gate, Bridge.open(gate.url, timeout_seconds=0.5) as bridge:
        key = register_secret(await api_keys.add(bridge.database, "motcua.danang"))
        async with serving(bridge, key) as api:
            event = raw_event(new_code(), 2)
            gate.shut()
            status, headers, document = await api.post([event])
            assert_problem(status, headers, document, 503)
            assert int(headers["Retry-After"]) > 0
            gate.is_shut = False
            async with asyncio.timeout(10):
                while (answer := await api.post([event]))[0] == 503:
                    await asyncio.sleep(0.05)
            assert answer[2]["results"][0]["outcome"] == "accepted"


async def test_a_dossiers_notices_are_told_without_personal_data(api: Api) -> None:
    code = new_code()
    await api.bridge.take(history(code, [1, 2, 9]))
    status, answer = await api.get(f"/v1/dossiers/{code.lower()}/notices")
    assert status == 200
    assert (answer["dossier"], answer["status"]) == (code, 9)
    assert [notice["notice"] for notice in answer["notices"]] == ["submitted", "accepted", "finished"]
    assert {notice["state"] for notice in answer["notices"]} == {"pending"}
    rows = await api.bridge.notices(code)
    assert [notice["id"] for notice in answer["notices"]] == [str(row["id"]) for row in rows]
    assert [notice["tracking_id"] for notice in answer["notices"]] == [notices.tracking_id(row["id"]) for row in rows]
    for secret in ("905000001", "Nguyễn", "Minh Châu", "khai sinh"):
        assert secret not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.parametrize("written", [quote("03706/2026/07906", safe=""), "03706/2026/07906", "03706/2026%2F07906"])
async def test_a_code_with_slashes_is_found_whether_they_are_escaped_or_not(api: Api, written: str) -> None:
    await api.bridge.take([raw_event("03706/2026/07906", 2)])
    status, answer = await api.get(f"/v1/dossiers/{written}/notices")
    assert (status, answer["dossier"]) == (200, "03706/2026/07906")


@pytest.mark.parametrize(
    "code", ["H17.33.2-260302-9999", "x", "%00%00%00%00%00%00%00%00", "%ff%ff%ff%ff%ff%ff%ff%ff", "%F0%9F%98%80"]
)
async def test_an_unknown_dossier_answers_404(api: Api, code: str) -> None:
    status, document = await api.get(f"/v1/dossiers/{code}/notices")
    assert status == 404
    assert document["status"] == 404


async def test_many_posts_at_once_are_all_answered(api: Api) -> None:
    batches: Sequence[list[dict[str, Any]]] = [history(new_code(), [1, 2, 9]) for _ in range(20)]
    answers = await asyncio.gather(*(api.post(batch) for batch in batches))
    assert {status for status, _, _ in answers} == {200}
    for batch in batches:
        assert len(await api.bridge.told(batch[0]["subject"])) == 3
