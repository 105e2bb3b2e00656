"""Garbage for `/v1/broadcasts`: refused in words, never a failure of ours."""

import json
from typing import Any

from yarl import URL

from tests.integration.status_bridge.test_broadcast_api import BODY, UNIT, Api
from tests.integration.status_bridge.test_broadcast_api import api as api  # the fixture

FIELDS: tuple[dict[str, Any], ...] = (
    {"scheduled_at": "9999-12-31T23:59:59-12:00"},
    {"scheduled_at": "0001-01-01T00:00:00+14:00"},
    {"scheduled_at": -62135596800},
    {"canary_percent": 1e-300},
    {"unit": "x" * 50_000},
    {"unit": "*"},
    {"audience": {"kind": "list", "list_id": 10**30}},
    {"audience": {"kind": "list", "list_id": 2**63}},
    {"audience": {"kind": "list", "list_id": -1}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "statuses": [10**30]}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "submitted_from": "0001-01-01"}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "submitted_until": "9999-12-31"}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "due_until": "9999-12-31"}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "due_from": "0001-01-01"}},
    {"audience": {"kind": "dossiers", "units": [UNIT], "procedures": ["\u202e"]}},
)
BODIES = (b"[" * 60_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b'{"title":NaN}', b'"\\ud800"', b"\xff", b"")


async def ask(api: Api, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {api.keys[UNIT]}", "Content-Type": "application/json"}
    url = URL(str(api.client.make_url("/v1/broadcasts")).rstrip("/") + path, encoded=True)
    async with api.client.session.request(method, url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_garbage_is_refused(api: Api) -> None:
    for path in ("/TB%00", "/TB-AAAA%00AAAA/report", "/%ED%A0%80", "/%FF", "/..%2f..", f"/{'9' * 3000}"):
        assert (await ask(api, "GET", path))[0] == 404, path
    assert (await ask(api, "POST", "/TB%00/pause"))[0] == 404
    for body in BODIES:
        assert (await ask(api, "POST", "", body))[0] in (400, 422), body[:30]
    for fields in FIELDS:
        status, said = await ask(api, "POST", "", json.dumps(BODY | fields).encode())
        assert status < 500, fields
        if status == 201:
            submitted = await ask(api, "POST", f"/{json.loads(said)['number']}/submit")
            assert submitted[0] < 500, fields
            assert (await ask(api, "POST", f"/{json.loads(said)['number']}/start"))[0] < 500, fields
