"""Make the pictures of docs/images/ from a running `hoso demo`; nothing in them is drawn by hand.

    HOSO_DATA_DIR=/tmp/pictures .venv/bin/hoso demo    # in one terminal; a folder that is not there yet
    .venv/bin/python scripts/screenshots.py            # in another; --phones URL when it runs elsewhere

Needs Chromium. Each picture is kept below 300 kB, so that the README opens quickly.
"""

import argparse
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
NOTICES = 5
MAX_PICTURE_BYTES = 300_000

# A phone shows one notice and a half at once. For the wide picture its chat is laid out in columns, so that all five
# are seen whole: the same page and the same messages, only side by side.
SIDE_BY_SIDE = """
.street, .compose, .settings, .status-bar, .home-bar, .faces, .main-tabs { display: none !important; }
body.on-phones { height: auto; }
.phones { display: block; overflow: visible; padding: 1.25rem; }
.phone { max-width: none; min-height: 0; }
.device { border-radius: 26px; padding-top: .5rem; }
.chat { display: block; overflow: visible; columns: 3; gap: 1.125rem; padding: 1.125rem; background-image: none; }
.chat > * { break-inside: avoid; margin-bottom: 1rem; }
.chat > .day { display: none; }
"""


@dataclass(frozen=True)
class Picture:
    """One file: its name, the size of the window, and what the page looks like in it."""

    name: str
    width: int
    height: int
    style: str = ""
    is_whole_page: bool = False


PICTURES = (
    Picture("demo.png", 1280, 720, SIDE_BY_SIDE, is_whole_page=True),
    Picture("demo-phone.png", 390, 844),
)


def main() -> int:
    """Take every picture; 1 and a line on stderr when the demo is not there or shows something else."""
    parser = argparse.ArgumentParser(description="Make the pictures of docs/images/ from a running demo.")
    parser.add_argument("--phones", default="http://127.0.0.1:9090/", help="address of the phones' page")
    phones: str = parser.parse_args().phones
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        print("screenshots: Chromium is not installed; run: apt-get install chromium", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        problems = [problem for picture in PICTURES if (problem := take(browser, phones, picture))]
        browser.close()
    for problem in problems:
        print(f"screenshots: {problem}", file=sys.stderr)
    return 1 if problems else 0


def take(browser: Browser, url: str, picture: Picture) -> str | None:
    """Write one picture; return what went wrong, if anything."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="light",
        reduced_motion="reduce",
        bypass_csp=True,  # the page allows no inline styles, and SIDE_BY_SIDE is one
    )
    try:
        page.goto(url)
        page.locator(".card").nth(NOTICES - 1).wait_for(state="attached", timeout=10_000)
    except Exception as error:  # noqa: BLE001 - whatever the browser says, the cure is the same
        return f"{url} does not show {NOTICES} notices ({type(error).__name__}); start `hoso demo` and wait for them"
    if (shown := page.locator(".card").count()) != NOTICES:
        return f"{url} shows {shown} notices, the picture wants {NOTICES}; start `hoso demo` in an empty HOSO_DATA_DIR"
    if picture.style:
        page.add_style_tag(content=picture.style)
    return _save(page, picture)


def _save(page: Page, picture: Picture) -> str | None:
    file = IMAGES / picture.name
    page.screenshot(path=file, full_page=picture.is_whole_page)
    page.close()
    size = file.stat().st_size
    print(f"{file.name}: {size // 1000} kB")
    return f"{file.name} has {size} bytes; at most {MAX_PICTURE_BYTES}" if size > MAX_PICTURE_BYTES else None


if __name__ == "__main__":
    sys.exit(main())
