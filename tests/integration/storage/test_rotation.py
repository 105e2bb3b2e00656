"""After a change of keys every value moves under the first one, while work goes on."""

import uuid
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from storage import (
    citizens,
    consents,
    conversations,
    dossiers,
    events,
    inbox,
    mutes,
    notices,
    ratings,
    recipients,
    rotation,
)
from storage.accounts import AccountStore
from storage.citizens import ProvedPhone
from storage.conversations import Said
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.dossiers import DossierUpdate, SealedPeople
from storage.errors import UndecipherableValue
from storage.events import EventRecord
from storage.inbox import NewEntry
from storage.notices import NewNotice
from storage.rotation import COLUMNS, reencrypt
from tests.integration.storage.audience_rows_of_all import fill_audiences
from tests.integration.storage.code_rows import fill_code
from tests.integration.storage.officer_rows import fill_officer
from tests.integration.storage.ticket_rows import fill_tickets

OLD, NEW = generate_key(), generate_key()
BEFORE, AFTER, ONLY_NEW = Cipher([OLD]), Cipher([NEW, OLD]), Cipher([NEW])
VALUES_OF_ONE = len(COLUMNS)


async def _fill(database: Database, cipher: Cipher, names: Sequence[str]) -> None:
    """One value in each encrypted column for each name."""
    now = datetime.now(UTC)
    codes = [f"H17-260302-{name}" for name in names]
    async with database.transaction() as connection:
        known = await dossiers.lock(connection, codes)
        await dossiers.save(connection, [_update(known[code].id, cipher, now) for code in codes])
        records = [EventRecord("s", name, "accepted", uuid.uuid4(), payload="{}") for name in names]
        await events.append(connection, records, cipher)
        made = [
            NewNotice(uuid.uuid4(), known[code].id, code, 1, uuid.uuid4(), "accepted", "pending", None, False, "vi",
                      "84905000001", {"text": name}, now - timedelta(minutes=1), email="a@example.org")
            for name, code in zip(names, codes, strict=True)
        ]  # fmt: skip
        await notices.insert(connection, made, cipher)
    entries = [NewEntry("zalo", name, "user_send_text", "message", "{}", sender=name) for name in names]
    await inbox.store(database, entries, cipher)
    store = AccountStore(database, cipher)
    for name in names:
        await consents.begin(
            database, cipher, state=f"{name}{uuid.uuid4()}", verifier=SecretStr("v"), redirect_uri="https://hoso.vn/"
        )
        citizen = await citizens.meet(database, cipher, platform="zalo", user_id=name)
        proved = ProvedPhone("84905000001", cipher)
        await citizens.link(database, citizen.id, known[f"H17-260302-{name}"].id, proof="code", phone=proved)
        await fill_code(database, cipher, citizen.id)
        await fill_officer(database, cipher, name)
        await fill_tickets(database, cipher, citizen_id=citizen.id, dossier_id=known[f"H17-260302-{name}"].id)
        async with database.transaction() as connection:
            rated = known[f"H17-260302-{name}"].id
            await ratings.rate(connection, citizen.id, rated, 3, entry_id=1)
            await ratings.add_note(connection, cipher, citizen.id, rated, "tốt")
        await recipients.opt_out(database, cipher, _phone_of(name))
        await fill_audiences(database, cipher, _phone_of(name))
        await mutes.add(database, cipher, _phone_of(name), known[f"H17-260302-{name}"].id)
        await conversations.note_said(database, cipher, Said(citizen.id, "citizen", "text", text="xin chào"))
        pair = {"access": SecretStr("access"), "refresh": SecretStr("refresh")}
        await store.seed(name, app_id="app", expires_in_seconds=60, **pair)
        claim = await store.claim_refresh(name, version=1, lease_seconds=60)
        assert claim is not None
        await store.record_answer(name, claim=claim.token, raw=b"{}")


def _phone_of(name: str) -> str:
    """A phone of each name's own: what people want is kept once a phone."""
    return f"849{zlib.crc32(name.encode()) % 10**8:08d}"


def _update(dossier_id: int, cipher: Cipher, now: datetime) -> DossierUpdate:
    empty = dict.fromkeys(
        ("last_notice", "last_detail", "procedure_code", "procedure_name", "agency_code", "agency_name", "submitted_at",
         "received_at", "due_at", "finished_at")
    )  # fmt: skip
    return DossierUpdate(
        id=dossier_id,
        status=2,
        status_time=now,
        notices=1,
        source="s",
        people=SealedPeople(
            phone_given=True,
            phone_enc=cipher.encrypt("84905000001", dossiers.PHONE_COLUMN),
            phone_hash=cipher.lookup_hash("84905000001"),
            name_enc=cipher.encrypt("Nguyễn Thị Bình", dossiers.NAME_COLUMN),
            name_hash=dossiers.hash_name("Nguyễn Thị Bình", cipher),
            email_enc=cipher.encrypt("a@example.org", dossiers.EMAIL_COLUMN),
            people_enc=cipher.encrypt("{}", dossiers.PEOPLE_COLUMN),
        ),
        **empty,
    )


async def _stale(database: Database, cipher: Cipher) -> int:
    count = 0
    for column in COLUMNS:
        rows = await database.fetch(
            f"SELECT {column.name} AS value FROM {column.table} WHERE {column.name} IS NOT NULL"
        )
        assert rows, column
        for row in rows:
            count += not cipher.is_current(row["value"])
            cipher.decrypt(row["value"], column.binding)
    return count


async def test_every_encrypted_column_is_rewritten(database: Database) -> None:
    """A new column named *_enc that rotation forgets fails here."""
    rows = await database.fetch(
        "SELECT c.table_name AS t, c.column_name AS c FROM information_schema.columns c JOIN pg_class p"
        " ON p.relname = c.table_name AND NOT p.relispartition AND p.relkind IN ('r', 'p')"
        " WHERE c.table_schema = 'public' AND c.column_name LIKE '%%\\_enc'",
        {},
    )
    assert {(row["t"], row["c"]) for row in rows} == {(column.table, column.name) for column in COLUMNS}


async def test_rows_under_two_keys_end_under_the_first_and_the_old_key_may_go(database: Database) -> None:
    await _fill(database, BEFORE, ["old1", "old2"])
    await _fill(database, AFTER, ["new1"])
    seen: dict[str, int] = {}

    def note(column: rotation.EncryptedColumn, rewritten: int) -> None:
        seen[f"{column.table}.{column.name}"] = seen.get(f"{column.table}.{column.name}", 0) + rewritten

    assert await _stale(database, AFTER) == 2 * VALUES_OF_ONE
    assert await reencrypt(database, AFTER, on_column=note) == 2 * VALUES_OF_ONE
    assert set(seen.values()) == {2}
    assert await _stale(database, ONLY_NEW) == 0
    assert await reencrypt(database, AFTER) == 0


async def test_look_ups_work_under_the_new_key_alone(database: Database) -> None:
    await _fill(database, BEFORE, ["old1"])
    met = await citizens.meet(database, BEFORE, platform="zalo", user_id="old1")
    await reencrypt(database, AFTER)
    assert await citizens.meet(database, ONLY_NEW, platform="zalo", user_id="old1") == met
    wanted = {"hash": ONLY_NEW.lookup_hash("84905000001")}
    assert len(await database.fetch("SELECT 1 FROM dossiers WHERE phone_hash = %(hash)s", wanted)) == 1
    assert len(await database.fetch("SELECT 1 FROM notices WHERE recipient_hash = %(hash)s", wanted)) == 1
    assert len(await database.fetch("SELECT 1 FROM links WHERE phone_hash = %(hash)s", wanted)) == 1
    async with database.transaction() as connection:
        owners = await dossiers.owners_of_phones(connection, ONLY_NEW, ["84905000001"], days=30, others=False)
    assert owners == {"84905000001": {ONLY_NEW.lookup_hash("nguyen thi binh")}}
    opted_out = {"hash": ONLY_NEW.lookup_hash(_phone_of("old1"))}
    assert len(await database.fetch("SELECT 1 FROM preferences WHERE recipient_hash = %(hash)s", opted_out)) == 1
    (claimed,) = await notices.claim_due(database, ONLY_NEW, lane="status", limit=10, lease_seconds=60)
    assert (claimed.phone, claimed.content) == ("84905000001", {"text": "old1"})


async def test_more_rows_than_a_batch_are_all_rewritten(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_BATCH_ROWS", 4)
    await _fill(database, BEFORE, [f"old{number}" for number in range(8)])
    await _fill(database, AFTER, ["new1", "new2"])
    assert await reencrypt(database, AFTER) == 8 * VALUES_OF_ONE
    assert await _stale(database, ONLY_NEW) == 0


async def test_without_the_old_key_nothing_is_changed(database: Database) -> None:
    await _fill(database, BEFORE, ["old1"])
    with pytest.raises(UndecipherableValue, match="HOSO_ENCRYPTION_KEYS"):
        await reencrypt(database, ONLY_NEW)
    assert await _stale(database, BEFORE) == 0
