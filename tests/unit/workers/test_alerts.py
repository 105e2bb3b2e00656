"""A person is called once a minute per cause, not once a notice."""

import uuid

from structlog.testing import capture_logs

from workers.alerts import Alerts


def test_a_flood_of_one_cause_is_one_line_a_minute() -> None:
    now = [0.0]
    told: list[str] = []
    alerts = Alerts(lambda: now[0], told.append)
    with capture_logs() as lines:
        for _ in range(100):
            alerts.raise_alert("NeedsHuman", "-136", uuid.uuid4())
        alerts.raise_alert("NeedsHuman", "-131", uuid.uuid4())
        now[0] = 61.0
        alerts.raise_alert("NeedsHuman", "-136", uuid.uuid4())
    assert [(line["event"], line["code"], line["unlogged"]) for line in lines] == [
        ("needs_human", "-136", 0),
        ("needs_human", "-131", 0),
        ("needs_human", "-136", 99),
    ]
    assert ["-136" in text for text in told] == [True, False, True]
