"""What officers do and see by commands on the server is in the audit log, as it is when they do so in the console."""

import uuid
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.catalogue.samples import PROCEDURES, UNITS
from hoso.cli import GROUPS
from hoso.commands import accounts, brake, citizen, events, handovers, keys, outgoing, procedures, tickets, units
from hoso.commands import notices as notices_command
from hoso.loops import run_async
from storage import audit, citizens, notices
from storage import handovers as rows_of_handovers
from storage import outgoing as rows_of_outgoing
from storage import tickets as rows_of_tickets
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.notices import NewNotice
from storage.tickets import NewTicket
from tests.engines import register_secret

KEY = generate_key()


@pytest.fixture
def site(postgres_url: str, redis_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "ENV_FILE": "", "DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "DATA_DIR": str(data_dir),
        "ENCRYPTION_KEYS": KEY,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOSO_{name}", value)
    return postgres_url


def look(site: str) -> list[audit.Row]:
    """The log, newest first."""

    async def work() -> list[audit.Row]:
        async with Database(site) as database:
            return await audit.search(database)

    return run_async(work())


def do(app: typer.Typer, *arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == code, answer.output
    return answer.output


def test_commands_that_act_or_reveal_leave_their_mark(site: str) -> None:
    async def fill() -> tuple[str, str]:
        async with Database(site) as database:
            cipher = Cipher([KEY])
            who = await citizens.meet(database, cipher, platform="zalo", user_id="u1")
            await citizens.note_interaction(database, who.id, at=datetime.now(UTC))
            soon = datetime.now(UTC) + timedelta(minutes=30)
            talk, _ = await rows_of_handovers.request(
                database, cipher, citizen_id=who.id, entry_id=1, reason="asked", due_at=soon
            )
            asked, _ = await rows_of_tickets.open_ticket(
                database, cipher, NewTicket(kind="feedback", citizen_id=who.id, entry_id=2, topic="petition", text="?")
            )
            return talk.number, asked.number

    talk, ticket = run_async(fill())
    for app, *arguments in (
        (handovers.app, "claim", talk, "--officer", "lan"),
        (handovers.app, "say", talk, "Xin chào", "--officer", "lan"),
        (handovers.app, "close", talk, "--officer", "lan"),
        (tickets.app, "claim", ticket, "--officer", "lan"),
        (tickets.app, "answer", ticket, "Đã xong.", "--officer", "lan"),
        (citizen.app, "export", "--phone", "0905000001"),
    ):
        do(app, *arguments)

    rows = look(site)
    assert [(row.action, row.object) for row in reversed(rows)] == [
        ("conversation.claim", talk), ("conversation.say", talk), ("conversation.close", talk),
        ("ticket.claim", ticket), ("ticket.answer", ticket), ("citizen.export", None),
    ]  # fmt: skip
    assert all(row.actor.startswith("cli:") for row in rows)
    assert "905000001" not in str([row.detail for row in rows])


PHONE, WORDS = "84905000001", "Cô Lý kể chuyện riêng."


async def _fill(site: str) -> dict[str, str]:
    """A failed notice, a talk, a ticket and an outgoing event; return their names."""
    failed = NewNotice(
        id=uuid.uuid4(), dossier_id=7, dossier_code="H17-260302-0007", ordinal=1, event_key=uuid.uuid4(),
        kind="finished", state="failed", reason="x", demands_action=True, language="vi", phone=PHONE,
        content={"text": WORDS}, due_at=None,
    )  # fmt: skip
    async with Database(site) as database:
        cipher = Cipher([KEY])
        async with database.transaction() as connection:
            await notices.insert(connection, [failed], cipher)
        who = await citizens.meet(database, cipher, platform="zalo", user_id="u1")
        talk, _ = await rows_of_handovers.request(
            database, cipher, citizen_id=who.id, entry_id=1, reason="asked", due_at=datetime.now(UTC)
        )
        asked = NewTicket(kind="feedback", citizen_id=who.id, entry_id=2, topic="petition", text=WORDS)
        ticket, _ = await rows_of_tickets.open_ticket(database, cipher, asked)
        event = await rows_of_outgoing.add(
            database, cipher, type="hoso.ticket.opened", subject=ticket.number, data={"text": WORDS}, entry_id=2
        )
        await rows_of_outgoing.stop(database, "https://motcua.example/", event)
    return {"notice": str(failed.id), "talk": talk.number, "ticket": ticket.number, "event": str(event)}


def test_commands_of_operators_leave_their_mark_too(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They left none: tokens were exchanged, texts shown and the brake pulled without a word of who did."""
    made = run_async(_fill(site))
    (lines := tmp_path / "events.jsonl").write_text("")
    monkeypatch.setenv("HOSO_NEW_ACCESS_TOKEN", access := register_secret("access-of-the-log-0123456789"))
    monkeypatch.setenv("HOSO_NEW_REFRESH_TOKEN", refresh := register_secret("refresh-of-the-log-0123456789"))
    monkeypatch.setenv("HOSO_ZALO_OAUTH_BASE", "http://127.0.0.1:1")
    notice, talk, ticket, event = made["notice"], made["talk"], made["ticket"], made["event"]
    do(notices_command.app, "retry", notice)
    do(notices_command.app, "retry", notice, code=1)  # it is under way by now
    do(accounts.app, "add", "4011", "--name", "Ông Trần Văn Minh")
    do(accounts.app, "refresh", "4011", code=1)  # the platform is away; it was tried
    do(accounts.app, "refresh", "4012", code=1)
    do(brake.app, "on", "--reason", "bà Lê Thị Hoa gọi 0905000002")
    do(brake.app, "on")  # it is
    do(brake.app, "off", "--expire-older-than", "48")
    do(brake.app, "off")  # it is
    do(events.app, "send", str(lines), "--source", "motcua.danang")
    do(events.app, "replay", "--since", "2026-03-02", "--until", "2026-03-03", "--dry-run")
    do(events.app, "replay", "--since", "2026-03-02", "--until", "2026-03-03")
    do(keys.app, "rotate")
    assert WORDS in do(tickets.app, "show", ticket)
    do(tickets.app, "photos", ticket, "--to", str(tmp_path / "photos"))
    do(handovers.app, "show", talk)
    assert WORDS in do(outgoing.app, "show", event)
    do(outgoing.app, "repeat", event)
    do(outgoing.app, "resume")
    do(outgoing.app, "resume")  # it does
    do(procedures.app, "import", str(PROCEDURES))
    do(units.app, "import", str(UNITS))
    do(citizen.app, "erase", "--again")
    rows = look(site)[::-1]
    assert [(row.action, row.object) for row in rows] == [
        ("notice.retry", notice), ("account.add", "4011"), ("account.refresh", "4011"), ("brake.on", None),
        ("brake.expire", None), ("brake.off", None), ("events.send", None), ("events.replay", None),
        ("key.rotate", None), ("ticket.show", ticket), ("ticket.photos", ticket), ("conversation.show", talk),
        ("outgoing.show", event),
        ("outgoing.repeat", event), ("outgoing.resume", None), ("procedures.import", None), ("units.import", None),
        ("citizen.erase_again", None),
    ]  # fmt: skip
    assert rows[0].detail == {"dossier": "H17-260302-0007", "kind": "finished", "state": "failed"}
    assert rows[-3].detail.keys() == {"added", "changed", "unchanged", "retired", "refused"}
    assert all(row.actor.startswith("cli:") for row in rows)
    kept = str([row.detail for row in rows])
    assert not [told for told in (PHONE[2:], "905000002", "Hoa", "Minh", WORDS, access, refresh) if told in kept]


def test_the_brake_works_without_the_audit_log_and_says_so(site: str) -> None:
    async def lose_the_log() -> None:
        async with Database(site) as database, database.transaction() as connection:
            await connection.execute("ALTER TABLE audit_log RENAME TO audit_log_away")

    run_async(lose_the_log())
    told = do(brake.app, "on")
    assert "ON since" in told
    assert "done_without_audit_entry" in told


NOTED = {
    "accounts": "add authorize refresh",
    "brake": "off on",
    "broadcast": "approve cancel create pause preview report resume send-back start submit",
    "citizen": "erase export",
    "events": "replay send",
    "handovers": "claim close say show",
    "keys": "add revoke rotate",
    "notices": "retry",
    "officers": "add disable enable reset",
    "outgoing": "repeat resume show",
    "procedures": "import",
    "templates": "set",
    "tickets": "answer claim photos show",
    "units": "import",
}
CHANGE_AND_REVEAL_NOTHING = {
    "accounts": "list",
    "brake": "status",
    "broadcast": "list status",
    "handovers": "list",
    "keys": "generate list",
    "notices": "explain list undelivered",
    "officers": "list",
    "outgoing": "list secret",
    "procedures": "list search show",
    "templates": "lint list",
    "tickets": "list",
    "units": "list",
}


def test_of_every_command_it_is_known_whether_it_is_noted() -> None:
    """A new command belongs to one of these; if to the first, with a test that finds its entry."""
    for noun in GROUPS:
        verbs = typer.main.get_command(import_module(f"hoso.commands.{noun}").app)
        known = [*NOTED.get(noun, "").split(), *CHANGE_AND_REVEAL_NOTHING.get(noun, "").split()]
        assert sorted(getattr(verbs, "commands", {})) == sorted(known), noun
