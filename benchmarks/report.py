"""The page `docs/performance.md`, made from one run's figures."""

from typing import Any

from benchmarks.report_by_hand import render_by_hand
from benchmarks.report_chat import render_chat
from benchmarks.report_delivery import render_delivery


def render(result: dict[str, Any]) -> str:
    """Return the page."""
    machine, taken = result["machine"], result["intake"]
    webhook = _webhook(result["webhook"])
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    plain = taken["plain_insert_events_per_s"]
    rates = [key for key in result if key.startswith("latency_at_")]
    rows = "\n".join(
        f"| {key.removeprefix('latency_at_').removesuffix('_per_s')} | "
        + " | ".join(str(result[key][name]) for name in ("events", "arrived", "p50_ms", "p95_ms", "p99_ms"))
        + " |"
        for key in rates
    )
    return f"""# Performance

Made by `make bench` on {result["measured_at"][:10]}, {machine["cores"]} cores, {machine["system"]}, Python
{machine["python"]}; the raw figures are in `benchmarks/results/latest.json`. Everything runs on that one machine:
servers, the system, the emulator and the load. Compare figures within this page; a shared machine makes figures of
two runs differ by tens of per cent.

{render_delivery(result)}
## Taking events

{taken["events_per_round"]} events in batches of 1,000, median of three rounds; in each round the very rows that were
written are then inserted once more, as they are, into tables with the same indexes of the same PostgreSQL.

| What | per second |
|---|---|
| events taken, three notices composed for four events | {taken["events_per_s"]} |
| the same events again: all duplicates | {taken["duplicates_per_s"]} |
| plain batched insert of the same rows (events, dossiers, notices, identities) | {plain} |

Taking an event runs at {taken["events_to_plain_ratio"]} of the plain insert's rate.

{webhook}
## From the event to the phone

Through the whole site (`hoso up`): from the 2xx of `POST /v1/events` until the emulator has the message.

| events/s | events | arrived | p50 ms | p95 ms | p99 ms |
|---|---|---|---|---|---|
{rows}

{render_chat(result)}
{render_by_hand(result)}
Versions: {versions}.
"""


def _webhook(figures: dict[str, Any]) -> str:
    rates = "\n".join(
        f"| {key.removeprefix('latency_at_').removesuffix('_per_s')} | "
        + " | ".join(str(waits[name]) for name in ("events", "p50_ms", "p95_ms", "p99_ms"))
        + " |"
        for key, waits in figures.items()
        if key.startswith("latency_at_")
    )
    taken = _row("events verified, read, stored in PostgreSQL (committed), answered", figures, "events_per_s", "cpu_us")
    bare = _row("bare handler: the same requests, nothing done with them", figures, "bare_handler_per_s", "bare_cpu_us")
    return f"""## The webhook

`hoso serve`, one process, beside a bare aiohttp handler that reads the body and answers JSON: the same server library,
loop, requests and load ({figures["connections"]} connections that always have a request on its way),
{figures["events_per_round"]} distinct signed events a round, median of five rounds taken in turns.

| What | per second | µs of CPU of the server process each |
|---|---|---|
{taken}
{bare}

The webhook's ceiling is {figures["ratio"]} of the bare handler's. With fewer connections it is lower, because each
waits for a commit and the process is not busy: about a quarter with 64, about a third with 128. At a steady rate, at
random moments, from the moment meant for a request until its answer:

| events/s | events | p50 ms | p95 ms | p99 ms |
|---|---|---|---|---|
{rates}
"""


def _row(what: str, figures: dict[str, Any], *names: str) -> str:
    return f"| {what} | " + " | ".join(str(figures[name]) for name in names) + " |"
