"""What this room counts. Labels never hold personal data, and only values from closed sets.

They live in the process-wide registry of prometheus_client: rooms that may not import each other meet there, and one
page shows them all.
"""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)

http_requests = Counter("hoso_http_requests", "HTTP requests by route template", ["method", "route", "status"])
http_seconds = Histogram("hoso_http_request_seconds", "Time to answer", ["route"], buckets=_SECONDS)
webhook_events = Counter("hoso_webhook_events", "Platform events", ["platform", "kind", "outcome"])
webhook_signatures = Counter("hoso_webhook_signatures", "Signatures of webhooks", ["platform", "outcome"])
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
