"""The part of `docs/performance.md` about runs too long for `make bench`: made by hand, and kept with their date."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def render_by_hand(_result: dict[str, Any]) -> str:
    """Return the section: whichever of the long runs were made, by the command that makes each again."""
    parts = [_old_notices(), _memory(), _resync()]
    return "## Longer runs, made by hand\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def read(name: str) -> dict[str, Any] | None:
    """Return the figures of a long run, if it was made."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def write(name: str, figures: dict[str, Any]) -> None:
    """Keep the figures of a long run."""
    (FOLDER / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")


def _old_notices() -> str:
    figures = read("old_notices")
    if figures is None:
        return ""
    rows = "\n".join(
        f"| `{name}` | {each['empty_planning_ms']} + {each['empty_running_ms']} "
        f"| {each['full_planning_ms']} + {each['full_running_ms']} | {each['partitions_read']} |"
        for name, each in figures["statements"].items()
    )
    day = figures["measured_at"][:10]
    return f"""**Years of old notices** (`python -m benchmarks.old_notices`, {day}): the same statements with empty
tables and with {figures["old_notices"]:,} old notices in {figures["months"]} monthly partitions: median milliseconds of
planning (which a worker's kept connections do once) and of running, and how many partitions of `notices` and
`attempts` are read.

| Statement | empty: planning + running, ms | full: planning + running, ms | partitions read |
|---|---|---|---|
{rows}

{figures["notices_per_round"]} notices through the whole pipeline: {figures["empty_per_s"]}/s before,
{figures["full_per_s"]}/s with the old ones."""


def _memory() -> str:
    figures = read("memory")
    if figures is None:
        return ""
    steps = ", ".join(f"{each['sent']:,}: {each['mib']}" for each in figures["resident"])
    day = figures["measured_at"][:10]
    return f"""**A worker's memory** (`python -m benchmarks.memory`, {day}): resident MiB of one worker
process after so many notices: {steps}."""


def _resync() -> str:
    figures = read("resync")
    if figures is None:
        return ""
    day, count = figures["measured_at"][:10], f"{figures['events']:,}"
    return f"""**A year's re-synchronisation** (`python -m benchmarks.resync`, {day}): {count} old events
through the real intake in {figures["processes"]} processes: {figures["seconds"]} s ({figures["events_per_s"]}/s),
{figures["announced"]} announced, {figures["peak_mib"]} MiB at most in a process; offered once more, all duplicates:
{figures["duplicates_per_s"]}/s."""
