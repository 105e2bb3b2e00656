"""Real Chromium for the tests of our pages, started once.

Playwright lives on one event loop, so tests and async fixtures here use the session's: mark a module with
`pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]`, and make its async fixtures with
`pytest_asyncio.fixture(loop_scope="session")`.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from tests.browser.street import Street, open_street

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

PageOpener = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium of our own; a missing one fails, it does not skip."""
    assert shutil.which(CHROMIUM), f"install Chromium: apt-get install chromium ({CHROMIUM} is missing)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


def is_trouble(message: ConsoleMessage) -> bool:
    """Whether a console line is an error; Chromium also writes one for each 400 that the page then shows to people."""
    return message.type == "error" and "status of 400" not in message.text


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium: Browser) -> AsyncIterator[PageOpener]:
    """Opens `url` in a window of its own; an error on the page's console fails the test."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    async def open_url(url: str, *, size: dict[str, int] = DESKTOP, dark: bool = False) -> Page:
        scheme: Any = "dark" if dark else "light"
        context = await chromium.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if is_trouble(message) else None)
        await page.goto(url)
        return page

    yield open_url
    for context in contexts:
        await context.close()
    assert troubles == []


@pytest.fixture
def violations_of() -> Callable[..., Awaitable[list[str]]]:
    """What axe finds on a page, or in the part of it that `context` selects, one line each."""

    async def look(page: Page, context: str | None = None) -> list[str]:
        results = await Axe().run(page, context)
        return [
            f"{found['id']}: {node['html'][:120]} {node['failureSummary']}"
            for found in results.response["violations"]
            for node in found["nodes"]
        ]

    return look


@pytest_asyncio.fixture(loop_scope="session")
async def street() -> AsyncIterator[Street]:
    """An emulator with a webhook receiver, fresh for each test."""
    async with open_street() as fresh:
        yield fresh
