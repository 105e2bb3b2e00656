"""How long the estimate of a broadcast takes: `python -m benchmarks.estimate [PEOPLE]`, a million by default.

Everybody has a dossier in one of fifty wards, every fifth a chat, some opted out, are not reached by the first channel,
or had messages this week. Counted are the whole city, one ward, and the message with a placeholder in its short form,
which costs each person's own number of parts. CPU seconds say what it costs on a machine that has other work as well.
"""

import asyncio
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from benchmarks.folders import new_folder
from benchmarks.list import cpu_seconds_of_database
from benchmarks.report_by_hand import write
from hoso.embedded import start_engines
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.estimating import estimate
from status_bridge.broadcasts.render import KIND, TEMPLATE_PARAMS
from status_bridge.route_policy import Policy
from storage import broadcasts
from storage.audiences import Audience
from storage.broadcasts import Broadcast, Draft, Message
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.dossiers import NAME_COLUMN, PHONE_COLUMN
from storage.migrations import migrate

PEOPLE = 1_000_000
_WARDS = 50
_CITY = "H17"
_CONFIG = BroadcastConfig(
    route=Policy(
        channels=frozenset({"zalo_oa", "zalo_template", "zalo_template_uid", "sms_esms"}),
        templates={KIND: "400113"},
        sms_channel="sms_esms",
    ),
    templates={"400113": TEMPLATE_PARAMS},
    official_domains=("danang.gov.vn",),
)
_PARAMS = {"tieu_de": "Cúp điện", "noi_dung": "{ten}: khu vực cúp điện ngày mai.", "don_vi": "{don_vi}"}
_TEXT = "Kính gửi {ten}: khu vực cúp điện ngày mai."
_PEOPLE_ROWS = """
ANALYZE dossiers;
INSERT INTO citizens (platform, user_hash, user_enc, language)
SELECT 'zalo', 'u' || id::text::bytea, '', 'vi' FROM dossiers WHERE id % 5 = 0;
INSERT INTO links (citizen_id, dossier_id, proof, phone_hash)
SELECT c.id, d.id, 'bench', d.phone_hash FROM dossiers d JOIN citizens c ON c.user_hash = 'u' || d.id::text::bytea;
INSERT INTO preferences (recipient_hash, recipient_enc, opted_out_at)
SELECT phone_hash, '', now() FROM dossiers WHERE id % 50 = 1;
INSERT INTO reachability (recipient_hash, channel, reason, until)
SELECT phone_hash, 'zalo_template', 'unreachable', now() + interval '1 day' FROM dossiers WHERE id % 20 = 2;
INSERT INTO notices (id, kind, state, recipient_hash, content_hash, created_at, accepted_at)
SELECT gen_random_uuid(), 'submitted', 'delivered', phone_hash, '', now() - interval '1 hour', now() FROM dossiers
WHERE id % 4 = 3;
ANALYZE;
"""


def _dossiers(cipher: Cipher, count: int) -> Iterator[tuple[Any, ...]]:
    """Rows for COPY: a phone each, a hundred procedures."""
    now = datetime.now(UTC)
    for number in range(count):
        phone = f"849{number:08d}"
        yield (
            f"{_CITY}.{number % _WARDS}-260302-{number:07d}",
            2,
            now,
            f"{_CITY}.{number % _WARDS}",
            f"UBND phường {number % _WARDS}",
            f"1.{number % 100:06d}",
            f"Đăng ký biến động số {number % 100}",
            cipher.encrypt(phone, PHONE_COLUMN),
            cipher.lookup_hash(phone),
            cipher.encrypt(f"Nguyễn Thị {number % 9000}", NAME_COLUMN),
            now - timedelta(hours=number % 900),
            now + timedelta(days=number % 30),
        )


def fill(url: str, cipher: Cipher, count: int) -> None:
    """Make the town."""
    columns = (
        "code, status, status_time, agency_code, agency_name, procedure_code, procedure_name, phone_enc, phone_hash,"
        " name_enc, submitted_at, due_at"
    )
    types = ["text", "int2", "timestamptz", *["text"] * 4, *["bytea"] * 3, "timestamptz", "timestamptz"]
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(f"COPY dossiers ({columns}) FROM STDIN WITH (FORMAT binary)") as copy:
            copy.set_types(types)
            for row in _dossiers(cipher, count):
                copy.write_row(row)
        for statement in _PEOPLE_ROWS.split(";"):
            connection.execute(statement)


async def _count(url: str, cipher: Cipher, audience: Audience, sms: str) -> dict[str, Any]:
    async with Database(url) as database:
        broadcast = await _draft(database, audience, sms)
        began, cpu, database_before = time.perf_counter(), time.process_time(), cpu_seconds_of_database()
        found = await estimate(database, cipher, broadcast, _CONFIG, content_hash=b"", now=datetime.now(UTC))
        return {
            "asked": found.asked,
            "people": found.people,
            "opted_out": found.opted_out,
            "cost_vnd": found.cost_vnd,
            "by_channel": found.by_channel,
            "week": found.week,
            "seconds": round(time.perf_counter() - began, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "database_cpu_seconds": round(cpu_seconds_of_database() - database_before, 1),
        }


async def _draft(database: Database, audience: Audience, sms: str) -> Broadcast:
    message = Message(text=_TEXT, params=_PARAMS, sms=sms)
    draft = Draft(title="Cúp điện", unit=_CITY, message=message, audience=audience)
    async with database.transaction() as connection:
        made = await broadcasts.add(
            connection, draft, number=f"TB-{os.urandom(4).hex()}", author="bench", canary_percent=1
        )
    if made is None:
        raise RuntimeError("the draft was not made")
    return made


def measure(count: int) -> dict[str, Any]:
    """Return what the three estimates take."""
    folder, cipher = new_folder("estimate"), Cipher([generate_key()])
    plain, own = "Khu vuc cup dien ngay mai", "Kinh gui {ten}: khu vuc cup dien ngay mai"
    everybody, ward = Audience(units=(_CITY,)), Audience(units=(f"{_CITY}.7",))
    found: dict[str, Any] = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "dossiers": count}
    with start_engines(folder) as engines:
        url = engines.postgres_url or ""
        migrate(url)
        fill(url, cipher, count)
        for name, audience, sms in (("city", everybody, plain), ("ward", ward, plain), ("own_words", everybody, own)):
            found[name] = asyncio.run(_count(url, cipher, audience, sms))
            print(f"{name}: {found[name]}", flush=True)
    found["max_resident_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return found


if __name__ == "__main__":
    write("estimate", measure(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE))
