"""What officers do and see by commands on the server is in the audit log, as it is when they do so in the console."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoso.commands import citizen, handovers, tickets
from hoso.loops import run_async
from storage import audit, citizens
from storage import handovers as rows_of_handovers
from storage import tickets as rows_of_tickets
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.tickets import NewTicket

KEY = generate_key()


@pytest.fixture
def site(postgres_url: str, redis_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "ENV_FILE": "", "DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "DATA_DIR": str(data_dir),
        "ENCRYPTION_KEYS": KEY,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOSO_{name}", value)
    return postgres_url


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
        answer = CliRunner().invoke(app, arguments)
        assert answer.exit_code == 0, answer.output

    async def look() -> list[audit.Row]:
        async with Database(site) as database:
            return await audit.search(database)

    rows = run_async(look())
    assert [(row.action, row.object) for row in reversed(rows)] == [
        ("conversation.claim", talk), ("conversation.say", talk), ("conversation.close", talk),
        ("ticket.claim", ticket), ("ticket.answer", ticket), ("citizen.export", None),
    ]  # fmt: skip
    assert all(row.actor.startswith("cli:") for row in rows)
    assert "905000001" not in str([row.detail for row in rows])
