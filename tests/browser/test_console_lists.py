"""Lists of recipients and saved audiences in real Chromium: made by keyboard, clean for axe, fit for a phone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.console_pages import DESKTOP, PHONE, window
from tests.office import Desktop, Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Look = Callable[..., Awaitable[list[str]]]
UNIT = "H17.33.2"
GOOD = [f"0905{place:06d},Nguyễn Thị {place},Tổ {place}" for place in range(40)]
WRONG = ["02363822222,Trần Văn A,Tổ 1", "9.05E+08,Lê Thị B,Tổ 2", "không có,<b>C</b>,Tổ 3", "0905000001,Lần hai,Tổ 1"]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[tuple[Office, Desktop]]:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        yield office, await office.sign_in("lan", (UNIT, "author"), name="Nguyễn Thị Lan")


async def press_to(page: Page, selector: str, *, most: int = 60) -> None:
    """Go on with Tab until an element has the focus."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


async def is_too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


async def test_a_list_and_an_audience_are_made_by_keyboard_and_read_on_a_phone(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look, tmp_path: Path
) -> None:
    office, lan = desk
    file = tmp_path / "cup-dien.csv"
    file.write_text("Số điện thoại,Họ và tên,Địa chỉ\n" + "\n".join(GOOD + WRONG) + "\n")
    paths = ["/console/lists", "/console/audiences"]
    async with window(chromium, office, lan, size=DESKTOP) as (page, troubles):
        await page.goto(office.url("/console/broadcasts"))
        await press_to(page, 'a[href="/console/lists"]')
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/lists")
        await press_to(page, "input[name=name]")
        await page.keyboard.type("Tổ 5, cúp điện")
        await page.set_input_files("input[name=file]", file)
        await press_to(page, "form[enctype] button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/lists/*")
        # It is read meanwhile: either the page came after that, or its live part says so and leads on.
        await expect(page.get_by_text("đã sẵn sàng để gửi").first).to_be_visible(timeout=60_000)
        if await page.get_by_role("link", name="Xem các dòng đầu").count():
            await press_to(page, "[data-live] a")
            await page.keyboard.press("Enter")
        await expect(page.get_by_text("0905***001").first).to_be_visible()
        paths.append(page.url.removeprefix(office.url("")))
        assert "<b>C" not in await page.content()
        await page.goto(office.url("/console/audiences"))
        await press_to(page, "input[name=name]")
        await page.keyboard.type("Người nộp ở phường")
        await press_to(page, "main form button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/audiences/*")
        paths.append(page.url.removeprefix(office.url("")))
        for path in paths:
            await page.goto(office.url(path))
            assert await violations_of(page) == []
            assert not await is_too_wide(page)
        assert troubles == []
    async with window(chromium, office, lan, size=PHONE, dark=True) as (page, troubles):
        for path in paths:
            await page.goto(office.url(path))
            assert await violations_of(page) == []
            assert not await is_too_wide(page)
        assert troubles == []
