"""`/v1/broadcasts` over a real server: a key's broadcast, its limits, and every refusal."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.bodies import read_body
from bot.problems import problem
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.route_policy import Policy
from status_bridge.sources.broadcast_api import MAX_BODY_BYTES, BroadcastApi
from storage import api_keys, audit, officers
from storage.database import Database
from storage.officers import Grant, Role
from tests.engines import register_secret
from tests.integration.status_bridge.people_of_audiences import CIPHER, Town

UNIT, NEIGHBOUR = "H17.33.2", "H17.33.3"
BODY = {
    "title": "Cắt nước",
    "message": {
        "text": "Cắt nước ngày 25/11.",
        "params": {"tieu_de": "Cắt nước", "noi_dung": "Cắt nước từ 8 giờ.", "don_vi": "UBND phường"},
    },
    "audience": {"kind": "dossiers", "units": [UNIT]},
}


@dataclass
class Api:
    """A server with keys of two units, and one for events."""

    client: TestClient[web.Request, web.Application]
    database: Database
    desk: BroadcastDesk
    keys: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, *, key: str = UNIT) -> tuple[int, Any, Any]:
        """Return status, headers and document."""
        headers = {"Authorization": f"Bearer {self.keys.get(key, key)}"}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        async with self.client.request(method, f"/v1/broadcasts{path}", data=data, headers=headers) as answer:
            text = await answer.text()
            return answer.status, answer.headers, json.loads(text) if "json" in answer.content_type else text

    async def create(self, **fields: Any) -> str:
        status, _, made = await self.call("POST", "", BODY | fields)
        assert status == 201, made
        return str(made["number"])


@pytest.fixture
async def api(postgres_url: str) -> AsyncIterator[Api]:
    async with Database(postgres_url) as database:
        config = BroadcastConfig(
            route=Policy(channels=frozenset({"zalo_template"}), templates={"announcement": "400201"}),
            templates={},
            official_domains=("danang.gov.vn",),
            approval_people=2,
        )
        desk = BroadcastDesk(database, CIPHER, config)
        town = Town(database)
        for number in (1, 2, 3):
            await town.dossier(f"8490500000{number}")
        keys = {
            unit: register_secret(await api_keys.add(database, "city.alerts", scopes=["broadcasts"], unit=unit))
            for unit in (UNIT, NEIGHBOUR)
        } | {"events": register_secret(await api_keys.add(database, "motcua.danang"))}
        routes = BroadcastApi(
            desk, find_key=lambda key: api_keys.find(database, key), read_body=read_body, problem=problem
        ).routes()
        app = web.Application()
        app.add_routes(routes)
        async with TestClient(TestServer(app)) as client:
            yield Api(client, database, desk, keys)


async def test_a_system_announces_and_people_approve(api: Api) -> None:
    status, headers, made = await api.call("POST", "", BODY)
    number = made["number"]
    assert (status, headers["Location"], made["state"]) == (201, f"/v1/broadcasts/{number}", "draft")
    assert made["unit"] == UNIT
    status, _, after = await api.call("POST", f"/{number}/submit")
    assert (status, after["state"], after["estimate"]["people"]) == (200, "submitted", 3)
    assert (await api.call("POST", f"/{number}/start"))[0] == 409
    async with api.database.transaction() as connection:
        await officers.add(
            connection,
            login="minh",
            name="Minh",
            grants=[Grant(UNIT, Role.APPROVER)],
            password_hash=None,
            created_by="test",
        )
    minh = await officers.find(api.database, login="minh")
    assert minh is not None
    await api.desk.decide(number, minh, "approved", after["content_hash"])
    assert (await api.call("POST", f"/{number}/start"))[2]["state"] == "preparing"
    for verb, state in (("pause", "paused"), ("resume", "preparing"), ("cancel", "cancelled")):
        assert (await api.call("POST", f"/{number}/{verb}"))[2]["state"] == state
    assert (await api.call("GET", f"/{number}"))[2]["state"] == "cancelled"
    assert (await api.call("GET", f"/{number}/report"))[2]["people"] == 0
    [key] = [one for one in await api_keys.all_keys(api.database) if one.unit == UNIT]
    rows = await audit.search(api.database, object=number)
    assert {row.actor for row in rows if row.action != "broadcast.approve"} == {f"key:{key.id}"}


async def test_below_the_thresholds_nobody_else_must_look(api: Api) -> None:
    number = await api.create(audience={"kind": "dossiers", "units": [UNIT], "statuses": [9]})
    status, _, refused = await api.call("POST", f"/{number}/submit")
    assert (status, refused["errors"][0]["code"]) == (422, "nobody_reached")


async def test_keys_of_others_and_for_others_open_nothing(api: Api) -> None:
    number = await api.create()
    for method, path in (
        ("GET", f"/{number}"),
        ("GET", f"/{number}/report"),
        *(("POST", f"/{number}/{verb}") for verb in ("submit", "start", "pause", "resume", "cancel")),
    ):
        assert (await api.call(method, path, key=NEIGHBOUR))[0] == 404
        assert (await api.call(method, path, key="events"))[0] == 403
        assert (await api.call(method, path, key="hoso_0_no"))[0] == 401
    assert (await api.call("POST", "", BODY | {"unit": NEIGHBOUR}))[0] == 403
    status, _, refused = await api.call("POST", "", BODY | {"audience": {"kind": "dossiers", "units": [NEIGHBOUR]}})
    assert (status, refused["errors"][0]["code"]) == (422, "audience_beyond_unit")


async def test_a_body_that_breaks_a_rule_is_told_field_by_field(api: Api) -> None:
    for body, status in ((b"{", 400), (["no"], 422), ({"title": "x"}, 422)):
        answered, headers, document = await api.call("POST", "", body)
        assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
        assert document["status"] == status
    for odd in (
        {"category": "a\0"},
        {"unit": "\ud800"},
        {"audience": {"units": [UNIT], "due_until": "9999-12-31"}},
        {"audience": {"units": [UNIT], "statuses": [10**17]}},
        {"scheduled_at": "0001-01-01T00:00:00+07:00"},
        {"canary_percent": 10**400},
    ):
        assert (await api.call("POST", "", BODY | odd))[0] in (400, 422), odd
    assert (await api.call("POST", "", b"x" * (MAX_BODY_BYTES + 1)))[0] == 413
    wrong = BODY | {"message": BODY["message"] | {"text": "Xem http://xau.example/{mo}"}}  # type: ignore[operator]
    status, _, refused = await api.call("POST", "", wrong)
    codes = {(one["field"], one["code"]) for one in refused["errors"]}
    assert status == 422
    assert {("text", "link_in_text"), ("text", "placeholder_unknown")} <= codes
    assert (await api.call("POST", "", BODY | {"state": "approved"}))[0] == 422
