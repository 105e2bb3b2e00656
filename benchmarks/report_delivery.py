"""The part of `docs/performance.md` about sending: tables, the chart, and what was measured by hand."""

from typing import Any

from benchmarks.alternatives import ALTERNATIVES
from benchmarks.chart import FLOOR, OURS, Bar, draw
from benchmarks.peers.settings import CONNECTIONS

CHART = "images/delivery.svg"
NAMES = {
    "rq": "RQ",
    "celery": "Celery",
    "dramatiq": "dramatiq",
    "taskiq": "taskiq",
    "taskiq_with_our_client": "taskiq with our HTTP client",
}


def draw_chart(result: dict[str, Any]) -> str:
    """Return the chart of messages a second."""
    peers = result["alternatives"]
    bars = [
        Bar("bare client, no rows", result["bare_client_per_s"], FLOOR),
        Bar("Báo Hồ Sơ, event to outcome row", result["pipeline_per_s"], OURS),
        *(Bar(f"{NAMES[peer.name]}, no rows", peers[f"{peer.name}_per_s"]) for peer in ALTERNATIVES),
    ]
    return draw("Messages a second, provider answering at once", bars, unit="a second")


def render_delivery(result: dict[str, Any]) -> str:
    """Return the section."""
    growth, in_flight = result["growth"], result["sends_in_flight_per_process"]
    postgresql, intake, valkey = (result[f"pipeline_{part}_cpu_us"] for part in ("postgresql", "intake", "valkey"))
    rivals = [result[f"pipeline_to_fastest_alternative{which}_ratio"] for which in ("", "_with_our_client")]
    return f"""## Sending

The whole durable way of a notice: an event is taken by the real intake (batches of 250, two under way), its rows are
committed, the doorbell rings, `hoso worker` claims, sends through the real Zalo template channel to a small provider on
this machine, and records the outcome. A round goes from the first event offered to the last outcome row committed, so
the making of the rows is in it. It counts only when every message arrived exactly once and every row is `accepted`.
Beside it, in turns, medians of three: the same HTTP client in a bare loop that builds the same request and reads the
same answer ({in_flight} in flight, no rows, no retries), and the usual job queues with a job a message, doing the same
POST and nothing else. The queues send through httpx, as their users do; what taskiq does with our HTTP client in
httpx's place stands beside it.

![Messages a second]({CHART})

| Who | messages/s | µs of CPU each, sending process | p50 / p99 ms at 50/s |
|---|---|---|---|
{_own_rows(result)}
{_peer_rows(result["alternatives"])}

Of the pipeline's cost for a notice, PostgreSQL took {postgresql} µs, the intake {intake} µs and Valkey {valkey} µs
beside the worker's. All of it, and the provider, shared the machine's cores. Latency: from the event's commit, or the
job made, until the provider had the request.

| Ratio | |
|---|---|
| pipeline to bare client, messages/s | {result["pipeline_to_bare_ratio"]} |
| the same with a provider that takes 50 ms | {result["pipeline_at_50ms_to_bare_ratio"]} |
| worker to bare client, CPU | {result["pipeline_to_bare_cpu_ratio"]} |
| pipeline to the fastest alternative, all as their users have them, on httpx | {rivals[0]} |
| pipeline to the fastest alternative with our HTTP client | {rivals[1]} |
| pipeline to RQ | {result["pipeline_to_rq_ratio"]} |
| time for {growth["notices_times"]} times {growth["notices"]} notices | {growth["seconds_times"]} |

The alternatives: {"; ".join(f"{NAMES[peer.name]}, {peer.how}" for peer in ALTERNATIVES)}.
Jobs that are plain functions (RQ, Celery, dramatiq) use one `httpx.Client` a thread, with its pool as it comes;
taskiq's coroutines one `httpx.AsyncClient` a process with {CONNECTIONS} connections: its pool is slower with every
connection, and of 5, 10, 20 and 100 that number sent the most.

Our HTTP client takes connections and parser from aiohttp and leaves out the rest. The bare loop is several times as
fast as it was on httpx's request and response objects (3,000/s at 340 µs), and that is why the pipeline's share of it
is small: the request shrank more than what a notice costs besides (rows, route, outcome, and the intake and PostgreSQL
on the same cores).
"""


def _own_rows(result: dict[str, Any]) -> str:
    waits = result["pipeline_latency_at_50_per_s"]
    rows = (
        ("**Báo Hồ Sơ**, one worker process", "pipeline", f"{waits['p50_ms']} / {waits['p99_ms']}"),
        ("… provider takes 50 ms, two worker processes", "pipeline_at_50ms", ""),
        ("bare client", "bare_client", ""),
        ("… provider takes 50 ms", "bare_client_at_50ms", ""),
    )
    return "\n".join(
        f"| {who} | {result[f'{name}_per_s']} | {result[f'{name}_worker_cpu_us']} | {wait} |"
        for who, name, wait in rows
    )


def _peer_rows(peers: dict[str, Any]) -> str:
    rows = []
    for peer in ALTERNATIVES:
        waits = peers[f"{peer.name}_latency_at_50_per_s"]
        figures = f"{peers[f'{peer.name}_per_s']} | {peers[f'{peer.name}_worker_cpu_us']}"
        rows.append(f"| {NAMES[peer.name]} | {figures} | {waits['p50_ms']} / {waits['p99_ms']} |")
    return "\n".join(rows)
