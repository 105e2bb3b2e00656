"""Forced browsing: what belongs to one ward is neither seen nor changed from another one, whichever the view."""

import asyncio

from console.app import all_views
from console.permissions import ROLES as ROLES_OF
from storage import audit
from storage.officers import Role
from tests.integration.console.talk_rows import EVIL
from tests.integration.console.whole_town import NEIGHBOUR, ROLES, SECRETS, WARD, contents, open_whole_town
from tests.office import Office

FORM = {
    "what": "phone",
    "how": "phone",
    "seen": "2026-01-01T00:00:00+07:00",
    "text": "x",
    "summary": "x",
    "decision": "approve",
    "content_hash": "00",
    "comment": "x",
    "title": "x",
    "role-1": "viewer",
    "unit-1": NEIGHBOUR,
    "day": "2027-01-04",
    "reason": "x",
    "unit": NEIGHBOUR,
    "phone": "0905123456",
    "holder": "lan",
    "step": "confirm",
}
"""What many forms want."""


async def test_no_view_shows_or_changes_a_thing_of_another_unit(office: Office) -> None:
    town = await open_whole_town(office)
    minh = await office.sign_in("minh", *((NEIGHBOUR, role) for role in ROLES))
    before = await contents(office)
    for view in town.views_of_things():
        path = town.path_of(view)
        answer = await (minh.get(path) if view.method == "GET" else minh.post(path, FORM))
        assert answer.status == 404, (view.method, path, answer.status, answer.where)
        assert not any(secret in answer.text for secret in SECRETS), path
    assert await contents(office) == before


async def test_pages_without_a_place_in_their_address_list_nothing_of_another_unit(office: Office) -> None:
    town = await open_whole_town(office)
    minh = await office.sign_in("minh", *((NEIGHBOUR, role) for role in ROLES))
    names = {name for ids in town.ids.values() for name in ids.values() if len(name) > 6}
    names -= {"finished", WARD}
    for path in ("", "due", "undelivered", "conversations", "tickets", "tickets?state=ended", "ratings", "lists",
                 "audiences", "broadcasts", "broadcasts/new", "admin/officers", "admin/keys", "admin/units",
                 "admin/days", "admin/audit", "conversations/canned", "conversations?show=closed"):  # fmt: skip
        text = (await minh.get(f"/console/{path}")).text
        assert not any(name in text for name in names), path
        assert f'"{WARD}"' not in text, path
    wanted = {"notice": town.ids["dossiers"]["notice"], "how": "phone"}
    assert "0" in (await minh.post("/console/undelivered/told", wanted)).text
    for kind in ("csv", "jsonl"):
        assert WARD not in (await minh.post("/console/admin/audit/export", {"format": kind})).text
    assert town.ids["dossiers"]["code"] not in (await minh.post("/console/undelivered/list.csv")).text
    found = await minh.post("/console/dossiers", {"q": "0905123456"})
    assert town.ids["dossiers"]["code"] not in found.text
    assert (await town.lan.post("/console/dossiers", {"q": "0905123456"})).text.count(town.ids["dossiers"]["code"])


async def test_who_has_another_role_in_the_unit_changes_nothing_with_it(office: Office) -> None:
    town = await open_whole_town(office)
    for role in ROLES:
        worker = await office.sign_in(f"only-{role}", (WARD, role), (NEIGHBOUR, "viewer"))
        before = await contents(office)
        for view in town.views_of_things():
            if view.method != "POST" or Role(role) in ROLES_OF[view.permission]:
                continue
            assert (await worker.post(town.path_of(view), FORM)).status == 403, (role, view.path)
        assert await contents(office) == before


async def test_a_viewer_here_who_may_all_elsewhere_changes_nothing_here(office: Office) -> None:
    town = await open_whole_town(office)
    hoa = await office.sign_in("hoa", (WARD, "viewer"), *((NEIGHBOUR, role) for role in ROLES))
    before = await contents(office)
    looks = ("/reveal", "/recipients", "/download")
    for view in town.views_of_things():
        if view.method == "POST" and not view.path.endswith(looks):
            answer = await hoa.post(town.path_of(view), FORM)
            is_told_no = answer.status in (403, 404) or (answer.status == 200 and "notice bad" in answer.text)
            assert is_told_no, (view.path, answer.status)
    assert await contents(office) == before


async def test_nothing_is_shown_in_full_on_any_page_that_is_only_opened(office: Office) -> None:
    town = await open_whole_town(office)
    looks = [view for view in all_views() if view.method == "GET" and "live" not in view.path]
    for view in looks:
        if "photo" not in view.path and view.stage == "full":
            answer = await town.lan.get(town.path_of(view))
            assert answer.status == 200, view.path
            assert not any(secret in answer.text for secret in SECRETS), view.path
            assert "<img" not in answer.text, view.path  # a picture may be one of an identity card
    path = f"/console/tickets/{town.ids['tickets']['number']}/photos/1"
    async with town.lan.client.get(office.url(path)) as response:
        assert response.headers["Content-Type"] == "image/jpeg"
    assert len(await audit.search(office.database, action="ticket.photo")) == 1


async def test_a_ward_s_officer_neither_writes_nor_approves_the_city_s_texts(office: Office) -> None:
    town = await open_whole_town(office)
    before = await contents(office)
    for view in all_views():
        if view.path.startswith("/texts/") and view.method == "POST" and not view.path.endswith("/preview"):
            for step in ("save", "submit", "look"):
                answer = await town.lan.post(town.path_of(view), FORM | {"do": step})
                assert answer.status in (403, 409), (view.path, answer.status)
    assert await contents(office) == before


async def test_what_others_wrote_is_never_markup(office: Office) -> None:
    town = await open_whole_town(office, EVIL)
    found = 0
    for view in all_views():
        if "live" in view.path or "photo" in view.path or view.stage != "full":
            continue
        is_look = view.path.endswith(("/reveal", "/preview", "/recipients", "list.csv", "/export"))
        if view.method == "GET" or is_look:
            path = town.path_of(view)
            for what in ("name", "phone") if is_look else ("",):
                form = FORM | {"what": what, "format": "csv"}
                answer = await (town.lan.post(path, form) if is_look else town.lan.get(path))
                if "text/html" in answer.headers["Content-Type"]:
                    assert "<script>alert" not in answer.text, path
                    assert "<img" not in answer.text, path
                    assert "onerror=alert(1)>" not in answer.text, path
                    found += "onerror=alert" in answer.text
    assert found > 15  # else nothing was looked at


async def test_the_log_s_chain_stays_whole_when_many_look_at_once(office: Office) -> None:
    town = await open_whole_town(office)
    path = f"/console/dossiers/{town.ids['dossiers']['code']}/reveal"
    answers = await asyncio.gather(*(town.lan.post(path, {"what": "phone"}) for _ in range(20)))
    assert all(answer.status == 200 and "0905 123 456" in answer.text for answer in answers)
    rows = await audit.search(office.database, action="dossier.reveal")
    assert len(rows) == 20
    assert not any(secret in str(row) for row in rows for secret in SECRETS)
    assert (await audit.verify(office.database)).broken_at is None
