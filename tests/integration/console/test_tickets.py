"""Feedback in the law's time: what is due first, one answer each, and pictures that a browser takes for pictures."""

import asyncio
from datetime import timedelta

import pytest

from storage import ticket_desk, tickets
from storage.tickets import Photo
from tests.integration.console import talk_rows as rows
from tests.office import Office

ROOT = "/console/tickets"
WARD = "H17.33.2"
LAN = (WARD, "author")
JPEG = Photo("image/jpeg", b"\xff\xd8\xff\xe0picture")


async def told(office: Office) -> list[str]:
    found = await office.database.fetch("SELECT text_enc FROM officer_messages ORDER BY id")
    return [office.cipher.decrypt(one["text_enc"], "officer_messages.text") for one in found]


async def about_ward(office: Office, text: str = "Đèn đường hỏng", **more: object) -> str:
    """A complaint about a dossier of the ward by somebody who wrote lately; the number."""
    citizen_id = await rows.person(office, "u1", wrote_ago=more.pop("wrote_ago", timedelta(minutes=1)))  # type: ignore[arg-type]
    known = await office.database.fetch("SELECT id FROM dossiers")
    dossier_id = known[0]["id"] if known else await rows.dossier(office, f"{WARD}-260302-0001", WARD)
    ticket = await rows.feedback(office, citizen_id, text, dossier_id=dossier_id, **more)  # type: ignore[arg-type]
    return ticket.number


async def test_what_is_due_first_comes_first_and_what_is_late_says_so(office: Office) -> None:
    late = await about_ward(office, due_in=timedelta(days=-2))
    praise = await about_ward(office, topic="praise", due_in=None)
    fresh = await about_ward(office)
    office_hours = await tickets.claim(office.database, late, officer="lan")
    assert office_hours
    lan = await office.sign_in("lan", LAN, name="Trần Thị Lan")
    seen = (await lan.get(ROOT)).text
    assert seen.index(late) < seen.index(fresh) < seen.index(praise)
    assert "quá hạn 2 ngày" in seen
    assert "Tiếp nhận hoặc từ chối" in seen
    only = (await lan.get(ROOT, topic="praise")).text
    assert (praise in only, fresh in only) == (True, False)
    mine = (await lan.get(ROOT, state="mine", unit="H17.33", kind="feedback")).text
    assert (late in mine, fresh in mine) == (True, False)
    assert (await lan.get(ROOT, state="<script>", kind="'", unit="%", before="x", topic="y")).status == 200


async def test_two_officers_answer_at_the_same_time_and_the_sender_gets_one_answer(office: Office) -> None:
    number = await about_ward(office)
    lan, minh = await office.sign_in("lan", LAN), await office.sign_in("minh", LAN)
    fields = {"decision": "resolve", "text": "Đã thay bóng đèn.", "form": "f"}
    answers = await asyncio.gather(
        *(one.post(f"{ROOT}/{number}/answer", fields | {"text": f"{one.officer.login}: đã sửa"}) for one in (lan, minh))
    )
    assert sorted(answer.status for answer in answers) == [200, 422]
    [refused] = [answer for answer in answers if answer.status == 422]
    assert "Lời Ông/Bà viết vẫn còn bên dưới" in refused.text
    assert "đã sửa</textarea>" in refused.text
    winner = lan if answers[0].status == 200 else minh
    again = await winner.post(f"{ROOT}/{number}/answer", fields | {"text": f"{winner.officer.login}: đã sửa"})
    assert "không gửi lần hai" in again.text
    assert len(await told(office)) == 1
    assert await rows.audited(office, "ticket.") == ["ticket.answer"]


async def test_more_is_asked_for_once_by_a_form_and_the_sender_sees_it_by_the_number(office: Office) -> None:
    number = await about_ward(office)
    lan = await office.sign_in("lan", LAN)
    fields = {"decision": "ask", "text": "Ông/Bà cho biết số cột đèn {1}?", "form": "f1"}
    await asyncio.gather(*(lan.post(f"{ROOT}/{number}/answer", fields) for _ in range(2)))
    found = await ticket_desk.find(office.database, office.cipher, number)
    assert found is not None
    question = "Cơ quan cần Ông/Bà bổ sung: Ông/Bà cho biết số cột đèn {1}?"
    assert (found.ticket.state, found.ticket.answer, len(found.details["asked"])) == ("claimed", question, 1)
    assert await told(office) == [f"Phản ánh {number} của Ông/Bà cần bổ sung.\n{question}"]
    twice = await lan.post(f"{ROOT}/{number}/answer", fields | {"form": "f2"})
    assert "tính là trễ hạn" in twice.text
    refused = await lan.post(
        f"{ROOT}/{number}/answer", {"decision": "refuse", "text": "Không thuộc phường", "form": "f3"}
    )
    assert "Đã từ chối" in refused.text
    found = await ticket_desk.find(office.database, office.cipher, number)
    assert found is not None
    assert (found.ticket.state, found.details["decision"]) == ("answered", "refused")
    assert found.ticket.answer == "Cơ quan không tiếp nhận phản ánh này. Lý do: Không thuộc phường"
    assert await rows.audited(office, "ticket.") == ["ticket.ask", "ticket.ask", "ticket.refuse"]


async def test_where_the_chat_takes_nothing_the_page_says_why(office: Office) -> None:
    number = await about_ward(office, wrote_ago=timedelta(days=3))
    lan = await office.sign_in("lan", LAN)
    answer = await lan.post(f"{ROOT}/{number}/answer", {"decision": "resolve", "text": "Đã sửa", "form": "f"})
    assert "Không gửi vào Zalo: đã quá 48 giờ miễn phí" in answer.text
    assert await told(office) == []
    assert "Công khai kết quả" in answer.text
    assert number in (await lan.get(ROOT, state="unpublished")).text
    done = [await lan.post(f"{ROOT}/{number}/published") for _ in range(2)]
    assert [("Đã ghi nhận" in one.text) for one in done] == [True, False]
    assert number not in (await lan.get(ROOT, state="unpublished")).text
    assert number in (await lan.get(ROOT, state="ended")).text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"decision": "resolve", "text": " "}, "text"),
        ({"decision": "resolve", "text": "x" * 1801}, "text"),
        ({"decision": "delete", "text": "x"}, "decision"),
    ],
)
async def test_an_answer_that_cannot_be_sent_comes_back_as_it_was(
    office: Office, fields: dict[str, str], field: str
) -> None:
    number = await about_ward(office)
    lan = await office.sign_in("lan", LAN)
    answer = await lan.post(f"{ROOT}/{number}/answer", fields)
    assert answer.status == 422
    assert f'href="#f-{field}"' in answer.text
    assert fields["text"].strip() in answer.text
    assert await told(office) == []


async def test_a_ticket_of_another_officer_is_answered_only_after_taking_it_over(office: Office) -> None:
    number = await about_ward(office)
    lan, minh = await office.sign_in("lan", LAN, name="Trần Thị Lan"), await office.sign_in("minh", LAN)
    await lan.post(f"{ROOT}/{number}/claim")
    second = await minh.post(f"{ROOT}/{number}/claim")
    assert f"Trần Thị Lan đã nhận yêu cầu {number} trước" in second.text
    fields = {"decision": "resolve", "text": "Xong", "form": "f"}
    assert (await minh.post(f"{ROOT}/{number}/answer", fields)).status == 422
    assert "đã nhận yêu cầu" in (await minh.post(f"{ROOT}/{number}/take-over", {"holder": "lan"})).text
    late = await minh.post(f"{ROOT}/{number}/take-over", {"holder": "lan"})
    assert "trước" in late.text
    assert (await lan.post(f"{ROOT}/{number}/answer", fields)).status == 422
    assert (await minh.post(f"{ROOT}/{number}/answer", fields)).status == 200
    assert await rows.audited(office, "ticket.") == ["ticket.claim", "ticket.take_over", "ticket.answer"]


async def test_officers_of_another_unit_find_no_ticket_by_any_address(office: Office) -> None:
    number = await about_ward(office, photos=(JPEG,))
    stranger, lan = await office.sign_in("khac", ("H17.34", "author")), await office.sign_in("lan", LAN)
    assert (await stranger.get(f"{ROOT}/{number}")).status == 404
    assert (await stranger.get(f"{ROOT}/{number}/photos/1")).status == 404
    for act in ("claim", "take-over", "answer", "reveal", "published", "unit"):
        fields = {"decision": "resolve", "text": "x", "unit": "H17.34", "holder": "lan"}
        assert (await stranger.post(f"{ROOT}/{number}/{act}", fields)).status == 404, act
    assert number not in (await stranger.get(ROOT, unit=WARD)).text
    assert WARD not in (await stranger.get(ROOT)).text
    assert await rows.audited(office, "ticket.") == []
    assert (await lan.post(f"{ROOT}/{number}/unit", {"unit": "H99"})).status == 404  # nobody is there
    assert (await lan.post(f"{ROOT}/{number}/unit", {"unit": "H17.34"})).status == 200
    assert (await lan.get(f"{ROOT}/{number}")).status == 404
    assert (await stranger.get(f"{ROOT}/{number}")).status == 200


async def test_words_of_people_are_never_markup_and_numbers_are_shown_by_an_audited_click(office: Office) -> None:
    number = await about_ward(office, text=f"{rows.EVIL} {rows.PHONE}")
    lan = await office.sign_in("lan", LAN)
    seen = (await lan.get(f"{ROOT}/{number}")).text
    assert "<script>alert" not in seen
    assert rows.PHONE not in seen
    assert rows.PHONE in (await lan.post(f"{ROOT}/{number}/reveal")).text
    assert await rows.audited(office, "ticket.") == ["ticket.reveal"]


async def test_only_pictures_are_shown_and_everything_else_is_a_file_to_keep(office: Office) -> None:
    svg = Photo("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    lying = Photo("image/png", b"<html><script>alert(1)</script></html>")
    number = await about_ward(office, photos=(JPEG, svg, lying))
    lan = await office.sign_in("lan", LAN)
    kept = ("application/octet-stream", "attachment")
    expected = [("image/jpeg", "inline"), kept, kept]
    for position, (kind, way) in enumerate(expected, start=1):
        async with lan.client.get(office.url(f"{ROOT}/{number}/photos/{position}")) as response:
            assert response.headers["Content-Type"] == kind
            assert response.headers["Content-Disposition"].startswith(f'{way}; filename="{number}-{position}.')
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    for position in ("0", "4", "x", "99999"):
        assert (await lan.get(f"{ROOT}/{number}/photos/{position}")).status == 404


async def test_a_data_request_is_for_the_whole_city_and_tells_administrators_what_to_do(office: Office) -> None:
    citizen_id = await rows.person(office, "u5")
    ticket = await rows.feedback(office, citizen_id, "", topic="export", kind="data", due_in=timedelta(days=2))
    chief = await office.sign_in("chief", ("*", "author"), ("*", "administrator"))
    tam, lan = await office.sign_in("tam", ("*", "author")), await office.sign_in("lan", LAN)
    assert "hoso citizen export" in (await chief.get(f"{ROOT}/{ticket.number}")).text
    seen = (await tam.get(f"{ROOT}/{ticket.number}")).text
    assert ("hoso citizen export" in seen, "do người quản trị thực hiện" in seen) == (False, True)
    assert (await lan.get(f"{ROOT}/{ticket.number}")).status == 404
    asked = await tam.post(f"{ROOT}/{ticket.number}/answer", {"decision": "refuse", "text": "x", "form": "f"})
    assert asked.status == 422
