"""Whether years of old notices slow delivery down: `python -m benchmarks.old_notices [NOTICES] [MONTHS]`.

Ten million notices with an attempt each, in 24 monthly partitions by default, made by SQL; then the statements of
delivery and of the sweeper are explained and timed, and a round is sent, as before with empty tables. Takes a while
and some 10 GB.
"""

import json
import statistics
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from benchmarks import pipeline
from benchmarks.folders import new_folder
from benchmarks.provider_process import running_provider
from benchmarks.report_by_hand import write
from hoso.embedded import start_engines
from storage.sql import queries

OLD_NOTICES = 10_000_000
MONTHS = 24
NOTICES = 3_000
YOUNG = 1_000  # due at the time of explaining
REPEATS = 5

_PARTITION = """
CREATE TABLE IF NOT EXISTS {parent}_{month:%Y_%m} PARTITION OF {parent} FOR VALUES FROM ('{month}') TO ('{end}')
"""
# What is left of old notices: nearly all arrived, some on the officers' list, some in doubt for good.
_OLD = """
WITH made AS (
    INSERT INTO notices (id, created_at, dossier_id, dossier_code, ordinal, event_key, kind, state, content_enc,
                         content_hash, recipient_hash, channel, sends, platform_message_id, accepted_at, updated_at)
    SELECT gen_random_uuid(), moment, number / 3, 'H17.33.2-' || number / 3, number %% 3 + 1, gen_random_uuid(),
           'submitted',
           CASE number %% 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'in_doubt' WHEN 2 THEN 'superseded' ELSE 'delivered' END,
           decode(repeat('00', 200), 'hex'), sha256(number::text::bytea), sha256((number %% 900000)::text::bytea),
           'zalo_template', 1, md5(number::text), moment, moment
    FROM (SELECT number, %(month)s::timestamptz + (number - %(first)s) * interval '27 days' / %(count)s AS moment
          FROM generate_series(%(first)s::bigint, %(first)s::bigint + %(count)s - 1) AS number) AS numbers
    RETURNING id, created_at
)
INSERT INTO attempts (at, notice_id, send, channel, outcome)
SELECT created_at, id, 1, 'zalo_template', 'accepted' FROM made
"""
_YOUNG = """
INSERT INTO notices (id, dossier_id, dossier_code, ordinal, event_key, kind, state, content_enc, content_hash, due_at)
SELECT gen_random_uuid(), 900000000 + number, 'H17.33.2-Y' || number, 1, gen_random_uuid(), 'submitted', 'pending',
       decode(repeat('00', 200), 'hex'), sha256(number::text::bytea), now()
FROM generate_series(1, {count}) AS number
"""


class Explained(NamedTuple):
    """Median milliseconds of one statement, and how many partitions of notices and attempts its plan reads."""

    planning_ms: float
    running_ms: float
    partitions: int


def make_old(connection: "psycopg.Connection[tuple[object, ...]]", count: int, months: int) -> None:
    """Fill the partitions of so many months, the last one first; this month's stay as they are."""
    share = count // months
    end = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for number in range(months):
        month = (end - timedelta(days=1)).replace(day=1)
        for parent in ("notices", "attempts"):
            connection.execute(_PARTITION.format(parent=parent, month=month, end=end))
        connection.execute(_OLD, {"month": month, "first": number * share, "count": share})
        print(f"{(number + 1) * share:>12,} old notices", flush=True)
        end = month
    connection.execute("VACUUM (ANALYZE) notices")
    connection.execute("VACUUM (ANALYZE) attempts")


def explain(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, Explained]:
    """Return what each statement costs; nothing stays changed."""
    connection.execute(_YOUNG.format(count=YOUNG))
    connection.execute("ANALYZE notices")
    found = {}
    for name, params in _params(connection).items():
        runs = [_explain(connection, queries("notices")[name], params) for _ in range(REPEATS)]
        planning, running = (round(statistics.median(each[part] for each in runs), 2) for part in (0, 1))
        found[name] = Explained(planning, running, len(runs[-1][2]))
    connection.execute("DELETE FROM notices WHERE dossier_id > 900000000")
    return found


def _params(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        "SELECT id::text, created_at::text FROM notices WHERE state = 'pending' ORDER BY created_at DESC LIMIT 100"
    ).fetchall()
    outcome = {"token": str(uuid.uuid4()), "state": "accepted", "outcome": "accepted", "tries": 0, "not_sent": False}
    outcomes = [outcome | {"id": row[0], "created_at": row[1], "message_id": "m"} for row in rows]
    ids = [row[0] for row in rows]
    receipts = {"id": ids, "read": [False] * len(ids), "rating": [None] * len(ids)}
    receipts |= {"platform": ["zalo"] * len(ids), "message_id": [None] * len(ids)}
    return {
        "claim_due": {"lane": "status", "limit": 100, "lease_seconds": 45.0, "suspects": False},
        "record_outcomes": {"outcomes": json.dumps(outcomes)},
        "apply_receipts": receipts,
        "ids_of_messages": {"message_ids": [f"x{number}" for number in range(100)]},
        "expire_leases": {"wait_seconds": 300.0},
        "settle_doubts": {"max_sends": 2},
        "due_lanes": {},
    }


def _explain(
    connection: "psycopg.Connection[tuple[object, ...]]", query: str, params: dict[str, Any]
) -> tuple[float, float, set[str]]:
    with connection.transaction(force_rollback=True):
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", params).fetchone()
    assert row is not None
    document: Any = row[0]
    return document[0]["Planning Time"], document[0]["Execution Time"], _partitions(document[0]["Plan"])


def _partitions(node: dict[str, Any]) -> set[str]:
    name = node.get("Relation Name", "") if node.get("Actual Loops") else ""
    own = {name} if name.startswith(("notices_", "attempts_")) else set()
    return own.union(*(_partitions(child) for child in node.get("Plans", ())))


def measure(old: int, months: int) -> dict[str, Any]:
    """Return the statements' times and the rate of sending, before and after the old notices are there."""
    folder = new_folder("old")
    with start_engines(folder) as engines, running_provider() as provider:
        site = pipeline.make_site(folder, engines, provider)
        before = pipeline.measure_round(site, NOTICES, delay_ms=0, workers=1)
        with site.connect() as connection:
            site.forget()
            empty = explain(connection)
            make_old(connection, old, months)
            full = explain(connection)
        site.keeps_old = True
        after = pipeline.measure_round(site, NOTICES, delay_ms=0, workers=1)
    statements = {
        name: {
            "empty_planning_ms": empty[name].planning_ms,
            "empty_running_ms": empty[name].running_ms,
            "full_planning_ms": full[name].planning_ms,
            "full_running_ms": full[name].running_ms,
            "partitions_read": full[name].partitions,
        }
        for name in full
    }
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "old_notices": old,
        "months": months,
        "notices_per_round": NOTICES,
        "empty_per_s": round(before.per_s),
        "full_per_s": round(after.per_s),
        "statements": statements,
    }


if __name__ == "__main__":
    wanted = [int(argument) for argument in sys.argv[1:]] + [OLD_NOTICES, MONTHS][len(sys.argv) - 1 :]
    figures = measure(*wanted)
    print(json.dumps(figures, indent=2))
    write("old_notices", figures)
