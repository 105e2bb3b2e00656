"""A broadcast through its pages: written, counted, approved by somebody else, sent, stopped, told of."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.console.broadcast_town import FIELDS, PEOPLE, UNIT, Hall, open_hall
from tests.office import open_office

ROOT = "/console/broadcasts"


@pytest.fixture
async def hall(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Hall]:
    settings = {"broadcast_approval_people": 2, "broadcast_canary_minutes": 0, "official_domains": ("danang.gov.vn",)}
    async with open_office(postgres_url, redis_url, data_dir, **settings) as office:
        yield await open_hall(office)


async def until(holds: Callable[[], Awaitable[object]], what: str) -> None:
    deadline = time.monotonic() + 15
    while not await holds():
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.05)


async def test_a_broadcast_goes_from_a_form_to_its_report(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"), name="Lan")
    minh = await hall.office.sign_in("minh", (UNIT, "approver"), name="Minh")
    counted = await lan.post(f"{ROOT}/new", FIELDS | {"step": "count"})
    assert "3 người sẽ nhận" in counted.text
    number = await hall.write(lan)
    page = f"{ROOT}/{number}"
    seen = await lan.post(f"{page}/preview")
    assert seen.status == 200
    assert "N*** Châu" in seen.text
    assert not any(phone in seen.text or f"0{phone[2:]}" in seen.text for phone in PEOPLE)
    assert "Cần 1 người khác duyệt" in (await lan.post(f"{page}/estimate")).text
    assert "Chờ duyệt" in (await lan.post(f"{page}/submit")).text
    look = await minh.get(f"{page}/approve")
    assert (await hall.see(number)).content_hash.hex()[:12] in look.text  # type: ignore[union-attr]
    assert "Bắt đầu gửi" in (await hall.decide(minh, number)).text
    assert "Đã bắt đầu" in (await lan.post(f"{page}/start")).text
    async with hall.sending():

        async def is_done() -> bool:
            await hall.deliver(number, failed=1)
            return (await hall.see(number)).state in ("done", "halted")

        await until(is_done, "the end")
    told = await lan.get(f"{page}/report")
    assert "không có tài khoản Zalo" in told.text
    assert "+84" not in told.text
    assert ("officer:minh", "approve") in await hall.log(number)
    assert "Bắt đầu gửi" in (await lan.get(page)).text


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("list_expires", "danh sách không dùng được nữa"), ("link_not_official", "nội dung không còn đúng quy định")],
)
async def test_one_that_could_not_begin_says_so_in_words(hall: Hall, reason: str, sentence: str) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    number = await hall.write(lan)
    await hall.office.database.fetch(
        "UPDATE broadcasts SET reason = %(reason)s WHERE number = %(number)s RETURNING id",
        {"reason": reason, "number": number},
    )
    page = await lan.get(f"{ROOT}/{number}")
    assert sentence in page.text
    assert reason not in page.text
