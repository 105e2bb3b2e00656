"""The pages about dossiers in a real browser: each task by mouse and by keyboard alone, at both widths, axe clean.

With HOSO_PICTURES=<folder> the pages are photographed there, as for docs/console-dossiers.md.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.conftest import DESKTOP, PHONE, PageOpener
from tests.integration.console.dossier_town import (
    HAI_CHAU,
    NAME,
    audited,
    code_in,
    event,
    notices_of,
    set_notice,
    take,
)
from tests.office import Desktop, Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Look = Callable[..., Awaitable[list[str]]]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
LATE, FAILED, WAITING = code_in(HAI_CHAU, 1), code_in(HAI_CHAU, 2), code_in(HAI_CHAU, 3)


@pytest_asyncio.fixture(loop_scope="session")
async def office(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Office]:
    async with open_office(postgres_url, redis_url, data_dir) as opened:
        now = datetime.now(UTC).replace(microsecond=0)
        late = (now - timedelta(days=4)).isoformat()
        await take(
            opened,
            event(LATE, 2, ago=timedelta(days=2), due_at=late),
            event(LATE, 5, ago=timedelta(days=1), due_at=late, supplement={"items": ["Bản sao giấy chứng sinh"]}),
            event(LATE, 4, due_at=late),
            event(FAILED, 2),
            event(WAITING, 2, applicant={"name": NAME, "phone": "02363822222", "email": None}),
        )
        await set_notice(
            opened,
            FAILED,
            state="failed",
            reason="recipient_unreachable:-118",
            route='[{"channel": "zalo_template", "why": "phone_in_dossier", "outcome": "refused", "code": "-118",'
            ' "skipped": [["zalo_oa", "no_user"]], "next": "next_channel"}]',
        )
        yield opened


async def open_as(open_page: PageOpener, officer: Desktop, path: str, *, size: str, dark: bool = False) -> Page:
    page = await open_page("about:blank", size=SIZES[size], dark=dark)
    await page.context.add_cookies([officer.office.cookie_of(officer)])
    await page.goto(officer.office.url(path))
    return page


async def photograph(page: Page, name: str) -> None:
    if folder := os.environ.get("HOSO_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def press_to(page: Page, target: str, *, most: int = 60) -> None:
    """Go to an element by the tabulator key."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("target => document.activeElement?.matches(target) ?? false", target):
            return
    raise AssertionError(f"the keyboard does not reach {target}")


@pytest.mark.parametrize(("size", "dark"), [("desktop", False), ("phone", True)])
async def test_every_page_is_free_of_violations_and_fits_its_width(
    office: Office, open_page: PageOpener, violations_of: Look, size: str, dark: bool
) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), name="Lê Thị Lan")
    page = await open_as(open_page, lan, "/console/dossiers", size=size, dark=dark)
    for name, path in (
        ("search", "/console/dossiers"),
        ("one", f"/console/dossiers/{FAILED}"),
        ("late", f"/console/dossiers/{LATE}"),
        ("undelivered", "/console/undelivered"),
        ("due", "/console/due"),
        ("apology", f"/console/due/{LATE}/apology"),
    ):
        await page.goto(office.url(path))
        for fold in await page.locator("main details").all():
            await fold.evaluate("fold => { fold.open = true }")
        assert await violations_of(page, "main") == [], name
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        await page.reload()
        await photograph(page, f"console-{name}-{size}{'-dark' if dark else ''}")


async def test_by_keyboard_alone_a_dossier_is_found_revealed_and_its_notice_sent_again(
    office: Office, open_page: PageOpener
) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), name="Lê Thị Lan")
    page = await open_as(open_page, lan, "/console/dossiers", size="desktop")
    await press_to(page, "#f-q")
    await page.keyboard.type("h17.33.2 260302-0002".replace(" ", "-"))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/dossiers/{FAILED}")
    assert await page.get_by_text(NAME).count() == 0
    await press_to(page, "form[action$='/reveal'] button")
    await page.keyboard.press("Enter")
    await page.get_by_text(NAME).wait_for()
    await page.goto(office.url(f"/console/dossiers/{FAILED}"))
    await press_to(page, "button[aria-haspopup=dialog]")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Shift+Tab")  # a dialog begins at its "no"
    assert await page.evaluate("document.activeElement.matches('dialog[open] .primary')")
    await page.keyboard.press("Enter")
    await page.get_by_text("Đã đưa tin vào hàng gửi lại.").wait_for()
    assert (await notices_of(office, FAILED))[-1]["state"] == "pending"


async def test_by_keyboard_alone_lines_are_told_otherwise_and_an_apology_is_confirmed(
    office: Office, open_page: PageOpener
) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), name="Lê Thị Lan")
    page = await open_as(open_page, lan, "/console/undelivered", size="desktop")
    await press_to(page, "input[name=notice]")
    await page.keyboard.press("Space")
    await press_to(page, "form[action$='/told'] button")
    await page.keyboard.press("Enter")
    await page.get_by_text("Đã ghi nhận 1 trên 1").wait_for()
    assert len(await audited(office, "notice.told_otherwise")) == 1
    await page.goto(office.url("/console/due"))
    await press_to(page, "a[href$='/apology']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/apology")
    await press_to(page, "#f-reason")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Cần lấy thêm ý kiến của cơ quan khác.")
    await press_to(page, "button[value=preview]")
    await page.keyboard.press("Enter")
    await page.locator(".phone").get_by_text("Cần lấy thêm ý kiến").wait_for()
    await press_to(page, "button[value=confirm]")
    await page.keyboard.press("Enter")
    await page.get_by_text("vào hàng gửi").wait_for()
    assert (await notices_of(office, LATE))[-1]["kind"] == "apology"
    await photograph(page, "console-apologised-desktop")


async def test_without_javascript_everything_is_done_as_well(office: Office, chromium: object) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), name="Lê Thị Lan")
    context = await chromium.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    await context.add_cookies([office.cookie_of(lan)])
    page = await context.new_page()
    await page.goto(office.url(f"/console/dossiers/{FAILED}"))
    await page.locator(".confirm > summary").first.click()
    await page.locator("form[action$='/send-again'] button").first.click()
    await page.get_by_text("Đã đưa tin vào hàng gửi lại.").wait_for()
    await page.goto(office.url(f"/console/due/{LATE}/apology"))
    await page.locator("button[value=confirm]").click()
    await page.get_by_text("vào hàng gửi").wait_for()
    await context.close()
    assert (await notices_of(office, LATE))[-1]["kind"] == "apology"
