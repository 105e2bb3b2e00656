"""Events to measure with: all invented, none alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

STATUSES = (1, 2, 4, 9)


def event(number: int, *, now: datetime, run: int = 0) -> dict[str, Any]:
    """Return event `number` of a run: four events a dossier, three of them told to the citizen."""
    dossier, step = divmod(number, len(STATUSES))
    return {
        "specversion": "1.0",
        "id": f"run{run}-{number}",
        "source": "bench",
        "type": "hoso.dossier.status",
        "time": (now - timedelta(hours=1) + timedelta(seconds=step)).isoformat(),
        "subject": f"H17.33.{run}-260302-{dossier:07d}",
        "data": {
            "status": STATUSES[step],
            "procedure_code": "1.001193",
            "procedure_name": "Đăng ký khai sinh",
            "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
            "applicant": {"name": "Nguyễn Văn Thử", "phone": f"09{dossier % 100_000_000:08d}"},
            "due_at": (now + timedelta(days=3)).isoformat(),
        },
    }


def first_event(number: int, *, now: datetime, run: int = 0) -> dict[str, Any]:
    """Return the first event of dossier `number` of a run: one message to one phone."""
    return event(number * len(STATUSES), now=now, run=run)


def events(count: int, *, run: int = 0) -> list[dict[str, Any]]:
    """Return `count` fresh events."""
    now = datetime.now(UTC)
    return [event(number, now=now, run=run) for number in range(count)]
