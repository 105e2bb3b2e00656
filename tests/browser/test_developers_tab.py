"""The developers' tab in real Chromium: it shows what came, orders trouble, and moves the clock."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.street import GIVEN, Street

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SECTIONS = ["requests", "violations", "faults", "clock", "tokens", "webhook", "account", "settings", "credentials"]
Axe = Callable[..., Awaitable[list[str]]]


async def break_a_rule(street: Street) -> None:
    """A template with an unknown id, which the platform refuses."""
    body = {"phone": "84905123456", "template_id": "1", "template_data": {}, "tracking_id": "x"}
    assert (await street.post("/message/template", body))["error"] != 0


@pytest.mark.provokes_violations("template_id")
async def test_a_request_is_shown_with_its_answer_and_as_curl(street: Street, open_page: Any) -> None:
    page = await open_page(f"{street.url}/#dev")
    await expect(page.get_by_text("Chưa có yêu cầu nào.")).to_be_visible()
    await street.notify("submitted")
    await break_a_rule(street)
    await expect(page.locator(".request")).to_have_count(2)
    await page.get_by_label("Hiện", exact=True).select_option("failed")
    await expect(page.locator(".request:visible")).to_have_count(1)
    await page.get_by_label("Hiện", exact=True).select_option("all")
    await page.get_by_role("searchbox", name="Đường dẫn").fill("/nowhere")
    await expect(page.locator(".request:visible")).to_have_count(0)
    await page.get_by_role("searchbox", name="Đường dẫn").fill("/message")
    await page.locator(".request").last.click()
    detail = page.get_by_role("region", name="Chi tiết")
    await expect(detail).to_contain_text('"tracking_id": "n-submitted"')
    await expect(detail).to_contain_text('"message": "Success"')
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await detail.get_by_role("button", name="Chép lệnh curl").click()
    await expect(detail.get_by_role("button", name="Đã chép")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -sS -X POST '{street.url}/message/template'")
    assert '"tracking_id":"n-submitted"' in copied


@pytest.mark.provokes_violations("template_id")
async def test_a_broken_rule_is_listed_and_cleared(street: Street, open_page: Any) -> None:
    await break_a_rule(street)
    page = await open_page(f"{street.url}/#dev/violations")
    rows = page.locator("#dev-violations tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("/message/template")
    await expect(page.get_by_role("tab", name="Vi phạm")).to_contain_text("1")
    await page.get_by_role("button", name="Xoá hết").click()
    await expect(page.get_by_text("Không có vi phạm nào.")).to_be_visible()
    assert await street.get("/_emulator/violations") == []


async def test_a_fault_is_ordered_strikes_and_is_seen(street: Street, open_page: Any) -> None:
    page = await open_page(f"{street.url}/#dev/faults")
    await page.get_by_label("Kiểu").select_option("error")
    await page.get_by_label("Mã", exact=True).fill("-32")
    await page.get_by_label("Số lần").fill("2")
    await page.get_by_role("button", name="Đặt sự cố").click()
    row = page.locator("#dev-faults tbody tr")
    await expect(row).to_contain_text("error:-32")
    body = {"phone": "84905123456", "template_id": "400101", "template_data": {}, "tracking_id": "x"}
    assert (await street.post("/message/template", body))["error"] == -32
    await expect(row.locator("td").last).to_have_text("1")
    await page.get_by_role("button", name="Bỏ mọi sự cố").click()
    await expect(page.get_by_text("Không có sự cố nào đang đặt.")).to_be_visible()
    await page.get_by_role("combobox", name="Đường dẫn").fill("nowhere")
    await page.get_by_role("button", name="Đặt sự cố").click()
    await expect(page.locator("#dev-faults").get_by_role("alert")).to_contain_text("path")


async def test_the_clock_is_moved_and_the_phones_show_its_time(street: Street, open_page: Any) -> None:
    await street.add_phone()
    page = await open_page(f"{street.url}/#dev/clock")
    before = (await street.get("/_emulator/clock"))["now_ms"]
    await page.get_by_role("button", name="+48 giờ").click()
    await expect(page.get_by_text("Lệch +48 giờ so với giờ thật.")).to_be_visible()
    assert (await street.get("/_emulator/clock"))["now_ms"] - before >= 48 * 3600 * 1000
    await page.get_by_label("Đặt giờ Việt Nam").fill("2027-02-06T09:05:00")
    await page.get_by_role("button", name="Đặt", exact=True).click()
    await expect(page.locator(".clock-face")).to_contain_text("06/02/2027 09:05")
    await page.get_by_role("tab", name="Điện thoại").click()
    await expect(page.locator(".status-bar time")).to_have_text("09:05")
    await street.post("/_emulator/clock", {"now": "2027-02-06T22:30:00"})
    await expect(page.locator(".status-bar time")).to_have_text("22:30")


async def test_a_token_is_ended_and_the_pair_is_rotated(street: Street, open_page: Any) -> None:
    page = await open_page(f"{street.url}/#dev/tokens")
    await expect(page.locator(".tile-card").first).to_contain_text("Còn hạn")
    await page.get_by_role("button", name="Làm hết hạn").click()
    body = {"phone": "84905123456", "template_id": "400101", "template_data": {}, "tracking_id": "x"}
    assert (await street.post("/message/template", body))["error"] == -124
    await expect(page.locator(".tile-card").first).to_contain_text("Hết hạn")
    await page.get_by_role("button", name="Đổi cặp mã").click()
    await page.get_by_role("dialog").get_by_role("button", name="Đổi cặp mã").click()
    await expect(page.locator(".tile-card").first).to_contain_text("Còn hạn")
    current = (await street.get("/_emulator/credentials"))["current"]
    assert current["refresh_token"] != GIVEN["refresh_token"]


async def test_settings_conditions_and_the_webhook_are_changed(street: Street, open_page: Any) -> None:
    page = await open_page(f"{street.url}/#dev/settings")
    await page.get_by_label("Tìm").fill("night")
    await page.get_by_role("switch", name="night_rule", exact=True).click()
    await page.get_by_label("Tìm").fill("daily_quota")
    quota = page.get_by_label("daily_quota", exact=True)
    await quota.fill("7")
    await quota.press("Enter")
    await expect(page.get_by_role("button", name="Về mặc định: daily_quota")).to_be_visible()
    settings = {each["name"]: each["value"] for each in (await street.get("/_emulator/settings"))["settings"]}
    assert (settings["night_rule"], settings["daily_quota"]) == (True, 7)
    await page.get_by_role("tab", name="Tài khoản").click()
    await page.get_by_role("switch", name="wallet_empty").click()
    await expect(page.get_by_role("tab", name="Tài khoản")).to_contain_text("1")
    body = {"phone": "84905123456", "template_id": "400101", "template_data": {}, "tracking_id": "x"}
    assert (await street.post("/message/template", body))["error"] == -115
    await page.get_by_role("tab", name="Webhook").click()
    oa = page.locator("article").filter(has_text="Tài khoản chính thức")
    await expect(oa.get_by_label("Địa chỉ")).to_have_value((await street.get("/_emulator/webhook"))["urls"]["oa"])
    await oa.get_by_role("button", name="Thử rồi lưu").click()
    await expect(oa.locator(".json")).to_contain_text('"ok"')
    await page.get_by_role("tab", name="Khoá").click()
    await expect(page.get_by_text(GIVEN["app_secret"])).to_be_visible()


async def test_sections_have_addresses_and_arrows_move_between_them(street: Street, open_page: Any) -> None:
    page = await open_page(f"{street.url}/#dev/faults")
    await expect(page.get_by_role("heading", name="Sự cố")).to_be_visible()
    await page.get_by_role("tab", name="Sự cố").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("heading", name="Đồng hồ")).to_be_visible()
    assert page.url.endswith("#dev/clock")
    await page.get_by_role("tab", name="Nhà phát triển").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#phones-panel")).to_be_visible()
    assert page.url.endswith("#phones")


async def test_a_part_that_the_emulator_does_not_have_says_so(street: Street, chromium: Any) -> None:
    page = await chromium.new_page()
    await page.route("**/_emulator/account", lambda route: route.fulfill(status=404, body="404: Not Found"))
    await page.goto(f"{street.url}/#dev/account")
    await expect(page.get_by_text("Trình giả lập này chưa có phần này (404).")).to_be_visible()
    await page.close()


@pytest.mark.provokes_violations("template_id")
@pytest.mark.parametrize(
    ("size", "dark", "language"),
    [(DESKTOP, False, "vi"), (PHONE, True, "en")],
    ids=["desktop-light", "phone-dark"],
)
async def test_axe_finds_nothing(
    street: Street, open_page: Any, violations_of: Axe, size: Any, dark: bool, language: str
) -> None:
    await street.notify("submitted")
    await break_a_rule(street)
    await street.post("/_emulator/faults", {"path": "/v3.0", "mode": "http_500"})
    page = await open_page(f"{street.url}/#dev", size=size, dark=dark)
    await page.locator(f"[data-language={language}]").click()
    await page.locator(".request").first.click()
    for section in SECTIONS if size == DESKTOP else SECTIONS[::2]:
        await page.locator(f"#dev-tab-{section}").click()
        await expect(page.locator(f"#dev-{section} h2")).to_be_visible()
        if section in {"settings", "account", "violations", "faults", "credentials"}:
            await expect(page.locator(f"#dev-{section} :is(.setting, .switch, tbody tr)").first).to_be_visible()
        if section == "settings":
            await page.locator("#dev-settings input[type=search]").fill("webhook")  # all look alike
        context = None if section == "requests" else f"#dev-{section}"  # the rest of the page is the same
        assert await violations_of(page, context) == [], section
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], section
