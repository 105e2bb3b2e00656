"""The supervisor, with real tiny children."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from hoso.supervisor import ChildSpec, Supervisor, restart_delay_seconds

ROOT = Path(__file__).parents[3]
OBEDIENT = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
# It says that it is deaf before anybody may send the signal.
STUBBORN = """
    import pathlib, signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path(sys.argv[1]).touch()
    while True: time.sleep(60)
"""


class Events:
    """What the supervisor told, with its time."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, details: dict[str, Any]) -> None:
        self.told.append((kind, {**details, "at": time.monotonic()}))

    def of(self, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        return [details for told, details in self.told if told == kind and name in {None, details["name"]}]

    async def wait_for(self, kind: str, name: str | None = None, count: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while len(self.of(kind, name)) < count:
                await asyncio.sleep(0.01)
        return self.of(kind, name)[count - 1]


class FakeEngines:
    """Remembers its calls; the real ones are tested with real servers."""

    def __init__(self) -> None:
        self.stopped_at = 0.0
        self.checks = 0

    def restart_dead(self) -> list[str]:
        self.checks += 1
        return ["redis"] if self.checks == 1 else []

    def stop(self) -> None:
        self.stopped_at = time.monotonic()


def child(name: str, code: str, *arguments: object, stop_order: int = 1, ready: Any = None) -> ChildSpec:
    argv = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return ChildSpec(name=name, argv=argv, env=None, stop_order=stop_order, ready=ready)


def file_exists(path: Path) -> Callable[[], Any]:
    async def ready() -> bool:
        return path.exists()

    return ready


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.2), (2, 0.4), (3, 0.8), (6, 6.4), (7, 10.0), (5000, 10.0)])
def test_the_wait_before_a_restart_doubles_up_to_ten_seconds(failures: int, seconds: float) -> None:
    assert restart_delay_seconds(failures) == pytest.approx(seconds)


async def test_a_killed_child_is_back_after_a_growing_delay() -> None:
    events = Events()
    supervisor = Supervisor(
        [child("worker", OBEDIENT)], engines=None, on_event=events, first_delay_seconds=0.05, max_delay_seconds=0.1
    )
    running = asyncio.create_task(supervisor.run())
    for count in (1, 2, 3):
        started = await events.wait_for("child_started", "worker", count)
        os.kill(started["pid"], signal.SIGKILL)
        died = await events.wait_for("child_died", "worker", count)
        assert died["returncode"] == -signal.SIGKILL
    last = await events.wait_for("child_started", "worker", 4)
    assert [died["restart_in_seconds"] for died in events.of("child_died")] == [0.05, 0.1, 0.1]
    starts = [started["at"] for started in events.of("child_started")]
    assert starts[1] - events.of("child_died")[0]["at"] >= 0.05
    supervisor.stop()
    await running
    assert not psutil.pid_exists(last["pid"])


async def test_a_long_life_forgets_earlier_failures() -> None:
    events = Events()
    supervisor = Supervisor(
        [child("worker", OBEDIENT)],
        engines=None,
        on_event=events,
        first_delay_seconds=0.01,
        max_delay_seconds=5,
        steady_after_seconds=0,
    )
    running = asyncio.create_task(supervisor.run())
    for count in (1, 2, 3):
        os.kill((await events.wait_for("child_started", "worker", count))["pid"], signal.SIGKILL)
    await events.wait_for("child_started", "worker", 4)
    assert {died["restart_in_seconds"] for died in events.of("child_died")} == {0.01}
    supervisor.stop()
    await running


async def test_a_program_that_does_not_exist_is_told_and_harms_no_other() -> None:
    events = Events()
    missing = ChildSpec(name="missing", argv=["/nonexistent/program"], env=None, stop_order=1)
    supervisor = Supervisor([missing, child("worker", OBEDIENT)], engines=None, on_event=events)
    running = asyncio.create_task(supervisor.run())
    told = await events.wait_for("child_not_started", "missing")
    assert "/nonexistent/program" in told["error"]
    await events.wait_for("child_started", "worker")
    supervisor.stop()
    assert await running == 0


async def test_readiness_is_told_for_each_child_and_once_for_all(tmp_path: Path) -> None:
    events = Events()
    slow = tmp_path / "slow"
    children = [child("quick", OBEDIENT), child("slow", OBEDIENT, ready=file_exists(slow))]
    supervisor = Supervisor(children, engines=None, on_event=events)
    running = asyncio.create_task(supervisor.run())
    await events.wait_for("child_ready", "quick")
    assert not events.of("all_ready")
    slow.touch()
    await events.wait_for("all_ready")
    assert len(events.of("child_ready", "slow")) == 1
    supervisor.stop()
    await running


async def test_children_stop_in_their_order_and_the_servers_last(tmp_path: Path) -> None:
    events, engines = Events(), FakeEngines()
    slow_to_end = """
        import pathlib, signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.2), sys.exit(0)))
        pathlib.Path(sys.argv[1]).touch()
        signal.pause()
    """
    children = [
        child(name, slow_to_end, tmp_path / name, stop_order=order, ready=file_exists(tmp_path / name))
        for name, order in (("last", 3), ("first", 1), ("also-first", 1), ("second", 2))
    ]
    supervisor = Supervisor(children, engines=engines, on_event=events)  # type: ignore[arg-type]  # two methods are used
    running = asyncio.create_task(supervisor.run())
    await events.wait_for("all_ready")
    supervisor.stop()
    assert await running == 0
    stopped = {details["name"]: details["at"] for details in events.of("child_stopped")}
    assert max(stopped["first"], stopped["also-first"]) < stopped["second"] < stopped["last"] < engines.stopped_at
    assert [details["returncode"] for details in events.of("child_stopped")] == [0, 0, 0, 0]


async def test_a_stubborn_child_is_killed_with_what_it_started(tmp_path: Path) -> None:
    events = Events()
    deaf = tmp_path / "deaf"
    supervisor = Supervisor(
        [child("stubborn", STUBBORN, deaf, ready=file_exists(deaf))],
        engines=None,
        on_event=events,
        stop_timeout_seconds=0.2,
    )
    running = asyncio.create_task(supervisor.run())
    await events.wait_for("all_ready")
    supervisor.stop()
    assert await running == 1
    assert events.of("child_stopped")[0]["returncode"] == -signal.SIGKILL


async def test_a_second_signal_stops_at_once_and_still_stops_the_servers(tmp_path: Path) -> None:
    events, engines = Events(), FakeEngines()
    deaf = tmp_path / "deaf"
    supervisor = Supervisor(
        [child("stubborn", STUBBORN, deaf, ready=file_exists(deaf))],
        engines=engines,  # type: ignore[arg-type]  # two methods are used
        on_event=events,
        stop_timeout_seconds=600,
    )
    running = asyncio.create_task(supervisor.run())
    await events.wait_for("all_ready")
    os.kill(os.getpid(), signal.SIGINT)
    await events.wait_for("stopping")
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(20):
        assert await running == 1
    assert engines.stopped_at > 0


async def test_dead_servers_are_restarted_and_told() -> None:
    events, engines = Events(), FakeEngines()
    supervisor = Supervisor([], engines=engines, on_event=events)  # type: ignore[arg-type]  # two methods are used
    running = asyncio.create_task(supervisor.run())
    assert (await events.wait_for("engine_restarted"))["name"] == "redis"
    supervisor.stop()
    assert await running == 0


SUPERVISING = """
    import asyncio, json, sys
    from hoso.supervisor import ChildSpec, Supervisor

    CHILD = '''
    import os, sys, time
    from hoso.supervisor import SUPERVISOR_PID_VARIABLE, watch_parent
    watch_parent(int(os.environ[SUPERVISOR_PID_VARIABLE]), lambda: os._exit(3))
    while True: time.sleep(60)
    '''
    def tell(kind, details):
        print(json.dumps({"kind": kind, **details}), flush=True)

    import textwrap
    spec = ChildSpec("orphan", [sys.executable, "-c", textwrap.dedent(CHILD)], None, 1)
    sys.exit(asyncio.run(Supervisor([spec], engines=None, on_event=tell).run()))
"""


def start_supervising() -> tuple["subprocess.Popen[str]", psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISING)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout
    told = json.loads(process.stdout.readline())
    assert told["kind"] == "child_started"
    return process, psutil.Process(told["pid"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_supervisor_stops_everything(number: signal.Signals) -> None:
    process, orphan = start_supervising()
    with process:
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        assert process.stdout
        assert '"stopped"' in process.stdout.read()
    assert not orphan.is_running()


def test_a_terminals_ctrl_c_reaches_the_supervisor_only() -> None:
    process, orphan = start_supervising()
    with process:
        assert os.getsid(orphan.pid) == orphan.pid != os.getsid(process.pid)
        process.terminate()
        process.wait(timeout=20)


def test_a_child_goes_away_when_its_supervisor_is_killed() -> None:
    process, orphan = start_supervising()
    with process:
        process.kill()
        process.wait(timeout=20)
        deadline = time.monotonic() + 20
        while orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, "the orphan lives on"
            time.sleep(0.02)
