"""Processes of `hoso` that are forked behave as those that are started by their command lines."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from hoso.fork_server import ROOM
from hoso.forked import ForkClient, ForkedProcess, forking
from hoso.process import own_command
from hoso.supervisor import ChildProcess, Starter

EMULATOR = own_command("emulator", "--port", "0")


def environment(folder: Path, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    return ours | {"HOSO_ENV_FILE": "", "HOSO_DATA_DIR": str(folder / "var"), "HOSO_LOG_LEVEL": "error", **more}


@asynccontextmanager
async def started(start: Starter, argv: list[str], given: Mapping[str, str]) -> AsyncIterator[ChildProcess]:
    process = await start(argv, given)
    try:
        yield process
    finally:
        if psutil.pid_exists(process.pid):
            os.kill(process.pid, signal.SIGKILL)


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE  # whoever inherits an orphan may take its time
    except psutil.NoSuchProcess:
        return True


async def code_of(start: Starter, argv: list[str], given: Mapping[str, str]) -> int | None:
    async with asyncio.timeout(60), started(start, argv, given) as process:
        return await process.wait()


async def test_codes_environment_title_session_and_signals_are_those_of_a_program(tmp_path: Path) -> None:
    given = environment(tmp_path)
    async with forking() as start:
        assert await code_of(start, own_command("brake", "--help"), given) == 0
        assert await code_of(start, own_command("no-such-command"), given) == 2
        assert await code_of(start, own_command("bridge"), given | {"HOSO_LISTEN": "nowhere"}) == 3
        assert await code_of(start, [sys.executable, "-c", "raise SystemExit(7)"], given) == 7
        async with started(start, EMULATOR, given) as process:
            seen = psutil.Process(process.pid)
            async with asyncio.timeout(20):
                while seen.cmdline()[: len(EMULATOR)] != EMULATOR:
                    await asyncio.sleep(0.01)
            assert os.getsid(process.pid) == process.pid
            server = seen.parent()
            assert server is not None
            assert "hoso.fork_server" in server.cmdline()
            assert ROOM not in server.cmdline()
            process.terminate()
            async with asyncio.timeout(20):
                assert await process.wait() in {0, -signal.SIGTERM}
            with pytest.raises(ProcessLookupError):
                process.terminate()
        async with started(start, EMULATOR, given) as process:
            os.kill(process.pid, signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
    assert not psutil.pid_exists(server.pid)


async def test_many_at_once_are_told_apart(tmp_path: Path) -> None:
    given = environment(tmp_path)
    wrong = [{}, {"HOSO_LISTEN": "nowhere"}] * 4
    async with forking() as start:
        ends = [code_of(start, own_command("brake", "--help" if not bad else "status"), given | bad) for bad in wrong]
        assert await asyncio.gather(*ends) == [0, 3] * 4


async def test_when_the_fork_server_is_killed_its_processes_end_in_order_and_the_next_start_works(
    tmp_path: Path,
) -> None:
    client, given = ForkClient(), environment(tmp_path)
    try:
        async with asyncio.timeout(90), started(client.start, EMULATOR, given) as process:
            assert isinstance(process, ForkedProcess)
            server = psutil.Process(process.pid).parent()
            assert server is not None
            server.kill()
            assert await process.wait() is None
            assert has_ended(process.pid)
            assert await code_of(client.start, own_command("brake", "--help"), given) == 0
    finally:
        await client.close()


def fork_servers() -> list[psutil.Process]:
    """Those that we started. What other tests left unreaped cannot be asked for its command line."""
    found = []
    for each in psutil.Process().children():
        with suppress(psutil.Error):
            if "hoso.fork_server" in each.cmdline():
                found.append(each)
    return found


async def test_who_asks_while_the_fork_server_dies_is_told(tmp_path: Path) -> None:
    client = ForkClient()
    asked = asyncio.ensure_future(client.start(own_command("brake", "--help"), environment(tmp_path)))
    with subprocess.Popen(["true"]):  # dead, and not waited for until the end
        try:
            async with asyncio.timeout(20):
                while not (servers := fork_servers()):
                    await asyncio.sleep(0.01)
                servers[0].kill()
                with pytest.raises(OSError, match="ended"):
                    await asked
        finally:
            await asyncio.wait([asked])
            await client.close()
