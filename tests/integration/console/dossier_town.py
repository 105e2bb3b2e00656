"""Dossiers of two wards for the tests of the console's pages, taken in as the one-stop system sends them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from hoso.parts import intake
from tests.office import Office

HAI_CHAU = "H17.33.2"
THANH_KHE = "H17.33.3"
WARDS = {HAI_CHAU: "UBND phường Hải Châu", THANH_KHE: "UBND phường Thanh Khê"}
PHONE = "0905123456"
NAME = "Nguyễn Thị Minh Châu"


def code_in(unit: str, number: int) -> str:
    return f"{unit}-260302-{number:04}"


def event(code: str, status: int, *, ago: timedelta = timedelta(minutes=5), **data: Any) -> dict[str, Any]:
    """An event of now; `data` replaces fields."""
    at = datetime.now(UTC) - ago
    unit = code.split("-")[0]
    filled: dict[str, Any] = {
        "status": status,
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "agency": {"code": unit, "name": WARDS.get(unit, unit)},
        "applicant": {"name": NAME, "phone": PHONE, "email": "chau@example.org"},
        "received_at": at.isoformat(),
        "due_at": (at + timedelta(days=5)).replace(microsecond=0).isoformat(),
        **data,
    }
    return {
        "specversion": "1.0",
        "id": f"evt-{uuid.uuid4()}",
        "source": "motcua.test",
        "type": "hoso.dossier.status",
        "time": at.isoformat(),
        "subject": code,
        "data": filled,
    }


async def take(office: Office, *events: dict[str, Any]) -> None:
    """Take events in."""
    taker = intake(office.site, office.database, office.cipher, on_work=lambda _lane: None)
    for result in await taker.take(list(events)):
        assert result.outcome in ("accepted", "stale"), result


async def set_notice(office: Office, code: str, **columns: Any) -> uuid.UUID:
    """Bring the dossier's newest notice into a state; return its id."""
    sets = ", ".join(f"{name} = %({name})s" for name in columns)
    rows = await office.database.fetch(
        f"UPDATE notices SET {sets} WHERE id = (SELECT id FROM notices WHERE dossier_code = %(code)s "
        "ORDER BY ordinal DESC LIMIT 1) RETURNING id",
        columns | {"code": code},
    )
    found: uuid.UUID = rows[0]["id"]
    return found


async def notices_of(office: Office, code: str) -> list[dict[str, Any]]:
    query = "SELECT * FROM notices WHERE dossier_code = %(code)s ORDER BY ordinal"
    return await office.database.fetch(query, {"code": code})


async def audited(office: Office, action: str) -> list[dict[str, Any]]:
    query = "SELECT actor, object, unit, detail FROM audit_log WHERE action = %(action)s ORDER BY id"
    return await office.database.fetch(query, {"action": action})
