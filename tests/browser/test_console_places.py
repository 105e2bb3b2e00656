"""Where the eye and the keyboard stand: the open tab is in view, and what was asked for has the focus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from storage import audit
from storage.audit import Entry
from tests.browser.console_pages import DESKTOP, PHONE, window
from tests.integration.console.broadcast_town import FIELDS, UNIT, Hall, open_hall
from tests.office import open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def hall(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Hall]:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        yield await open_hall(office)


async def test_on_a_phone_the_open_tab_and_what_was_asked_for_are_in_view(chromium: Browser, hall: Hall) -> None:
    office = hall.office
    lan = await office.sign_in("lan", (UNIT, "author"), (UNIT, "administrator"))
    async with window(chromium, office, lan, size=PHONE) as (page, troubles):
        await page.goto(office.url("/console/admin/audit"))
        await expect(page.locator(".tabs a[aria-current]")).to_be_in_viewport(ratio=0.9)
        await page.goto(office.url("/console/broadcasts/new"))
        for name in ("title", "params.tieu_de", "params.noi_dung", "params.don_vi", "text"):
            await page.locator(f"[name='{name}']").fill(FIELDS[name])
        await page.get_by_role("button", name="Đếm người nhận").click()
        await expect(page.get_by_text("3 người sẽ nhận")).to_be_in_viewport()
        assert await page.evaluate("document.activeElement.getAttribute('role')") == "status"
        number = await hall.write(lan)
        await page.goto(office.url(f"/console/broadcasts/{number}"))
        await page.get_by_role("button", name="Xem với người nhận thật").click()
        await expect(page.locator(".previews")).to_be_focused()
        await expect(page.locator(".previews li").first).to_be_in_viewport()
        assert troubles == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_long_detail_of_the_audit_log_makes_no_page_wider_than_the_screen(
    chromium: Browser, hall: Hall, size: dict[str, int]
) -> None:
    office = hall.office
    lan = await office.sign_in("lan", ("*", "administrator"))
    detail = {"needed": 2, "people": 32, "cost_vnd": 6400, "content_hash": "de2a5916" * 8}
    await audit.note(office.database, Entry("officer:" + "n" * 40, "broadcast.submit", "o" * 40, UNIT, detail, None))
    async with window(chromium, office, lan, size=size) as (page, troubles):
        await page.goto(office.url("/console/admin/audit"))
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert troubles == []
