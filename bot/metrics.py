"""What this room counts. Labels never hold personal data, and only values from closed sets.

They live in the process-wide registry of prometheus_client: rooms that may not import each other meet there, and one
page shows them all.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)


class Tally(Collector):
    """A counter for what every request passes: a dictionary, which becomes the usual metric when somebody looks.

    The library's own takes a lock and looks labels up each time, at a microsecond or three. To be used in one thread.
    """

    def __init__(self, name: str, help_text: str, label_names: Sequence[str]) -> None:
        self._name = name
        self._help_text = help_text
        self._label_names = label_names
        self._counts: defaultdict[tuple[object, ...], int] = defaultdict(int)
        REGISTRY.register(self)

    def count(self, *labels: object) -> None:
        """Count one more with these values of the labels, in their order."""
        self._counts[labels] += 1

    def collect(self) -> Iterator[Metric]:
        """Yield the metric as it stands."""
        family = CounterMetricFamily(self._name, self._help_text, labels=self._label_names)
        for labels, number in list(self._counts.items()):
            family.add_metric([str(label) for label in labels], number)
        yield family


class Timings(Collector):
    """A histogram for what every request passes, made as `Tally` is, over the buckets `_SECONDS`."""

    def __init__(self, name: str, help_text: str, label_names: Sequence[str]) -> None:
        self._name = name
        self._help_text = help_text
        self._label_names = label_names
        self._hits: defaultdict[tuple[object, ...], list[int]] = defaultdict(lambda: [0] * (len(_SECONDS) + 1))
        self._sums: defaultdict[tuple[object, ...], float] = defaultdict(float)
        REGISTRY.register(self)

    def observe(self, *labels: object, seconds: float) -> None:
        """Note that something with these values of the labels took so long."""
        self._hits[labels][bisect_left(_SECONDS, seconds)] += 1
        self._sums[labels] += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield the metric as it stands."""
        family = HistogramMetricFamily(self._name, self._help_text, labels=self._label_names)
        bounds = [*(str(float(bound)) for bound in _SECONDS), "+Inf"]
        for labels, hits in list(self._hits.items()):
            buckets = list(zip(bounds, accumulate(map(float, hits)), strict=True))
            family.add_metric([str(label) for label in labels], buckets, sum_value=self._sums[labels])
        yield family


http_requests = Tally("hoso_http_requests", "HTTP requests by route template", ["method", "route", "status"])
http_seconds = Timings("hoso_http_request_seconds", "Time to answer", ["route"])
webhook_events = Tally("hoso_webhook_events", "Platform events", ["platform", "kind", "outcome"])
webhook_signatures = Tally("hoso_webhook_signatures", "Signatures of webhooks", ["platform", "outcome"])
webhook_unreadable = Counter("hoso_webhook_unreadable", "Webhook bodies that are no JSON we can keep", ["platform"])
inbox_batch = Histogram(
    "hoso_inbox_batch_events", "Events stored at once", buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500)
)
spool_records = Counter("hoso_spool_records", "Events that went through the local spool", ["outcome"])
spool_waiting = Gauge("hoso_spool_waiting", "Whether events wait in this process's spool (1) or not (0)")
inbox_entries = Counter("hoso_inbox_entries", "Inbox entries worked on", ["kind", "outcome"])
answer_seconds = Histogram(
    "hoso_answer_seconds", "From the webhook to the answer at the platform", buckets=(*_SECONDS, 10, 60, 600)
)
replies = Counter("hoso_replies", "Replies handed to the channel", ["outcome"])
