"""What `/metrics` counts is what is in the tables, also on a bad day of the platform."""

import asyncio
import time
from collections import Counter

from prometheus_client.parser import text_string_to_metric_families

from tests.faults.trial import SEND, trial
from tests.site import Site

COUNTERS = ("hoso_sends_total", "hoso_events_total")
ATTEMPTS = """
SELECT outcome, count(*) FROM attempts WHERE outcome IN ('accepted', 'in_doubt', 'not_sent', 'refused')
  AND notice_id IN (SELECT id FROM notices WHERE dossier_code = ANY(%s)) GROUP BY outcome"""
PUBLISHED_SECONDS = 15.0  # the other processes put theirs up every five seconds
EVENTS = "SELECT outcome, count(*) FROM dossier_events WHERE dossier_code = ANY(%s) GROUP BY outcome"


async def _counted(site: Site) -> Counter[tuple[str, str]]:
    """What all processes of the site have counted, by counter and outcome."""
    status, text = await site.get("/metrics")
    assert status == 200
    counted = Counter[tuple[str, str]]()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in COUNTERS:
                counted[sample.name, sample.labels["outcome"]] += round(sample.value)
    return +counted


async def test_metrics_count_what_the_tables_hold(fresh_site: Site) -> None:
    await fresh_site.order_fault(SEND, "no_answer_after_send", share=0.1)
    async with trial(fresh_site, 100) as running:
        await running.settle_delivered()
        codes = running.traffic.codes
    facts = {("hoso_sends_total", outcome): count for outcome, count in fresh_site.query(ATTEMPTS, codes)}
    facts |= {("hoso_events_total", outcome): count for outcome, count in fresh_site.query(EVENTS, codes)}

    deadline = time.monotonic() + PUBLISHED_SECONDS
    while (counted := await _counted(fresh_site)) != facts and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    assert counted == facts
