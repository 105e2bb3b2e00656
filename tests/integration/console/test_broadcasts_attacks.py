"""What the pages about broadcasts refuse: one's own approval, two at once, other units, foreign words, other states."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.broadcasts import AREAS
from storage import audit
from tests.integration.console.broadcast_town import FIELDS, NEIGHBOUR, PEOPLE, UNIT, Hall, open_hall
from tests.office import open_office

ROOT = "/console/broadcasts"


@pytest.fixture
async def hall(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Hall]:
    settings = {"broadcast_approval_people": 2, "official_domains": ("danang.gov.vn",)}
    async with open_office(postgres_url, redis_url, data_dir, **settings) as office:
        yield await open_hall(office)


async def test_nobody_approves_their_own_and_one_approval_counts_once(hall: Hall) -> None:
    both = await hall.office.sign_in("lan", (UNIT, "author"), (UNIT, "approver"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    hoa = await hall.office.sign_in("hoa", (UNIT, "approver"))
    number = await hall.submitted(both)
    assert "Duyệt nội dung này" not in (await both.get(f"{ROOT}/{number}/approve")).text
    refused = await hall.decide(both, number)
    assert (refused.status, "Không ai tự duyệt" in refused.text) == (403, True)
    answers = await asyncio.gather(*(hall.decide(one, number) for one in (minh, minh, hoa, hoa)))
    assert {answer.status for answer in answers} == {200}
    log = await hall.log(number)
    assert [what for _, what in log].count("approve") == 1
    assert (await hall.see(number)).state == "approved"


async def test_an_urgent_one_needs_two_different_people(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    hoa = await hall.office.sign_in("hoa", (UNIT, "approver"))
    number = await hall.submitted(lan, urgent="1")
    assert "Còn cần thêm người duyệt" in (await hall.decide(minh, number)).text
    assert "cần một người khác" in (await hall.decide(minh, number)).text
    assert (await hall.see(number)).state == "submitted"
    await hall.decide(hoa, number)
    assert (await hall.see(number)).state == "approved"


async def test_a_change_between_looking_and_deciding_decides_nothing(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    number = await hall.submitted(lan)
    looked_at = ((await hall.see(number)).content_hash or b"").hex()
    await lan.post(f"{ROOT}/{number}/edit", FIELDS | {"text": "Một nội dung khác."})
    await lan.post(f"{ROOT}/{number}/estimate")
    await lan.post(f"{ROOT}/{number}/submit")
    form = {"decision": "approve", "content_hash": looked_at}
    refused = await minh.post(f"{ROOT}/{number}/approve", form)
    assert (refused.status, "khác với nội dung" in refused.text) == (409, True)
    assert (await hall.see(number)).state == "submitted"
    await hall.decide(minh, number)
    await lan.post(f"{ROOT}/{number}/edit", FIELDS | {"title": "Sau khi duyệt"})
    after = await hall.see(number)
    assert (after.state, after.content_hash) == ("draft", None)
    assert "wrong_state" not in (await lan.post(f"{ROOT}/{number}/start")).text
    assert (await hall.see(number)).state == "draft"


async def test_sending_back_needs_a_reason_and_reaches_the_author(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    number = await hall.submitted(lan)
    assert (await hall.decide(minh, number, "send_back")).status == 422
    await hall.decide(minh, number, "send_back", comment="Sai ngày, gọi 0905000009")
    shown = (await lan.get(f"{ROOT}/{number}")).text
    assert "Sai ngày" in shown
    assert "0905000009" not in shown


async def test_officers_of_other_units_find_nothing_by_any_address(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    number = await hall.submitted(lan)
    stranger = await hall.office.sign_in(
        "quan", (NEIGHBOUR, "author"), (NEIGHBOUR, "approver"), (NEIGHBOUR, "administrator")
    )
    viewer = await hall.office.sign_in("xem", (UNIT, "viewer"))
    before = await hall.see(number)
    tried = 0
    for view in (view for views in AREAS for view in views if "{number}" in view.path):
        path = "/console" + view.path.replace("{number}", number)
        if view.method == "GET":
            assert (await stranger.get(path)).status == 404, path
        else:
            answer = await stranger.post(path, FIELDS | {"decision": "approve", "content_hash": "00", "phone": "1"})
            assert answer.status == 404, path
            if view.path.rpartition("/")[2] in ("pause", "resume", "cancel", "start", "estimate", "preview", "submit"):
                assert (await viewer.post(path)).status == 403, path
        tried += 1
    assert tried > 15
    assert number not in (await stranger.get(ROOT)).text
    assert await hall.see(number) == before
    counted = await stranger.post(f"{ROOT}/new", FIELDS | {"unit": NEIGHBOUR, "units": UNIT, "step": "count"})
    assert counted.status == 403
    written = await stranger.post(f"{ROOT}/new", FIELDS)
    assert written.status == 403


async def test_words_of_people_stay_words(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    bad = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>"
    await hall.town.dossier("84905000007", name=f"Lê {bad}")
    answer = await lan.post(
        f"{ROOT}/new", FIELDS | {"title": bad, "text": f"{bad} {{hack}}", "link": f"https://x/{bad}"}
    )
    assert answer.status == 422
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;script&gt;" in answer.text
    number = await hall.write(lan, title=bad)
    for page in (await lan.get(f"{ROOT}/{number}"), await lan.get(ROOT), await lan.post(f"{ROOT}/{number}/preview")):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


async def test_a_form_names_every_broken_rule_and_keeps_what_was_typed(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    wrong = {"text": "Xem http://xau.example", "params.tieu_de": "x" * 150, "link": "http://danang.gov.vn"}
    answer = await lan.post(f"{ROOT}/new", FIELDS | wrong)
    assert answer.status == 422
    for name in ("text", "params.tieu_de", "link"):
        assert f'href="#f-{name}"' in answer.text
    assert "http://xau.example" in answer.text
    for field, value in (
        ("submitted_from", "31/12/2026"),
        ("due_until", "9999-12-31"),
        ("scheduled_at", "mai"),
        ("canary_percent", "-1"),
        ("title", ""),
    ):
        assert f'href="#f-{field}"' in (await lan.post(f"{ROOT}/new", FIELDS | {field: value})).text


async def test_one_phone_is_looked_up_and_all_are_downloaded_under_the_logs_eyes(hall: Hall) -> None:
    lan = await hall.office.sign_in("lan", (UNIT, "author"))
    minh = await hall.office.sign_in("minh", (UNIT, "approver"))
    number = await hall.approved(lan, minh)
    await lan.post(f"{ROOT}/{number}/start")
    async with hall.sending():
        for _ in range(200):
            if (await hall.see(number)).rows == len(PEOPLE):
                break
            await asyncio.sleep(0.05)
    page = f"{ROOT}/{number}"
    found = await lan.post(f"{page}/recipients", {"phone": "0905 000 001"})
    assert "0905***001" in found.text
    assert "905000001" not in found.text + found.where
    assert "không có trong thông báo" in (await lan.post(f"{page}/recipients", {"phone": "0905999999"})).text
    taken = await lan.post(f"{page}/download")
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{number}.csv"'
    lines = taken.text.lstrip("\ufeff").splitlines()
    assert len(lines) == 1 + len(PEOPLE)
    assert "905000001" not in taken.text
    acts = [what for _, what in await hall.log(number)]
    assert (acts.count("look_up"), acts.count("download")) == (2, 1)
    rows = await audit.search(hall.office.database, object=number)
    assert not any("905000001" in str(row.detail) for row in rows)
