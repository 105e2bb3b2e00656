"""Make the pictures of docs/images/console/ from a seeded office; nothing in them is drawn by hand.

    .venv/bin/python scripts/console_pictures.py               # all of them
    .venv/bin/python scripts/console_pictures.py today texts   # some, by name

A picture more is one line of PAGES. Each page is taken at desktop and at phone width, in Vietnamese. Needs Chromium and
what the tests need; it starts engines of its own in a temporary folder.
"""

import asyncio
import io
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from PIL import Image
from playwright.async_api import Browser, async_playwright

from storage import audit
from tests import engines
from tests.console_sample import Sample, fill_office
from tests.office import Desktop, Office, open_office
from tests.zones import zone_where_it_is

IMAGES: Final = Path(__file__).parent.parent / "docs" / "images" / "console"
CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS: Final = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
SIZES: Final = {"desktop": (1280, 800), "phone": (390, 844)}
AFTERNOON: Final = zone_where_it_is(16)  # a day's work can be seen, whenever the pictures are made
MAX_HEIGHT: Final = 2600
MAX_PICTURE_BYTES: Final = 200_000
COLOURS: Final = 256

PAGES: Final[Sequence[tuple[str, str, str | None]]] = (
    # name, path ({code}, {ticket}, {handover}, {submitted}, {paused}, {done}, {draft} are the sample's), who looks
    ("sign-in", "/console/sign-in", None),
    ("today", "/console/", "lan"),
    ("today-ward", "/console/", "minh"),
    ("design", "/console/design", "lan"),
    ("dossier", "/console/dossiers/{code}", "minh"),
    ("undelivered", "/console/undelivered", "lan"),
    ("due", "/console/due", "lan"),
    ("conversations", "/console/conversations", "lan"),
    ("conversation", "/console/conversations/{handover}", "lan"),
    ("tickets", "/console/tickets", "lan"),
    ("broadcasts", "/console/broadcasts", "lan"),
    ("broadcast-new", "/console/broadcasts/new", "lan"),
    ("broadcast-approval", "/console/broadcasts/{submitted}", "lan"),
    ("broadcast-paused", "/console/broadcasts/{paused}", "lan"),
    ("lists", "/console/lists", "lan"),
    ("texts", "/console/texts", "lan"),
    ("text", "/console/texts/supplement/vi/text", "lan"),
    ("admin-officers", "/console/admin/officers", "lan"),
    ("admin-days", "/console/admin/days", "lan"),
    ("admin-unit", "/console/admin/units/H17.33.2", "lan"),
    ("admin-audit", "/console/admin/audit", "lan"),
)
PEOPLE: Final = {
    "lan": ("Nguyễn Thị Lan", (("*", "administrator"), ("*", "author"), ("*", "approver"))),
    "minh": ("Lê Văn Minh", (("H17.33.2", "author"),)),
    "an": ("Phan Thị An", (("H17.33.2", "approver"),)),
}


def deeds(sample: Sample) -> list[audit.Entry]:
    """A morning's lines of the audit log."""
    ward, address = "H17.33.2", "10.0.0.12"
    return [
        audit.Entry("officer:lan", "session.open", None, None, None, address),
        audit.Entry("officer:minh", "dossier.reveal", sample.codes[0], ward, {"what": "phone"}, address),
        audit.Entry("officer:minh", "notice.told_otherwise", sample.codes[0], ward, {"how": "call"}, address),
        audit.Entry("officer:lan", "conversation.claim", sample.handovers[0], ward, None, address),
        audit.Entry("cli:root", "key.add", "motcua", None, {"scopes": ["events"]}),
    ]


async def declare_days(office: Office, lan: Desktop) -> None:
    """A storm, a Saturday worked instead, and what the chat says of the ward."""
    today = datetime.now(office.settings.zone).date()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7)
    storm, days = today + timedelta(days=1), "/console/admin/days"
    await lan.post(days, {"first": storm, "kind": "off", "unit": "*", "reason": "Bão số 12, công điện 34/CĐ-UBND"})
    await lan.post(days, {"first": saturday, "kind": "worked", "unit": "*", "reason": "Làm bù cho ngày nghỉ do bão"})
    place = {
        "name": "Phường Hải Châu",
        "kind": "ward",
        "address": "270 Trần Phú",
        "hours": "T2-T6 07:00-11:30, 13:30-17:00",
    }
    await lan.post("/console/admin/units/H17.33.2", place | {"source": "UBND phường Hải Châu", "verified": "x"})


async def main(names: Sequence[str]) -> int:
    """Take the pictures; 1 and a line on stderr for each that is not as it should be."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        print("console_pictures: Chromium is not installed; run: apt-get install chromium", file=sys.stderr)
        return 1
    wanted = [one for one in PAGES if not names or one[0] in names]
    IMAGES.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    run_dir = engines.create_run_dir()
    os.environ[engines.RUN_DIR_VARIABLE] = str(run_dir)
    os.environ["HOSO_ENV_FILE"] = ""
    try:
        servers = engines.start_shared_engines(run_dir)
        engines.ensure_template(run_dir, servers.postgres_url)
        with (
            engines.clean_database(servers.postgres_url, template=engines.TEMPLATE_DATABASE) as database,
            engines.clean_redis(servers.redis_url) as redis,
            engines.fresh_data_dir() as data_dir,
        ):
            async with (
                open_office(database, redis, data_dir, timezone=AFTERNOON.key) as office,
                async_playwright() as playwright,
            ):
                sample = await fill_office(office)
                for entry in deeds(sample):
                    await audit.note(office.database, entry)
                people = {
                    login: await office.sign_in(login, *grants, name=name) for login, (name, grants) in PEOPLE.items()
                }
                await declare_days(office, people["lan"])
                browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
                for name, path, who in wanted:
                    desktop = None if who is None else people[who]
                    problems += await take(browser, office, desktop, name, fill_path(path, sample))
                await browser.close()
    finally:
        engines.remove_run_dir(run_dir)
    for problem in problems:
        print(f"console_pictures: {problem}", file=sys.stderr)
    return 1 if problems else 0


def fill_path(path: str, sample: Sample) -> str:
    """Return a path with the sample's codes and numbers in it."""
    return path.format(
        code=sample.codes[0], ticket=sample.tickets[0], handover=sample.handovers[0], **sample.broadcasts
    )


async def take(browser: Browser, office: Office, desktop: Desktop | None, name: str, path: str) -> list[str]:
    """Write a page's pictures; return what went wrong."""
    problems = []
    for size, (width, height) in SIZES.items():
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light",
            reduced_motion="reduce",
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        if desktop is not None:
            await context.add_cookies([office.cookie_of(desktop)])
        page = await context.new_page()
        answer = await page.goto(office.url(path))
        if answer is None or answer.status != 200:
            problems.append(f"{path} answers {answer and answer.status}; is its area there?")
        else:
            whole = min(MAX_HEIGHT, await page.evaluate("document.documentElement.scrollHeight"))
            await page.set_viewport_size({"width": width, "height": max(height, whole)})
            problems += save(await page.screenshot(), IMAGES / f"{name}-{size}.png")
        await context.close()
    return problems


def save(picture: bytes, file: Path) -> list[str]:
    """Write a picture with a small palette; return what is wrong with it."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.name}: {size // 1000} kB")
    return [f"{file.name} has {size} bytes; at most {MAX_PICTURE_BYTES}"] if size > MAX_PICTURE_BYTES else []


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
