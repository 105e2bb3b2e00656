"""Pages say what people know: units by name, states in one wording, ways back."""

import asyncio

from dossiers.status import Status
from tests.integration.console.broadcast_town import UNIT, open_hall
from tests.integration.console.dossier_town import HAI_CHAU, WARDS, code_in, event, set_notice, take
from tests.office import Desktop, Office

NAMED = f"{WARDS[HAI_CHAU]} ({HAI_CHAU})"
SECONDS = 5


async def seen(desktop: Desktop, path: str, words: str) -> str:
    """Return the page as soon as it has the words: names are read behind the first page that wants them."""
    for _ in range(SECONDS * 20):
        text = (await desktop.get(path)).text
        if words in text:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} never says {words}")


async def test_units_have_names_wherever_officers_read_or_choose_them(office: Office) -> None:
    await take(office, event(code_in(HAI_CHAU, 1), 2))
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), (HAI_CHAU, "administrator"))
    for path in ("", "me", "lists", "audiences", "conversations/canned", "admin/officers"):
        await seen(lan, f"/console/{path}", NAMED)


async def test_a_unit_without_dossiers_is_its_code_and_the_city_is_the_city(office: Office) -> None:
    lan = await office.sign_in("lan", ("H17.99", "author"), ("*", "viewer"))
    text = (await lan.get("/console/me")).text
    assert "H17.99" in text
    assert "Toàn thành phố" in text
    assert "· *" not in text


async def test_states_of_dossiers_are_called_the_same_on_both_forms_in_english(office: Office) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    await lan.post("/console/me/language", {"language": "en"})
    audiences = (await lan.get("/console/audiences")).text
    broadcast = (await lan.get("/console/broadcasts/new")).text
    for status in Status:
        label = f">{status.label_en}</label>"
        assert label in audiences
        assert label in broadcast


async def test_lists_and_audiences_lead_back_to_broadcasts(office: Office) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    for path in ("lists", "audiences"):
        text = (await lan.get(f"/console/{path}")).text
        assert '<a class="button plain" href="/console/broadcasts">' in text


async def test_a_filter_that_finds_nothing_does_not_say_that_all_is_well(office: Office) -> None:
    await take(office, event(code_in(HAI_CHAU, 1), 2))
    await set_notice(office, code_in(HAI_CHAU, 1), state="failed", reason="nothing_left")
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    text = (await lan.get("/console/undelivered", kind="refused")).text
    assert "Mọi tin đều đã có kết quả" not in text
    assert "Không có tin nào khớp" in text


async def test_an_approver_reads_that_the_whole_city_is_meant(office: Office) -> None:
    hall = await open_hall(office)
    lan = await office.sign_in("lan", ("*", "author"))
    number = await hall.write(lan, unit="*")
    text = (await lan.get(f"/console/broadcasts/{number}")).text
    assert "<dt>Hồ sơ của đơn vị</dt><dd>Toàn thành phố</dd>" in text


async def test_a_phone_that_is_none_is_told_where_it_was_typed(office: Office) -> None:
    hall = await open_hall(office)
    lan = await office.sign_in("lan", ("*", "author"))
    number = await hall.write(lan)
    answer = await lan.post(f"/console/broadcasts/{number}/recipients", {"phone": "abc"})
    assert answer.where == f"/console/broadcasts/{number}/recipients"
    assert "Mời nhập 10 chữ số" in answer.text


async def test_who_has_agreed_is_told_that_another_is_awaited_and_is_offered_no_second_approval(office: Office) -> None:
    hall = await open_hall(office)
    lan = await office.sign_in("lan", (UNIT, "author"))
    minh = await office.sign_in("minh", (UNIT, "approver"))
    number = await hall.submitted(lan, urgent="1")
    page = f"/console/broadcasts/{number}"
    assert "Duyệt nội dung này" in (await minh.get(f"{page}/approve")).text
    await hall.decide(minh, number)
    seen, look = (await minh.get(page)).text, (await minh.get(f"{page}/approve")).text
    assert "Đã có 1 người đồng ý" in seen
    assert "Xem để duyệt" not in seen
    assert "Duyệt nội dung này" not in look
    assert "cần một người khác" in look
    assert "Trả lại người soạn" in look
    an = await office.sign_in("an", (UNIT, "approver"))
    assert "Duyệt nội dung này" in (await an.get(f"{page}/approve")).text
    await hall.decide(an, number, "send_back", comment="Thiếu giờ")
    await lan.post(f"{page}/submit")
    again = (await minh.get(f"{page}/approve")).text
    assert "Duyệt nội dung này" in again, "what was agreed to before it was sent back counts no more"
