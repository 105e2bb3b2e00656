"""Whether a worker's memory stays flat: `python -m benchmarks.memory [NOTICES]`, a million by default.

One worker process sends notice after notice through the whole pipeline; after each step its resident memory is noted.
"""

import sys
from datetime import UTC, datetime
from typing import Any

import psutil

from benchmarks import pipeline
from benchmarks.folders import new_folder
from benchmarks.provider_process import running_provider
from benchmarks.report_by_hand import write
from hoso.embedded import start_engines

NOTICES = 1_000_000
STEPS = 10


def measure(notices: int) -> dict[str, Any]:
    """Return the worker's resident MiB after each tenth of the notices."""
    folder, step = new_folder("memory"), notices // STEPS
    resident = []
    with start_engines(folder) as engines, running_provider() as provider:
        site = pipeline.make_site(folder, engines, provider)
        with pipeline.working(site, 1) as pids:
            for number in range(STEPS + 1):
                mib = psutil.Process(pids[0]).memory_info().rss / 2**20
                resident.append({"sent": number * step, "mib": round(mib, 1)})
                print(f"{number * step:>10,} notices: {mib:.1f} MiB", flush=True)
                if number < STEPS:
                    site.forget()
                    provider.reset()
                    site.feed(step)
                    provider.wait_for(step)
                    site.until_written(step)
    return {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "notices": notices, "resident": resident}


if __name__ == "__main__":
    write("memory", measure(int(sys.argv[1]) if len(sys.argv) > 1 else NOTICES))
