"""The hand-over inbox: one officer has a talk, nothing is said twice, and nobody reads what is not theirs."""

import asyncio
import re
from datetime import timedelta

import pytest

from storage import handovers, officer_messages
from tests.integration.console import talk_rows as rows
from tests.office import Desktop, Office

ROOT = "/console/conversations"
LAN, WARD = ("H17.33.2", "author"), "H17.33.2"


def form_of(text: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', text)
    assert found is not None
    return found[1]


async def in_ward(office: Office, user_id: str = "u1", **more: timedelta) -> tuple[int, str]:
    """Somebody with a dossier of Lan's ward who waits: the citizen's id and the number."""
    citizen_id = await rows.person(office, user_id, **more)
    await rows.link(office, citizen_id, await rows.dossier(office, f"{WARD}-260302-{user_id}", WARD))
    return citizen_id, (await rows.waiting(office, citizen_id)).number


async def written(office: Office) -> list[tuple[str | None, str]]:
    found = await office.database.fetch("SELECT officer, text_enc FROM officer_messages ORDER BY id")
    column = officer_messages.OFFICER_TEXT_COLUMN
    return [(one["officer"], office.cipher.decrypt(one["text_enc"], column)) for one in found]


async def test_of_two_officers_the_first_has_the_talk_and_the_second_is_told_by_whom(office: Office) -> None:
    _, number = await in_ward(office)
    lan = await office.sign_in("lan", LAN, name="Trần Thị Lan")
    minh = await office.sign_in("minh", LAN, name="Lê Minh")
    pages = await asyncio.gather(
        lan.post(f"{ROOT}/{number}/claim"), minh.post(f"{ROOT}/{number}/claim"), lan.post(f"{ROOT}/{number}/claim")
    )
    handover = await handovers.find(office.database, number)
    assert handover is not None
    winner = {"lan": "Trần Thị Lan", "minh": "Lê Minh"}[handover.officer or ""]
    loser = minh if handover.officer == "lan" else lan
    assert sum(f"{winner} đã nhận cuộc trò chuyện {number} trước" in page.text for page in pages) >= 1
    assert len(await written(office)) == 1  # the citizen is told once that an officer is here
    assert await rows.audited(office, "conversation.") == ["conversation.claim"]
    answer = await loser.post(f"{ROOT}/{number}/answer", {"step": "send", "text": "Chào Ông/Bà", "form": "x"})
    assert answer.status == 422
    assert "cán bộ khác đang trò chuyện" in answer.text
    assert ">\nChào Ông/Bà</textarea>" in answer.text


async def test_an_answer_sent_by_two_presses_of_a_button_goes_out_once(office: Office) -> None:
    citizen_id, number = await in_ward(office)
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    form = form_of((await lan.get(f"{ROOT}/{number}")).text)
    fields = {"step": "send", "text": "Mời Ông/Bà\r\nmang CCCD {x}", "form": form}
    answers = await asyncio.gather(*(lan.post(f"{ROOT}/{number}/answer", fields) for _ in range(3)))
    assert {answer.status for answer in answers} == {200}
    assert [text for officer, text in await written(office) if officer] == ["Cán bộ: Mời Ông/Bà\nmang CCCD {x}"]
    # Also when the window closed between the two presses.
    await office.database.fetch(
        "UPDATE citizens SET last_interaction_at = now() - interval '3 days' WHERE id = %(id)s RETURNING 1",
        {"id": citizen_id},
    )
    assert "Đang gửi" in (await lan.post(f"{ROOT}/{number}/answer", fields)).text
    assert len(await written(office)) == 2
    assert (await rows.audited(office, "conversation.say")) == ["conversation.say"]


@pytest.mark.parametrize(
    ("ago", "said", "shown"),
    [
        (timedelta(hours=49), "đã quá 48 giờ miễn phí", "trả lời sẽ tốn phí và đơn vị chưa cho phép"),
        (timedelta(days=8), "đã quá 7 ngày, Zalo không nhận trả lời nữa", "Đã quá 7 ngày"),
    ],
)
async def test_a_draft_is_kept_when_the_window_has_closed(
    office: Office, ago: timedelta, said: str, shown: str
) -> None:
    _, number = await in_ward(office, wrote_ago=ago)
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    assert await written(office) == []  # our own words keep to the window too
    answer = await lan.post(f"{ROOT}/{number}/answer", {"step": "send", "text": "Hồ sơ đã xong", "form": "f"})
    assert answer.status == 422
    assert said in answer.text
    assert shown in answer.text
    assert ">\nHồ sơ đã xong</textarea>" in answer.text
    closing = await lan.post(f"{ROOT}/{number}/close", {"summary": "Đã gọi điện"})
    assert "Người dân không được báo" in closing.text
    assert await written(office) == []


async def test_what_people_write_is_never_markup_and_numbers_are_shown_by_an_audited_click(office: Office) -> None:
    citizen_id, number = await in_ward(office)
    await rows.says(office, citizen_id, f"{rows.EVIL} gọi {rows.PHONE}")
    lan = await office.sign_in("lan", LAN, name=rows.EVIL)
    await lan.post(f"{ROOT}/{number}/claim")
    seen = (await lan.get(f"{ROOT}/{number}")).text
    assert "<script>alert" not in seen
    assert "<img src=x" not in seen
    assert rows.PHONE not in seen
    assert "[số đã ẩn]" in seen
    shown = await lan.post(f"{ROOT}/{number}/reveal")
    assert rows.PHONE in shown.text
    assert "<script>alert" not in shown.text
    assert await rows.audited(office, "conversation.reveal") == ["conversation.reveal"]
    assert rows.PHONE not in (await lan.get(f"{ROOT}/{number}")).text


async def test_officers_of_another_unit_find_nothing_by_any_address(office: Office) -> None:
    citizen_id, number = await in_ward(office)
    await rows.says(office, citizen_id, "riêng của phường này", kind="photo")
    lan = await office.sign_in("lan", LAN)
    stranger = await office.sign_in("khac", ("H17.34", "author"))
    await lan.post(f"{ROOT}/canned", {"title": "Giờ làm việc", "text": "7h30", "unit": WARD})
    [canned] = await office.database.fetch("SELECT id FROM canned_answers")
    for path in (
        f"{ROOT}/{number}",
        f"{ROOT}/{number}/photos/1",
        f"{ROOT}/canned/{canned['id']}",
        f"{ROOT}/HT-XXXXXXXX",
    ):
        assert (await stranger.get(path)).status == 404, path
    for act in ("claim", "answer", "reveal", "close", "assistant", "release"):
        fields = {"text": "x", "summary": "x", "unit": "H17.34", "step": "insert", "canned": canned["id"]}
        assert (await stranger.post(f"{ROOT}/{number}/{act}", fields)).status == 404, act
    for path in (f"{ROOT}/canned/{canned['id']}", f"{ROOT}/canned/{canned['id']}/delete"):
        assert (await stranger.post(path, {"title": "y", "text": "y"})).status == 404, path
    assert (await stranger.post(f"{ROOT}/canned", {"title": "y", "text": "y", "unit": WARD})).status == 404
    for shown in ("queue", "mine", "closed"):
        assert number not in (await stranger.get(ROOT, show=shown)).text
    assert number in (await lan.get(ROOT)).text
    assert await rows.audited(office, "conversation.") == []
    viewer = await office.sign_in("xem", (WARD, "approver"))
    assert (await viewer.get(f"{ROOT}/{number}")).status == 200
    assert (await viewer.post(f"{ROOT}/{number}/claim")).status == 403


async def test_a_talk_without_a_known_unit_is_for_the_whole_city_until_it_is_moved(office: Office) -> None:
    number = (await rows.waiting(office, await rows.person(office, "u9"))).number
    lan, city = await office.sign_in("lan", LAN), await office.sign_in("tam", ("*", "author"))
    assert (await lan.get(f"{ROOT}/{number}")).status == 404
    moved = await city.post(f"{ROOT}/{number}/release", {"unit": WARD})
    assert "đã chuyển cho đơn vị khác" in moved.text
    assert await written(office) == []  # who waits is not disturbed
    assert (await lan.post(f"{ROOT}/{number}/claim")).status == 200
    back = await lan.post(f"{ROOT}/{number}/release")
    assert "đã trở lại hàng chờ" in back.text
    handover = await handovers.find(office.database, number)
    assert handover is not None
    assert (handover.state, handover.officer) == ("open", None)
    assert "Ông/Bà vẫn giữ chỗ trong hàng chờ" in (await written(office))[-1][1]
    [mode] = await office.database.fetch("SELECT mode FROM conversations WHERE ticket_id IS NOT NULL")
    assert mode["mode"] == "waiting"


async def test_a_talk_ends_with_a_summary_for_the_file_and_a_note_for_the_citizen(office: Office) -> None:
    _, number = await in_ward(office)
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    empty = await lan.post(f"{ROOT}/{number}/close", {"summary": " ", "note": "Hẹn thứ Hai"})
    assert (empty.status, "Mời ghi tóm tắt" in empty.text, ">\nHẹn thứ Hai</textarea>" in empty.text) == (
        422,
        True,
        True,
    )
    fields = {"summary": "Đã hướng dẫn", "note": "Hẹn thứ Hai"}
    ends = await asyncio.gather(*(lan.post(f"{ROOT}/{number}/close", fields) for _ in range(2)))
    assert [end.status for end in ends] == [200, 200]
    texts = [text for _, text in await written(office)]
    assert len(texts) == 2
    assert "Hẹn thứ Hai" in texts[1]
    assert "Đã hướng dẫn" not in texts[1]
    assert number in (await lan.get(ROOT, show="closed")).text
    assert await rows.audited(office, "conversation.") == ["conversation.claim", "conversation.close"]


async def test_a_talk_whose_citizen_was_erased_says_so_and_keeps_nothing(office: Office) -> None:
    citizen_id, number = await in_ward(office)
    await rows.says(office, citizen_id, "lời riêng")
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    await office.database.fetch("DELETE FROM citizens WHERE id = %(id)s RETURNING 1", {"id": citizen_id})
    for answer in (
        await lan.get(f"{ROOT}/{number}"),
        await lan.post(f"{ROOT}/{number}/answer", {"step": "send", "text": "Chào"}),
    ):
        assert answer.status == 404
        assert "người dân đã yêu cầu xóa dữ liệu" in answer.text
        assert "lời riêng" not in answer.text
    stranger = await office.sign_in("khac", ("H17.34", "author"))
    assert "xóa dữ liệu" not in (await stranger.get(f"{ROOT}/{number}")).text
    assert number not in (await lan.get(ROOT)).text


async def test_short_answers_are_kept_changed_put_in_and_deleted(office: Office) -> None:
    _, number = await in_ward(office)
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    new = {"title": "Giờ làm việc", "text": "Cơ quan làm việc <b>7h30</b>.", "unit": WARD}
    assert "Đã thêm" in (await lan.post(f"{ROOT}/canned", new)).text
    twice = await lan.post(f"{ROOT}/canned", new | {"text": "lời khác"})
    assert (twice.status, "đã có câu trả lời mẫu với tên này" in twice.text, "lời khác" in twice.text) == (
        422,
        True,
        True,
    )
    assert (await lan.post(f"{ROOT}/canned", new | {"title": ""})).status == 422
    [one] = await office.database.fetch("SELECT id FROM canned_answers")
    fields = {"step": "insert", "text": "Chào Ông/Bà.", "canned": one["id"], "form": "f"}
    put_in = await lan.post(f"{ROOT}/{number}/answer", fields)
    assert ">\nChào Ông/Bà.\nCơ quan làm việc &lt;b&gt;7h30&lt;/b&gt;.</textarea>" in put_in.text
    assert len(await written(office)) == 1  # nothing was sent
    assert "Đã sửa" in (await lan.post(f"{ROOT}/canned/{one['id']}", {"title": "Giờ", "text": "8h"})).text
    assert "Đã xóa" in (await lan.post(f"{ROOT}/canned/{one['id']}/delete")).text
    assert await rows.audited(office, "canned.") == ["canned.add", "canned.change", "canned.delete"]


async def test_each_message_shows_what_became_of_it_and_one_in_doubt_can_be_taken_up_again(office: Office) -> None:
    _, number = await in_ward(office)
    lan = await office.sign_in("lan", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    ends = {"Một": ("sent", None), "Hai": ("in_doubt", "process_died"), "Ba": ("failed", "Unreachable:-213")}
    for text in (*ends, "Bốn"):
        await lan.post(f"{ROOT}/{number}/answer", {"step": "send", "text": text, "form": text})
    for claimed in range(5):
        for message in await officer_messages.claim_messages(office.database, office.cipher, limit=1, lease_seconds=60):
            state, reason = ends.get(message.text.removeprefix("Cán bộ: "), ("sent", None))
            if state == "sent" and message.text != "Cán bộ: Bốn":
                await officer_messages.note_sent(office.database, office.cipher, message, message_id=f"m{claimed}")
            elif reason is not None:
                await officer_messages.note_unsent(office.database, message, state=state, reason=reason)
    seen = (await lan.get(f"{ROOT}/{number}")).text
    for words in ("Zalo đã nhận", "chưa rõ đã tới hay chưa", "máy gửi dừng giữa chừng", "không gửi được", "đang gửi"):
        assert words in seen, words
    assert "(Unreachable:-213)" in seen
    [doubt] = await office.database.fetch("SELECT id FROM officer_messages WHERE state = 'in_doubt'")
    again = await lan.post(f"{ROOT}/{number}/answer", {"step": "again", "message": doubt["id"]})
    assert ">\nHai</textarea>" in again.text
    assert len(await written(office)) == 5


async def test_a_picture_that_the_platform_no_longer_has_is_not_found(office: Office) -> None:
    citizen_id, number = await in_ward(office)
    await rows.says(office, citizen_id, "ảnh", kind="photo")
    lan: Desktop = await office.sign_in("lan", LAN)
    for message in ("1", "0", "x", "9" * 30):
        assert (await lan.get(f"{ROOT}/{number}/photos/{message}")).status == 404
