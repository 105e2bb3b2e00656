"""Counters of delivery, for `/metrics`. Labels: lanes, channels, outcomes, codes; never personal data."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

# Made at import, as prometheus-client wants it: one registry, and one of each, in a process.
SENDS = Counter("hoso_sends", "Attempts by channel and how they ended", ["channel", "outcome"])
SEND_SECONDS = Histogram(
    "hoso_send_seconds",
    "Time of one call to a platform",
    ["channel"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 45),
)
RETRIES = Counter("hoso_retries", "Notices put back for another attempt, by reason", ["reason"])
DOUBTS = Counter("hoso_doubts", "Doubts by what became of them", ["event"])  # raised, expired_lease, resent, unresolved
LATE_OUTCOMES = Counter("hoso_late_outcomes", "Outcomes of attempts that were no longer ours: nothing was changed")
ALERTS = Counter("hoso_alerts", "Notices that need a person, by error", ["error"])
BUGS = Counter("hoso_send_bugs", "Attempts that ended in an error of our own code", ["error"])
RECEIPTS = Counter("hoso_receipts", "Receipts from platforms by what they did", ["result"])
SILENT = Counter("hoso_silent_notices", "Notices without a receipt in time, by what was heard", ["channel", "heard"])
RINGS = Counter("hoso_rings", "Rings of the doorbell", ["work", "result"])  # rung, coalesced, silent
BACKLOG = Gauge("hoso_due_notices", "Notices that are due and not yet claimed", ["lane"])
OLDEST_DUE_SECONDS = Gauge("hoso_oldest_due_seconds", "How long the oldest due notice has waited", ["lane"])
IN_FLIGHT = Gauge("hoso_sends_in_flight", "Sends under way in this process", ["lane"])
ACCOUNTS = Gauge("hoso_account_health", "1 at the account's present health", ["account", "health"])
REFRESH_DAYS = Gauge("hoso_account_refresh_days_left", "Days until the account's refresh token ends", ["account"])
STAFF_ALERTS = Counter("hoso_staff_alerts", "Alerts to the staff's chats by what became of them", ["result"])
LIMIT_WAITS = Histogram(
    "hoso_limit_waits_seconds",
    "Time that a send waited for its share of a limit; those that did not wait are not counted",
    ["channel", "lane"],
    buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
QUOTA = Gauge("hoso_quota_remaining", "Messages that the platform said are left of today's quota", ["channel"])
LIMITS_ALONE = Gauge("hoso_limits_alone", "1 while this process keeps to its fair share, because Redis is away")


@cache
def sends(channel: str, outcome: str) -> Counter:
    """Return the counter of `SENDS` for these labels: looking it up costs as much as counting."""
    return SENDS.labels(channel, outcome)


@cache
def send_seconds(channel: str) -> Histogram:
    """Return the histogram of `SEND_SECONDS` for this label."""
    return SEND_SECONDS.labels(channel)
