"""Attacks on the way in: guessing, replaying, fixing sessions, locking others out, open redirects."""

import asyncio
import re
import time

import pytest

from console import devices, sessions, throttle, totp
from storage import audit, credentials, officers
from tests.integration.console.walker import PASSWORD, Keys, Walker, hire_with_keys, walk_in
from tests.office import Office


async def walk_to_code(office: Office, keys: Keys, *, once: bool = False) -> Walker:
    walker = await walk_in(office)
    answer = await walker.give_password(keys.officer.login, keys.password)
    assert answer.where == "/console/sign-in/code"
    return walker


async def test_a_code_works_once_even_for_two_at_the_same_moment(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    first, second = await walk_to_code(office, keys), await walk_to_code(office, keys)
    code = keys.code()
    answers = await asyncio.gather(first.give_code(code, follow=False), second.give_code(code, follow=False))
    assert sorted(answer.status for answer in answers) == [303, 422]
    late = await walk_to_code(office, keys)
    assert (await late.give_code(code)).status == 422
    assert (await late.give_code(keys.code(-1))).status == 422  # older than the one used
    assert (await late.give_code(keys.code(3))).status == 422  # not yet
    assert (await late.give_code(keys.code(1))).where == "/console/"


async def test_a_recovery_code_works_once_even_for_many_at_the_same_moment(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walkers = [await walk_to_code(office, keys) for _ in range(3)]
    answers = await asyncio.gather(*(one.give_code(keys.recovery_codes[0], follow=False) for one in walkers))
    assert sorted(answer.status for answer in answers) == [303, 422, 422]


async def test_five_wrong_codes_lead_back_to_the_password_and_guessing_on_takes_ever_longer(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walker = await walk_to_code(office, keys)
    for _ in range(4):
        assert (await walker.give_code("000000")).status == 422
    half = walker.cookie(sessions.COOKIE)
    assert (await walker.give_code("000000")).where == "/console/sign-in?said=code_tries"
    assert half
    assert await office.redis.get(sessions.storage_key(half)) is None
    walker = await walk_to_code(office, keys)
    statuses = [(await walker.give_code("000000")).status for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 200]  # back to the password again, the tenth wrong one
    walker = await walk_to_code(office, keys)
    answer = await walker.give_code(keys.code())
    assert answer.status == 429
    assert "giây" in answer.text
    assert [row.action for row in await audit.search(office.database, action="session.refuse_code")] == [
        "session.refuse_code"
    ] * 10


async def test_guessing_a_password_takes_ever_longer_and_many_at_once_are_counted_too(office: Office) -> None:
    await hire_with_keys(office, "lan", ("*", "viewer"))
    walkers = [await walk_in(office) for _ in range(12)]
    answers = await asyncio.gather(*(one.give_password("lan", f"đoán lần {n}") for n, one in enumerate(walkers)))
    assert [answer.status for answer in answers].count(422) == 5
    assert [answer.status for answer in answers].count(429) == 7
    rows = await audit.search(office.database, action="session.refuse_password")
    assert {(row.actor, row.object, row.address) for row in rows} == {("visitor", "lan", "127.0.0.1")}
    assert "đoán" not in str(rows)
    assert (await walkers[0].give_password("lan", PASSWORD)).status == 429


async def test_a_stranger_s_guesses_do_not_keep_the_officer_out_at_the_same_address(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    at_home = await walk_to_code(office, keys)
    assert (await at_home.give_code(keys.code())).where == "/console/"
    assert at_home.cookie(devices.COOKIE)
    await at_home.post("/console/sign-out", {})

    stranger = await walk_in(office)
    for number in range(8):
        await stranger.give_password("lan", f"đoán lần {number}")
    assert stranger.page.status == 429

    assert (await at_home.give_password("lan", PASSWORD)).where == "/console/sign-in/code"
    assert (await at_home.give_code(keys.code(1))).where == "/console/"


async def test_a_known_device_has_a_counter_of_its_own_and_cannot_be_made_up(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    await hire_with_keys(office, "minh", ("*", "viewer"))
    known = await walk_to_code(office, keys)
    await known.give_code(keys.code())
    cookie = known.cookie(devices.COOKIE)
    assert cookie
    name, since, mark = cookie.split(".")
    for forged in (f"{'0' * 32}.{since}.{mark}", f"{name}.{int(since) + 1}.{mark}", f"{name}.{since}.{'0' * 64}"):
        stranger = await walk_in(office)
        stranger.client.cookie_jar.update_cookies({devices.COOKIE: forged})
        statuses = [(await stranger.give_password("lan", f"đoán {n}")).status for n in range(6)]
        assert 429 in statuses
    await known.post("/console/sign-out", {}) if known.page.where == "/console/" else None
    statuses = [(await known.give_password("lan", f"đoán {n}")).status for n in range(9)]
    assert statuses == [422] * 8 + [429]
    assert (await known.give_password("minh", "đoán")).status == 422  # of another login the device is unknown


async def test_unknown_disabled_and_expired_logins_look_like_wrong_passwords(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    async with office.database.transaction() as connection:
        await officers.disable(connection, keys.officer.id)
    texts = set()
    for login, password in (("lan", PASSWORD), ("khong-co-ai", PASSWORD), ("lan", "sai hoàn toàn rồi")):
        answer = await (await walk_in(office)).give_password(login, password)
        assert answer.status == 422
        assert PASSWORD not in answer.text
        texts.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(texts) == 1
    rows = await audit.search(office.database, action="session.refuse_password")
    assert [row.object for row in rows] == ["lan", None, "lan"]  # what nobody is called may be a password


async def test_a_planted_session_key_is_never_the_one_after_a_step(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walker = await walk_in(office)
    await walker.get("/console/sign-in")
    planted = walker.cookie(sessions.COOKIE)
    await walker.post("/console/sign-in", {"login": "lan", "password": PASSWORD})
    half = walker.cookie(sessions.COOKIE)
    await walker.give_code(keys.code())
    whole = walker.cookie(sessions.COOKIE)
    assert planted
    assert half
    assert whole
    assert len({planted, half, whole}) == 3
    for old in (planted, half):
        assert await office.redis.get(sessions.storage_key(old)) is None
        thief = await walk_in(office)
        thief.client.cookie_jar.update_cookies({sessions.COOKIE: old})
        assert (await thief.get("/console/me", follow=False)).status == 303


async def test_a_half_session_opens_nothing_but_its_step(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "administrator"))
    walker = await walk_to_code(office, keys)
    for path in ("/console/", "/console/me", "/console/admin/officers", "/console/set-up", "/console/set-up/codes"):
        answer = await walker.get(path, follow=False)
        assert answer.status == 303
        assert answer.headers["Location"] in ("/console/sign-in/code", "/console/")
    await walker.get("/console/sign-in/code")
    assert (await walker.post("/console/me/language", {"language": "en"}, follow=False)).status == 303
    assert (await officers.find(office.database, login="lan")).language == "vi"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "/console/../../evil", "/console//evil.example",
        "/console/%2e%2e/%2e%2e/x", "/console/\r\nSet-Cookie: a=b", "javascript:alert(1)", "/console/sign-in?next=/x",
        "/consolevil/", "/console/%5c%5cevil.example", "https:/console/", "/console/\u2028",
    ],
)  # fmt: skip
async def test_nobody_is_led_to_another_site_after_signing_in(office: Office, target: str) -> None:
    lan = await office.sign_in("lan", ("*", "viewer"))
    url = office.url("/console/sign-in")
    async with lan.client.get(url, params={"next": target}, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"] == "/console/"


async def test_without_redis_nobody_gets_in_and_the_page_says_later(office: Office) -> None:
    await office.redis.aclose()
    office.redis.connection_pool.connection_kwargs["path"] = "/nowhere"
    walker = await walk_in(office)
    walker.client.cookie_jar.update_cookies({sessions.COOKIE: sessions.new_key()})
    answer = await walker.get("/console/me")
    assert answer.status == 503
    assert "Content-Security-Policy" in answer.headers


async def test_the_throttle_doubles_its_delays_up_to_a_limit(office: Office) -> None:
    [counter] = throttle.code_counters(7, None)
    now, waits = time.time(), []
    for _ in range(counter.free):
        assert await throttle.take(office.redis, [counter], now) == 0
    for _ in range(8):
        wait = await throttle.take(office.redis, [counter], now)
        waits.append(round(wait))
        now += wait + 0.01
        assert await throttle.take(office.redis, [counter], now) == 0
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_whole_network_of_ipv6_counts_as_one_address() -> None:
    assert throttle.network_of("2001:db8:1:2:3::4") == throttle.network_of("2001:db8:1:2:ffff::1")
    assert throttle.network_of("2001:db8:1:3::1") != throttle.network_of("2001:db8:1:2::1")
    assert throttle.network_of("::ffff:192.0.2.1") == "192.0.2.1"


async def test_a_code_s_step_is_kept_so_that_a_restart_forgets_no_code(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", ("*", "viewer"))
    walker = await walk_to_code(office, keys)
    await walker.give_code(keys.code())
    known = await credentials.read(office.database, office.cipher, login="lan")
    assert known is not None
    assert abs(known.totp_step - time.time() // totp.STEP_SECONDS) <= 1  # type: ignore[operator]
