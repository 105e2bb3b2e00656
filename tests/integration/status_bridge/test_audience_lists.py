"""Uploaded lists as audiences, and their end: given up, over, erased."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from status_bridge.broadcasts.audience_rows import count
from status_bridge.lists.reading import Reading, read_list
from storage import erasure, recipient_lists, subject
from storage.audiences import Audience
from storage.database import Database
from storage.recipient_lists import RecipientList
from tests.integration.status_bridge.people_of_audiences import CIPHER, Town

A, B, C = "84905000001", "84905000002", "84905000003"
ROWS = "SĐT,Họ tên\n0905000003,Cúc\n0905000001,An\nkhông có,X\n0905000002,Bình\n"


@pytest.fixture
async def town(postgres_url: str) -> AsyncIterator[Town]:
    async with Database(postgres_url) as database:
        yield Town(database)


async def _begin(town: Town, *, keep_seconds: float = 3600) -> int:
    async with town.database.transaction() as connection:
        return await recipient_lists.begin(
            connection,
            name="Tổ 5",
            unit="H17.33.2",
            file_name="to5.csv",
            officer="lan",
            size=len(ROWS.encode()),
            keep_seconds=keep_seconds,
        )


async def _upload(town: Town, tmp_path: Path, *, keep_seconds: float = 3600) -> RecipientList:
    path = tmp_path / "list"
    path.write_text(ROWS)
    list_id = await _begin(town, keep_seconds=keep_seconds)
    assert await read_list(town.database, CIPHER, Reading(list_id, path, 100))
    return await _find(town, list_id)


async def _find(town: Town, list_id: int) -> RecipientList:
    found = await recipient_lists.find(town.database, list_id, None)
    assert found is not None
    return found


async def test_a_lists_people_come_in_its_order_with_its_columns_as_values(town: Town, tmp_path: Path) -> None:
    await town.opt_out(C)
    found = await _upload(town, tmp_path)
    assert (found.good, found.wrong, found.opted_out) == (2, 1, 1)
    await town.opt_out(B)  # after the upload
    await town.dossier(A, agency_code="H17.33.2")
    audience = Audience(kind="list", list_id=found.id)
    people = await town.reach(audience, limit=1)
    assert [(one.phone, dict(one.values)) for one in people] == [(A, {"ho_ten": "An"})]
    assert (await count(town.database, audience)).opted_out == 1
    elsewhere = Audience(kind="list", list_id=found.id, units=("H17.40",))
    assert await town.reach(elsewhere) == []


async def test_the_same_rows_have_the_same_digest_and_other_values_another(town: Town, tmp_path: Path) -> None:
    first, second = await _upload(town, tmp_path), await _upload(town, tmp_path)
    assert first.digest == second.digest
    path = tmp_path / "list"
    path.write_text(ROWS.replace("An", "Ân"))
    other = await _begin(town)
    assert await read_list(town.database, CIPHER, Reading(other, path, 100))
    assert (await _find(town, other)).digest != first.digest


async def test_a_reading_of_which_nothing_is_heard_has_failed_and_may_be_repeated(town: Town, tmp_path: Path) -> None:
    silent = await _begin(town)
    assert await recipient_lists.fail_stale(town.database) == 0
    assert await recipient_lists.fail_stale(town.database, seconds=-1) == 1
    assert ((await _find(town, silent)).state, (await _find(town, silent)).reason) == ("failed", "interrupted")
    path = tmp_path / "list"
    path.write_text(ROWS)
    late = Reading(silent, path, 100)
    assert not await read_list(town.database, CIPHER, late), "one that wakes up late writes nothing more"
    assert (await town.reach(Audience(kind="list", list_id=silent))) == []
    assert (await _upload(town, tmp_path)).state == "ready"


async def test_a_list_whose_time_is_over_goes_with_its_rows(town: Town, tmp_path: Path) -> None:
    old = await _upload(town, tmp_path, keep_seconds=-1)
    young = await _upload(town, tmp_path)
    assert await recipient_lists.drop_old(town.database) == 4
    assert await recipient_lists.find(town.database, old.id, None) is None
    assert len(await town.reach(Audience(kind="list", list_id=young.id))) == 3


async def test_an_erased_citizen_is_in_no_list_and_no_subscription_any_more(town: Town, tmp_path: Path) -> None:
    found = await _upload(town, tmp_path)
    await town.subscribe(A, "storm")
    known = await subject.export(town.database, CIPHER, A)
    assert [one["name"] for one in known["uploaded_lists"]] == ["Tổ 5"]
    assert [one["category"] for one in known["announcements"]] == ["storm"]
    await erasure.erase_phone(town.database, CIPHER, A, number="XD-1")
    assert {one.phone for one in await town.reach(Audience(kind="list", list_id=found.id))} == {B, C}
    assert await town.reach(Audience(kind="subscribers", category="storm")) == []
