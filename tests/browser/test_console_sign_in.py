"""Signing in for the first time and administration in a real browser: by keyboard alone, and looked at by axe."""

import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page

from console import totp
from storage import officers
from tests.browser.conftest import PHONE, PageOpener
from tests.integration.console.test_sign_in import NEW_PASSWORD, hire_for_the_first_time
from tests.office import Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Violations = Callable[..., Awaitable[list[str]]]


async def tab_to(page: Page, selector: str) -> None:
    """Move on with the Tab key until an element has the focus."""
    for _ in range(60):
        if await page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by keyboard")


async def type_into(page: Page, selector: str, text: str) -> None:
    await tab_to(page, selector)
    await page.keyboard.insert_text(text)


async def choose(page: Page, selector: str, value: str) -> None:
    """Choose from a list with the arrow keys."""
    await tab_to(page, selector)
    for _ in range(10):
        if await page.input_value(selector) == value:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in {selector}")


async def test_the_first_sign_in_and_a_new_officer_by_keyboard_alone(
    postgres_url: str, redis_url: str, data_dir: Path, open_page: PageOpener, violations_of: Violations
) -> None:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        temporary = await hire_for_the_first_time(office, "lan", ("*", "administrator"))
        page = await open_page(office.url("/console/admin/officers/new"), size=PHONE)
        assert await violations_of(page, "main") == []
        await type_into(page, "#f-login", "lan")
        await type_into(page, "#f-password", temporary)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/set-up")
        assert await violations_of(page, "main") == []
        await type_into(page, "#f-new", NEW_PASSWORD)
        await type_into(page, "#f-again", NEW_PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/set-up/app")
        assert await page.evaluate("document.querySelector('img.qr').naturalWidth") > 100
        await tab_to(page, "main summary")
        await page.keyboard.press("Enter")
        secret = (await page.inner_text("code.secret")).replace(" ", "")
        assert await violations_of(page, "main") == []
        await type_into(page, "#f-code", totp.code_at(secret, time.time()))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/set-up/codes")
        assert await page.locator(".codes li").count() == 10
        await tab_to(page, "#f-saved")
        await page.keyboard.press("Space")
        await tab_to(page, "main form button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/admin/officers/new")
        await type_into(page, "#f-login", "binh")
        await type_into(page, "#f-name", "Trần Văn Bình")
        await choose(page, "#f-role-1", "approver")
        await choose(page, "#f-unit-1", "*")
        await tab_to(page, "main form button")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("code.secret")
        assert await violations_of(page, "main") == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for path in ("/me", "/admin/officers", "/admin/keys", "/admin/settings", "/admin/audit"):
            await page.goto(office.url("/console" + path))
            assert await violations_of(page, "main") == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        await lose_the_session_and_come_back(office, page, secret, violations_of)


async def lose_the_session_and_come_back(office: Office, page: Page, secret: str, violations_of: Violations) -> None:
    """A form is sent after the session ended: its text waits behind the sign-in, and fills the form in again."""
    await page.goto(office.url("/console/admin/officers/new"))
    await type_into(page, "#f-login", "chau")
    await type_into(page, "#f-name", "Nguyễn Thị Minh Châu")
    await choose(page, "#f-role-2", "viewer")
    await choose(page, "#f-unit-2", "*")
    await office.redis.delete(*await office.redis.keys("hoso:console:session:*"))  # as when it was idle for too long
    await tab_to(page, "main form button")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("said=unsent"))
    assert await violations_of(page, "main") == []
    await type_into(page, "#f-login", "lan")
    await type_into(page, "#f-password", NEW_PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in/code")
    await type_into(page, "#f-code", totp.code_at(secret, time.time() + totp.STEP_SECONDS))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/unsent")
    assert await violations_of(page, "main") == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await tab_to(page, "main a.button")
    async with page.context.expect_page() as opened:
        await page.keyboard.press("Enter")
    form = await opened.value
    await form.wait_for_selector("main .notice.warn[role=status]")
    values = {name: await form.input_value(f"#f-{name}") for name in ("login", "name", "role-1", "role-2", "unit-2")}
    assert values == {
        "login": "chau", "name": "Nguyễn Thị Minh Châu", "role-1": "", "role-2": "viewer", "unit-2": "*",
    }  # fmt: skip
    assert await violations_of(form, "main") == []
    assert await officers.find(office.database, login="chau") is None  # nobody sent it
    await tab_to(form, "main form button")
    await form.keyboard.press("Enter")
    await form.wait_for_selector("code.secret")
