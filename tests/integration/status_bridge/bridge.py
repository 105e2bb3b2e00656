"""A whole intake on a real database, and what it left behind."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from dossiers.calendar import QuietHours
from dossiers.status import DEFAULT_EXTRAS, Notice
from status_bridge.composition import Composer, CompositionConfig
from status_bridge.dossier_batch import IntakeConfig
from status_bridge.intake import Intake
from status_bridge.notices import NoticePolicy
from status_bridge.results import EventResult
from storage.crypto import Cipher, generate_key
from storage.database import Database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SOURCE = "motcua.danang"
CIPHER = Cipher([generate_key()])
COMPOSER = Composer(CompositionConfig(sensitive_procedures=(), hotline="1022", zone=ZONE))
POLICY = NoticePolicy(extras=DEFAULT_EXTRAS, max_event_age=timedelta(days=3))
CONFIG = IntakeConfig(policy=POLICY, quiet_hours=QuietHours(), zone=ZONE)
FIVE_ONLY = IntakeConfig(
    policy=NoticePolicy(extras=frozenset(), max_event_age=timedelta(days=3)), quiet_hours=QuietHours(), zone=ZONE
)
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


def new_code() -> str:
    """A dossier code that nobody has used."""
    return f"H17.33.2-260302-{uuid.uuid4().int % 10**8:08d}"


def raw_event(code: str, status: int, *, minute: float = 0, event_id: str | None = None, **data: Any) -> dict[str, Any]:
    """An event of a dossier, handled `minute` minutes after the start of the test's day."""
    applicant = {"name": "Nguyễn Thị Minh Châu", "phone": "0905000001", "email": None}
    return {
        "specversion": "1.0",
        "id": event_id or uuid.uuid4().hex,
        "source": SOURCE,
        "type": "hoso.dossier.status",
        "time": (START + timedelta(minutes=minute)).isoformat(),
        "subject": code,
        "data": {"status": status, "procedure_name": "Đăng ký khai sinh", "applicant": applicant} | data,
    }


def history(code: str, statuses: Sequence[int]) -> list[dict[str, Any]]:
    """One event a minute, in the source's order."""
    return [raw_event(code, status, minute=place) for place, status in enumerate(statuses)]


@dataclass
class Bridge:
    """An intake with its database; `rings` counts the doorbell."""

    database: Database
    config: IntakeConfig = CONFIG
    cipher: Cipher = CIPHER
    composer: Composer = COMPOSER
    rings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.intake = Intake(self.database, self.cipher, self.composer, self.config, on_work=self.rings.append)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, config: IntakeConfig = CONFIG, **options: Any) -> AsyncIterator[Self]:
        """Connect, and disconnect at the end."""
        async with Database(url, **options) as database:
            yield cls(database, config)

    async def take(self, events: Sequence[object]) -> list[EventResult]:
        """Offer a batch."""
        return await self.intake.take(events)

    async def rows(self, query: str, **params: Any) -> list[dict[str, Any]]:
        """Ask the database."""
        return [dict(row) for row in await self.database.fetch(query, params)]

    async def notices(self, code: str) -> list[dict[str, Any]]:
        """The notices of a dossier in its order, each with the position of its event."""
        return await self.rows(
            "SELECT n.*, e.event_time, e.status AS event_status FROM notices n JOIN dossier_events e"
            " ON e.key = n.event_key AND e.outcome = 'accepted' WHERE n.dossier_code = %(code)s ORDER BY n.ordinal",
            code=code,
        )

    async def told(self, code: str) -> list[Notice]:
        """The kinds of a dossier's notices, in its order."""
        return [Notice(row["kind"]) for row in await self.notices(code)]

    async def outcomes(self, code: str) -> dict[str, int]:
        """How many events of a dossier ended how."""
        rows = await self.rows(
            "SELECT outcome, count(*) AS n FROM dossier_events WHERE dossier_code = %(code)s GROUP BY outcome",
            code=code,
        )
        return {row["outcome"]: row["n"] for row in rows}

    async def dossier(self, code: str) -> dict[str, Any]:
        """The row of a dossier."""
        return (await self.rows("SELECT * FROM dossiers WHERE code = %(code)s", code=code))[0]
