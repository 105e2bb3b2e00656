"""`make bench`: measures, writes `benchmarks/results/latest.json`, and `docs/performance.md` from it."""

import asyncio
import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

from benchmarks import chat, dispatch, intake, latency, peers_libraries, side_by_side, webhook
from benchmarks.alternatives import LIBRARIES as PEERS_LIBRARIES
from benchmarks.folders import new_folder
from benchmarks.report import render
from benchmarks.report_delivery import CHART, draw_chart
from hoso.embedded import start_engines
from hoso.logs import set_up_logging
from storage.migrations import migrate

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
REPORT = ROOT / "docs" / "performance.md"
PEERS = ("celery", "dramatiq", "kombu", "taskiq", "taskiq-redis")
LIBRARIES = ("aiohttp", "httpx", "psycopg", "pydantic", "redis", "rq", "uvloop")


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES} | _peers_versions(),
    }


def _peers_versions() -> dict[str, str]:
    found = {each.name: each.version for each in distributions(path=[str(PEERS_LIBRARIES)])}
    return {name: found[name] for name in PEERS}


def main() -> None:
    """Measure one thing after the other, on servers of their own."""
    set_up_logging(level="error", process="bench")
    peers_libraries.install()
    print("sending: the whole pipeline beside the bare client and four job queues …", flush=True)
    sending = side_by_side.measure(new_folder("sending"))
    print("intake: events beside a plain batched insert …", flush=True)
    with start_engines(new_folder("intake"), redis=False) as engines:
        assert engines.postgres_url is not None
        migrate(engines.postgres_url)
        figures: dict[str, Any] = {"intake": asyncio.run(intake.measure(engines.postgres_url))}
    print("webhook: signed events beside a bare handler …", flush=True)
    figures["webhook"] = webhook.measure(new_folder("webhook"))
    print("latency: from the answer to the phone, through the whole site …", flush=True)
    figures |= asyncio.run(latency.measure(new_folder("latency")))
    print("chat: questions from the webhook to the answer, and finding the handler beside two frameworks …", flush=True)
    figures["chat"] = chat.measure(new_folder("chat"))
    figures["dispatch"] = dispatch.measure(new_folder("dispatch"))
    result = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": _machine()}
    result |= sending | figures
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    chart = REPORT.parent / CHART
    chart.parent.mkdir(exist_ok=True)
    chart.write_text(draw_chart(result), encoding="utf-8")
    REPORT.write_text(render(result), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
