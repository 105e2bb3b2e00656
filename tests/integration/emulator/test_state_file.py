import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from emulator import EmulatorConfig, StateFileError, create_app, run

PROGRAM = (
    "import asyncio, pathlib, sys; from emulator import EmulatorConfig, run;"
    "config = EmulatorConfig(state_file=pathlib.Path(sys.argv[1]), night_rule=False);"
    "asyncio.run(run(config, port=0, ready=lambda url: print(url, flush=True)))"
)


@pytest.mark.provokes_violations("app_id", "refresh_token_reused")
async def test_everything_is_there_after_a_restart(make_lab: Any, tmp_path: Path) -> None:
    lab = await make_lab(webhook=False, state_file=tmp_path / "a" / "state.json")
    await lab.control("clock", {"now": "2026-03-02T12:00:00+07:00"})
    pair = await lab.refresh()
    lab.token = pair["access_token"]
    await lab.send()
    await lab.control("phones", {"phone": "0912000111", "name": "An", "zalo": False})
    await lab.control("phones/0905123456/send", {"text": "chờ"})
    await lab.refresh()  # a violation
    await asyncio.sleep(0.02)
    before = {path: await lab.see(path) for path in ("messages?direction=all", "phones", "violations")}
    await lab.session.get(lab.url + "/v4/oa/permission")  # something harmless after it
    stored = tmp_path / "a" / "state.json"
    for _ in range(500):
        if '"out"' in stored.read_text():
            break
        await asyncio.sleep(0.01)
    again = await make_lab(state_file=stored)
    after = {path: await again.see(path) for path in before}
    assert after["phones"] == before["phones"]
    assert after["messages?direction=all"] == before["messages?direction=all"]
    assert before["violations"][0] in after["violations"]
    assert (await again.see("clock"))["now"].startswith("2026-03-02T12:00")
    again.token = lab.token
    answer = await again.send()
    assert answer["data"]["quota"]["remainingQuota"] == "499998"
    assert (await again.refresh(pair["refresh_token"]))["access_token"]
    await again.receiver.wait("user_send_text")
    assert (await again.see("messages"))[-1]["seq"] > before["messages?direction=all"][-1]["seq"]


async def start(path: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(path), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert process.stdout
    return process, (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()


async def rotate(url: str, refresh_token: str) -> Any:
    from emulator import credentials

    given = credentials()
    form = {"app_id": given["app_id"], "grant_type": "refresh_token", "refresh_token": refresh_token}
    headers = {"secret_key": given["app_secret"]}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + "/v4/oa/access_token", data=form, headers=headers) as answer,
    ):
        return await answer.json()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_a_rotated_token_survives_the_end_of_the_process(tmp_path: Path, how: signal.Signals) -> None:
    state = tmp_path / "state.json"
    process, url = await start(state)
    pair = await rotate(url, "emulator-first-refresh-token-not-a-real-one")
    os.kill(process.pid, how)  # right after the answer
    assert await process.wait() == (0 if how == signal.SIGTERM else -signal.SIGKILL)
    process, url = await start(state)
    try:
        assert (await rotate(url, pair["refresh_token"]))["expires_in"] == "90000"
        assert (await rotate(url, pair["refresh_token"]))["error"] == -14014
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 99}', '{"version": 1}', json.dumps({"version": 1, "tokens": 5})]
)
def test_a_damaged_state_file_is_named_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(StateFileError, match="move it away") as error:
        create_app(EmulatorConfig(state_file=path))
    assert "\n" not in str(error.value)


async def test_a_state_file_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateFileError):
        await run(EmulatorConfig(state_file=tmp_path / "file" / "state.json"), port=0)


async def test_a_taken_port_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await run(EmulatorConfig(), port=taken.getsockname()[1])


async def test_it_runs_until_cancelled() -> None:
    urls: list[str] = []
    task = asyncio.create_task(run(EmulatorConfig(), port=0, ready=urls.append))
    while not urls:
        await asyncio.sleep(0.005)
    async with aiohttp.ClientSession() as session, session.get(urls[0] + "/_emulator/credentials") as answer:
        assert answer.status == 200
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_old_messages_are_forgotten_beyond_the_limit(make_lab: Any) -> None:
    lab = await make_lab(max_messages=3)
    for number in range(5):
        await lab.send(tracking_id=f"n-{number}")
    messages = await lab.see("messages?since=1")
    assert [message["tracking_id"] for message in messages] == ["n-2", "n-3", "n-4"]
    assert [message["seq"] for message in messages] == [3, 4, 5]
    assert [message["seq"] for message in await lab.see("messages?since=4")] == [5]


async def test_a_file_of_version_1_keeps_its_tokens_phones_and_messages(make_lab: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    lab = await make_lab(webhook=False, state_file=path)
    lab.token = (await lab.refresh())["access_token"]
    await lab.send()
    await lab.session.post(lab.url + "/_emulator/phones", json={"phone": "0912000111", "name": "An"})
    for _ in range(500):
        stored = json.loads(path.read_text())
        if stored["messages"] and len(stored["phones"]) == 2:
            break
        await asyncio.sleep(0.01)
    parts = stored.pop("parts")
    urls = {"oa": "http://127.0.0.1:9/hook", "bot": None, "sms": None}
    old = {
        **stored,
        "version": 1,
        "outbox": {**parts["outbox"], "urls": urls},
        "messages": [row[:-1] for row in stored["messages"]],
        "jobs": [[1000, "webhook", ["{}", "1", False, 1]]],
    }
    (tmp_path / "old.json").write_text(json.dumps(old))
    again = await make_lab(webhook=False, state_file=tmp_path / "old.json")
    again.token = lab.token
    assert (await again.send())["error"] == 0
    assert len(await again.see("messages")) == 2
    assert [phone["name"] for phone in await again.see("phones")] == ["Công dân", "An"]
    assert (await again.see("webhook"))["urls"]["oa"] == urls["oa"]
