"""`hoso outgoing`, `hoso tickets`, and what the doctor says of events that wait."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hoso.outgoing import look_at_outgoing
from hoso.settings import load_settings
from hoso.site import Site
from storage import citizens, handovers, outgoing, tickets
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.tickets import NewTicket, Photo
from tests.site import ProcessLog, clean_environment, run_hoso
from workers.webhook_signature import new_secret

T = TypeVar("T")
KEY = generate_key()
CIPHER = Cipher([KEY])


@pytest.fixture
def environment(postgres_url: str, redis_url: str, data_dir: Path) -> dict[str, str]:
    return clean_environment() | {
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_DATA_DIR": str(data_dir),
        "HOSO_ENCRYPTION_KEYS": KEY,
    }


def with_rows(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Database(url) as database:
            return await work(database)

    return asyncio.run(run())


async def add_event(database: Database, number: int) -> str:
    identifier = await outgoing.add(
        database, CIPHER, type="hoso.postal.requested", subject="H17-1", data={"number": number}, entry_id=number
    )
    return str(identifier)


def test_events_that_wait_are_listed_shown_and_repeated(
    postgres_url: str, environment: Mapping[str, str], process_log: ProcessLog
) -> None:
    identifier = with_rows(postgres_url, lambda database: add_event(database, 7))

    def hoso(*arguments: str) -> tuple[int, str]:
        done = run_hoso("outgoing", *arguments, environment=environment, log=process_log)
        return done.returncode, (done.stdout + done.stderr).decode()

    code, said = hoso("list", "--state", "pending", "--json")
    (row,) = json.loads(said)
    assert (code, row["id"], row["state"], row["subject"]) == (0, identifier, "pending", "H17-1")
    assert "number" not in said
    code, said = hoso("show", identifier)
    assert (code, json.loads(said)["event"]["data"]) == (0, {"number": 7})
    assert hoso("repeat", identifier) == (0, "1 will be sent again.\n")
    code, said = hoso("repeat", "no-id")
    assert (code, "hoso outgoing list" in said) == (2, True)


def test_a_ticket_is_read_with_its_picture_and_answered(
    postgres_url: str, environment: Mapping[str, str], process_log: ProcessLog, data_dir: Path
) -> None:
    async def open_one(database: Database) -> str:
        citizen = await citizens.meet(database, CIPHER, platform="zalo", user_id="111")
        await tickets.keep_photo(
            database, CIPHER, Photo("image/jpeg", b"\xff\xd8x"), citizen_id=citizen.id, entry_id=1, part=0, limit=5
        )
        new = NewTicket("feedback", citizen.id, 1, topic="complaint", text="Đèn đường hỏng", due_at=datetime.now(UTC))
        ticket, _ = await tickets.open_ticket(database, CIPHER, new)
        await tickets.attach_photos(database, ticket.id, citizen_id=citizen.id)
        return ticket.number

    number = with_rows(postgres_url, open_one)

    def hoso(*arguments: str) -> tuple[int, str]:
        done = run_hoso("tickets", *arguments, environment=environment, log=process_log)
        return done.returncode, (done.stdout + done.stderr).decode()

    code, said = hoso("list", "--kind", "feedback")
    assert (code, number in said, "Đèn đường" in said) == (0, True, False)
    code, said = hoso("show", number.lower())
    assert (code, json.loads(said)["text"], json.loads(said)["photos"]) == (0, "Đèn đường hỏng", 1)
    folder = data_dir / "pictures"
    assert hoso("photos", number, "--to", str(folder))[0] == 0
    assert (folder / f"{number}-1.jpg").read_bytes() == b"\xff\xd8x"
    assert folder.stat().st_mode & 0o077 == 0
    code, said = hoso("answer", number, "Đã sửa đèn.", "--officer", "can-bo-1")
    assert (code, said) == (0, "Answered; the sender sees it when they ask.\n")  # they never wrote in the chat
    code, said = hoso("answer", number, "Lần nữa.", "--officer", "can-bo-1")
    assert (code, "hoso tickets list" in said) == (1, True)

    async def look(database: Database) -> tuple[str | None, list[str]]:
        found = await tickets.find(database, CIPHER, number)
        assert found is not None
        return found.answer, [view.type for view in await outgoing.search(database)]

    assert with_rows(postgres_url, look) == ("Đã sửa đèn.", ["hoso.ticket.answered"])


def test_an_officer_talks_by_the_command_line(
    postgres_url: str, environment: Mapping[str, str], process_log: ProcessLog
) -> None:
    async def ask(database: Database) -> str:
        citizen = await citizens.meet(database, CIPHER, platform="zalo", user_id="111")
        opened, _ = await handovers.request(
            database, CIPHER, citizen_id=citizen.id, entry_id=1, reason="asked", due_at=datetime.now(UTC)
        )
        return opened.number

    async def write(database: Database) -> None:
        await database.fetch("UPDATE citizens SET last_interaction_at = now() RETURNING id")

    number = with_rows(postgres_url, ask)

    def hoso(*arguments: str) -> tuple[int, str]:
        done = run_hoso("handovers", *arguments, environment=environment, log=process_log)
        return done.returncode, (done.stdout + done.stderr).decode()

    code, said = hoso("list", "--json")
    assert (code, [row["state"] for row in json.loads(said)]) == (0, ["open"])
    words = ("say", number, "Chào Ông/Bà.", "--officer", "can-bo-1")
    code, said = hoso(*words)
    assert (code, "hoso handovers claim" in said) == (1, True)
    assert hoso("claim", number.lower(), "--officer", "can-bo-1")[0] == 0
    code, said = hoso("claim", number, "--officer", "can-bo-2")
    assert (code, "another officer has it" in said) == (1, True)
    code, said = hoso(*words)
    assert (code, "more than 7 days ago" in said) == (1, True)  # they never wrote
    with_rows(postgres_url, write)
    assert hoso(*words) == (0, "On its way.\n")
    code, said = hoso("show", number, "--json")
    assert (code, [one["state"] for one in json.loads(said)["not_sent"]]) == (0, ["pending", "pending"])
    assert hoso("close", number, "--officer", "can-bo-2")[0] == 1
    assert hoso("close", number, "--officer", "can-bo-1") == (0, "It has ended.\n")


async def test_the_doctor_says_what_waits_and_why(
    postgres_url: str, redis_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_ENV_FILE", "")
    url = "https://motcua.example/hoso"

    def site(**settings: Any) -> Site:
        given = load_settings(data_dir=data_dir, database_url=postgres_url, encryption_keys=KEY, **settings)
        return Site(given, postgres_url, redis_url, (KEY,), None)

    async with Database(postgres_url) as database:

        async def told(**settings: Any) -> tuple[str, str]:
            (finding,) = [one async for one in look_at_outgoing(site(**settings), database)]
            return finding.verdict, finding.detail

        receiver = {"outgoing_url": url, "outgoing_secrets": new_secret()}
        assert (await told())[0] == "ok"
        assert await told(**receiver) == ("ok", "all events are delivered")
        identifier = await add_event(database, 1)
        verdict, detail = await told()
        assert verdict == "warn"
        assert "1 events wait" in detail
        assert "HOSO_OUTGOING_URL" in detail
        assert (await told(**receiver))[0] == "ok"
        (held,) = await outgoing.claim(database, CIPHER, url=url, limit=1, lease_seconds=60, give_up_seconds=60)
        await outgoing.settle(database, held, state="failed", answer="500")
        verdict, detail = await told(**receiver)
        assert (verdict, "hoso outgoing list --state failed" in detail) == ("warn", True)
        await outgoing.stop(database, url, held.id)
        verdict, detail = await told(**receiver)
        assert (verdict, "hoso outgoing resume" in detail) == ("fail", True)
        assert str(held.id) == identifier
