"""Conversations, tickets and ratings in a real browser: by mouse, by keyboard alone, at both widths, axe clean.

With HOSO_PICTURES=<folder> the pages are photographed there, as for docs/console-conversations.md.
"""

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page, expect

from console import live, sessions
from storage import canned, tickets
from storage.tickets import Photo
from tests.browser.conftest import DESKTOP, PHONE, PageOpener
from tests.integration.console import talk_rows as rows
from tests.integration.console.test_ratings import rated
from tests.integration.console.walker import hire_with_keys
from tests.office import Desktop, Office, open_office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Look = Callable[..., Awaitable[list[str]]]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
WARD = "H17.33.2"
TALKS, TICKETS = "/console/conversations", "/console/tickets"


def picture() -> Photo:
    made = io.BytesIO()
    Image.new("RGB", (320, 240), (70, 110, 90)).save(made, "JPEG")
    return Photo("image/jpeg", made.getvalue())


@pytest_asyncio.fixture(loop_scope="session")
async def office(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Office]:
    async with open_office(postgres_url, redis_url, data_dir) as opened:
        yield opened


async def fill(office: Office) -> tuple[str, str]:
    """People who wait, a ticket that is late, ratings; the talk's and the ticket's number."""
    citizen_id = await rows.person(office, "u1")
    dossier_id = await rows.dossier(office, f"{WARD}-260302-0001", WARD)
    await rows.link(office, citizen_id, dossier_id)
    await rows.says(office, citizen_id, "Hồ sơ của tôi nộp tuần trước, sao chưa thấy gì?")
    await rows.says(office, citizen_id, "Hồ sơ đang được xử lý, hẹn trả ngày 05/03/2026.", author="bot")
    await rows.says(office, citizen_id, f"Tôi muốn gặp cán bộ. Số của tôi là {rows.PHONE}")
    talk = await rows.waiting(office, citizen_id)
    other = await rows.person(office, "u2")
    await rows.link(office, other, dossier_id)
    await rows.waiting(office, other, reason="danger")
    ticket = await rows.feedback(
        office,
        citizen_id,
        "Đèn đường trước số 12 Trần Phú hỏng ba ngày nay, buổi tối rất tối.",
        dossier_id=dossier_id,
        due_in=timedelta(days=-1),
        photos=(picture(),),
    )
    await tickets.claim(office.database, ticket.number, officer="lan")
    await rows.feedback(office, citizen_id, "Cảm ơn cán bộ", topic="praise", dossier_id=dossier_id, due_in=None)
    async with office.database.transaction() as connection:
        await canned.add(
            connection, unit=WARD, title="Giờ làm việc", text="Cơ quan làm việc từ 7 giờ 30.", officer="lan"
        )
    return talk.number, ticket.number


async def open_as(open_page: PageOpener, officer: Desktop, path: str, *, size: str, dark: bool = False) -> Page:
    page = await open_page("about:blank", size=SIZES[size], dark=dark)
    await page.context.add_cookies([officer.office.cookie_of(officer)])
    await page.goto(officer.office.url(path))
    return page


async def photograph(page: Page, name: str) -> None:
    if folder := os.environ.get("HOSO_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def press_to(page: Page, target: str, *, most: int = 80) -> None:
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
    talk, ticket = await fill(office)
    await rated(office, WARD, [3, 3, 3, 2, 2, 1, 3], note="Cán bộ hướng dẫn rõ ràng.", name="UBND phường Hải Châu")
    lan = await office.sign_in("lan", (WARD, "author"), name="Lê Thị Lan")
    await lan.post(f"{TALKS}/{talk}/claim")
    await lan.post(f"{TALKS}/{talk}/answer", {"step": "send", "text": "Chào Ông/Bà, tôi xem ngay.", "form": "1"})
    page = await open_as(open_page, lan, TALKS, size=size, dark=dark)
    found: list[str] = []
    for name, path in (
        ("conversations", TALKS),
        ("conversation", f"{TALKS}/{talk}"),
        ("canned", f"{TALKS}/canned"),
        ("tickets", TICKETS),
        ("ticket", f"{TICKETS}/{ticket}"),
        ("ratings", "/console/ratings"),
    ):
        await page.goto(office.url(path))
        await photograph(page, f"console-{name}-{size}{'-dark' if dark else ''}")
        for fold in await page.locator("main details").all():
            await fold.evaluate("fold => { fold.open = true }")
        found += [f"{name}: {line}" for line in await violations_of(page)]
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{name}: wider than the window")
    assert found == []


async def test_by_keyboard_alone_a_talk_is_claimed_answered_with_a_short_answer_and_ended(
    office: Office, open_page: PageOpener
) -> None:
    talk, _ = await fill(office)
    lan = await office.sign_in("lan", (WARD, "author"), name="Lê Thị Lan")
    page = await open_as(open_page, lan, TALKS, size="desktop")
    await press_to(page, f'form[action="{TALKS}/{talk}/claim"] button')
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/{talk}")
    await press_to(page, "#f-canned")
    await press_to(page, 'button[value="insert"]')
    await page.keyboard.press("Enter")
    await expect(page.locator("#f-text")).to_have_value("Cơ quan làm việc từ 7 giờ 30.")
    await press_to(page, "#f-text")
    await page.keyboard.press("End")
    await page.keyboard.type(" Mời Ông/Bà ghé.")
    await press_to(page, 'button[value="send"]')
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/{talk}#end")
    await expect(page.locator(".said-officer")).to_contain_text("Cán bộ: Cơ quan làm việc từ 7 giờ 30. Mời Ông/Bà ghé.")
    # What the citizen writes meanwhile appears by itself.
    [row] = await office.database.fetch("SELECT citizen_id FROM tickets WHERE number = %(n)s", {"n": talk})
    await rows.says(office, row["citizen_id"], "Cảm ơn, tôi sẽ ghé.")
    await expect(page.locator("#said")).to_contain_text("Cảm ơn, tôi sẽ ghé.", timeout=15_000)
    await press_to(page, "#f-summary")
    await page.keyboard.type("Đã hướng dẫn giờ làm việc")
    await press_to(page, f'form[action="{TALKS}/{talk}/close"] button')
    await page.keyboard.press("Enter")
    await page.wait_for_url("**show=mine")
    await expect(page.locator(".flash")).to_contain_text(f"Đã kết thúc {talk}")


async def test_by_keyboard_alone_more_is_asked_for_and_a_ticket_is_answered(
    office: Office, open_page: PageOpener
) -> None:
    _, ticket = await fill(office)
    lan = await office.sign_in("lan", (WARD, "author"), name="Lê Thị Lan")
    page = await open_as(open_page, lan, TICKETS, size="desktop")
    await expect(page.locator("main")).to_contain_text("quá hạn")
    await press_to(page, f'a[href="{TICKETS}/{ticket}"]')
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/{ticket}")
    await expect(page.locator(".photos a")).to_have_count(1)
    await press_to(page, 'input[name="decision"]')
    await page.keyboard.press("ArrowDown")
    await press_to(page, "#f-text")
    await page.keyboard.type("Cột đèn số mấy ạ?")
    await press_to(page, f'form[action="{TICKETS}/{ticket}/answer"] button')
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text("Cơ quan cần Ông/Bà bổ sung: Cột đèn số mấy ạ?")
    await press_to(page, "#f-text")
    await page.keyboard.type("Đã thay bóng đèn.")
    await press_to(page, f'form[action="{TICKETS}/{ticket}/answer"] button')
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_contain_text(f"Đã trả lời yêu cầu {ticket}")
    await expect(page.locator("main")).to_contain_text("Công khai kết quả")


async def test_an_answer_that_is_being_typed_outlasts_its_session(
    office: Office, open_page: PageOpener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live part heard that the session was over and loaded the page anew: what stood in the form was gone."""
    monkeypatch.setitem(live.stream.__kwdefaults__, "look_seconds", 0.2)
    talk, _ = await fill(office)
    await hire_with_keys(office, "lan", (WARD, "author"))
    lan = await office.sign_in("lan")
    await lan.post(f"{TALKS}/{talk}/claim")
    page = await open_as(open_page, lan, f"{TALKS}/{talk}", size="desktop")
    await page.fill("#f-text", "Hồ sơ của Ông/Bà còn thiếu bản vẽ.")
    streams = office.console[live.STREAMS]
    assert streams.open == 1
    await office.redis.delete(sessions.storage_key(lan.key))  # as when it was idle for too long
    async with asyncio.timeout(15):
        while streams.open:
            await asyncio.sleep(0.05)
    await expect(page.locator("#f-text")).to_have_value("Hồ sơ của Ông/Bà còn thiếu bản vẽ.")
    await page.click('button[value="send"]')
    await page.wait_for_url(re.compile("said=unsent"))
