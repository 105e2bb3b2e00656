"""The pipeline, the bare client and the usual job queues, in turns on one machine, against the same provider."""

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks import alternatives, pipeline
from benchmarks.pipeline import PipelineSite, Round
from benchmarks.processes import run_module
from benchmarks.provider_process import Provider, running_provider
from hoso.embedded import start_engines

ROUNDS = 3
NOTICES = 6_000
IN_FLIGHT = 100
WORKERS = 1  # one process that sends, as the bare loop is one
WORKERS_AT_50_MS = 2
SLOW_MS = 50
RATE = 50
RATE_SECONDS = 6
FEW, MANY = 1_500, 15_000


def measure(folder: Path) -> dict[str, Any]:
    """Return medians of rounds taken in turns, the waits at a steady rate, and how the cost grows."""
    rounds: dict[str, list[Round]] = defaultdict(list)
    with start_engines(folder) as engines, running_provider() as provider:
        site = pipeline.make_site(folder, engines, provider)
        assert engines.redis_url is not None
        for _ in range(ROUNDS):
            rounds["pipeline"].append(pipeline.measure_round(site, NOTICES, delay_ms=0, workers=WORKERS))
            rounds["bare_client"].append(measure_bare(provider, NOTICES, delay_ms=0))
            rounds["pipeline_at_50ms"].append(
                pipeline.measure_round(site, NOTICES, delay_ms=SLOW_MS, workers=WORKERS_AT_50_MS)
            )
            rounds["bare_client_at_50ms"].append(measure_bare(provider, NOTICES, delay_ms=SLOW_MS))
            for peer in alternatives.ALTERNATIVES:
                rounds[peer.name].append(alternatives.measure_round(peer, engines.redis_url, provider))
        waits = {"pipeline": pipeline.measure_waits(site, RATE, RATE_SECONDS, workers=WORKERS)}
        for peer in alternatives.ALTERNATIVES:
            waits[peer.name] = alternatives.measure_waits(peer, engines.redis_url, provider, RATE, RATE_SECONDS)
        growth = _growth(site)
    return _figures(rounds, waits) | growth


def measure_bare(provider: Provider, count: int, *, delay_ms: int) -> Round:
    """Send `count` messages through our client alone; until the provider has the last one."""
    provider.reset(delay_ms)
    sent = run_module("benchmarks.bare", provider.port, count, IN_FLIGHT)
    counted = provider.ask("count")
    return Round(count / (counted["last"] - sent["began"]), {"worker": sent["cpu"] / count * 1e6})


def _growth(site: PipelineSite) -> dict[str, Any]:
    few = pipeline.measure_round(site, FEW, delay_ms=0, workers=WORKERS)
    many = pipeline.measure_round(site, MANY, delay_ms=0, workers=WORKERS)
    times = round(few.per_s / many.per_s * MANY / FEW, 2)
    return {"growth": {"notices": FEW, "notices_times": MANY // FEW, "seconds_times": times}}


def _figures(rounds: dict[str, list[Round]], waits: dict[str, list[float]]) -> dict[str, Any]:
    figures: dict[str, Any] = {"notices_per_round": NOTICES, "sends_in_flight_per_process": IN_FLIGHT}
    peers: dict[str, Any] = {}
    for name, those in rounds.items():
        own = name in {peer.name for peer in alternatives.ALTERNATIVES}
        target = peers if own else figures
        target[f"{name}_per_s"] = round(statistics.median(each.per_s for each in those))
        for part in those[0].cpu_us:
            median = statistics.median(each.cpu_us[part] for each in those)
            target[f"{name}_{part}_cpu_us"] = round(median)
    for name, each in waits.items():
        target = peers if name in {peer.name for peer in alternatives.ALTERNATIVES} else figures
        target[f"{name}_latency_at_{RATE}_per_s"] = percentiles(each)
    # Of each round, because what else the machine does at that time slows both.
    figures["pipeline_to_bare_ratio"] = _ratio([r.per_s for r in rounds["pipeline"]], rounds["bare_client"])
    figures["pipeline_at_50ms_to_bare_ratio"] = _ratio(
        [r.per_s for r in rounds["pipeline_at_50ms"]], rounds["bare_client_at_50ms"]
    )
    cpu = [r.cpu_us["worker"] / bare.cpu_us["worker"] for r, bare in _pairs(rounds)]
    figures["pipeline_to_bare_cpu_ratio"] = round(statistics.median(cpu), 2)
    for ratio, is_ours in (("alternative", False), ("alternative_with_our_client", True)):
        rivals = [each for each in alternatives.ALTERNATIVES if each.has_our_client is is_ours]
        fastest = max(peers[f"{each.name}_per_s"] for each in rivals)
        figures[f"pipeline_to_fastest_{ratio}_ratio"] = round(figures["pipeline_per_s"] / fastest, 2)
    figures["pipeline_to_rq_ratio"] = round(figures["pipeline_per_s"] / peers["rq_per_s"], 2)
    return figures | {"alternatives": peers}


def _pairs(rounds: dict[str, list[Round]]) -> list[tuple[Round, Round]]:
    return list(zip(rounds["pipeline"], rounds["bare_client"], strict=True))


def _ratio(rates: list[float], bare: list[Round]) -> float:
    return round(statistics.median(rate / each.per_s for rate, each in zip(rates, bare, strict=True)), 3)


def percentiles(waits: list[float]) -> dict[str, float]:
    """Return p50 and p99 of sorted milliseconds."""
    return {"p50_ms": round(waits[len(waits) // 2], 1), "p99_ms": round(waits[int(len(waits) * 0.99)], 1)}
