"""The officers' list: what nobody receives unless a person acts."""

import csv
import io
import re
from datetime import timedelta

import pytest

from tests.integration.console.dossier_town import (
    HAI_CHAU,
    NAME,
    THANH_KHE,
    audited,
    code_in,
    event,
    set_notice,
    take,
)
from tests.office import Office

TROUBLES = {
    1: {"state": "failed", "reason": "recipient_unreachable:-118"},
    2: {"state": "no_mobile", "reason": "no_mobile"},
    3: {"state": "in_doubt", "reason": "never_confirmed", "due_at": None},
    4: {"state": "failed", "reason": "needs_human:-115"},
    5: {"state": "delivered", "reason": "wrong_number"},
    6: {"state": "accepted", "reason": "no_receipt", "due_at": None, "demands_action": True},
}


async def fill(office: Office) -> dict[int, str]:
    """One dossier a trouble, one that is fine, and one of another ward; notice ids by number."""
    for number, columns in TROUBLES.items():
        await take(office, event(code_in(HAI_CHAU, number), 2))
        await set_notice(office, code_in(HAI_CHAU, number), **columns)
    await take(office, event(code_in(HAI_CHAU, 7), 2), event(code_in(THANH_KHE, 1), 2))
    await set_notice(office, code_in(THANH_KHE, 1), state="failed", reason="nothing_left")
    rows = await office.database.fetch("SELECT id, dossier_code FROM notices WHERE dossier_code LIKE 'H17.33.2-%%'", {})
    return {int(row["dossier_code"][-4:]): str(row["id"]) for row in rows}


def numbers_in(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"H17\.33\.2-260302-(\d{4})</a>", text)]


async def test_each_trouble_stands_there_with_its_reason_in_words(office: Office) -> None:
    await fill(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    text = (await lan.get("/console/undelivered")).text
    assert sorted(numbers_in(text)) == [1, 2, 3, 4, 5, 6]
    assert "H17.33.3-" not in text
    for words in ("không có tài khoản Zalo", "không có số điện thoại di động", "hết hạn mức", "0905***456"):
        assert words in text, words
    assert NAME not in text
    for trouble, number in (("unreachable", 1), ("no_mobile", 2), ("in_doubt", 3), ("ours", 4), ("wrong_number", 5)):
        assert numbers_in((await lan.get("/console/undelivered", trouble=trouble)).text) == [number]
    assert numbers_in((await lan.get("/console/undelivered", kind="finished")).text) == []


async def test_pages_follow_each_other_by_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.dossiers.undelivered.PAGE_LINES", 4)
    await fill(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    first = (await lan.get("/console/undelivered")).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    async with lan.client.get(office.url(following[1].replace("&amp;", "&"))) as response:
        second = await response.text()
    assert numbers_in(first) == [6, 5, 4, 3]
    assert numbers_in(second) == [2, 1]
    assert 'rel="next"' not in second


async def test_the_file_has_masked_phones_and_no_formulas_and_is_audited(office: Office) -> None:
    await fill(office)
    code, evil = code_in(HAI_CHAU, 8), '=HYPERLINK("http://evil.example","x")'
    await take(office, event(code, 2, agency={"code": HAI_CHAU, "name": evil}))
    await set_notice(office, code, state="failed", reason="nothing_left")
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    answer = await lan.post("/console/undelivered/list.csv", {})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    head, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert head[0] == "Mã hồ sơ"
    assert len(rows) == 7
    assert {row[4] for row in rows} == {"0905***456"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any(row[1].startswith("'=HYPERLINK") for row in rows)
    assert len(await audited(office, "undelivered.download")) == 1


async def test_chosen_lines_are_told_otherwise_in_bulk_but_not_those_of_others(office: Office) -> None:
    ids = await fill(office)
    theirs = (await office.database.fetch("SELECT id FROM notices WHERE dossier_code LIKE 'H17.33.3-%%'", {}))[0]["id"]
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    chosen = (
        [("how", "phone"), ("csrf", lan.csrf)] + [("notice", ids[n]) for n in (1, 2, 7)] + [("notice", str(theirs))]
    )
    async with lan.client.post(office.url("/console/undelivered/told"), data=chosen) as response:
        text = await response.text()
    assert "Đã ghi nhận 2 trên 4 dòng đã chọn." in text
    assert sorted(numbers_in(text)) == [3, 4, 5, 6]
    noted = await audited(office, "notice.told_otherwise")
    assert {one["object"] for one in noted} == {ids[1], ids[2]}
    assert {one["unit"] for one in noted} == {HAI_CHAU}
    nothing = await lan.post("/console/undelivered/told", {"how": "phone"})
    assert "Chưa chọn dòng nào" in nothing.text
    assert (await lan.post("/console/undelivered/told", {"how": "phone", "notice": "x"})).status == 400


async def test_a_message_that_says_several_shows_each_ward_its_own_codes(office: Office) -> None:
    mine, theirs = code_in(HAI_CHAU, 1), code_in(THANH_KHE, 1)
    await take(office, event(mine, 2), event(theirs, 2), event(code_in(HAI_CHAU, 2), 2, ago=timedelta(minutes=1)))
    digest = await set_notice(office, code_in(HAI_CHAU, 2), kind="digest", state="failed", reason="nothing_left")
    await office.database.fetch(
        "UPDATE notices SET dossier_id = NULL, dossier_code = NULL, ordinal = NULL WHERE id = %(id)s RETURNING id",
        {"id": digest},
    )
    for code in (mine, theirs):
        await set_notice(office, code, state="superseded", reason="merged", merged_into=digest)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    text = (await lan.get("/console/undelivered")).text
    assert mine in text
    assert theirs not in text
    city = await office.sign_in("city", ("*", "author"))
    assert theirs in (await city.get("/console/undelivered")).text
