"""How fast events are taken, beside a plain batched insert of the same rows into the same server."""

import statistics
import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.samples import events
from dossiers.calendar import QuietHours
from dossiers.status import DEFAULT_EXTRAS
from status_bridge.composition import Composer, CompositionConfig
from status_bridge.dossier_batch import IntakeConfig
from status_bridge.intake import Intake
from status_bridge.notices import NoticePolicy
from storage.crypto import Cipher, generate_key
from storage.database import Database

BATCH = 1000
ROUNDS = 3
TABLES = ("event_keys", "dossiers", "dossier_events", "notices")


def _intake(database: Database, cipher: Cipher) -> Intake:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    config = IntakeConfig(NoticePolicy(DEFAULT_EXTRAS, timedelta(days=3)), QuietHours.parse("off"), zone)
    composer = Composer(CompositionConfig((), "1022", zone))
    return Intake(database, cipher, composer, config, on_work=lambda _lane: None)


async def _take(database: Database, cipher: Cipher, offered: list[dict[str, Any]]) -> float:
    taker = _intake(database, cipher)
    began = time.perf_counter()
    for start in range(0, len(offered), BATCH):
        await taker.take(offered[start : start + BATCH])
    return len(offered) / (time.perf_counter() - began)


def _plain_insert(url: str) -> float:
    """Insert the rows that the intake wrote into tables of the same columns and indexes; events a second.

    One statement a table and batch, a transaction a batch, no questions asked: the floor under any intake that keeps
    the same things.
    """
    with psycopg.connect(url) as connection:
        written = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        for table in TABLES:
            connection.execute(f"DROP TABLE IF EXISTS plain_{table}")
            connection.execute(f"CREATE TABLE plain_{table} (LIKE {table} INCLUDING INDEXES)")
        connection.commit()
        batches = -(-len(written["dossier_events"]) // BATCH)
        began = time.perf_counter()
        for number in range(batches):
            for table, rows in written.items():
                share = -(-len(rows) // batches)
                part = rows[number * share : (number + 1) * share]
                if part:
                    places = ", ".join(["%s"] * len(part[0]))
                    with connection.cursor() as cursor:
                        cursor.executemany(
                            f"INSERT INTO plain_{table} VALUES ({places})", [_plain(row) for row in part]
                        )
            connection.commit()
        return len(written["dossier_events"]) / (time.perf_counter() - began)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(Jsonb(value) if isinstance(value, list | dict) else value for value in row)


async def measure(url: str, *, count: int = 10_000) -> dict[str, Any]:
    """Return figures for `count` events a round, the median of three rounds taken in turns."""
    cipher = Cipher([generate_key()])
    figures: dict[str, list[float]] = {"events": [], "duplicates": [], "plain": []}
    async with Database(url) as database:
        for number in range(ROUNDS):
            offered = events(count, run=number)
            figures["events"].append(await _take(database, cipher, offered))
            figures["plain"].append(_plain_insert(url))
            figures["duplicates"].append(await _take(database, cipher, offered))
            async with database.transaction() as connection:
                await connection.execute("TRUNCATE dossiers, event_keys, dossier_events, notices CASCADE")
    medians = {name: statistics.median(values) for name, values in figures.items()}
    return {
        "events_per_round": count,
        "events_per_s": round(medians["events"]),
        "duplicates_per_s": round(medians["duplicates"]),
        "plain_insert_events_per_s": round(medians["plain"]),
        "events_to_plain_ratio": round(medians["events"] / medians["plain"], 3),
    }
