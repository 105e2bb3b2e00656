"""Commands on a running site: keys, accounts, notices, events from files, doctor (contract, section 2)."""

import asyncio
import codecs
import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import psycopg

from tests.acceptance.conftest import Dossier
from tests.engines import register_secret
from tests.site import Site, make_event


async def hoso(site: Site, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(site.hoso, *words, stdin=stdin)


async def hoso_json(site: Site, *words: str) -> Any:
    done = await hoso(site, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def one_line(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.count(b"\n") == 1
    return done.stderr.decode()


async def test_a_key_works_until_it_is_revoked(site: Site, dossier: Dossier) -> None:
    source = f"motcua.{uuid.uuid4().hex[:8]}"
    key = register_secret((await hoso_json(site, "keys", "add", source))["key"])
    event = make_event(dossier.code, 2, dossier.phone)
    assert (await site.post_events([event], key=key))[0]["outcome"] == "accepted"
    [listed] = [known for known in await hoso_json(site, "keys", "list") if known["source"] == source]
    assert listed["last_used_at"]
    assert listed["revoked_at"] is None
    assert key not in json.dumps(listed)
    assert (await hoso(site, "keys", "revoke", listed["id"])).returncode == 0
    status, document = await site.post(json.dumps([event]).encode(), key=key)
    assert (status, document["status"]) == (401, 401)
    assert "hoso keys list" in one_line(await hoso(site, "keys", "revoke", listed["id"]), 1)


async def _agree(url: str) -> str:
    """Press the button of the consent page; the address to which the browser is sent."""
    asked = dict(parse_qsl(urlsplit(url).query))
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as page:
            assert "Đồng ý" in await page.text()
        async with session.post(url.split("?")[0], data=asked, allow_redirects=False) as answer:
            return answer.headers["Location"]


async def _start_authorizing(site: Site, *options: str) -> tuple[asyncio.subprocess.Process, str]:
    """Begin; the command, and the address that it tells."""
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hoso",
        "accounts",
        "authorize",
        *options,
        env=site.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert command.stdout is not None
    async with asyncio.timeout(60):
        lines = [(await command.stdout.readline()).decode() for _ in range(2)]
    return command, lines[1].strip()


async def _end(command: asyncio.subprocess.Process, typed: str = "") -> tuple[int, str]:
    async with asyncio.timeout(60):
        rest, _ = await command.communicate(typed.encode())
    assert command.returncode is not None
    return command.returncode, rest.decode()


async def _look(url: str) -> tuple[int, str, str]:
    """What a browser gets there, without following: status, where to, and the page."""
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def _expect_new_pair(site: Site, dossier: Dossier, before: dict[str, Any]) -> None:
    for token in (await site.emulator("GET", "credentials"))["current"].values():
        register_secret(token)
    [after] = await hoso_json(site, "accounts", "list")
    assert (after["version"], after["state"]) == (before["version"] + 1, "active")
    assert after["refresh_expires_at"]
    await site.post_events([make_event(dossier.code, 2, dossier.phone)])
    assert await site.wait_until(lambda: site.arrived(dossier.phone), what="a notice with the new token") == [
        "accepted"
    ]


def _noted(site: Site, many: int) -> list[tuple[str, str, str | None]]:
    """The newest entries of the audit log about accounts, oldest first: who (without a user's name), what, which."""
    with psycopg.connect(site.postgres_url) as connection:
        rows = connection.execute(
            """SELECT split_part(actor, ':', 1), action, object FROM audit_log WHERE starts_with(action, 'account.')
               ORDER BY id DESC LIMIT %s""",
            [many],
        ).fetchall()
    return [(actor, action, named) for actor, action, named in reversed(rows)]


async def test_an_account_is_authorized_by_the_consent_of_its_admin(site: Site, dossier: Dossier) -> None:
    [before] = await hoso_json(site, "accounts", "list")
    command, address = await _start_authorizing(site)
    status, platform, _ = await _look(address)
    assert status == 302
    back = await _agree(platform)
    status, _, page = await _look(back)
    assert (status, "Đã kết nối" in page) == (200, True)
    code, words = await _end(command)
    assert (code, f"Account {before['id']} has a new pair" in words) == (0, True), words
    assert [(await _look(url))[0] for url in (address, back)] == [404, 404]  # each counts once
    assert _noted(site, 2) == [("cli", "account.ask_consent", None), ("system", "account.authorize", before["id"])]
    await _expect_new_pair(site, dossier, before)


async def test_a_consent_that_the_platform_does_not_honour_is_told_to_both(site: Site) -> None:
    [before] = await hoso_json(site, "accounts", "list")
    command, address = await _start_authorizing(site)
    _, platform, _ = await _look(address)
    status, _, page = await _look((await _agree(platform)).replace("code=", "code=x"))
    assert (status, "Chưa kết nối được" in page) == (400, True)
    code, words = await _end(command)
    assert (code, "no tokens" in words) == (1, True), words
    assert (await hoso_json(site, "accounts", "list"))[0]["version"] == before["version"]
    assert (await _look(f"{site.url}/oauth/zalo/callback"))[0] == 404
    provoked = await site.emulator("GET", "violations")
    assert [(bad["rule"], bad["code"]) for bad in provoked] == [("code", -14005)]
    await site.emulator("DELETE", "violations")


async def test_a_consent_may_be_pasted_where_no_server_listens(site: Site, dossier: Dossier) -> None:
    [before] = await hoso_json(site, "accounts", "list")
    command, platform = await _start_authorizing(site, "--paste")
    code, words = await _end(command, (await _agree(platform)).replace("state=", "state=x") + "\n")
    assert (code, "another consent" in words) == (1, True)
    command, platform = await _start_authorizing(site, "--paste")
    code, words = await _end(command, await _agree(platform) + "\n")
    assert (code, f"Account {before['id']} has a new pair" in words) == (0, True), words
    assert _noted(site, 1) == [("cli", "account.authorize", before["id"])]
    await _expect_new_pair(site, dossier, before)


async def test_an_account_is_listed_and_its_tokens_are_refreshed(site: Site, dossier: Dossier) -> None:
    [before] = await hoso_json(site, "accounts", "list")
    assert before["state"] == "active"
    assert not {"access_token", "refresh_token"} & before.keys()
    assert (await hoso(site, "accounts", "refresh")).returncode == 0
    current = (await site.emulator("GET", "credentials"))["current"]
    for token in current.values():
        register_secret(token)
    [after] = await hoso_json(site, "accounts", "list")
    assert (after["version"], after["state"]) == (before["version"] + 1, "active")
    assert [bad for bad in await site.emulator("GET", "violations") if "token" in json.dumps(bad)] == []
    await site.post_events([make_event(dossier.code, 2, dossier.phone)])
    assert await site.wait_until(lambda: site.arrived(dossier.phone), what="a notice with the new token") == [
        "accepted"
    ]
    assert "hoso accounts list" in one_line(await hoso(site, "accounts", "refresh", "12345"), 1)


async def test_a_failed_notice_is_listed_explained_and_sent_again(site: Site, dossier: Dossier) -> None:
    await site.emulator("POST", "phones", {"phone": dossier.phone, "zalo": False})
    # Mere information: what demands action would go on as a short message.
    await site.post_events([make_event(dossier.code, 2, dossier.phone)])

    async def failed() -> bool:
        return [notice["state"] for notice in await site.notices(dossier.code)] == ["failed"]

    await site.wait_until(failed, 20, what="the failure")
    [listed] = await hoso_json(site, "notices", "list", "--dossier", dossier.code.lower(), "--state", "failed")
    assert (listed["kind"], listed["dossier_code"]) == ("accepted", dossier.code)
    assert dossier.phone[2:] not in json.dumps(listed)
    story = await hoso_json(site, "notices", "explain", listed["id"])
    assert story["event"]["status"] == 2
    assert [attempt["outcome"] for attempt in story["attempts"]] == ["refused"]
    told = (await hoso(site, "notices", "explain", listed["id"])).stdout.decode()
    assert "failed" in told
    assert "SHA-256" in told
    await site.emulator("POST", "phones", {"phone": dossier.phone, "zalo": True})
    assert (await hoso(site, "notices", "retry", listed["id"])).returncode == 0
    assert await site.wait_until(lambda: site.arrived(dossier.phone), what="the second try") == ["accepted"]
    unknown = str(uuid.uuid4())
    assert unknown in one_line(await hoso(site, "notices", "explain", unknown), 1)
    refused = await hoso(site, "notices", "retry", unknown)
    assert (refused.returncode, unknown in refused.stderr.decode()) == (1, True)


async def test_a_file_of_events_is_taken_line_by_line_and_can_be_sent_again(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    dossiers = [new_dossier() for _ in range(3)]
    lines = [json.dumps(make_event(dossier.code, 2, dossier.phone)).encode() for dossier in dossiers]
    bad = json.dumps(make_event(new_dossier().code, 12, None)).encode()
    file = codecs.BOM_UTF8 + b"\r\n".join([lines[0], b"", b"{no JSON", lines[1], bad, lines[2]])  # as Windows writes it
    first = await hoso(site, "events", "send", "-", "--json", stdin=file)
    assert first.returncode == 1
    counts = {"events": 5, "accepted": 3, "duplicate": 0, "stale": 0, "rejected": 2, "notices": {"accepted": 3}}
    assert json.loads(first.stdout) == counts
    refused = first.stderr.decode().splitlines()
    assert [line.split(":")[0] for line in refused] == ["line 3", "line 5"]
    assert "data.status" in refused[1]
    path = site.data_dir.parent / "again.jsonl"
    path.write_bytes(b"\n".join(lines))
    again = await hoso(site, "events", "send", str(path), "--json")
    assert (again.returncode, again.stderr) == (0, b"")
    assert json.loads(again.stdout) == counts | {
        "events": 3,
        "accepted": 0,
        "duplicate": 3,
        "rejected": 0,
        "notices": {},
    }
    renamed = await hoso(site, "events", "send", str(path), "--source", "another", "--json")
    assert json.loads(renamed.stdout)["accepted"] == 3
    for dossier in dossiers:
        assert await site.wait_until(lambda d=dossier: site.arrived(d.phone), what="its notice") == ["accepted"]
    assert "gone.jsonl" in one_line(await hoso(site, "events", "send", "gone.jsonl"), 1)


async def test_the_doctor_finds_a_running_site_well_and_names_what_is_missing(site: Site) -> None:
    findings = await hoso_json(site, "doctor")
    assert {finding["verdict"] for finding in findings} <= {"ok", "warn"}
    parts = {finding["part"] for finding in findings}
    assert parts >= {"settings", "postgresql", "redis", "clock", "webhook", "template submitted", "template finished"}
    assert parts >= {"brake", "mark", "stuck"}
    assert any(part.startswith("account ") for part in parts)
    assert all("\n" not in finding["detail"] for finding in findings)
    ill = site.environment | {"HOSO_REDIS_URL": "redis://127.0.0.1:1/0"}
    done = await asyncio.to_thread(site.hoso, "doctor", "--json", environment=ill)
    assert done.returncode == 3
    verdicts = {finding["part"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert (verdicts["redis"], verdicts["postgresql"]) == ("fail", "ok")
