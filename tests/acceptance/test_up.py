"""`hoso up` without any setting: how fast a notice arrives, how it stops, what it leaves."""

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from tests.acceptance.conftest import Dossier
from tests.site import ProcessLog, Site, make_event, own_processes, start_site

EVENTS_PER_SECOND = 20
SECONDS = 3
MAX_P95_SECONDS = 2.0  # a check that it works at all; the promise is 1 s, measured by `make bench`
MAX_STOP_SECONDS = 15.0
STOP_ORDER = {"serve": 0, "bridge": 0, "bot": 1, "worker": 1, "worker-broadcast": 1, "emulator": 2}


async def test_at_20_events_a_second_notices_arrive_within_two_seconds(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    warm = new_dossier()
    await site.post_events([make_event(warm.code, 2, warm.phone)])
    await site.wait_until(lambda: site.arrived(warm.phone), what="the first notice")
    since = max(message["seq"] for message in await site.messages())
    answered: dict[str, float] = {}

    async def post(dossier: Dossier) -> None:
        await site.post_events([make_event(dossier.code, 2, dossier.phone)])
        answered[dossier.phone] = time.time()

    begun = time.monotonic()
    async with asyncio.TaskGroup() as posts:
        for number in range(EVENTS_PER_SECOND * SECONDS):
            posts.create_task(post(new_dossier()))
            await asyncio.sleep(max(0.0, begun + (number + 1) / EVENTS_PER_SECOND - time.monotonic()))

    async def all_arrived() -> bool:
        return answered.keys() <= {message["phone"] for message in await site.messages(since=since)}

    await site.wait_until(all_arrived, 30, what="every notice")
    arrived = {m["phone"]: datetime.fromisoformat(m["at"]).timestamp() for m in await site.messages(since=since)}
    waits = sorted(arrived[phone] - moment for phone, moment in answered.items())
    assert waits[int(len(waits) * 0.95)] <= MAX_P95_SECONDS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_order_and_leaves_nothing(
    data_dir: Path, process_log: ProcessLog, number: signal.Signals
) -> None:
    with start_site(data_dir, process_log) as site:
        pids = site.pids()
        assert set(pids) == {"supervisor", *STOP_ORDER, "postgres", "valkey"}
        begun = time.monotonic()
        os.kill(pids["supervisor"], number)
        assert site.wait_for_end("up") == 0
        assert time.monotonic() - begun <= MAX_STOP_SECONDS
        assert own_processes(data_dir) == []
        assert not any(psutil.pid_exists(pid) for kind, pid in pids.items() if kind != "supervisor")
        assert not (data_dir / "engines.json").exists()
    log = next(Path(f.name) for f in [process_log("up")]).read_text(encoding="utf-8")
    stopped = re.findall(r'"name": "([\w-]+)"[^}]*"event": "child_stopped"', log)
    assert sorted(stopped) == sorted(STOP_ORDER)
    assert [STOP_ORDER[name] for name in stopped] == sorted(STOP_ORDER.values())


@pytest.mark.parametrize("kind", ["up", "serve"])
def test_a_second_start_on_a_taken_port_says_so_in_one_line(site: Site, kind: str) -> None:
    done = site.hoso(kind)
    assert (done.returncode, done.stdout) == (3, b"")
    assert _own_lines(done.stderr) == 1
    assert b"HOSO_LISTEN" in done.stderr


def test_an_emulator_on_a_taken_port_says_so_in_one_line(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = site.hoso("emulator", "--port", str(taken.getsockname()[1]))
    assert done.returncode in (1, 3)
    assert (done.stdout, _own_lines(done.stderr)) == (b"", 1)
    assert b"--port" in done.stderr


def _own_lines(stderr: bytes) -> int:
    """Lines of the command itself; a process that logs (JSON) may log beside them."""
    return sum(not line.startswith(b"{") for line in stderr.splitlines())
