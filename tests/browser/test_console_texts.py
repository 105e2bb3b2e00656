"""Texts and administration in a real browser: by keyboard alone from writing to approval, axe clean, both widths."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from storage import places, templates
from storage.places import Unit
from tests.browser.console_pages import DESKTOP, PHONE, window
from tests.office import Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TEXT = "/console/texts/finished/vi/text"
WORDS = "Hồ sơ {{ code }} đã xong."
DAY = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


@pytest_asyncio.fixture(loop_scope="session")
async def office(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Office]:
    async with open_office(postgres_url, redis_url, data_dir) as opened:
        yield opened


async def press_to(page: Page, target: str, *, most: int = 80) -> None:
    """Go to an element by the tabulator key."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("target => document.activeElement?.matches(target) ?? false", target):
            return
    raise AssertionError(f"the keyboard does not reach {target}")


async def test_by_keyboard_alone_a_text_is_written_seen_on_the_phone_and_approved(
    office: Office, chromium: Browser
) -> None:
    lan = await office.sign_in("lan", ("*", "author"), name="Trần Thị Lan")
    minh = await office.sign_in("minh", ("*", "approver"), name="Lê Văn Minh")
    async with window(chromium, office, lan) as (page, troubles):
        await page.goto(office.url(TEXT))
        await press_to(page, "#f-text")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("{{ nobody }}")
        await expect(page.locator("#look")).to_contain_text("Không có chỗ điền tên nobody.")  # while it is typed
        await page.keyboard.press("Control+A")
        await page.keyboard.type(WORDS)
        await expect(page.locator("#look .bubble-text")).to_have_text("Hồ sơ H17.33.2-260302-0001 đã xong.")
        await press_to(page, "button[value=submit]")
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_contain_text("Đã gửi duyệt.")
        assert troubles == []
    [version] = await templates.waiting(office.database)
    async with window(chromium, office, minh, size=PHONE) as (page, troubles):
        await page.goto(office.url("/console/texts"))
        await press_to(page, f'a[href="/console/texts/{version.id}"]')
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/texts/{version.id}")
        await press_to(page, 'form[action$="/approve"] button')
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_contain_text("Đã duyệt.")
        assert troubles == []
    [in_force] = await templates.in_force(office.database)
    assert (in_force.body.text, in_force.approver) == (WORDS, "minh")


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop", "phone"])
async def test_axe_finds_nothing_and_nothing_is_cut_off(
    office: Office,
    chromium: Browser,
    violations_of: Callable[..., Awaitable[list[str]]],
    size: dict[str, int],
    dark: bool,
) -> None:
    lan = await office.sign_in("lan", ("*", "author"), ("*", "approver"), ("*", "administrator"), name="Trần Thị Lan")
    await lan.post(TEXT, {"text": WORDS, "do": "submit"})
    [version] = await templates.waiting(office.database)
    place = Unit(code="H17.33.2", name="Phường Hải Châu", kind="ward", address="270 Trần Phú", source="UBND phường")
    await places.store(office.database, [place])
    await lan.post("/console/admin/days", {"first": DAY, "last": DAY, "kind": "off", "reason": "Bão số 12 " * 8})
    async with window(chromium, office, lan, size=size, dark=dark) as (page, troubles):
        for path in (
            "/console/texts",
            TEXT,
            "/console/texts/finished/vi/template",
            f"/console/texts/{version.id}",
            "/console/admin/officers",
            "/console/admin/keys",
            "/console/admin/accounts",
            "/console/admin/units",
            "/console/admin/units/H17.33.2",
            "/console/admin/days",
            "/console/admin/settings",
            "/console/admin/audit",
            "/console/me",
        ):
            answer = await page.goto(office.url(path))
            assert answer is not None, path
            assert answer.status == 200, path
            assert await violations_of(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert troubles == []
