"""Ways around the second person: a count made anew, a list of others, a stream that outlives its thing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.console.broadcast_town import NEIGHBOUR, PEOPLE, UNIT, Hall, open_hall
from tests.integration.console.test_lists import read_to_its_end, send
from tests.office import open_office

ROOT = "/console/broadcasts"


@pytest.fixture
async def hall(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Hall]:
    settings = {"broadcast_approval_people": len(PEOPLE) + 1, "official_domains": ("danang.gov.vn",)}
    async with open_office(postgres_url, redis_url, data_dir, **settings) as office:
        yield await open_hall(office)


async def grow(hall: Hall, by: int = 30) -> None:
    for number in range(by):
        await hall.town.dossier(f"849060000{number:02}")


async def test_counting_anew_does_not_take_the_place_of_an_approval(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    number = await hall.write(lan)
    await lan.post(f"{ROOT}/{number}/estimate")
    await lan.post(f"{ROOT}/{number}/submit")
    assert (await hall.see(number)).state == "approved"  # few enough that nobody else must look
    await grow(hall)
    await lan.post(f"{ROOT}/{number}/estimate")
    await lan.post(f"{ROOT}/{number}/start")
    after = await hall.see(number)
    assert (after.state, after.started_at) == ("draft", None)


async def test_a_pause_before_the_first_row_does_not_let_an_audience_grow(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    number = await hall.write(lan)
    for step in ("estimate", "submit", "start", "pause"):
        await lan.post(f"{ROOT}/{number}/{step}")
    assert (await hall.see(number)).resumes_as == "preparing"
    await grow(hall)
    assert "notice bad" in (await lan.post(f"{ROOT}/{number}/resume")).text
    assert (await hall.see(number)).state == "paused"


async def test_what_an_approver_looks_at_is_not_counted_anew_meanwhile(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    await grow(hall, 5)
    number = await hall.submitted(lan)
    seen = (await hall.see(number)).estimate
    await grow(hall)
    await lan.post(f"{ROOT}/{number}/estimate")
    assert (await hall.see(number)).estimate == seen


async def test_a_list_or_an_audience_of_another_unit_is_not_to_be_had(hall: Hall) -> None:
    minh = await hall.office.sign_in("minh", (NEIGHBOUR, "author"))
    theirs = await read_to_its_end(hall.office, await send(minh, "Số điện thoại\n0905000001\n", unit=NEIGHBOUR))
    lan = await hall.office.sign_in("lan", (UNIT, "author"), (NEIGHBOUR, "viewer"))
    before = len(await hall.office.database.fetch("SELECT id FROM broadcasts", {}))
    for fields in (
        {"audience": "list", "list_id": str(theirs.id)},
        {"audience": "list", "list_id": str(theirs.id), "step": "count"},
        {"audience": "dossiers", "units": NEIGHBOUR},
        {"audience": "dossiers", "units": NEIGHBOUR, "step": "count"},
        {"audience": "dossiers", "unit": NEIGHBOUR},
        {"audience": "dossiers", "unit": "*"},
        {"audience": "dossiers", "unit": "H17"},
    ):
        from tests.integration.console.broadcast_town import FIELDS

        answer = await lan.post(f"{ROOT}/new", FIELDS | fields)
        assert answer.status in (403, 404, 422), fields
        assert "người sẽ nhận" not in answer.text
    assert len(await hall.office.database.fetch("SELECT id FROM broadcasts", {})) == before


async def test_a_live_part_ends_in_order_when_its_thing_is_gone(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    mine = await read_to_its_end(hall.office, await send(lan, "Số điện thoại\n0905000001\n"))
    url = hall.office.url(f"/console/lists/{mine.id}/live")
    async with asyncio.timeout(20), lan.client.get(url) as response:
        assert b"data:" in await response.content.readline()
        assert (await lan.post(f"/console/lists/{mine.id}/delete")).status == 200
        rest = await response.content.read()
    assert rest.endswith(b"event: over\ndata: session\n\n")
    assert b"<!doctype" not in rest
