"""Broadcasts in real Chromium: made, approved and stopped with the keyboard alone, wide and narrow; axe everywhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.console_pages import DESKTOP, PHONE, window
from tests.integration.console.broadcast_town import NUMBER, UNIT, Hall, open_hall
from tests.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Look = Callable[..., Awaitable[list[str]]]
ROOT = "/console/broadcasts"
MOST_TABS = 90


@pytest_asyncio.fixture(loop_scope="session")
async def hall(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Hall]:
    settings = {"broadcast_approval_people": 2, "broadcast_canary_minutes": 0}
    async with open_office(postgres_url, redis_url, data_dir, **settings) as office:
        yield await open_hall(office)


async def go_to(page: Page, place: Locator) -> None:
    """Press Tab until the place has the keyboard."""
    for _ in range(MOST_TABS):
        if await place.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {place}")


async def type_in(page: Page, label: str, text: str) -> None:
    await go_to(page, page.get_by_role("textbox", name=label).first)
    await page.keyboard.insert_text(text)


async def press(page: Page, name: str) -> None:
    """Reach a button and press it, and the one of its question too, if it asks."""
    await go_to(page, page.get_by_role("button", name=name, exact=True).first)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def press_and_confirm(page: Page, name: str) -> None:
    await go_to(page, page.get_by_role("button", name=name, exact=True).first)
    await page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    await go_to(page, dialog.get_by_role("button", name=name, exact=True))
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def check(page: Page, look: Look) -> None:
    assert await look(page) == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_broadcast_is_made_approved_and_stopped_by_keyboard_alone(
    chromium: Browser, hall: Hall, violations_of: Look, size: dict[str, int]
) -> None:
    office = hall.office
    lan = await office.sign_in("lan", (UNIT, "author"), name="Lan")
    minh = await office.sign_in("minh", (UNIT, "approver"), name="Minh")
    async with window(chromium, office, lan, size=size) as (page, troubles):
        await page.goto(office.url(ROOT))
        await check(page, violations_of)
        await go_to(page, page.get_by_role("link", name="Soạn thông báo"))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/new")
        await type_in(page, "Tên thông báo", "Cắt điện")
        await type_in(page, "Tiêu đề", "Cắt điện")
        await type_in(page, "Nội dung", "Kính gửi {ten}: cắt điện từ 8 giờ.")
        await type_in(page, "Đơn vị (bắt buộc)", "UBND phường Hải Châu")
        await type_in(page, "Toàn văn", "Cắt điện từ 8 giờ.")
        await type_in(page, "Tin nhắn SMS", "Cắt điện từ 8 giờ.")
        await expect(page.locator(".count", has_text="1/3 phần, 500 đ")).to_be_visible()
        await check(page, violations_of)
        await press(page, "Lưu bản nháp")
        number = (NUMBER.search(page.url) or pytest.fail(page.url)).group()
        await press(page, "Xem với người nhận thật")
        await check(page, violations_of)
        await press(page, "Đếm và dự tính")
        await press(page, "Gửi duyệt")
        async with window(chromium, office, minh, size=size) as (other, more_troubles):
            await other.goto(office.url(f"{ROOT}/{number}/approve"))
            await check(other, violations_of)
            await press(other, "Duyệt nội dung này")
            assert more_troubles == []
        await page.goto(office.url(f"{ROOT}/{number}"))
        await press(page, "Bắt đầu gửi")
        async with hall.sending():
            await expect(page.locator("#progress-figures")).to_contain_text("/ 3", timeout=10_000)
            await press(page, "Tạm dừng")
            await expect(page.locator("#progress-state")).to_contain_text("Tạm dừng")
            await check(page, violations_of)
            await press(page, "Gửi tiếp")
            deadline = time.monotonic() + 15
            while (await hall.see(number)).state != "done":
                assert time.monotonic() < deadline
                await hall.deliver(number)
                await asyncio.sleep(0.1)
            await expect(page.locator("#progress-state")).to_contain_text("Đã xong", timeout=10_000)
        await page.goto(office.url(f"{ROOT}/{number}/report"))
        await check(page, violations_of)
        assert troubles == []
    assert (await hall.see(number)).state == "done"


async def test_everything_works_without_javascript(chromium: Browser, hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    number = await hall.approved(lan, minh)
    async with window(chromium, hall.office, lan, scripts=False) as (page, _):
        await page.goto(hall.office.url(f"{ROOT}/{number}"))
        await page.get_by_role("button", name="Bắt đầu gửi").click()
        await page.locator("summary", has_text="Hủy hẳn").click()
        await page.get_by_role("button", name="Hủy hẳn").click()
        await expect(page.locator("#progress-state")).to_contain_text("Đã hủy")
