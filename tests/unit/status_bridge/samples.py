"""Events as a one-stop system writes them, for the tests of this room."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from status_bridge.event import DossierEvent, parse_event

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # ten in the morning in Đà Nẵng
CODE = "H17.33.2-260302-0001"
FULL: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt-0001",
    "source": "motcua.danang",
    "type": "hoso.dossier.status",
    "time": "2026-03-02T08:15:00+07:00",
    "subject": CODE,
    "data": {
        "status": 2,
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
        "applicant": {"name": "Nguyễn Thị Minh Châu", "phone": "0905000001", "email": None},
        "submitted_at": "2026-03-02T07:40:00+07:00",
        "received_at": "2026-03-02T08:15:00+07:00",
        "due_at": "2026-03-05T17:00:00+07:00",
        "finished_at": None,
        "reason": None,
        "supplement": None,
        "result": None,
    },
}


def with_value(path: str, value: object) -> dict[str, Any]:
    """The full event with one field, named by its dotted path, replaced; parts that are null become objects."""
    raw = deepcopy(FULL)
    *parents, name = path.split(".")
    part = raw
    for parent in parents:
        part[parent] = part.get(parent) or {}
        part = part[parent]
    part[name] = value
    return raw


def without(path: str) -> dict[str, Any]:
    """The full event with one field missing."""
    raw = deepcopy(FULL)
    *parents, name = path.split(".")
    part = raw
    for parent in parents:
        part = part[parent]
    del part[name]
    return raw


def event(status: int = 2, *, at: datetime = NOW, number: int = 1, **data: Any) -> DossierEvent:
    """A valid event of the sample dossier."""
    raw = deepcopy(FULL) | {"id": f"evt-{number:04d}", "time": at.isoformat()}
    raw["data"] |= {"status": status} | data
    parsed = parse_event(raw, now=max(NOW, at))
    assert isinstance(parsed, DossierEvent), parsed
    return parsed


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
