"""The phones page in real Chromium: live, by keyboard, and accessible."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page, expect

from emulator import EmulatorConfig, create_app, credentials

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTICES = ["submitted", "accepted", "supplement", "refused", "finished"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
GIVEN = credentials()


class Street:
    """An emulator with a webhook receiver."""

    def __init__(self, url: str, session: aiohttp.ClientSession, heard: list[dict[str, Any]]) -> None:
        self.url = url
        self.session = session
        self.heard = heard

    async def post(self, path: str, body: Any) -> Any:
        headers = {"access_token": GIVEN["access_token"]}
        async with self.session.post(self.url + path, json=body, headers=headers) as answer:
            assert answer.status == 200
            return await answer.json()

    async def notify(self, name: str, phone: str = "84905123456") -> None:
        template = next(each for each in GIVEN["templates"] if each["name"] == name)
        data = {param["name"]: f"[{param['name']}]" for param in template["params"]}
        body = {
            "phone": phone,
            "template_id": template["template_id"],
            "template_data": data,
            "tracking_id": f"n-{name}",
        }
        assert (await self.post("/message/template", body))["error"] == 0


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest_asyncio.fixture(loop_scope="session")
async def street() -> AsyncIterator[Street]:
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json())
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/hook", hear)
    receiving, hook = await serve(receiver)
    config = EmulatorConfig(webhook_url=f"{hook}/hook", night_rule=False)
    serving, url = await serve(create_app(config))
    async with aiohttp.ClientSession() as session:
        yield Street(url, session, heard)
    await serving.cleanup()
    await receiving.cleanup()


async def hear(street: Street, page: Page, name: str) -> dict[str, Any]:
    """The first event of this name, when it has come."""
    for _ in range(500):
        found = [event for event in street.heard if event["event_name"] == name]
        if found:
            return found[0]
        await page.wait_for_timeout(10)
    raise AssertionError(f"no {name} came")


async def test_five_notices_appear_as_cards_without_reloading(street: Street, open_page: Any) -> None:
    page = await open_page(street.url)
    await expect(page.get_by_role("heading", name="Chưa có điện thoại nào")).to_be_visible()
    for name in NOTICES:
        await street.notify(name)
    cards = page.locator("#phone-84905123456 .card")
    await expect(cards).to_have_count(5)
    await expect(cards.locator("h3")).to_have_text(
        ["Hồ sơ của Ông/Bà đã được nộp", "Hồ sơ đã được tiếp nhận", "Hồ sơ cần bổ sung giấy tờ",
         "Hồ sơ chưa được tiếp nhận", "Hồ sơ đã có kết quả"]
    )  # fmt: skip
    await expect(cards.nth(0).locator("dt").first).to_have_text("Mã hồ sơ")
    await expect(cards.nth(0).locator("dd").first).to_have_text("[ma_ho_so]")
    await expect(page.locator(".ticks.delivered")).to_have_count(5)


async def test_what_a_citizen_types_goes_to_the_webhook_and_the_answer_comes_back(
    street: Street, open_page: Any
) -> None:
    user = (await street.post("/_emulator/phones", {"phone": "0905123456", "name": "Châu"}))["user_id"]
    page = await open_page(street.url)
    await page.get_by_label("Tin nhắn từ số 0905 123 456").fill("hồ sơ của tôi tới đâu rồi?")
    await page.get_by_role("button", name="Gửi").click()
    event = await hear(street, page, "user_send_text")
    assert event["message"]["text"] == "hồ sơ của tôi tới đâu rồi?"
    await expect(page.locator(".out .bubble")).to_have_text("hồ sơ của tôi tới đâu rồi?")
    button = {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status"}
    attachment = {"type": "template", "payload": {"buttons": [button]}}
    message = {"text": "<b>Đang xử lý</b>", "attachment": attachment}
    await street.post("/v3.0/oa/message/cs", {"recipient": {"user_id": user}, "message": message})
    await expect(page.locator(".in .bubble")).to_have_text("<b>Đang xử lý</b>")
    await expect(page.locator(".in .ticks.read")).to_be_visible()
    await page.get_by_role("button", name="Xem trạng thái").click()
    await expect(page.locator(".out .bubble")).to_have_text(["hồ sơ của tôi tới đâu rồi?", "#status"])


async def test_everything_can_be_done_by_keyboard(street: Street, open_page: Any) -> None:
    page = await open_page(street.url)
    await page.get_by_label("Thêm số điện thoại").focus()
    await page.keyboard.type("123")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").first).to_contain_text("0…")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("0905 123 456")
    await page.keyboard.press("Enter")
    await expect(page.locator(".phone")).to_have_count(1)
    for _ in range(4):  # past: add, two languages, onto the phone's settings
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    assert (await hear(street, page, "follow"))["follower"]
    await expect(page.get_by_text("Đang quan tâm", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")  # the chat
    await page.keyboard.press("Tab")  # the box
    await page.keyboard.type("xin chào")
    await page.keyboard.press("Enter")
    assert (await hear(street, page, "user_send_text"))["message"]["text"] == "xin chào"


async def test_switches_change_what_the_platform_answers(street: Street, open_page: Any) -> None:
    await street.post("/_emulator/phones", {"phone": "0905123456"})
    page = await open_page(street.url)
    await page.locator(".settings summary").click()
    await page.get_by_role("switch", name="Từ chối tin mẫu").click()
    await expect(page.locator(".badges")).to_contain_text("Từ chối tin mẫu")
    data = {param["name"]: "x" for param in GIVEN["templates"][0]["params"]}
    body = {"phone": "84905123456", "template_id": "400101", "template_data": data, "tracking_id": "n"}
    assert (await street.post("/message/template", body))["error"] == -139


async def test_at_phone_width_one_phone_is_shown_with_tabs_for_the_others(street: Street, open_page: Any) -> None:
    await street.notify("submitted", "84905123456")
    await street.notify("accepted", "84912000111")
    page = await open_page(street.url, size=PHONE)
    await expect(page.locator("#phone-84905123456")).to_be_visible()
    await expect(page.locator("#phone-84912000111")).to_be_hidden()
    await page.get_by_role("button", name="0912 000 111").click()
    await expect(page.locator("#phone-84912000111 .card h3")).to_be_visible()
    await expect(page.locator("#phone-84905123456")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_page_speaks_english_too_and_remembers_it(street: Street, open_page: Any) -> None:
    await street.notify("submitted")
    page = await open_page(street.url)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Test phones")).to_be_visible()
    await expect(page.locator(".ticks")).to_contain_text("Delivered")
    await page.reload()
    await expect(page.get_by_role("heading", name="Test phones")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing(
    street: Street, open_page: Any, violations_of: Callable[[Page], Awaitable[list[str]]], size: Any, dark: bool
) -> None:
    page = await open_page(street.url, size=size, dark=dark)
    assert await violations_of(page) == []
    for name in NOTICES:
        await street.notify(name)
    await street.post("/_emulator/phones", {"phone": "0912000111", "follows": True})
    await street.post("/_emulator/phones/0912000111/send", {"text": "chào"})
    await street.post("/_emulator/phones/0912000111/state", {"online": False})
    await expect(page.locator(".card")).to_have_count(5)
    await page.locator(".settings summary").first.click()
    assert await violations_of(page) == []


async def test_the_consent_page_has_a_button_and_axe_finds_nothing(
    street: Street, open_page: Any, violations_of: Callable[[Page], Awaitable[list[str]]]
) -> None:
    asked = f"app_id={GIVEN['app_id']}&redirect_uri={street.url}/_emulator/clock&state=s1"
    page = await open_page(f"{street.url}/v4/oa/permission?{asked}")
    assert await violations_of(page) == []
    await page.get_by_role("button", name="Đồng ý").click()
    assert "state=s1" in page.url
    assert "code=" in page.url
