"""Many events through `hoso events send`: all accounted for, in little memory.

10,000 here; `HOSO_TEST_EVENTS=100000 pytest tests/acceptance/test_many_events.py -s` runs the long form.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import psutil

from tests.acceptance.conftest import Dossier
from tests.site import HOSO, ROOT, ProcessLog, Site, make_event

EVENTS = int(os.environ.get("HOSO_TEST_EVENTS", "10000"))
PER_DOSSIER = 8  # 4 new, 2 of them again, 2 late ones
MAX_BYTES = 250 * 1024 * 1024
MAX_SECONDS = 60 + EVENTS / 100
NEW, LATE = (2, 4, 4, 4), (1, 1)
SAMPLE_SECONDS = 0.1


def write_events(file: IO[str], new_dossier: Callable[[], Dossier]) -> list[str]:
    """First what is new, then repeats and what comes too late (a batch is applied in the order of time)."""
    begun = datetime.now(UTC) - timedelta(hours=2)
    codes, again = [], []
    for _ in range(EVENTS // PER_DOSSIER):
        dossier = new_dossier()
        codes.append(dossier.code)
        for number, status in enumerate(NEW):
            line = json.dumps(make_event(dossier.code, status, dossier.phone, at=begun + timedelta(minutes=number)))
            file.write(line + "\n")
            if number % 2:
                again.append(line)
        for number, status in enumerate(LATE):
            late = begun - timedelta(minutes=number + 1)
            again.append(json.dumps(make_event(dossier.code, status, dossier.phone, at=late)))
    file.writelines(line + "\n" for line in again)
    return codes


@contextmanager
def peak_memory(pids: dict[str, int]) -> Iterator[dict[str, int]]:
    """The largest resident size of each process in bytes, while the block runs."""
    peaks: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            for name, pid in pids.items():
                with suppress(psutil.Error):
                    peaks[name] = max(peaks.get(name, 0), psutil.Process(pid).memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


async def test_every_one_of_many_events_is_accounted_for_in_little_memory(
    site: Site, new_dossier: Callable[[], Dossier], process_log: ProcessLog, data_dir: Path
) -> None:
    path = data_dir.parent / "events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        codes = write_events(file, new_dossier)
    events = len(codes) * PER_DOSSIER
    begun = time.monotonic()
    with (
        subprocess.Popen(
            [*HOSO, "events", "send", str(path), "--json"],
            cwd=ROOT,
            env=site.environment,
            stdout=subprocess.PIPE,
            stderr=process_log("send"),
        ) as sending,
        peak_memory({"send": sending.pid, **site.pids()}) as peaks,
    ):
        output, _ = sending.communicate(timeout=MAX_SECONDS)
        taken = time.monotonic() - begun
        by_state = "SELECT state, count(*) FROM notices WHERE dossier_code = ANY(%s) GROUP BY state"
        await site.wait_until(
            lambda: (
                sum(n for state, n in site.query(by_state, codes) if state not in ("pending", "sending")) == len(codes)
            ),
            MAX_SECONDS,
            what="all notices sent",
        )
        sent = time.monotonic() - begun
    assert sending.returncode == 0
    half, quarter = events // 2, events // 4
    assert json.loads(output) == {
        "events": events,
        "accepted": half,
        "duplicate": quarter,
        "stale": quarter,
        "rejected": 0,
        "notices": {"accepted": len(codes)},
    }
    outcomes = dict(
        site.query("SELECT outcome, count(*) FROM dossier_events WHERE dossier_code = ANY(%s) GROUP BY 1", codes)
    )
    assert outcomes == {"accepted": half, "duplicate": quarter, "stale": quarter}
    assert {state for state, _ in site.query(by_state, codes)} <= {"accepted", "delivered", "read"}
    shown = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in sorted(peaks.items()))
    sys.stdout.write(
        f"\n{events} events taken in {taken:.1f} s ({events / taken:.0f}/s), {len(codes)} notices sent by {sent:.1f} s;"
        f" peak MiB: {shown}\n"
    )
    assert {name: size for name, size in peaks.items() if size > MAX_BYTES} == {}
