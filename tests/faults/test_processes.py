"""Machines on their bad days: no descriptor is free, the log's disk is full, clocks disagree, all is renewed."""

import asyncio
import os
import resource
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest

from tests.faults.invariants import watch_states
from tests.faults.trial import SETTINGS, trial
from tests.site import Site, free_ports, start_site

SECOND_ONES = ("serve#2", "bot#2", "bridge#2", "worker#2", "worker-broadcast#2")
TEN_MINUTES = 600.0


@contextmanager
def more(
    site: Site,
    *names: str,
    settings: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
    clock_seconds: float = 0,
) -> Iterator[None]:
    """Further processes beside those of the supervisor; they stop in order at the end."""
    [port] = free_ports(1)
    own = {"HOSO_LISTEN": f"127.0.0.1:{port}", **(settings or {})}
    try:
        for name in names:
            site.start(name, settings=own, log=log, clock_seconds=clock_seconds)
        yield
    finally:
        for name in names:
            site.end(name)


@contextmanager
def standing_still(site: Site, *kinds: str) -> Iterator[None]:
    """The supervisor's processes of these kinds do nothing: the others must."""
    pids = [site.supervised(kind) for kind in kinds]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def few_descriptors(pid: int) -> Iterator[None]:
    """The process may open nothing more."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (psutil.Process(pid).num_fds(), before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


async def test_processes_without_a_free_descriptor_lose_nothing(shared_site: Site) -> None:
    async with trial(shared_site, 300, per_second=60) as running:
        await running.reach(0.2)
        with ExitStack() as stack:
            for kind in ("serve", "worker", "bot", "bridge"):
                stack.enter_context(few_descriptors(shared_site.pid_of(kind)))
            await asyncio.sleep(2.5)
        await running.reach(1)
        running.let_waits_pass()
        await running.settle()


async def test_two_of_every_kind_ten_minutes_apart_are_renewed_one_by_one_and_nobody_notices(shared_site: Site) -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full_disk,
        more(shared_site, "serve#2", "bot#2", "bridge#2", clock_seconds=TEN_MINUTES),
        more(shared_site, "worker#2", clock_seconds=TEN_MINUTES, log=full_disk),
        ExitStack() as alone,
    ):
        alone.enter_context(standing_still(shared_site, "worker"))
        async with trial(shared_site, 300, per_second=40) as running:
            await running.see_more_sent()  # by the one whose clock is ahead, and whose log nobody will read
            alone.close()
            for number, kind in enumerate(("worker", "bridge", "bot", "serve"), start=1):
                await running.reach(0.2 * number)
                old = shared_site.supervised(kind)
                os.kill(old, signal.SIGTERM)  # the supervisor starts a new one when it has ended in order
                await shared_site.wait_until(
                    lambda kind=kind, old=old: shared_site.supervised(kind) != old, 45, what=f"a new {kind}"
                )
            await running.settle()
            assert shared_site.pid_of("worker#2")


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_whole_site_goes_on_while_its_log_s_disk_is_full(data_dir: Path) -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as log,
        start_site(data_dir, lambda _kind: log, settings=SETTINGS) as site,
    ):
        watch_states(site.postgres_url)
        async with trial(site, 600) as running:
            await running.reach(0.5)
            await running.kill("worker")
            await running.settle()


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("clock_seconds", [TEN_MINUTES, -TEN_MINUTES], ids=["ahead", "behind"])
async def test_a_machine_whose_clock_is_wrong_takes_part_in_everything(
    fresh_site: Site, process_log: Callable[[str], IO[bytes]], clock_seconds: float
) -> None:
    with more(fresh_site, *SECOND_ONES, clock_seconds=clock_seconds):
        async with trial(fresh_site, 1500, per_second=60) as running:
            for share in (0.2, 0.4, 0.6):
                await running.reach(share)
                for kind in ("worker", "worker#2"):
                    await running.kill(kind) if kind == "worker" else fresh_site.kill(kind)
                fresh_site.start("worker#2", clock_seconds=clock_seconds)
            await running.settle()
