"""Attacks on those who are signed in: forged forms, stolen and old cookies, pages of other roles, missing headers."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from console import sessions
from console.app import all_views
from console.permissions import ROLES, Permission
from console.security import HEADERS
from console.targets import safe_next
from storage import officers
from storage.officers import Role
from tests.integration.console.walker import PASSWORD, hire_with_keys, walk_in
from tests.office import Desktop, Office, open_office


def filled(path: str) -> str:
    """An address of a view with something in each of its places."""
    out, depth = "", 0
    for sign in path:
        if sign == "{":
            out, depth = out + ("1" if depth == 0 else ""), depth + 1
        elif sign == "}":
            depth -= 1
        elif depth == 0:
            out += sign
    return "/console" + out


async def status_of(desktop: Desktop, method: str, path: str, token: str) -> int:
    data = {"csrf": token} if method == "POST" else None
    timeout = aiohttp.ClientTimeout(total=20)
    url = desktop.office.url(path)
    async with desktop.client.request(method, url, data=data, allow_redirects=False, timeout=timeout) as response:
        return response.status


@pytest.mark.parametrize("role", [*Role, None])
async def test_each_role_reaches_exactly_the_views_that_declare_it(office: Office, role: Role | None) -> None:
    await office.hire("somebody", *([("*", role.value)] if role else []))
    somebody = await office.sign_in("somebody")
    wrong = []
    for view in all_views():
        if view.stage != "full" or view.permission in (Permission.NOBODY, Permission.SIGNED_IN):
            continue
        is_allowed = role is not None and role in ROLES[view.permission]
        # A forged token stops an allowed action before it begins, and a forbidden one is refused before it is read.
        status = await status_of(somebody, view.method, filled(view.path), "forged")
        if (status == 403) is is_allowed or status >= 500:
            wrong.append((view.method, view.path, view.permission, status))
    assert wrong == []


async def test_a_form_needs_the_token_of_its_own_session_and_our_own_origin(office: Office) -> None:
    lan, minh = await office.sign_in("lan", ("*", "viewer")), await office.sign_in("minh", ("*", "viewer"))
    visitor = await walk_in(office)
    await visitor.get("/console/sign-in")
    form = {"language": "en"}
    for token in (minh.csrf, visitor.token, "", lan.csrf + "x", lan.csrf.upper()):
        assert (await lan.post("/console/me/language", form, token=token)).status == 400
    url = office.url("/console/me/language")
    ours = office.url("")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ours},
    ):
        async with lan.client.post(url, data=form | {"csrf": lan.csrf}, headers=headers) as response:
            assert response.status == 400, headers
    for body, kind in ((json.dumps({"csrf": lan.csrf} | form), "application/json"), (f"csrf={lan.csrf}", "text/plain")):
        async with lan.client.post(url, data=body, headers={"Content-Type": kind}) as response:
            assert response.status == 400
    assert (await lan.get("/console/me/language")).status == 404  # no action by a link
    found = await officers.find(office.database, login="lan")
    assert found is not None
    assert found.language == "vi"
    good = {"Origin": ours, "Sec-Fetch-Site": "same-origin"}
    async with lan.client.post(url, data=form | {"csrf": lan.csrf}, headers=good) as response:
        assert response.status == 200


async def test_the_sign_in_form_too_needs_the_token_of_its_own_visitor(office: Office) -> None:
    await hire_with_keys(office, "lan", ("*", "viewer"))
    mine, other = await walk_in(office), await walk_in(office)
    await mine.get("/console/sign-in")
    await other.get("/console/sign-in")
    form = {"csrf": other.token, "login": "lan", "password": PASSWORD}
    assert (await mine.post("/console/sign-in", form)).status == 400
    assert await office.redis.keys("hoso:console:session:*") == []  # strangers fill no Redis


async def test_every_answer_has_the_headers_whatever_went_wrong(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "viewer"))
    stranger = await office.stranger()
    long = "x" * 300_000
    asks = [
        (stranger, "GET", "/console/sign-in", {}, 200),
        (stranger, "GET", "/console/me", {}, 303),
        (stranger, "GET", "/console/static/console.css", {}, 200),
        (stranger, "GET", "/console/static/../app.py", {}, 303),
        (stranger, "GET", "/console/static/none.css", {}, 404),
        (lan.client, "GET", "/console/nowhere", {}, 404),
        (lan.client, "GET", "/console/admin/officers", {}, 403),
        (lan.client, "DELETE", "/console/me", {}, 404),
        (lan.client, "GET", "/console/dossiers/%00", {}, 404),
        (lan.client, "GET", "/console/dossiers?code=%00", {}, 404),
        (lan.client, "POST", "/console/me/language", {"data": {"csrf": "x"}}, 400),
        (lan.client, "POST", "/console/me/language", {"data": {"csrf": lan.csrf, "language": "\0"}}, 400),
        (lan.client, "POST", "/console/me/language", {"data": {"csrf": lan.csrf, "language": long}}, 413),
        (lan.client, "POST", "/console/me/sessions/end", SURROGATE, 404),
    ]
    for client, method, path, options, status in asks:
        if options is SURROGATE:
            options = {"data": f"csrf={lan.csrf}&sid=%ED%A0%80", "headers": {"Content-Type": FORM}}
        async with client.request(method, office.url(path), allow_redirects=False, **options) as response:
            assert response.status == status or "static/.." in path, path
            for name, value in HEADERS.items():
                if name == "Cache-Control" and "static" in path:
                    continue
                assert response.headers.get(name) == value, (path, name)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


SURROGATE: dict[str, Any] = {}
FORM = "application/x-www-form-urlencoded"


async def test_over_https_cookies_are_bound_to_the_host_and_the_browser_stays_on_https(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_office(postgres_url, redis_url, data_dir, public_url="https://hoso.example.gov.vn") as office:
        client = await office.stranger()
        async with client.get(office.url("/console/sign-in")) as response:
            [cookie] = response.headers.getall("Set-Cookie")
            assert cookie.startswith("__Host-hoso_session=")
            for flag in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
                assert flag in cookie
            assert "Domain" not in cookie
            assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        async with client.post(office.url("/console/sign-in"), data={}, headers={"Origin": office.url("")}) as response:
            assert response.status == 400  # the same host, but in the clear


async def change(office: Office, desktop: Desktop, **content: object) -> None:
    """Change what a session says of itself."""
    place = sessions.storage_key(desktop.key)
    kept = json.loads(await office.redis.get(place))
    await office.redis.set(place, json.dumps(kept | content), ex=3600)


async def test_a_session_ends_when_it_is_idle_and_when_it_is_old(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "viewer"))
    limits, now = office.settings, time.time()
    idle, whole = limits.console_idle_minutes * 60, limits.console_session_hours * 3600
    for content, is_in in (
        ({"seen": now - idle + 20}, True),
        ({"seen": now - idle - 1}, False),
        ({"seen": now, "opened": now - whole + 20}, True),
        ({"seen": now, "opened": now - whole - 1}, False),
        ({"seen": now, "opened": now, "version": 99}, False),
    ):
        await change(office, lan, **content)
        answer = await lan.get("/console/me")
        assert answer.where.startswith("/console/me" if is_in else "/console/sign-in?next="), content
        if not is_in:
            lan = await office.sign_in("lan")


async def test_an_ended_session_stays_ended_by_requests_under_way(office: Office) -> None:
    lan, other = await office.sign_in("lan", ("*", "viewer")), await office.sign_in("lan")
    await change(office, other, seen=time.time() - 60)  # so that each request writes the session
    wanted = [other.get("/console/me") for _ in range(4)]
    await asyncio.gather(*wanted, lan.post("/console/me/sessions/end-others"))
    assert (await other.get("/console/me")).where.startswith("/console/sign-in")
    assert await office.redis.get(sessions.storage_key(other.key)) is None


def test_only_pages_of_the_console_are_led_to() -> None:
    for target in ("/console/", "/console/dossiers?code=H17.33.2-260302-0001", "/console/admin/audit?actor=officer:x"):
        assert safe_next(target) == target
    for target in (None, "", "/", "//x", "/consolex", "/console/../x", "/console/%2e%2e/x", "/console/sign-in/code"):
        assert safe_next(target) == "/console/"
