"""The phones page in real Chromium: live, by keyboard, and accessible."""

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from emulator import EmulatorConfig, create_app
from tests.browser.street import GIVEN, HOA, Street, serve

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTICES = ["submitted", "accepted", "supplement", "refused", "finished"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
Axe = Callable[..., Awaitable[list[str]]]


async def attach(page: Page, kind: str, file: Path) -> None:
    """Choose a file from disk as a person does."""
    await page.get_by_role("button", name="Đính kèm").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=kind, exact=True).click()
    await (await chooser.value).set_files(file)


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
    user = await street.add_phone(name="Châu")
    page = await open_page(street.url)
    box = page.get_by_label("Tin nhắn từ số 0905 123 456")
    await box.fill("hồ sơ của tôi tới đâu rồi?")
    await page.get_by_role("button", name="Gửi").click()
    event = await street.hear(page, "user_send_text")
    assert event["message"]["text"] == "hồ sơ của tôi tới đâu rồi?"
    await expect(page.locator(".out .bubble")).to_have_text("hồ sơ của tôi tới đâu rồi?")
    buttons = [
        {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status"},
        {"title": "Ẩn", "type": "oa.query.hide", "payload": "#hidden"},
        {"title": "Gọi 1022", "type": "oa.open.phone", "payload": {"phone_code": "842361022"}},
    ]
    attachment = {"type": "template", "payload": {"buttons": buttons}}
    await street.say(user, {"text": "<b>Đang xử lý</b>", "attachment": attachment})
    await expect(page.locator(".in .bubble")).to_have_text("<b>Đang xử lý</b>")
    await expect(page.locator(".in .ticks.read")).to_be_visible()
    await page.get_by_role("button", name="Ẩn", exact=True).click()
    await page.get_by_role("button", name="Xem trạng thái").click()
    await expect(page.locator(".out .bubble")).to_have_text(["hồ sơ của tôi tới đâu rồi?", "#status"])
    texts = [event["message"]["text"] for event in street.heard if event["event_name"] == "user_send_text"]
    assert texts == ["hồ sơ của tôi tới đâu rồi?", "#hidden", "#status"]
    await page.get_by_role("button", name="Gọi 1022").click()
    await expect(page.get_by_role("dialog", name="Máy sẽ gọi số này")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_photo_from_disk_arrives_with_its_caption_and_can_be_enlarged(
    street: Street, open_page: Any, tmp_path: Path
) -> None:
    await street.add_phone()
    page = await open_page(street.url)
    photo = tmp_path / "bien-nhan.png"
    photo.write_bytes(base64.b64decode(DOT))
    await attach(page, "Ảnh", photo)
    await expect(page.get_by_alt_text("Ảnh sẽ gửi")).to_be_visible()
    await page.get_by_label("Tin nhắn từ số").fill("Biên nhận của tôi")
    await page.keyboard.press("Enter")
    message = (await street.hear(page, "user_send_image"))["message"]
    assert message["text"] == "Biên nhận của tôi"
    async with street.session.get(message["attachments"][0]["payload"]["url"]) as answer:
        assert await answer.read() == base64.b64decode(DOT)
    await page.get_by_role("button", name="Phóng to ảnh").click()
    await expect(page.get_by_role("dialog", name="Biên nhận của tôi").get_by_role("img")).to_be_visible()


async def test_a_place_a_sticker_a_file_and_a_contact_arrive(street: Street, open_page: Any, tmp_path: Path) -> None:
    await street.add_phone()
    page = await open_page(street.url)
    await page.get_by_role("button", name="Đính kèm").click()
    await page.get_by_role("button", name="Vị trí").click()
    await page.get_by_role("button", name="Trung tâm Hành chính Đà Nẵng").click()
    sent = await street.hear(page, "user_send_location")
    assert sent["message"]["attachments"][0]["payload"]["coordinates"] == {
        "latitude": "16.076",
        "longitude": "108.2239",
    }
    await expect(page.locator(".place")).to_contain_text("Trung tâm Hành chính Đà Nẵng")
    assert await page.get_by_role("link", name="Mở bản đồ").get_attribute("href") == "geo:16.076,108.2239?z=17"
    await page.get_by_role("button", name="Nhãn dán", exact=True).click()
    await page.get_by_role("button", name="Nhãn dán: mặt trời chào").click()
    sent = await street.hear(page, "user_send_sticker")
    assert sent["message"]["attachments"][0]["payload"]["id"] == "chao"
    await expect(page.get_by_role("img", name="Nhãn dán: mặt trời chào")).to_be_visible()
    paper = tmp_path / "don.pdf"
    paper.write_bytes(b"%PDF-1.4 don")
    await attach(page, "Tệp", paper)
    await page.get_by_role("button", name="Gửi", exact=True).click()
    assert (await street.hear(page, "user_send_file"))["message"]["attachments"][0]["payload"]["name"] == "don.pdf"
    await expect(page.locator("a.file")).to_contain_text("don.pdf")
    await page.get_by_role("button", name="Đính kèm").click()
    await page.get_by_role("button", name="Danh thiếp").click()
    await page.get_by_label("Tên", exact=True).fill("Em Khôi")
    await page.get_by_label("Số điện thoại", exact=True).fill("0977123123")
    await page.keyboard.press("Enter")
    assert (await street.hear(page, "user_send_business_card"))["message"]["text"] == "Em Khôi"
    await expect(page.locator(".contact")).to_contain_text("0977 123 123")


async def test_a_message_is_quoted_and_reacted_to_by_keyboard(street: Street, open_page: Any) -> None:
    user = await street.add_phone()
    await street.act(HOA, {"text": "chào"})
    message_id = await street.say(user, {"text": "Mời Ông/Bà bổ sung giấy tờ"})
    page = await open_page(street.url)
    await page.get_by_role("button", name="Tuỳ chọn cho tin: Mời Ông/Bà").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    reacted = await street.hear(page, "user_reacted_message")
    assert reacted["message"] == {"msg_id": message_id, "react_icon": "/-heart"}
    await expect(page.locator(".reactions").get_by_role("img", name="Yêu thích")).to_be_visible()
    await page.locator(".in .bubble").click()
    await page.get_by_role("button", name="Trả lời").click()
    await page.keyboard.type("vâng")
    await page.keyboard.press("Enter")
    await expect(page.locator(".out .quote")).to_contain_text("Mời Ông/Bà bổ sung giấy tờ")
    quoting = [event["message"] for event in street.heard if event.get("message", {}).get("text") == "vâng"]
    assert quoting[0]["quote_msg_id"] == message_id


async def test_details_are_shared_and_a_service_is_rated(street: Street, open_page: Any) -> None:
    user = await street.add_phone(name="Lê Minh Châu")
    await street.act(HOA, {"text": "chào"})
    asked = {"title": "Xác nhận", "subtitle": "Chia sẻ số điện thoại", "image_url": f"{street.url}/page/map.svg"}
    payload = {"template_type": "request_user_info", "elements": [asked]}
    await street.say(user, {"attachment": {"type": "template", "payload": payload}})
    await street.notify("rating")
    page = await open_page(street.url)
    await page.get_by_role("button", name="Chia sẻ thông tin").click()
    form = page.get_by_role("dialog", name="Chia sẻ thông tin")
    await form.get_by_label("Địa chỉ").fill("24 Trần Phú")
    await form.get_by_role("button", name="Chia sẻ thông tin").click()
    info = (await street.hear(page, "user_submit_info"))["info"]
    assert (info["name"], info["phone"]) == ("Lê Minh Châu", "84905123456")
    assert info["full_address"]["user_address"] == "24 Trần Phú"
    await expect(page.locator(".info .thanks")).to_have_text("Đã chia sẻ")
    await page.get_by_role("button", name="4 trên 5 sao").click()
    await page.get_by_label("Cán bộ tận tình").check()
    await page.get_by_label("Góp ý").fill("Rất nhanh")
    await page.get_by_role("button", name="Gửi đánh giá").click()
    feedback = (await street.hear(page, "user_feedback"))["message"]
    assert (feedback["rate"], feedback["note"], feedback["feedbacks"]) == (4, "Rất nhanh", ["Cán bộ tận tình"])
    await expect(page.locator(".star.on")).to_have_count(4)


async def test_a_list_and_a_coloured_card_of_the_account_lead_somewhere(street: Street, open_page: Any) -> None:
    await street.post("/_emulator/settings", {"discontinue_by_uid": False, "list_messages": True})
    user = await street.add_phone(follows=True)
    table = {"type": "table", "content": [{"key": "Trạng thái", "value": "Đã xong", "style": "green"}]}
    texts = [{"type": "header", "content": "Kết quả"}, {"type": "text", "content": "Mời nhận"}, table]
    payload = {"template_type": "transaction_order", "language": "VI", "elements": texts}
    body = {"recipient": {"user_id": user}, "message": {"attachment": {"type": "template", "payload": payload}}}
    assert (await street.post("/v3.0/oa/message/transaction", body))["error"] == 0
    page = await open_page(street.url)
    await expect(page.locator(".card .status.green dd")).to_have_text("Đã xong")
    rows = [
        {
            "title": "Tra cứu",
            "subtitle": "Bằng mã hồ sơ",
            "default_action": {"type": "oa.query.show", "payload": "#tra_cuu"},
        },
        {
            "title": "Nộp hồ sơ",
            "subtitle": "Trực tuyến",
            "default_action": {"type": "oa.open.url", "url": "https://dvc.example.vn/nop"},
        },
    ]
    rows = [{**row, "image_url": f"{street.url}/page/map.svg"} for row in rows]
    listed = {"template_type": "list", "elements": rows}
    await street.say(user, {"attachment": {"type": "template", "payload": listed}})
    assert await page.get_by_role("link", name="Nộp hồ sơ").get_attribute("href") == "https://dvc.example.vn/nop"
    await page.get_by_role("button", name="Tra cứu").click()
    assert (await street.hear(page, "user_send_text"))["message"]["text"] == "#tra_cuu"


async def test_a_blocked_or_offline_phone_cannot_write_and_ticks_follow_its_state(
    street: Street, open_page: Any
) -> None:
    await street.add_phone(follows=True)
    page = await open_page(street.url)
    await page.locator(".settings summary").click()
    await page.get_by_role("switch", name="Có mạng").click()
    await expect(page.locator(".badges")).to_contain_text("Mất mạng")
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Tin nhắn từ số")).to_be_hidden()
    await street.notify("submitted")
    await expect(page.locator(".waiting .ticks.sent")).to_have_text("Đã gửi")
    await page.get_by_role("button", name="Bật mạng").click()
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.get_by_label("Tin nhắn từ số")).to_be_visible()
    await page.locator(".chat").first.click()
    await expect(page.locator(".ticks.read")).to_have_text("Đã xem")
    await page.locator(".settings summary").click()
    await page.get_by_role("switch", name="Chặn tài khoản").click()
    await expect(page.get_by_text("Người dùng đã chặn tài khoản.").first).to_be_visible()
    await page.get_by_role("switch", name="Từ chối tin mẫu").click()
    await expect(page.locator(".badges")).to_contain_text("Từ chối tin mẫu")


async def test_a_short_message_stands_in_its_own_view_with_parts_and_alphabet(street: Street, open_page: Any) -> None:
    await street.add_phone()
    page = await open_page(street.url)
    body = {
        "ApiKey": GIVEN["esms_api_key"],
        "SecretKey": GIVEN["esms_secret_key"],
        "Phone": HOA,
        "Content": "Ho so H17.20-261122-0042 da co ket qua. " * 5,
        "Brandname": "DANANG",
        "SmsType": "2",
        "IsUnicode": "0",
    }
    said = await street.post("/MainService.svc/json/SendMultipleMessage_V4_post_json/", body)
    assert said["CodeResult"] == "100", said
    await expect(page.get_by_role("tab", name="SMS").get_by_role("img", name="1 tin chưa đọc")).to_be_visible()
    await page.get_by_role("tab", name="SMS").click()
    await expect(page.locator(".face.sms .bubble")).to_contain_text("da co ket qua")
    await expect(page.locator(".face.sms .parts")).to_have_text("2 phần · không dấu")
    await expect(page.get_by_role("tab", name="SMS").get_by_role("img")).to_be_hidden()


async def test_the_bot_has_a_chat_of_its_own(street: Street, open_page: Any) -> None:
    await street.add_phone()
    page = await open_page(street.url)
    await page.get_by_role("tab", name="Bot").click()
    await page.get_by_label("Tin cho bot từ số").fill("/trangthai")
    await page.keyboard.press("Enter")
    await expect(page.locator(".face.bot .out .bubble")).to_have_text("/trangthai")
    chat_id = (await street.get(f"/_emulator/bot/{HOA}"))["chat_id"]
    await street.post(f"/bot{GIVEN['bot_token']}/sendMessage", {"chat_id": chat_id, "text": "Hàng đợi trống"})
    await expect(page.locator(".face.bot .in .bubble")).to_have_text("Hàng đợi trống")
    await expect(page.locator(".face.zalo .bubble")).to_have_count(0)


async def test_everything_can_be_done_by_keyboard(street: Street, open_page: Any) -> None:
    page = await open_page(street.url)
    await page.get_by_label("Thêm số điện thoại").focus()
    await page.keyboard.type("123")
    await page.keyboard.press("Enter")
    await expect(page.locator("#add-error")).to_contain_text("0…")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("0905 123 456")
    await page.keyboard.press("Enter")
    await expect(page.locator(".phone")).to_have_count(1)
    for _ in range(2):  # past the button that adds, onto the phone's state
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    assert (await street.hear(page, "follow"))["follower"]
    await expect(page.get_by_text("Đang quan tâm", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    for _ in range(5):  # sides of the phone, following, the chat, attaching, the box
        await page.keyboard.press("Tab")
    await page.keyboard.type("xin chào")
    await page.keyboard.press("Enter")
    assert (await street.hear(page, "user_send_text"))["message"]["text"] == "xin chào"
    await page.keyboard.type("tôi cần hỏi")
    await page.get_by_role("tab", name="Zalo").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".face.sms")).to_be_visible()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_label("Tin nhắn từ số")).to_have_value("tôi cần hỏi")


async def test_a_phone_is_renamed_hidden_and_shown_again(street: Street, open_page: Any) -> None:
    await street.add_phone(name="Cũ")
    page = await open_page(street.url)
    await page.locator(".settings summary").click()
    await page.get_by_label("Tên chủ máy").fill("Nguyễn Thị Hoa")
    await page.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("heading", name="Nguyễn Thị Hoa")).to_be_visible()
    await page.locator(".settings summary").click()
    await page.get_by_role("button", name="Ẩn máy này").click()
    await expect(page.locator(".phone")).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("heading", name="Các điện thoại đang được ẩn")).to_be_visible()
    await page.get_by_role("button", name="Nguyễn Thị Hoa").click()
    await expect(page.locator(".phone")).to_be_visible()


async def test_at_phone_width_one_phone_is_shown_with_a_switcher_for_the_others(street: Street, open_page: Any) -> None:
    await street.notify("submitted", "84905123456")
    await street.notify("accepted", "84912000111")
    page = await open_page(street.url, size=PHONE)
    await expect(page.locator("#phone-84905123456")).to_be_visible()
    await expect(page.locator("#phone-84912000111")).to_be_hidden()
    await page.get_by_role("button", name="0912 000 111").click()
    await expect(page.locator("#phone-84912000111 .card h3")).to_be_visible()
    await expect(page.locator("#phone-84905123456")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_language_and_colours_are_remembered_and_typed_text_stays(street: Street, open_page: Any) -> None:
    await street.notify("submitted")
    page = await open_page(street.url)
    await page.get_by_label("Tin nhắn từ số").fill("chưa gửi")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Test phones")).to_be_visible()
    await expect(page.locator(".ticks")).to_contain_text("Read")
    await expect(page.get_by_label("Message from 0905 123 456")).to_have_value("chưa gửi")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    for name in ("as the system", "light"):
        await page.get_by_role("button", name=f"Colours: {name}").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.reload()
    await expect(page.get_by_role("heading", name="Test phones")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_new_messages_are_announced_and_nothing_of_them_becomes_markup(street: Street, open_page: Any) -> None:
    user = await street.add_phone(name="Hoa")
    await street.act(HOA, {"text": "chào"})
    page = await open_page(street.url)
    await expect(page.locator(".out .bubble")).to_have_count(1)
    await street.say(user, {"text": "<img src=x onerror=alert(1)> {0}"})
    await expect(page.locator("#announcer")).to_have_text("Tin mới cho Hoa: <img src=x onerror=alert(1)> {0}")
    assert await page.locator(".in .bubble img").count() == 0
    async with street.session.get(street.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


async def test_the_page_finds_the_emulator_again_after_a_restart(chromium: Browser) -> None:
    first, url = await serve(create_app(EmulatorConfig()))
    page = await chromium.new_page()
    await page.goto(url)
    await expect(page.get_by_text("Trực tiếp")).to_be_visible()
    await first.cleanup()
    await expect(page.get_by_text("Đang nối lại…")).to_be_visible()
    second, _ = await serve(create_app(EmulatorConfig()), int(url.rpartition(":")[2]))
    await expect(page.get_by_text("Trực tiếp")).to_be_visible(timeout=15_000)
    await page.close()
    await second.cleanup()


async def fill(street: Street) -> None:
    """One of everything that a chat can show."""
    user = await street.add_phone("0912000111", follows=True, name="Trần Quốc Bảo")
    for body in (
        {"text": "chào"},
        {"image_base64": DOT, "caption": "ảnh"},
        {"location": {"latitude": 16.076, "longitude": 108.2239}},
        {"sticker": "vui"},
        {"business_card": {"name": "Khôi", "phone": "0977123123"}},
        {"file": {"name": "a.pdf", "base64": "JVBERg=="}},
        {"link": "https://dichvucong.gov.vn"},
    ):
        await street.act("0912000111", body)
    button = {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}}
    sent = await street.say(user, {"text": "Mời", "attachment": {"type": "template", "payload": {"buttons": [button]}}})
    await street.act("0912000111", {"text": "Vâng", "quote": sent})
    await street.act("0912000111", {"reaction": {"message_id": sent, "icon": ":>"}})
    await street.notify("rating", "84912000111")
    for name in NOTICES:
        await street.notify(name)
    await street.add_phone("0935777888")
    await street.post("/_emulator/phones/0935777888/state", {"online": False})


@pytest.mark.parametrize(
    ("size", "dark", "language"),
    [(DESKTOP, False, "vi"), (DESKTOP, True, "en"), (PHONE, False, "en"), (PHONE, True, "vi")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)
async def test_axe_finds_nothing(
    street: Street, open_page: Any, violations_of: Axe, size: Any, dark: bool, language: str
) -> None:
    await fill(street)
    page = await open_page(street.url, size=size, dark=dark)
    await expect(page.locator(".card")).to_have_count(6)
    await page.locator(f"[data-language={language}]").click()
    shown = page.locator(".phone.shown")
    await shown.locator(".settings summary").click()
    await shown.locator(".compose").first.get_by_role("button").first.click()
    await shown.locator(".in .more").first.click(force=True)
    assert await violations_of(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def test_the_consent_page_has_a_button_and_axe_finds_nothing(
    street: Street, open_page: Any, violations_of: Axe
) -> None:
    asked = f"app_id={GIVEN['app_id']}&redirect_uri={street.url}/_emulator/clock&state=s1&lang=vi"
    page = await open_page(f"{street.url}/v4/oa/permission?{asked}")
    assert await violations_of(page) == []
    await page.get_by_role("button", name="Đồng ý").click()
    assert "state=s1" in page.url
    assert "code=" in page.url
