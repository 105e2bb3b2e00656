"""The components in real Chromium: axe, sizes, keyboard, and without JavaScript."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.console_pages import DESKTOP, PHONE, SMALLEST, window
from tests.office import Desktop, Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Look = Callable[..., Awaitable[list[str]]]
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
    .filter((one) => one.checkVisibility() && !one.closest('p, .unseen, .notice') && !one.classList.contains('skip'))
    .filter((one) => !['checkbox', 'radio'].includes(one.type))  // with their labels they are larger
    .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
    .filter(([, height]) => height < 24)"""
FOCUSED = """(() => { const one = document.activeElement;
    return one === document.body ? null : one.id || one.outerHTML.slice(0, 60) })()"""
OUTLINE = "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth })()"


@pytest_asyncio.fixture(loop_scope="session")
async def desk(postgres_url: str, redis_url: str, data_dir: object) -> AsyncIterator[tuple[Office, Desktop]]:
    async with open_office(postgres_url, redis_url, data_dir) as office:  # type: ignore[arg-type]
        yield office, await office.sign_in("lan", ("*", "administrator"), ("*", "author"), name="Nguyễn Thị Lan")


async def is_too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


async def test_axe_finds_nothing_in_any_component_light_or_dark_wide_or_narrow(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look
) -> None:
    office, lan = desk
    for size in (DESKTOP, PHONE):
        for dark in (False, True):
            async with window(chromium, office, lan, size=size, dark=dark) as (page, troubles):
                await page.goto(office.url("/console/design"))
                assert await violations_of(page) == [], (size, dark)
                assert await page.evaluate(SMALL_TARGETS) == []
                assert not await is_too_wide(page)
                assert troubles == []
    async with window(chromium, office, lan, size=SMALLEST) as (page, _):
        await page.goto(office.url("/console/design"))
        assert not await is_too_wide(page)


async def test_the_menu_of_a_phone_opens_and_leads_on_without_javascript(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look
) -> None:
    office, lan = desk
    async with window(chromium, office, lan, size=PHONE, scripts=False) as (page, _):
        await page.goto(office.url("/console/design"))
        assert not await page.locator(".menu-wide").is_visible()
        entry = page.locator(".menu-small nav a").first
        assert not await entry.is_visible()
        await page.locator(".menu-small summary").click()
        box = await entry.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        await entry.click()
        assert page.url.endswith("/console/")
    async with window(chromium, office, lan, size=PHONE) as (page, _):
        await page.goto(office.url("/console/design"))
        await page.locator(".menu-small summary").click()
        assert await violations_of(page, ".side") == []
        await page.keyboard.press("Escape")
        assert not await page.locator(".menu-small nav").is_visible()


async def test_the_keyboard_reaches_everything_in_the_order_of_the_page(
    chromium: Browser, desk: tuple[Office, Desktop]
) -> None:
    office, lan = desk
    async with window(chromium, office, lan) as (page, _):
        await page.goto(office.url("/console/"))
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        box = await page.locator(".skip").bounding_box()
        assert box is not None
        assert box["y"] >= 0  # seen when it has the focus
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")
        await page.goto(office.url("/console/design"))
        reached = set()
        await page.keyboard.press("Tab")
        while (focused := await page.evaluate(FOCUSED)) is not None:
            reached.add(focused)
            assert await page.evaluate(OUTLINE) == "solid3px", focused
            await page.keyboard.press("Tab")
        assert {"f-code", "f-day", "f-text", "f-unit", "f-purpose", "f-agree"} <= reached


async def test_a_question_is_asked_before_an_action_with_and_without_javascript(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look
) -> None:
    office, lan = desk
    async with window(chromium, office, lan) as (page, troubles):
        await page.goto(office.url("/console/design"))
        await page.get_by_role("button", name="Dừng gửi").click()
        dialog = page.get_by_role("dialog", name="Những người chưa nhận")
        assert await dialog.is_visible()
        assert await page.evaluate("document.activeElement.textContent") == "Không, quay lại"
        assert await violations_of(page, "dialog") == []
        await page.keyboard.press("Escape")
        assert not await dialog.is_visible()
        assert await page.evaluate("document.activeElement.textContent") == "Dừng gửi"
        assert troubles == []
    async with window(chromium, office, lan, scripts=False) as (page, _):
        await page.goto(office.url("/console/design"))
        assert not await page.locator(".confirm-box button").is_visible()
        await page.locator(".confirm summary").click()
        assert await page.locator(".confirm-box button").is_visible()


async def test_characters_are_counted_as_the_platforms_count_them(
    chromium: Browser, desk: tuple[Office, Desktop]
) -> None:
    office, lan = desk
    async with window(chromium, office, lan) as (page, _):
        await page.goto(office.url("/console/design"))
        field = page.get_by_label("Nội dung")
        await field.fill("Tiê\u0301ng 😀")  # a letter in two code points, and one beyond the first 65,536
        assert await page.locator("#f-text-count").text_content() == "7 / 160"
        await field.fill("a" * 161)
        assert "over" in (await page.locator("#f-text-count").get_attribute("class") or "")


async def test_errors_and_missing_pages_look_like_the_rest(
    chromium: Browser, desk: tuple[Office, Desktop], violations_of: Look
) -> None:
    office, lan = desk
    for who in (lan, None):
        async with window(chromium, office, who) as (page, _):
            answer = await page.goto(office.url("/console/nowhere"))
            assert answer is not None
            assert answer.status == 404
            assert await page.get_by_role("heading", name="Không tìm thấy").is_visible()
            assert await violations_of(page) == []
            assert await page.locator(".menu-wide").count() == (1 if who else 0)


async def test_a_printed_page_has_no_menu_and_no_buttons(chromium: Browser, desk: tuple[Office, Desktop]) -> None:
    office, lan = desk
    async with window(chromium, office, lan) as (page, _):
        await page.goto(office.url("/console/design"))
        await page.emulate_media(media="print")
        assert not await page.locator(".side").is_visible()
        assert not await page.locator(".actions").first.is_visible()
        assert await page.get_by_role("heading", name="Bộ thành phần").is_visible()
