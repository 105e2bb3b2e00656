"""A re-synchronisation of old events: `python -m benchmarks.resync [EVENTS]`, 750,000 by default.

The one-stop system sends a year of events again. They go through the real intake in batches of 1,000, in as many
processes as there are cores; each makes its events as it goes, so its memory shows the intake's alone. Nothing may be
announced. The first tenth is offered once more afterwards: all duplicates.
"""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import pipeline
from benchmarks.folders import new_folder
from benchmarks.provider_process import Provider
from benchmarks.report_by_hand import write
from benchmarks.samples import event
from hoso import parts
from hoso.embedded import start_engines
from hoso.loops import run_async
from hoso.settings import load_settings
from hoso.site import open_site

EVENTS = 750_000
BATCH = 1_000
AGE = timedelta(days=300)


async def offer(first: int, count: int) -> dict[str, float]:
    """Offer old events `first` to `first + count`; return when, the CPU seconds it took and the largest memory, MiB."""
    began_at = datetime.now(UTC) - AGE
    rung: list[str] = []
    with open_site(load_settings()) as site:
        async with site.database() as database:
            taker = parts.intake(site, database, site.cipher, on_work=rung.append)
            cpu, began = time.process_time(), time.time()
            for start in range(first, first + count, BATCH):
                await taker.take([event(number, now=began_at) for number in range(start, start + BATCH)])
            ended = time.time()
    if rung:
        raise RuntimeError("old events made something due")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": time.process_time() - cpu, "mib": memory, "began": began, "ended": ended}


def _run(site: pipeline.PipelineSite, events: int, processes: int) -> tuple[float, list[dict[str, float]]]:
    share = events // processes // BATCH * BATCH
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.resync", "--offer", str(number * share), str(share)],
            env=site.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    answers = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError("a process failed; see above")
    offered = [json.loads(answer.splitlines()[-1]) for answer in answers]
    return max(each["ended"] for each in offered) - min(each["began"] for each in offered), offered


def measure(events: int) -> dict[str, Any]:
    """Return how long it took, and that nothing was announced."""
    processes = os.cpu_count() or 1
    again = max(BATCH * processes, events // 10)
    folder = new_folder("resync")
    with start_engines(folder) as engines:
        site = pipeline.make_site(folder, engines, Provider(0))
        seconds, taken = _run(site, events, processes)
        again_seconds, _ = _run(site, again, processes)
        with site.connect() as connection:
            sent = "SELECT count(*) FROM notices WHERE sends > 0 OR state IN ('held', 'pending', 'sending')"
            announced = connection.execute(sent).fetchone()
            stored = connection.execute("SELECT count(*) FROM event_keys").fetchone()
    assert announced is not None
    assert stored is not None
    if announced[0]:
        raise RuntimeError(f"{announced[0]} notices of old events wait to be sent")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "events": stored[0],
        "processes": processes,
        "seconds": round(seconds),
        "events_per_s": round(int(str(stored[0])) / seconds),
        "intake_cpu_us": round(sum(each["cpu"] for each in taken) / int(str(stored[0])) * 1e6),
        "duplicates_per_s": round(again / again_seconds),
        "announced": announced[0],
        "peak_mib": round(max(each["mib"] for each in taken)),
    }


def main() -> None:
    """Measure, or offer events as one of the processes."""
    if sys.argv[1:2] == ["--offer"]:
        print(json.dumps(run_async(offer(int(sys.argv[2]), int(sys.argv[3])))))
        return
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
    print(json.dumps(figures, indent=2))
    write("resync", figures)


if __name__ == "__main__":
    main()
