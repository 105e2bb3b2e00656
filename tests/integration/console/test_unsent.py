"""What officers typed into a page whose session had ended: kept for them alone, shown once they are in, never sent."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from console import sessions, unsent
from console.app import all_views
from console.permissions import Permission
from console.unsent_pages import label_of
from console.words import translator
from storage import officers
from tests.integration.console.test_guard import path_of
from tests.integration.console.walker import PASSWORD, Keys, Walker, hire_with_keys
from tests.office import Answer, Desktop, Office

CANNED = "/console/conversations/canned"
TEXT = "Kính gửi chị, hồ sơ còn thiếu <b>bản vẽ</b>.\nMời chị bổ sung trước ngày 30/11."
FORM = {"unit": "*", "title": "Thiếu bản vẽ", "text": TEXT}
RESET = "UPDATE officers SET credentials_version = credentials_version + 1 WHERE id = %(id)s RETURNING id"
TEMPLATES = Path(__file__).parents[3] / "console" / "templates"


async def at_a_form(office: Office, login: str = "lan") -> tuple[Desktop, Keys]:
    """An officer with a form open, who can sign in again."""
    keys = await hire_with_keys(office, login, ("*", "author"))
    return await office.sign_in(login), keys


async def idle_away(desktop: Desktop) -> None:
    """Let Redis forget the session, as it does after the idle time."""
    assert await desktop.office.redis.delete(sessions.storage_key(desktop.key))


async def send(desktop: Desktop, form: Mapping[str, str] | None = None, path: str = CANNED, **headers: str) -> str:
    """Send a form with the old token, and return where that leads."""
    data = {"csrf": desktop.csrf, **(FORM if form is None else form)}
    headers = {
        "Referer": desktop.office.url(path),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    url = desktop.office.url(path)
    async with desktop.client.post(url, data=data, headers=headers, allow_redirects=False) as response:
        return response.headers.get("Location", str(response.status))


async def come_back(desktop: Desktop, keys: Keys) -> Answer:
    """Sign in with password and code in the same browser; the page that this leads to."""
    walker = Walker(desktop.office, desktop.client)
    await walker.give_password(keys.officer.login, PASSWORD)
    return await walker.give_code(keys.code())


async def kept(office: Office) -> list[bytes]:
    return list(await office.redis.keys("hoso:console:unsent:*"))


async def test_the_same_officer_sees_what_was_typed_and_nothing_was_sent(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    where = await send(lan)
    assert where == "/console/sign-in?said=unsent&next=/console/unsent"
    assert "chưa có gì được gửi đi" in (await lan.get(where)).text
    [place] = await kept(office)
    assert b"Thi\xe1" not in await office.redis.get(place)
    assert 0 < await office.redis.ttl(place) <= 15 * 60
    page = await come_back(lan, keys)
    assert (page.status, page.where) == (200, "/console/unsent")
    assert "Nội dung chưa được gửi" in page.text
    assert "Mời chị bổ sung trước ngày 30/11." in page.text
    assert "Thiếu bản vẽ" in page.text
    assert f'href="{CANNED}#unsent-1"' in page.text
    async with lan.client.get(office.url("/console/unsent/forms")) as response:  # for the form's own page
        told = await response.json()
    assert told["forms"] == [{"action": CANNED, "fields": [list(field) for field in FORM.items()]}]
    assert "&lt;b&gt;bản vẽ" in page.text
    assert "<b>bản vẽ" not in page.text
    assert lan.csrf not in page.text
    assert "Thiếu bản vẽ" not in (await lan.get(CANNED)).text  # it was not sent
    assert "bản vẽ" in (await lan.get("/console/unsent")).text  # a phone that loads the tab again loses nothing
    walker = Walker(office, lan.client, page)
    assert (await walker.post("/console/unsent/discard", {})).where == "/console/"
    assert "bản vẽ" not in (await lan.get("/console/unsent")).text
    assert await kept(office) == []


async def test_a_session_that_is_too_old_leaves_its_forms_as_well(office: Office) -> None:
    lan, keys = await at_a_form(office)
    async with lan.client.get(office.url("/console/me")) as response:
        assert response.status == 200
    place = sessions.storage_key(lan.key)
    content = (await office.redis.get(place)).decode()
    await office.redis.set(place, re.sub(r'"opened": [0-9.]+', '"opened": 1', content))
    assert "said=unsent" in await send(lan)
    assert "bản vẽ" in (await come_back(lan, keys)).text


async def test_another_officer_at_the_same_browser_never_sees_it_and_it_waits_for_its_own(office: Office) -> None:
    lan, keys = await at_a_form(office)
    minh = await hire_with_keys(office, "minh", ("*", "author"), ("*", "administrator"))
    await idle_away(lan)
    await send(lan)
    page = await come_back(lan, minh)
    assert page.where == "/console/"
    assert "bản vẽ" not in (await lan.get("/console/unsent")).text
    async with lan.client.get(office.url("/console/me")) as response:
        token = re.search(r'name="csrf" value="([^"]+)"', await response.text())
    assert token
    await lan.post("/console/sign-out", token=token[1])
    assert "bản vẽ" in (await come_back(lan, keys)).text


async def test_a_handle_works_once_and_only_where_it_was_given_out(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    await send(lan)
    [handle] = [one.value for one in lan.client.cookie_jar if one.key == unsent.COOKIE]
    elsewhere = Desktop(office, lan.officer, "", "", await office.stranger())
    assert (await come_back(elsewhere, keys)).where == "/console/"  # another browser of the same officer
    for ahead, cookie in ((1, "x" * 43), (-1, "../../x")):  # forged ones
        walker = Walker(office, await office.stranger())
        walker.client.cookie_jar.update_cookies({unsent.COOKIE: cookie}, office.server.make_url("/"))
        await walker.give_password("lan", PASSWORD)
        code = keys.code(ahead) if ahead > 0 else keys.recovery_codes[0]
        assert (await walker.give_code(code)).where == "/console/"
    walker = Walker(office, lan.client)
    await walker.give_password("lan", PASSWORD)
    assert (await walker.give_code(keys.recovery_codes[1])).where == "/console/unsent"
    assert [one for one in lan.client.cookie_jar if one.key == unsent.COOKIE] == []
    thief = Walker(office, await office.stranger())  # the handle once more
    thief.client.cookie_jar.update_cookies({unsent.COOKIE: handle}, office.server.make_url("/"))
    await thief.give_password("lan", PASSWORD)
    assert (await thief.give_code(keys.recovery_codes[2])).where == "/console/"
    assert "bản vẽ" not in (await thief.get("/console/unsent")).text


@pytest.mark.parametrize("size", [unsent.MAX_BYTES + 1, 300 * 1024])
async def test_a_form_larger_than_people_type_is_not_kept(office: Office, size: int) -> None:
    lan, _ = await at_a_form(office)
    await idle_away(lan)
    assert (await send(lan, {"text": "x" * size})).startswith("/console/sign-in")
    assert await kept(office) == []
    many = {f"text{number}": "x" for number in range(unsent.MAX_FIELDS + 1)}
    assert (await send(lan, many)).startswith("/console/sign-in?said=ended")
    assert await kept(office) == []


async def test_passwords_codes_and_tokens_are_never_kept(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    own = {"password": PASSWORD, "new": "x" * 14, "again": "x" * 14, "code": "123456", "text": "x"}
    for path in ("/console/me/password", "/console/me/recovery-codes", "/console/me/app", "/console/set-up"):
        assert await send(lan, own, path) == "/console/sign-in"
    assert await kept(office) == []
    assert "said=ended" in await send(lan, {"password": PASSWORD, "code": "123456"})
    assert await kept(office) == []
    await send(lan, FORM | own | {"text": TEXT})
    page = (await come_back(lan, keys)).text
    assert "bản vẽ" in page
    assert not any(secret in page for secret in (PASSWORD, "x" * 14, "123456", lan.csrf))


async def test_who_signs_out_is_ended_or_locked_leaves_nothing(office: Office) -> None:
    async def sign_out(lan: Desktop) -> None:
        await lan.post("/console/sign-out")

    async def end_elsewhere(lan: Desktop) -> None:
        other = await office.sign_in(lan.officer.login)
        assert (await other.post("/console/me/sessions/end-others")).status == 200

    async def lock(lan: Desktop) -> None:
        await idle_away(lan)
        async with office.database.transaction() as connection:
            await officers.disable(connection, lan.officer.id)

    async def change_credentials(lan: Desktop) -> None:
        await idle_away(lan)
        await office.database.fetch(RESET, {"id": lan.officer.id})

    for login, leave in (("a", sign_out), ("b", end_elsewhere), ("c", lock), ("d", change_credentials)):
        lan, _ = await at_a_form(office, f"lan.{login}")
        await leave(lan)
        assert await send(lan) == "/console/sign-in", leave.__name__
        assert await kept(office) == [], leave.__name__


async def test_an_officer_who_is_locked_meanwhile_does_not_come_back_to_it(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    await send(lan)
    async with office.database.transaction() as connection:
        await officers.disable(connection, lan.officer.id)
    walker = Walker(office, lan.client)
    assert (await walker.give_password("lan", PASSWORD)).status == 422
    async with office.database.transaction() as connection:  # in again, after a reset
        await officers.enable(connection, lan.officer.id)
    await office.database.fetch(RESET, {"id": lan.officer.id})
    assert (await come_back(lan, keys)).where == "/console/"
    assert "bản vẽ" not in (await lan.get("/console/unsent")).text


async def test_a_page_from_before_a_new_sign_in_is_kept_for_its_officer_and_refused_for_another(office: Office) -> None:
    lan, keys = await at_a_form(office)
    minh = await hire_with_keys(office, "minh", ("*", "author"))
    await idle_away(lan)
    await come_back(lan, keys)  # in another tab
    assert await send(lan) == "/console/unsent"
    assert await send(lan, FORM | {"title": "Trang thứ hai"}) == "/console/unsent"
    page = (await lan.get("/console/unsent")).text
    assert page.index("Trang thứ hai") < page.index("Thiếu bản vẽ")
    assert await send(lan, {"decision": "approve"}) == CANNED  # a bare button: nothing to keep, but it is said
    assert "chưa có gì được thực hiện" in (await lan.get(CANNED)).text
    other = await office.sign_in("minh")
    lan.client.cookie_jar.update_cookies({sessions.COOKIE: other.key}, office.server.make_url("/"))
    assert await send(lan) == "400"
    assert "bản vẽ" not in (await lan.get("/console/unsent")).text
    assert minh.officer.id == other.officer.id


async def test_half_way_through_the_sign_in_a_form_waits_as_well(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    walker = Walker(office, lan.client)
    await walker.give_password("lan", PASSWORD)
    assert await send(lan) == "/console/sign-in/code"
    page = await walker.give_code(keys.code())
    assert (page.where, "bản vẽ" in page.text) == ("/console/unsent", True)


async def test_strangers_scripts_and_other_sites_leave_nothing(office: Office) -> None:
    lan, _ = await at_a_form(office)
    await idle_away(lan)
    stranger = Desktop(office, lan.officer, "", "x" * 43, await office.stranger())
    assert await send(stranger) == "/console/sign-in"
    assert await send(lan, Sec_Fetch_Dest="empty", Sec_Fetch_Mode="cors") == "/console/sign-in"
    assert await send(lan, Origin="https://evil.example") == "400"
    assert await send(lan, Sec_Fetch_Site="cross-site") == "400"
    assert await kept(office) == []


async def test_who_sends_again_and_again_fills_no_redis(office: Office) -> None:
    lan, keys = await at_a_form(office)
    await idle_away(lan)
    for number in range(unsent.MAX_FORMS_A_SESSION + 5):
        if number > unsent.MAX_FORMS + 1:
            lan.client.cookie_jar.clear()
        await send(lan, FORM | {"title": f"Lần {number}."})
    assert len(await kept(office)) <= unsent.MAX_FORMS_A_SESSION
    for place in [*await kept(office), *await office.redis.keys("hoso:console:trace:*")]:
        assert await office.redis.ttl(place) > 0, place
    lan.client.cookie_jar.clear()
    assert (await come_back(lan, keys)).where == "/console/"


async def test_the_page_led_to_is_one_of_ours(office: Office) -> None:
    lan, keys = await at_a_form(office)
    for referer in (
        office.url("/console/conversations/canned?from=here"),
        office.url("/console/conversations/x1/answer"),  # has no page of its own
        "https://evil.example/console/due",
        "http://[",
        office.url("/console/sign-in?said=ended"),
    ):
        await office.redis.delete(sessions.storage_key(lan.key))
        await send(lan, {"text": "bản vẽ"}, "/console/conversations/x1/answer", Referer=referer)
    text = (await come_back(lan, keys)).text
    pages = re.findall(r'href="([^"]+)#unsent-[1-5]" target="_blank"', text)
    assert pages == ["/console/conversations/x1"] * 4 + ["/console/conversations/canned?from=here"]


async def test_every_form_that_people_type_into_is_kept(office: Office) -> None:
    await hire_with_keys(office, "lan", ("*", "author"))
    own = (Permission.NOBODY, Permission.SIGNED_IN)
    wanted = [one for one in all_views() if one.method == "POST" and one.permission not in own and not one.streams]
    assert len(wanted) > 30
    for view in wanted:
        lan = await office.sign_in("lan")
        await idle_away(lan)
        assert "said=unsent" in await send(lan, {"text": TEXT}, path_of(view.path)), view.path


def test_every_field_of_every_form_has_a_label_or_is_left_out_on_purpose() -> None:
    fields = re.compile(r'c\.(?:field|textarea|select|checkbox|radios)\("([^"]+)"|name="([a-z_]+)"')
    t = translator("vi")
    for path in TEMPLATES.rglob("*.j2"):
        if path.parent.name in ("design", "sign_in", "me") or path.name == "base.html.j2":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            for name in filter(None, (found[1] or found[2] for found in fields.finditer(line))):
                name += "1" if name[-1] in "-." else ""
                is_left_out = name in unsent.SECRET | unsent.TECHNICAL | {"file", "actor", "action", "object"}
                is_search = path.name in ("list.html.j2", "year.html.j2")
                assert is_left_out or is_search or label_of(name, t) != name, (path, name)


def test_every_field_for_a_secret_is_known_as_one() -> None:
    secret = re.compile(r'c\.field\("([^"]+)"[^}]*(?:type="password"|one-time-code)')
    found = {
        (path, name) for path in TEMPLATES.rglob("*.j2") for name in secret.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 4
    assert [one for one in found if one[1] not in unsent.SECRET] == []
