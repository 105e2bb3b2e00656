"""Console pages in Chromium: an office of a module's own, and windows in which somebody is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page

from tests.office import Desktop, Office

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 360, "height": 640}


@asynccontextmanager
async def window(
    chromium: Browser,
    office: Office,
    desktop: Desktop | None,
    *,
    size: dict[str, int] = DESKTOP,
    dark: bool = False,
    scripts: bool = True,
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A window, with the errors that its console tells; `scripts` off is a browser without JavaScript."""
    context: BrowserContext = await chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        java_script_enabled=scripts,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    try:
        if desktop is not None:
            await context.add_cookies([office.cookie_of(desktop)])
        page = await context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        yield page, troubles
    finally:
        await context.close()
