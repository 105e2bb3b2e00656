"""`make bench`: measures, writes `benchmarks/results/latest.json`, and `docs/performance.md` from it."""

import asyncio
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import intake, latency, webhook
from benchmarks.report import render
from hoso.embedded import start_engines
from hoso.logs import set_up_logging
from storage.migrations import migrate

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
REPORT = ROOT / "docs" / "performance.md"
LIBRARIES = ("aiohttp", "httpx", "httpx-aiohttp", "psycopg", "pydantic", "redis", "rq", "uvloop")


def _folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"hoso-bench-{name}-"))
    folder.chmod(0o711)  # the embedded PostgreSQL of root runs as another user
    return folder


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }


def main() -> None:
    """Measure one thing after the other, on servers of their own."""
    set_up_logging(level="error", process="bench")
    print("intake: events beside a plain batched insert …", flush=True)
    with start_engines(_folder("intake"), redis=False) as engines:
        assert engines.postgres_url is not None
        migrate(engines.postgres_url)
        figures: dict[str, Any] = {"intake": asyncio.run(intake.measure(engines.postgres_url))}
    print("webhook: signed events beside a bare handler …", flush=True)
    figures["webhook"] = webhook.measure(_folder("webhook"))
    print("latency: from the answer to the phone, through the whole site …", flush=True)
    figures |= asyncio.run(latency.measure(_folder("latency")))
    result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": _machine()} | figures
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    REPORT.write_text(render(result), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
