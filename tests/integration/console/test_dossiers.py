"""Officers find and read dossiers; what is personal stays masked until a click that is audited."""

import asyncio
import re

import pytest

from tests.integration.console.dossier_town import (
    HAI_CHAU,
    NAME,
    PHONE,
    THANH_KHE,
    audited,
    code_in,
    event,
    notices_of,
    set_notice,
    take,
)
from tests.office import Desktop, Office

CODE = code_in(HAI_CHAU, 1)
OTHERS = code_in(THANH_KHE, 1)


def seen_of(text: str) -> str:
    """What the page's form for sending again carries."""
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found is not None
    return found[1]


async def send_again(officer: Desktop, notice: object, seen: str, code: str = CODE) -> str:
    path = f"/console/dossiers/{code}/notices/{notice}/send-again"
    return (await officer.post(path, {"seen": seen})).text


@pytest.mark.parametrize("written", [CODE, "h17.33.2 – 260302 – 0001", f"Mã hồ sơ: {CODE}."])
async def test_a_code_is_found_however_it_is_written(office: Office, written: str) -> None:
    await take(office, event(CODE, 2))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    answer = await lan.post("/console/dossiers", {"q": written})
    assert answer.where == f"/console/dossiers/{CODE}"
    assert "Đăng ký khai sinh" in answer.text
    assert "Tin gửi người dân" in answer.text


async def test_a_phone_is_found_by_a_form_alone_with_everything_masked(office: Office) -> None:
    await take(office, event(CODE, 2), event(OTHERS, 2))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    answer = await lan.post("/console/dossiers", {"q": "+84 905 123 456"})
    assert answer.where == "/console/dossiers"
    assert CODE in answer.text
    assert OTHERS not in answer.text
    assert "0905***456" in answer.text
    assert "N*** T*** M*** C***" in answer.text
    assert NAME not in answer.text
    assert "0905123456" not in answer.text.replace(" ", "")
    [noted] = await audited(office, "dossier.search")
    assert noted["detail"] == {"kind": "phone", "found": 1}
    assert noted["object"] is None


async def test_what_is_neither_a_code_nor_a_phone_is_asked_again_with_what_was_typed(office: Office) -> None:
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    answer = await lan.post("/console/dossiers", {"q": '"><script>1'})
    assert answer.status == 422
    assert 'href="#f-q"' in answer.text
    assert "&gt;&lt;script&gt;1" in answer.text


@pytest.mark.parametrize(("what", "clear"), [("phone", "0905 123 456"), ("name", NAME), ("email", "chau@example.org")])
async def test_what_is_personal_is_shown_after_a_click_that_is_audited(office: Office, what: str, clear: str) -> None:
    await take(office, event(CODE, 2))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    before = await lan.get(f"/console/dossiers/{CODE}")
    assert all(each not in before.text for each in ("0905 123 456", PHONE, NAME, "chau@example.org"))
    after = await lan.post(f"/console/dossiers/{CODE}/reveal", {"what": what})
    assert clear in after.text
    hidden = {"0905 123 456", NAME, "chau@example.org"} - {clear}
    assert all(each not in after.text for each in hidden)
    [noted] = await audited(office, "dossier.reveal")
    assert (noted["actor"], noted["object"], noted["detail"]) == ("officer:lan", CODE, {"what": what})
    assert clear not in (await lan.get(f"/console/dossiers/{CODE}")).text


async def test_the_page_tells_events_notices_and_attempts_in_words(office: Office) -> None:
    await take(office, event(CODE, 2), event(CODE, 5, supplement={"items": ["Ảnh"]}))
    notice = await set_notice(
        office,
        CODE,
        state="failed",
        reason="recipient_unreachable:-118",
        route='[{"channel": "zalo_template", "why": "phone_in_dossier", "outcome": "refused", "code": "-118",'
        ' "skipped": [["zalo_oa", "no_user"]], "next": "next_channel"}]',
    )
    await office.database.fetch(
        "INSERT INTO attempts (notice_id, send, channel, outcome, code, latency_ms) "
        "VALUES (%(id)s, 1, 'zalo_template', 'refused', '-118', 42) RETURNING id",
        {"id": notice},
    )
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    text = (await lan.get(f"/console/dossiers/{CODE}")).text
    for words in (
        "Yêu cầu bổ sung giấy tờ",
        "Số điện thoại này không có tài khoản Zalo",
        "Gọi điện hoặc gửi văn bản",
        "theo số điện thoại trong hồ sơ",
        "không dùng Zalo (tin tư vấn) (chưa liên kết)",
        "42 ms",
        "bị từ chối",
    ):
        assert words in text, words
    assert "Gửi lại" not in text  # a viewer only looks


async def test_more_than_one_request_for_papers_is_shown_as_late(office: Office) -> None:
    await take(office, event(CODE, 2), event(CODE, 5, supplement={"items": ["Ảnh"]}))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    assert "tính là trễ hạn" not in (await lan.get(f"/console/dossiers/{CODE}")).text
    await take(office, event(CODE, 4), event(CODE, 5, supplement={"items": ["Đơn"]}))
    assert "tính là trễ hạn" in (await lan.get(f"/console/dossiers/{CODE}")).text


async def test_names_and_reasons_with_markup_are_shown_as_text(office: Office) -> None:
    evil = "<img src=x onerror=alert(1)>"
    await take(
        office,
        event(
            CODE,
            2,
            procedure_name=evil,
            agency={"code": HAI_CHAU, "name": evil},
            applicant={"name": evil, "phone": PHONE, "email": None},
        ),
    )
    await set_notice(office, CODE, state="failed", reason=evil)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    for answer in (
        await lan.get(f"/console/dossiers/{CODE}"),
        await lan.post(f"/console/dossiers/{CODE}/reveal", {"what": "name"}),
        await lan.post("/console/dossiers", {"q": PHONE}),
        await lan.get("/console/undelivered"),
    ):
        assert answer.status == 200
        assert "<img" not in answer.text
        assert "&lt;img" in answer.text


async def test_a_failed_notice_is_sent_again_once_however_many_click(office: Office) -> None:
    await take(office, event(CODE, 2))
    notice = await set_notice(office, CODE, state="failed", reason="platform_down", sends=1)
    lan, hoa = await office.sign_in("lan", (HAI_CHAU, "author")), await office.sign_in("hoa", ("H17", "author"))
    again = await office.sign_in("lan")  # another window of the same officer
    seen = seen_of((await lan.get(f"/console/dossiers/{CODE}")).text)
    texts = await asyncio.gather(*(send_again(who, notice, seen) for who in (lan, hoa, again)))
    assert sum("Đã đưa tin vào hàng gửi lại." in text for text in texts) == 1
    [row] = await notices_of(office, CODE)
    assert (row["state"], row["reason"]) == ("pending", "retried_by_hand")
    assert len(await audited(office, "notice.send_again")) == 1
    assert office.rung == ["status"]
    # Even when it ended the same way meanwhile, the old page does not start it again.
    await set_notice(office, CODE, state="failed")
    assert "Đã đưa tin" not in await send_again(lan, notice, seen)


async def test_a_notice_without_a_number_goes_to_the_one_that_is_known_by_now(office: Office) -> None:
    await take(office, event(CODE, 2, applicant={"name": NAME, "phone": "02363822222", "email": None}))
    [row] = await notices_of(office, CODE)
    assert row["state"] == "no_mobile"
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    assert "send-again" not in (await lan.get(f"/console/dossiers/{CODE}")).text
    assert "chưa có số" in await send_again(lan, row["id"], row["updated_at"].isoformat())
    await take(office, event(CODE, 4))  # the same stage, with a mobile number
    page = (await lan.get(f"/console/dossiers/{CODE}")).text
    assert "Đã đưa tin" in await send_again(lan, row["id"], seen_of(page))
    [row] = await notices_of(office, CODE)
    assert row["state"] == "pending"
    assert bytes(row["recipient_hash"]) == office.cipher.lookup_hash("84905123456")


async def test_one_that_arrived_is_sent_again_with_a_warning_and_an_overtaken_one_never(office: Office) -> None:
    await take(office, event(CODE, 2))
    notice = await set_notice(office, CODE, state="delivered", sends=1, due_at=None)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    page = (await lan.get(f"/console/dossiers/{CODE}")).text
    assert "có thể nhận hai lần" in page
    assert "Đã đưa tin" in await send_again(lan, notice, seen_of(page))
    [row] = await notices_of(office, CODE)
    assert (row["state"], row["possible_duplicate"]) == ("pending", True)
    await set_notice(office, CODE, state="failed", sends=1)
    await take(office, event(CODE, 9))
    await set_notice(office, CODE, state="delivered", sends=1, due_at=None)
    older = (await notices_of(office, CODE))[0]
    assert "đã có tin mới hơn" in await send_again(lan, older["id"], older["updated_at"].isoformat())


@pytest.mark.parametrize("state", ["pending", "sending", "superseded", "expired", "suppressed", "cancelled"])
async def test_what_is_under_way_or_taken_back_is_not_sent_again(office: Office, state: str) -> None:
    await take(office, event(CODE, 2))
    notice = await set_notice(office, CODE, state=state)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    [row] = await notices_of(office, CODE)
    assert "Không gửi lại" in await send_again(lan, notice, row["updated_at"].isoformat())
    assert (await notices_of(office, CODE))[0]["state"] == state


async def test_told_otherwise_is_noted_once_and_takes_it_off_the_list(office: Office) -> None:
    await take(office, event(CODE, 2))
    notice = await set_notice(office, CODE, state="failed", reason="nothing_left")
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    assert CODE in (await lan.get("/console/undelivered")).text
    path = f"/console/dossiers/{CODE}/notices/{notice}/told"
    assert (await lan.post(path, {"how": "shouting"})).status == 400
    first, second = await lan.post(path, {"how": "phone"}), await lan.post(path, {"how": "post"})
    assert "Đã ghi nhận" in first.text
    assert "Không ghi thêm" in second.text
    assert "lan đã báo bằng cách khác: gọi điện" in second.text
    assert CODE not in (await lan.get("/console/undelivered")).text
    [noted] = await audited(office, "notice.told_otherwise")
    assert noted["detail"] == {"dossier": CODE, "how": "phone"}


async def test_other_units_dossiers_are_not_there_whatever_is_asked(office: Office) -> None:
    await take(office, event(CODE, 2), event(OTHERS, 2))
    notice = await set_notice(office, OTHERS, state="failed", reason="nothing_left")
    lan = await office.sign_in("lan", (HAI_CHAU, "author"), (THANH_KHE + "9", "author"))
    seen = (await notices_of(office, OTHERS))[0]["updated_at"].isoformat()
    theirs, mine = f"/console/dossiers/{OTHERS}", f"/console/dossiers/{CODE}"
    answers = [
        await lan.get(theirs),
        await lan.post(f"{theirs}/reveal", {"what": "phone"}),
        await lan.post(f"{theirs}/notices/{notice}/send-again", {"seen": seen}),
        await lan.post(f"{theirs}/notices/{notice}/told", {"how": "phone"}),
        await lan.post(f"{mine}/notices/{notice}/send-again", {"seen": seen}),  # their notice under one's own dossier
        await lan.post(f"{mine}/notices/{notice}/told", {"how": "phone"}),
        await lan.get(f"/console/due/{OTHERS}/apology"),
        await lan.post(f"/console/due/{OTHERS}/apology", {"step": "confirm", "day": "2026-12-01", "reason": "x"}),
    ]
    missing = await lan.get(f"/console/dossiers/{code_in(HAI_CHAU, 999)}")
    assert [answer.status for answer in answers] == [404] * 8
    assert all(answer.text == missing.text for answer in answers[:2])
    assert OTHERS not in (await lan.post("/console/dossiers", {"q": OTHERS})).where
    assert not await audited(office, "dossier.reveal")
    assert (await notices_of(office, OTHERS))[0]["state"] == "failed"


async def test_a_viewer_changes_nothing(office: Office) -> None:
    await take(office, event(CODE, 2))
    notice = await set_notice(office, CODE, state="failed", reason="nothing_left")
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    mixed = await office.sign_in("mai", (HAI_CHAU, "viewer"), (THANH_KHE, "author"))
    for officer in (lan, mixed):
        for path, fields in (
            (f"/console/dossiers/{CODE}/notices/{notice}/send-again", {"seen": "2026-01-01T00:00:00+00:00"}),
            (f"/console/dossiers/{CODE}/notices/{notice}/told", {"how": "phone"}),
            (f"/console/due/{CODE}/apology", {"step": "confirm"}),
        ):
            assert (await officer.post(path, fields)).status == 403, path
    assert (await lan.post("/console/undelivered/told", {"how": "phone", "notice": str(notice)})).status == 403
    await mixed.post("/console/undelivered/told", {"how": "phone", "notice": str(notice)})
    assert not await audited(office, "notice.told_otherwise")


async def test_social_insurance_codes_with_slashes_have_pages_too(office: Office) -> None:
    await take(office, event("03706/2026/07906", 2, agency={"code": HAI_CHAU, "name": "BHXH"}))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    answer = await lan.post("/console/dossiers", {"q": "03706/2026/07906"})
    assert answer.status == 200
    assert "Đăng ký khai sinh" in answer.text
