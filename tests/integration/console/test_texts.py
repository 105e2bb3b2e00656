"""Texts: what one officer writes is said once another has approved exactly that."""

import asyncio
import json
from typing import Any

import pytest

from hoso import parts
from storage import templates
from storage.templates import Medium
from tests.office import Desktop, Office
from tests.site import make_event

TEXT = "/console/texts/finished/vi/text"
WORDS = "Hồ sơ {{ code }} đã xong. Mời Ông/Bà đến {{ agency or 'bộ phận một cửa' }}.\nTổng đài: {{ hotline }}."


async def submitted(office: Office, lan: Desktop, words: str = WORDS) -> templates.Version:
    answer = await lan.post(TEXT, {"text": words, "do": "submit"})
    assert answer.status == 200, answer.text
    [version] = await templates.waiting(office.database)
    return version


async def said(office: Office, code: str) -> dict[str, Any]:
    """What a finished dossier is told, through the product's own intake."""
    event = make_event(code, 9, "0905123456")
    intake = parts.intake(office.site, office.database, office.cipher, on_work=lambda _lane: None)
    [result] = await intake.take([event])
    assert result.outcome == "accepted"
    [row] = await office.database.fetch("SELECT content_enc FROM notices WHERE dossier_code = %(code)s", {"code": code})
    content: dict[str, Any] = json.loads(office.cipher.decrypt(row["content_enc"], "notices.content"))
    return content


async def test_words_are_said_when_a_second_person_has_approved_them(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"), ("*", "approver"))
    minh = await office.sign_in("minh", ("*", "approver"))
    version = await submitted(office, lan)
    assert "đã xử lý xong" in (await said(office, "H17.33.2-260302-0001"))["text"]
    own = await lan.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})
    assert own.status == 409  # nobody approves their own
    shown = await minh.get(f"/console/texts/{version.id}")
    assert version.body.digest in shown.text
    assert "Mời Ông/Bà đến UBND phường Hải Châu." in shown.text
    assert (await minh.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})).status == 200
    content = await said(office, "H17.33.2-260302-0002")
    assert content["text"].startswith("Hồ sơ H17.33.2-260302-0002 đã xong. Mời Ông/Bà đến ")
    assert content["params"]["ma_ho_so"] == "H17.33.2-260302-0002"  # the template's words are still the product's
    assert "minh" in (await lan.get("/console/texts")).text
    rows = await office.database.fetch("SELECT actor, action FROM audit_log ORDER BY id")
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("officer:lan", "text.save"),
        ("officer:lan", "text.submit"),
        ("officer:minh", "text.approve"),
    ]


async def test_words_of_an_sms_are_sent_as_they_are(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    minh = await office.sign_in("minh", ("*", "approver"))
    await lan.post("/console/texts/finished/vi/sms", {"text": "Ho so {{ code }} da xong.", "do": "submit"})
    [version] = await templates.waiting(office.database)
    await minh.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})
    assert (await said(office, "H17.33.2-260302-0003"))["sms"] == "Ho so H17.33.2-260302-0003 da xong."


async def test_what_was_changed_after_it_was_read_is_not_approved(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    minh = await office.sign_in("minh", ("*", "approver"))
    version = await submitted(office, lan)
    await lan.post(f"/console/texts/{version.id}/take-back")
    changed = await submitted(office, lan, WORDS + " Cảm ơn.")
    assert changed.id == version.id
    late = await minh.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})
    assert late.status == 409
    assert await templates.in_force(office.database) == []


async def test_two_approvals_at_the_same_time_are_one(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    version = await submitted(office, lan)
    deciders = [await office.sign_in(name, ("*", "approver")) for name in ("minh", "hoa", "tam")]
    path, fields = f"/console/texts/{version.id}/approve", {"digest": version.body.digest}
    answers = await asyncio.gather(*(one.post(path, fields) for one in deciders))
    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    rows = await office.database.fetch("SELECT count(*) FROM audit_log WHERE action = 'text.approve'")
    assert rows[0]["count"] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "Chưa có lời nào."),
        ("{{ secret }}", "Không có chỗ điền tên secret."),
        ("{% for i in (1, 2) %}{{ code }}{% endfor %}", "Không được dùng For"),
        ("{{ code.__class__ }}", "Không được dùng Getattr"),
        ("{{ code", "Dòng 1"),
        ("Xem https://lua-dao.example {{ code }}", "Không đặt đường dẫn"),
        ("{{ reason }}" * 30 + "a" * 1500, "tối đa 2000"),
        ("<script>alert(1)</script> {{ nowhere }}", "&lt;script&gt;alert(1)"),
    ],
)
async def test_words_that_cannot_be_said_are_not_submitted(office: Office, words: str, told: str) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    answer = await lan.post(TEXT, {"text": words, "do": "submit"})
    assert answer.status == 422
    assert told in answer.text
    assert "<script>alert" not in answer.text
    assert await templates.waiting(office.database) == []


async def test_the_words_of_the_product_come_back_by_approval_too(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    minh = await office.sign_in("minh", ("*", "approver"))
    version = await submitted(office, lan)
    await minh.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})
    await lan.post(TEXT, {"product": "1", "do": "submit"})
    [back] = await templates.waiting(office.database)
    assert back.body.is_product
    await minh.post(f"/console/texts/{back.id}/approve", {"digest": back.body.digest})
    assert "đã xử lý xong" in (await said(office, "H17.33.2-260302-0004"))["text"]


async def test_texts_of_the_city_are_not_for_a_ward_s_officers(office: Office) -> None:
    ward = await office.sign_in("ward", ("H17.33.2", "author"), ("H17.33.2", "approver"))
    assert (await ward.post(TEXT, {"text": WORDS, "do": "submit"})).status == 403
    assert "Gửi duyệt" not in (await ward.get(TEXT)).text
    lan = await office.sign_in("lan", ("*", "author"))
    version = await submitted(office, lan)
    assert (await ward.post(f"/console/texts/{version.id}/approve", {"digest": version.body.digest})).status == 403


async def test_somebody_s_draft_is_nobody_else_s(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    hoa = await office.sign_in("hoa", ("*", "author"))
    await lan.post(TEXT, {"text": WORDS, "do": "save"})
    [draft] = await templates.history(office.database, "finished", "vi", Medium.TEXT)
    assert (await hoa.get(f"/console/texts/{draft.id}")).status == 404
    assert (await hoa.post(f"/console/texts/{draft.id}/discard")).status == 404
    assert WORDS.split("\n")[1] not in (await hoa.get(TEXT)).text
    for wrong in ("/console/texts/99999999999999999999", "/console/texts/finished/vi/fax", "/console/texts/x/vi/text"):
        assert (await lan.get(wrong)).status == 404


async def test_the_preview_is_a_part_of_the_page_and_keeps_nothing(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    answer = await lan.post(f"{TEXT}/preview", {"text": "<b>{{ code }}</b>", "sample": "most"})
    assert answer.status == 200
    assert "&lt;b&gt;000.00.33.H17" in answer.text
    assert "<html" not in answer.text
    assert await templates.history(office.database, "finished", "vi", Medium.TEXT) == []
