"""Administration: who may change whom, keys, settings in force, and the audit log as a page and as a file."""

import asyncio
import csv
import io
import json
import re

import psycopg
import pytest

from hoso.doctor_audit import look_at_audit_log
from storage import api_keys, audit, credentials, officers
from storage.audit import Entry
from storage.database import execute
from storage.officers import Grant, Role
from tests.integration.console.walker import PASSWORD, hire_with_keys, reveal, walk_in
from tests.office import Desktop, Office

HEAD = ("*", "administrator")
WARD = "H17.33.2"


def roles_form(*grants: str) -> dict[str, str]:
    """The rows of a form in which these roles are chosen, each as `role@unit`."""
    chosen = [(number, *grant.split("@")) for number, grant in enumerate(grants, 1)]
    return {f"role-{n}": role for n, role, _ in chosen} | {f"unit-{n}": unit for n, _, unit in chosen}


async def last_action(office: Office) -> audit.Row:
    return (await audit.search(office.database, limit=1))[0]


async def find(office: Office, login: str) -> officers.Officer:
    found = await officers.find(office.database, login=login)
    assert found is not None
    return found


async def test_an_administrator_adds_an_officer_whose_password_is_shown_once(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    form = {"login": "Binh", "name": "Trần Văn Bình", **roles_form(f"author@{WARD}", "viewer@*")}
    answer = await head.post("/console/admin/officers/new", form)
    [password] = reveal(answer.text, ' class="secret"')
    assert password not in (await head.get(answer.where)).text
    assert password not in str(await office.redis.mget(await office.redis.keys("*session:*")))
    binh = await find(office, "binh")
    assert set(binh.grants) == {Grant(WARD, Role.AUTHOR), Grant("*", Role.VIEWER)}
    assert binh.must_set_up
    row = await last_action(office)
    assert (row.actor, row.action, row.object) == ("officer:head", "officer.add", "binh")
    assert row.detail == {"given": [f"author@{WARD}", "viewer@*"]}
    assert (await (await walk_in(office)).give_password("binh", password)).where == "/console/set-up"
    answer = await head.post("/console/admin/officers/new", form)
    assert (answer.status, "đã có" in answer.text) == (422, True)
    wrong = {"login": "ơi", "name": "", **roles_form("boss@*", "author@", "viewer@<x>")}
    answer = await head.post("/console/admin/officers/new", wrong)
    assert answer.status == 422
    for field in ("login", "name", "role-1", "unit-2", "unit-3"):
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    assert "<x>" not in answer.text
    none = {"login": "moi", "name": "Mới", **roles_form("@")}
    assert "ít nhất một vai trò" in (await head.post("/console/admin/officers/new", none)).text


async def test_a_ward_s_administrator_stays_within_the_ward(office: Office) -> None:
    ward = await office.sign_in("ward", (WARD, "administrator"))
    head = await office.hire("head", HEAD, (WARD, "viewer"))
    both = await office.hire("both", (WARD, "author"), ("H17.40", "approver"))
    mine = await office.hire("mine", (f"{WARD}.1", "viewer"))
    other = await office.hire("other", ("H17.33.20", "viewer"))

    async def roles(officer: officers.Officer, grants: str) -> int:
        return (await ward.post(f"/console/admin/officers/{officer.id}/roles", roles_form(grants))).status

    listed = (await ward.get("/console/admin/officers")).text
    assert [login for login in ("head", "both", "mine", "other") if f">{login}</a>" in listed] == [
        "head",
        "both",
        "mine",
    ]
    assert (await ward.get(f"/console/admin/officers/{other.id}")).status == 404
    for officer in (head, both):
        for verb in ("reset", "disable"):
            assert (await ward.post(f"/console/admin/officers/{officer.id}/{verb}")).status == 403
    for grants in ("administrator@*", "viewer@H17.40", "approver@H17.33", f"author@{WARD}0"):
        assert await roles(mine, grants) == 422, grants
    assert await roles(both, f"approver@{WARD}") == 200
    assert set((await find(office, "both")).grants) == {Grant(WARD, Role.APPROVER), Grant("H17.40", Role.APPROVER)}
    assert (await ward.post(f"/console/admin/officers/{mine.id}/disable")).status == 200
    assert (await find(office, "mine")).disabled_at
    form = {"login": "moi.vao", "name": "Mới", **roles_form("viewer@*")}
    assert (await ward.post("/console/admin/officers/new", form)).status == 422
    key = {"source": "x", "scope": "events", "unit": WARD}
    assert (await ward.post("/console/admin/keys", key)).status == 422
    assert (await ward.post("/console/admin/accounts/consent")).status == 403
    assert (await ward.post("/console/admin/audit/check")).status == 403
    await audit.note(office.database, Entry("system", "thing.done", "elsewhere", "H17.40"))
    assert "elsewhere" not in (await ward.get("/console/admin/audit")).text


async def test_roles_are_chosen_from_units_that_the_site_knows_by_name(office: Office) -> None:
    async with office.database.transaction() as connection:
        await execute(
            connection,
            "INSERT INTO dossiers (code, status, status_time, agency_code, agency_name)"
            " VALUES ('H17.33.2-261101-0001', 2, now(), 'H17.33.2', 'UBND <phường> Hải Châu')",
        )
    head = await office.sign_in("head", HEAD)
    ward = await office.sign_in("ward", ("H17.33", "administrator"), name="Phan Thị An")
    mine = await office.hire("mine", (WARD, "viewer"), ("H17.33", "author"), ("H17.40", "approver"))
    page = f"/console/admin/officers/{mine.id}"
    text = (await head.get(page)).text
    for code in ("*", "H17.33", WARD, "H17.40"):
        assert f'<option value="{code}"' in text, code
    assert "UBND &lt;phường&gt; Hải Châu (H17.33.2)" in text
    assert text.count(" selected>") >= 6  # three rows as they are
    assert (text.count('name="role-'), 'name="role-6"' in text) == (7, True)
    text = (await ward.get(page)).text
    assert not any(f'<option value="{code}"' in text for code in ("*", "H17.40"))
    assert 'value="H17.33" selected' in text
    rows = {"role-1": "author", "unit-1": "H17.33", "role-2": "approver", "unit-2": WARD, "more": "1"}
    answer = await ward.post(f"{page}/roles", rows)  # more rows: nothing is saved
    assert (answer.status, 'name="role-5"' in answer.text) == (200, True)
    assert 'value="approver" selected' in answer.text
    assert set((await find(office, "mine")).grants) == set(mine.grants)
    assert (await ward.post(f"{page}/roles", {"grants": "viewer@H17.33"})).status == 400  # a page of the version before
    assert set((await find(office, "mine")).grants) == set(mine.grants)
    answer = await ward.post(f"{page}/roles", roles_form(*[f"viewer@{WARD}.{number}" for number in range(101)]))
    assert (answer.status, "Không quá 100 vai trò" in answer.text) == (422, True)
    rows = {"role-1": "", "unit-1": WARD, "role-2": "approver", "unit-2": WARD}
    other = {"role-other": "viewer", "unit-other": f"{WARD}.7"}
    assert (await ward.post(f"{page}/roles", rows | other)).status == 200
    assert set((await find(office, "mine")).grants) == {
        Grant(WARD, Role.APPROVER),
        Grant(f"{WARD}.7", Role.VIEWER),
        Grant("H17.40", Role.APPROVER),
    }


async def test_nobody_changes_their_own_roles_and_somebody_is_always_left(office: Office) -> None:
    first = await office.sign_in("first", HEAD)
    second = await office.sign_in("second", HEAD)
    own = f"/console/admin/officers/{first.officer.id}"
    for verb, form in (("roles", roles_form("approver@*")), ("disable", {}), ("reset", {})):
        assert (await first.post(f"{own}/{verb}", form)).status == 403

    async def dismiss(by: Desktop, whom: Desktop) -> int:
        path = f"/console/admin/officers/{whom.officer.id}/roles"
        return (await by.post(path, roles_form("viewer@*"))).status

    # Each takes the role from the other at the same moment: one of them stays.
    statuses = await asyncio.gather(dismiss(first, second), dismiss(second, first))
    assert min(statuses) == 200
    left = [one for one in await officers.all_officers(office.database) if Grant("*", Role.ADMINISTRATOR) in one.grants]
    assert len(left) == 1


async def test_disabling_and_resetting_end_sessions_at_once(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    lan = await office.sign_in("lan")
    path = f"/console/admin/officers/{keys.officer.id}"
    assert (await lan.get("/console/me")).status == 200
    answer = await head.post(f"{path}/reset")
    [password] = reveal(answer.text, ' class="secret"')
    assert (await lan.get("/console/me")).where.startswith("/console/sign-in")
    known = await credentials.read(office.database, office.cipher, login="lan")
    assert known is not None
    assert known.totp_secret is None
    assert (await (await walk_in(office)).give_password("lan", PASSWORD)).status == 422
    again = await office.sign_in("lan")
    await head.post(f"{path}/disable")
    assert (await again.get("/console/me")).where.startswith("/console/sign-in")
    assert (await (await walk_in(office)).give_password("lan", password)).status == 422
    await head.post(f"{path}/enable")
    assert (await again.get("/console/me")).where.startswith("/console/sign-in")
    assert (await (await walk_in(office)).give_password("lan", password)).where == "/console/set-up"


async def test_keys_are_shown_once_open_only_what_they_are_for_and_end(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    made = {}
    for scope, unit in (("events", ""), ("broadcasts", WARD)):
        form = {"source": f"he-thong.{scope}", "scope": scope, "unit": unit}
        answer = await head.post("/console/admin/keys", form)
        [made[scope]] = reveal(answer.text, ' class="secret"')
        assert made[scope] not in (await head.get("/console/admin/keys")).text
    assert await api_keys.find_source(office.database, made["events"]) == "he-thong.events"
    assert await api_keys.find_source(office.database, made["broadcasts"]) is None
    found = await api_keys.find(office.database, made["broadcasts"])
    assert found is not None
    assert (found.scopes, found.unit) == (["broadcasts"], WARD)
    assert (await head.post(f"/console/admin/keys/{found.id}/revoke")).status == 200
    assert await api_keys.find(office.database, made["broadcasts"]) is None
    assert (await head.post(f"/console/admin/keys/{found.id}/revoke")).status == 404
    row = await last_action(office)
    assert (row.action, row.object, row.unit) == ("key.revoke", found.id, WARD)


async def test_accounts_units_and_settings_can_be_looked_at(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    answer = await head.post("/console/admin/accounts/consent")
    link = re.search(r'href="(http[^"]*/oauth/zalo/consent/[^"]+)"', answer.text)
    assert link
    assert link[1] not in (await head.get("/console/admin/accounts")).text
    assert (await last_action(office)).action == "account.begin_consent"
    assert (await head.get("/console/admin/units")).status == 200
    text = (await head.get("/console/admin/settings")).text
    for variable in ("HOSO_QUIET_HOURS", "HOSO_HOLIDAYS", "HOSO_DAILY_LIMIT", "HOSO_BROADCAST_APPROVAL_PEOPLE"):
        assert variable in text


async def test_the_log_is_filtered_paged_and_exported_without_formulas(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    for number in range(60):
        await audit.note(office.database, Entry("cli:=cmd|x", "thing.do", f"+{number}", detail={"n": number}))
    text = (await head.get("/console/admin/audit", action="thing", actor="cli:=cmd|x")).text
    assert text.count("thing.do</code>") == 50
    older = re.search(r'rel="next" href="([^"]+)"', text)
    assert older
    assert (await head.get(older[1].replace("&amp;", "&"))).text.count("thing.do</code>") == 10
    answer = await head.post("/console/admin/audit/export", {"format": "csv", "action": "thing"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 60
    assert rows[0]["object"] == "'+0"
    lines = (await head.post("/console/admin/audit/export", {"format": "jsonl"})).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(range(1, len(lines) + 1))
    assert json.loads(lines[-1])["action"] == "audit.export"
    assert (await head.post("/console/admin/audit/export", {"format": "exe"})).status == 400


async def test_a_changed_removed_or_forged_row_breaks_the_chain_and_the_doctor_names_it(office: Office) -> None:
    head = await office.sign_in("head", HEAD)
    for number in range(5):
        await audit.note(office.database, Entry("system", "thing.do", str(number)))
    assert (await audit.verify(office.database)).broken_at is None
    assert "Chuỗi nguyên vẹn" in (await head.post("/console/admin/audit/check")).text
    for statement in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with office.database.transaction() as connection:
                await connection.execute(statement)
    async with office.database.transaction() as connection:  # who owns the table can still lie, but not unseen
        await connection.execute("ALTER TABLE audit_log DISABLE TRIGGER USER")
        await connection.execute("UPDATE audit_log SET object = 'other' WHERE id = 3")
    [finding] = [one async for one in look_at_audit_log(office.site, office.database)]
    assert (finding.verdict, "row 3" in finding.detail) == ("fail", True)
    assert "đứt ở dòng 3" in (await head.post("/console/admin/audit/check")).text
    async with office.database.transaction() as connection:
        await connection.execute("DELETE FROM audit_log WHERE id = 3")
    assert (await audit.verify(office.database)).broken_at == 4


async def test_many_writers_at_once_make_one_chain_without_gaps(office: Office) -> None:
    await asyncio.gather(*(audit.note(office.database, Entry("system", "thing.do", str(n))) for n in range(40)))
    assert await audit.verify(office.database) == audit.Chain(40, None, (await last_action(office)).hash)
