"""What `/metrics` counts is what is in the tables, also on a bad day of the platform."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.faults.trial import SEND, trial
from tests.site import Site

COUNTERS = ("hoso_sends_total", "hoso_events_total")
ATTEMPTS = """
SELECT outcome, count(*) FROM attempts WHERE outcome IN ('accepted', 'in_doubt', 'not_sent', 'refused')
  AND notice_id IN (SELECT id FROM notices WHERE dossier_code = ANY(%s)) GROUP BY outcome"""
PUBLISHED_SECONDS = 15.0  # the other processes put theirs up every five seconds
EVENTS = "SELECT outcome, count(*) FROM dossier_events WHERE dossier_code = ANY(%s) GROUP BY outcome"

Series = Mapping[tuple[str, ...], float]


async def _read(site: Site) -> Series:
    """Every series of the counters, by its name, its outcome and the rest of its labels."""
    status, text = await site.get("/metrics")
    assert status == 200
    return {
        (sample.name, sample.labels["outcome"], *sorted(map("=".join, sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name in COUNTERS
    }


async def _counted_since(site: Site, before: Series) -> Counter[tuple[str, str]]:
    counted = Counter[tuple[str, str]]()
    for series, value in (await _read(site)).items():
        counted[series[0], series[1]] += round(value - before.get(series, 0))
    return +counted


async def test_metrics_count_what_the_tables_hold(shared_site: Site) -> None:
    await shared_site.order_fault(SEND, "no_answer_after_send", share=0.1)
    before = await _read(shared_site)
    async with trial(shared_site, 100) as running:
        await running.settle_delivered()
        codes = running.traffic.codes
    facts = {("hoso_sends_total", outcome): count for outcome, count in shared_site.query(ATTEMPTS, codes)}
    facts |= {("hoso_events_total", outcome): count for outcome, count in shared_site.query(EVENTS, codes)}

    deadline = time.monotonic() + PUBLISHED_SECONDS
    while (counted := await _counted_since(shared_site, before)) != facts and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    assert counted == facts
