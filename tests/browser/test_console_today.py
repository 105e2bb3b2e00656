"""Today in real Chromium: axe, pictures with their figures, live, and without JavaScript."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from console import today_figures
from storage import brake
from tests.browser.console_pages import DESKTOP, PHONE, window
from tests.console_sample import fill_office
from tests.office import Desktop, Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Look = Callable[..., Awaitable[list[str]]]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[tuple[Office, Desktop]]:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        await fill_office(office)
        yield office, await office.sign_in("lan", ("*", "administrator"), ("*", "approver"), name="Nguyễn Thị Lan")


async def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look
) -> None:
    office, lan = desk
    for size, dark in ((DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)):
        async with window(chromium, office, lan, size=size, dark=dark) as (page, troubles):
            await page.goto(office.url("/console/"))
            await page.locator("summary", has_text="Xem số liệu").click()
            assert await violations_of(page) == [], (size, dark)
            assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert troubles == []


async def test_the_picture_has_its_figures_behind_it_without_javascript(
    chromium: Browser, desk: tuple[Office, Desktop]
) -> None:
    office, lan = desk
    async with window(chromium, office, lan, scripts=False) as (page, _):
        await page.goto(office.url("/console/"))
        picture = page.get_by_role("img", name="Tin về hồ sơ theo giờ")
        assert await picture.is_visible()
        table = page.get_by_role("table", name="Tin về hồ sơ theo giờ")
        assert not await table.is_visible()
        await page.locator("summary", has_text="Xem số liệu").click()
        assert await table.is_visible()
        assert await table.get_by_role("row").count() == 25
        shown = await page.locator("#sums .figure-value").first.text_content()
        cells = await table.locator("td:nth-child(2)").all_text_contents()
        assert sum(int(cell) for cell in cells if cell != "–") == int(shown or "")


async def test_the_page_tells_of_the_brake_by_itself_and_keeps_what_is_open(
    chromium: Browser, desk: tuple[Office, Desktop], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, lan = desk
    monkeypatch.setattr("console.live.EVERY_SECONDS", 0.2)
    async with window(chromium, office, lan) as (page, troubles):
        await page.goto(office.url("/console/"))
        await page.locator("summary", has_text="Xem số liệu").click()
        await page.get_by_role("link", name="Hôm nay").focus()
        await brake.pull(office.database, "by_hand", detail="a test", by="test")
        alarm = page.get_by_role("alert")
        # The figures are kept for some seconds, then the stream tells.
        await expect(alarm).to_contain_text("Phanh khẩn cấp", timeout=(today_figures.FRESH_SECONDS + 10) * 1000)
        assert await page.get_by_role("table", name="Tin về hồ sơ theo giờ").is_visible()
        assert troubles == []
