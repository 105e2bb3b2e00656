"""The way in: password and code, the first time, recovery codes, and one's own account."""

import re
import time
import unicodedata

from console import sessions, totp
from console.passwords import Passwords
from storage import audit, credentials, officers
from storage.officers import Grant, Role
from tests.integration.console.walker import PASSWORD, Walker, hire_with_keys, reveal, walk_in
from tests.office import Office

NEW_PASSWORD = "mưa đầu mùa trên sông Hàn"


async def actions(office: Office) -> list[str]:
    return [row.action for row in reversed(await audit.search(office.database))]


async def hire_for_the_first_time(office: Office, login: str, *grants: tuple[str, str]) -> str:
    """An officer with a temporary password, which is returned."""
    passwords = Passwords(memory_kib=1024, passes=1)
    async with office.database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=login,
            name="Nguyễn Thị Minh Châu",
            grants=[Grant(unit, Role(role)) for unit, role in grants],
            password_hash=None,
            created_by="test",
        )
        assert officer_id is not None
        await credentials.reset(
            connection, officer_id, password_hash=await passwords.hash("abcd-efgh-jkmn-pqrs"), valid_seconds=3600
        )
    passwords.close()
    return "abcd-efgh-jkmn-pqrs"


async def set_up(walker: Walker, login: str, temporary: str) -> tuple[str, list[str]]:
    """Go through the first time; return secret and recovery codes."""
    answer = await walker.give_password(login, temporary)
    assert answer.where == "/console/set-up"
    answer = await walker.post("/console/set-up", {"new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert answer.where == "/console/set-up/app"
    assert 'src="data:image/svg+xml' in answer.text
    [spaced] = reveal(answer.text, ' class="secret"')
    secret = spaced.replace(" ", "")
    answer = await walker.post("/console/set-up/app", {"code": totp.code_at(secret, time.time())})
    assert answer.where == "/console/set-up/codes"
    codes = reveal(answer.text, "")
    assert len(codes) == 10
    return secret, codes


async def test_the_first_time_asks_for_a_password_an_app_and_saved_codes(office: Office) -> None:
    temporary = await hire_for_the_first_time(office, "lan", ("H17.33.2", "viewer"))
    walker = await walk_in(office)
    secret, codes = await set_up(walker, "lan", temporary)
    assert (await walker.post("/console/set-up/codes", {})).status == 422
    answer = await walker.post("/console/set-up/codes", {"saved": "1"})
    assert (answer.status, answer.where) == (200, "/console/")
    assert (await walker.get("/console/set-up", follow=False)).status == 303

    again = await walk_in(office)
    assert "không đúng" in (await again.give_password("lan", temporary)).text
    assert (await again.give_password("lan", NEW_PASSWORD)).where == "/console/sign-in/code"
    assert (await again.give_code(totp.code_at(secret, time.time() + 30))).where == "/console/"
    assert await actions(office) == ["officer.set_up", "session.open", "session.refuse_password", "session.open"]
    assert codes[0] not in str(await audit.search(office.database))


async def test_half_way_through_the_first_time_nothing_has_changed(office: Office) -> None:
    temporary = await hire_for_the_first_time(office, "lan", ("*", "viewer"))
    walker = await walk_in(office)
    await walker.give_password("lan", temporary)
    await walker.post("/console/set-up", {"new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert (await walker.get("/console/me", follow=False)).headers["Location"] == "/console/set-up"
    assert (await (await walk_in(office)).give_password("lan", temporary)).where == "/console/set-up"


async def test_bad_new_passwords_are_named_and_linked_to_their_field(office: Office) -> None:
    walker = await walk_in(office)
    await walker.give_password("lan", await hire_for_the_first_time(office, "lan", ("*", "viewer")))
    for new, again, word in (
        ("Ngày xuân", "Ngày xuân", "ít nhất 12 ký tự"),
        ("Password2026!", "Password2026!", "dễ đoán"),
        ("nguyenthiminhchau77", "nguyenthiminhchau77", "chứa tên"),
        (NEW_PASSWORD, NEW_PASSWORD + "x", "không giống nhau"),
        ("abcd-efgh-jkmn-pqrs", "abcd-efgh-jkmn-pqrs", "khác mật khẩu cũ"),
    ):
        answer = await walker.post("/console/set-up", {"new": new, "again": again})
        assert answer.status == 422
        assert word in answer.text
        assert new not in answer.text
        assert re.search(r'href="#f-(new|again)"', answer.text)


async def test_a_temporary_password_ends(office: Office) -> None:
    temporary = await hire_for_the_first_time(office, "lan", ("*", "viewer"))
    await office.database.fetch("UPDATE officers SET password_until = now() - interval '1 second' RETURNING id")
    assert (await (await walk_in(office)).give_password("lan", temporary)).status == 422


async def test_a_recovery_code_opens_once(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walker = await walk_in(office)
    await walker.give_password("lan", PASSWORD)
    typed = keys.recovery_codes[0].lower().replace("-", " ")
    assert (await walker.give_code(typed)).where == "/console/"
    other = await walk_in(office)
    await other.give_password("lan", PASSWORD)
    assert (await other.give_code(typed)).status == 422
    assert "recovery_code.use" in await actions(office)


async def test_signing_in_leads_to_the_page_that_was_wanted(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walker = await walk_in(office)
    assert (await walker.get("/console/me")).where.startswith("/console/sign-in?next=")
    target = re.search(r'name="next" value="([^"]+)"', walker.page.text)
    assert target
    await walker.post("/console/sign-in", {"login": " LAN ", "password": PASSWORD, "next": target[1]})
    assert (await walker.give_code(keys.code())).where == "/console/me"


async def test_hashes_of_other_parameters_are_renewed_at_a_sign_in(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    before = await credentials.read(office.database, office.cipher, login="lan")
    walker = await walk_in(office)
    await walker.give_password("lan", PASSWORD)
    after = await credentials.read(office.database, office.cipher, login="lan")
    assert before is not None
    assert after is not None
    assert before.password_hash != after.password_hash
    assert "m=47104,t=1,p=1" in str(after.password_hash)
    assert (await walker.give_code(keys.code())).where == "/console/"


async def test_a_password_is_the_same_however_the_keyboard_puts_its_letters_together(office: Office) -> None:
    await hire_with_keys(office, "lan", ("*", "viewer"))
    answer = await (await walk_in(office)).give_password("lan", unicodedata.normalize("NFD", PASSWORD))
    assert answer.where == "/console/sign-in/code"


async def sign_in_whole(office: Office, login: str = "lan", *, ahead: int = 0) -> tuple[Walker, str]:
    """An officer with keys who is in, and the app's secret."""
    keys = await hire_with_keys(office, login, ("*", "viewer"))
    walker = await walk_in(office)
    await walker.give_password(login, PASSWORD)
    assert (await walker.give_code(keys.code(ahead))).where == "/console/"
    await walker.get("/console/me")
    return walker, keys.secret


async def test_the_language_changes_at_once(office: Office) -> None:
    walker, _ = await sign_in_whole(office)
    assert '<html lang="vi">' in walker.page.text
    answer = await walker.post("/console/me/language", {"language": "en"})
    assert '<html lang="en">' in answer.text
    assert "The language was changed." in answer.text
    assert (await walker.post("/console/me/language", {"language": "fr"})).status == 400


async def test_a_changed_password_ends_all_other_sessions(office: Office) -> None:
    walker, secret = await sign_in_whole(office)
    other = await walk_in(office)
    await other.give_password("lan", PASSWORD)
    assert (await other.give_code(totp.code_at(secret, time.time() + 30))).where == "/console/"
    await walker.get("/console/me/password")
    new = {"new": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert (await walker.post("/console/me/password", {"password": "sai rồi", **new})).status == 422
    answer = await walker.post("/console/me/password", {"password": PASSWORD, **new})
    assert (answer.status, answer.where) == (200, "/console/me")
    assert (await other.get("/console/me")).where.startswith("/console/sign-in")
    assert (await (await walk_in(office)).give_password("lan", PASSWORD)).status == 422


async def test_new_recovery_codes_are_shown_once_and_need_password_and_code(office: Office) -> None:
    walker, secret = await sign_in_whole(office)
    await walker.get("/console/me/recovery-codes")
    assert (await walker.post("/console/me/recovery-codes", {"password": PASSWORD, "code": "000000"})).status == 422
    code = totp.code_at(secret, time.time() + 30)
    answer = await walker.post("/console/me/recovery-codes", {"password": PASSWORD, "code": code})
    assert len(reveal(answer.text, "")) == 10
    assert reveal((await walker.get("/console/me/recovery-codes")).text, "") == []


async def test_another_app_takes_the_place_of_the_one_before(office: Office) -> None:
    walker, secret = await sign_in_whole(office)
    await walker.get("/console/me/app")
    code = totp.code_at(secret, time.time() + 30)
    answer = await walker.post("/console/me/app", {"password": PASSWORD, "code": code})
    assert answer.where == "/console/me/app/confirm"
    [spaced] = reveal(answer.text, ' class="secret"')
    new = spaced.replace(" ", "")
    assert new != secret
    answer = await walker.post("/console/me/app/confirm", {"code": totp.code_at(new, time.time())})
    assert answer.where == "/console/me"
    known = await credentials.read(office.database, office.cipher, login="lan")
    assert known is not None
    assert known.totp_secret == new


async def test_my_sessions_are_listed_and_can_be_ended(office: Office) -> None:
    walker, secret = await sign_in_whole(office)
    other = await walk_in(office)
    await other.give_password("lan", PASSWORD)
    await other.give_code(totp.code_at(secret, time.time() + 30))
    answer = await walker.get("/console/me")
    [sid] = re.findall(r'name="sid" value="([0-9a-f]+)"', answer.text)
    assert (await walker.post("/console/me/sessions/end", {"sid": sid})).where == "/console/me"
    assert (await other.get("/console/me")).where.startswith("/console/sign-in")
    assert (await walker.post("/console/me/sessions/end", {"sid": sid})).status == 404
    await walker.get("/console/me")
    answer = await walker.post("/console/me/sessions/end-others", {})
    assert (answer.status, answer.where) == (200, "/console/me")


async def test_signing_out_ends_the_session_and_takes_the_cookie(office: Office) -> None:
    walker, _ = await sign_in_whole(office)
    key = walker.cookie(sessions.COOKIE)
    assert key
    answer = await walker.post("/console/sign-out", {})
    assert "Đã đăng xuất" in answer.text
    assert walker.cookie(sessions.COOKIE) != key
    assert await office.redis.get(sessions.storage_key(key)) is None
