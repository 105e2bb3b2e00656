"""What is stored, for whom, and when it may go out."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dossiers.calendar import QuietHours
from dossiers.status import Notice
from status_bridge import composition
from status_bridge.composition import Composer, CompositionConfig
from status_bridge.dossier_batch import IntakeConfig
from status_bridge.intake import MAX_BATCH_EVENTS
from status_bridge.notices import EventOutcome
from storage import notices
from storage.notices import CONTENT_COLUMN, RECIPIENT_COLUMN
from tests.integration.status_bridge.bridge import (
    CIPHER,
    CONFIG,
    FIVE_ONLY,
    SOURCE,
    ZONE,
    Bridge,
    history,
    new_code,
    raw_event,
)


async def test_one_bad_event_harms_no_other(bridge: Bridge) -> None:
    code = new_code()
    good = history(code, [1, 2, 9])
    bad: list[Any] = [None, 7, {}, raw_event(code, 11), raw_event("?", 2), raw_event(code, 4) | {"time": "soon"}]
    results = await bridge.take([bad[0], good[0], *bad[1:4], good[1], *bad[4:], good[2]])
    assert [r.outcome.value[0] for r in results] == list("rarrrarra")
    assert await bridge.told(code) == [Notice.SUBMITTED, Notice.ACCEPTED, Notice.FINISHED]
    assert all(bool(r.errors) == (r.outcome is EventOutcome.REJECTED) for r in results)


async def test_of_a_refused_event_only_the_refusal_is_kept(bridge: Bridge) -> None:
    refused = raw_event(new_code(), 11, event_id="evt-bad", reason="Nguyễn Thị Minh Châu")
    (result,) = await bridge.take([refused])
    assert result.as_json()["outcome"] == "rejected"
    (row,) = await bridge.rows("SELECT * FROM dossier_events")
    assert (row["source"], row["event_id"], row["outcome"]) == (SOURCE, "evt-bad", "rejected")
    assert [error["field"] for error in row["errors"]] == ["data.status"]
    assert all(row[name] is None for name in ("key", "dossier_id", "dossier_code", "payload_enc", "event_time"))
    assert await bridge.rows("SELECT 1 FROM dossiers UNION ALL SELECT 1 FROM notices") == []
    assert bridge.rings == []
    (again,) = await bridge.take([refused | {"data": refused["data"] | {"status": 2}}])
    assert again.outcome is EventOutcome.ACCEPTED  # a mended event is not held against its refusal


async def test_the_same_identity_is_a_duplicate_whatever_the_content(bridge: Bridge) -> None:
    code, other = new_code(), new_code()
    await bridge.take([raw_event(code, 2, event_id="one")])
    results = await bridge.take(
        [raw_event(other, 9, minute=5, event_id="one"), raw_event(code, 9, minute=5, event_id="two")]
    )
    assert [r.outcome.value for r in results] == ["duplicate", "accepted"]
    assert await bridge.rows("SELECT 1 FROM dossiers WHERE code = %(code)s", code=other) == []


async def test_the_same_id_of_another_source_is_another_event(bridge: Bridge) -> None:
    events = [
        raw_event(new_code(), 2, event_id="one"),
        raw_event(new_code(), 2, event_id="one") | {"source": "bo.tuphap"},
    ]
    assert [r.outcome.value for r in await bridge.take(events)] == ["accepted", "accepted"]


async def test_an_identity_twice_in_one_batch_is_taken_once(bridge: Bridge) -> None:
    code = new_code()
    results = await bridge.take([raw_event(code, 2, event_id="one"), raw_event(code, 9, minute=3, event_id="one")])
    assert [r.outcome.value for r in results] == ["accepted", "duplicate"]
    assert await bridge.told(code) == [Notice.ACCEPTED]


async def test_an_empty_batch_and_one_too_large(bridge: Bridge) -> None:
    assert await bridge.take([]) == []
    with pytest.raises(ValueError, match="1000"):
        await bridge.take([{}] * (MAX_BATCH_EVENTS + 1))


async def test_a_full_batch_of_one_dossier_and_of_a_thousand(bridge: Bridge) -> None:
    code = new_code()
    one = [raw_event(code, 4, minute=place / 60) for place in range(MAX_BATCH_EVENTS)]
    assert {r.outcome for r in await bridge.take(one)} == {EventOutcome.ACCEPTED}
    assert await bridge.told(code) == [Notice.ACCEPTED]
    many = [raw_event(f"H17.33.2-260302-{place:08d}", 2) for place in range(MAX_BATCH_EVENTS)]
    assert {r.notice for r in await bridge.take(many)} == {Notice.ACCEPTED}
    assert bridge.rings == ["status", "status"]


async def test_a_notice_holds_text_and_phone_encrypted(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 2)])
    (row,) = await bridge.notices(code)
    assert CIPHER.decrypt(row["recipient_enc"], RECIPIENT_COLUMN) == "84905000001"
    content = json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN))
    assert code in content["text"]
    assert content["params"]["ma_ho_so"] == code
    assert (row["state"], row["lane"], row["language"], row["sends"]) == ("pending", "status", "vi", 0)
    assert row["recipient_hash"] == CIPHER.lookup_hash("84905000001")


async def test_nothing_personal_lies_in_the_clear(bridge: Bridge) -> None:
    await bridge.take([raw_event(new_code(), 2)])
    for table in ("dossiers", "dossier_events", "notices"):
        (row,) = await bridge.rows(f"SELECT to_jsonb(t)::text AS row FROM {table} t")
        for secret in ("905000001", "Nguyễn", "Minh Châu"):
            assert secret not in row["row"]
            assert secret.encode().hex() not in row["row"]


@pytest.mark.parametrize("phone", [None, "", "0236 3 881 888", "không có", "12345"])
async def test_without_a_mobile_number_the_notice_waits_on_the_officers_list(bridge: Bridge, phone: str | None) -> None:
    code = new_code()
    (result,) = await bridge.take([raw_event(code, 2, applicant={"phone": phone})])
    assert (result.outcome.value, result.notice) == ("accepted", Notice.ACCEPTED)
    (row,) = await bridge.notices(code)
    assert (row["state"], row["reason"], row["due_at"], row["recipient_enc"]) == ("no_mobile", "no_mobile", None, None)
    assert bridge.rings == []


@pytest.mark.parametrize("later", [{"applicant": None}, {"applicant": {"phone": None}}, {"applicant": {"name": "B"}}])
async def test_the_phone_is_kept_when_a_later_event_has_none(bridge: Bridge, later: dict[str, Any]) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 2)])
    await bridge.take([raw_event(code, 9, minute=1, **later)])
    assert [row["state"] for row in await bridge.notices(code)] == ["pending", "pending"]
    last = (await bridge.notices(code))[-1]
    assert CIPHER.decrypt(last["recipient_enc"], RECIPIENT_COLUMN) == "84905000001"


async def test_a_changed_phone_counts_from_its_event_on(bridge: Bridge) -> None:
    code = new_code()
    events = [
        raw_event(code, 2),
        raw_event(code, 5, minute=1, applicant={"phone": "0912 000 002"}),
        raw_event(code, 9, minute=2, applicant={"phone": "0236 3 881 888"}),
    ]
    await bridge.take(events)
    rows = await bridge.notices(code)
    phones = [CIPHER.decrypt_optional(row["recipient_enc"], RECIPIENT_COLUMN) for row in rows]
    assert phones == ["84905000001", "84912000002", None]
    assert (await bridge.dossier(code))["phone_enc"] is None


async def test_facts_are_kept_when_later_events_leave_them_out(bridge: Bridge) -> None:
    code = new_code()
    due = "2027-03-05T17:00:00+07:00"
    await bridge.take([raw_event(code, 1, due_at=due, agency={"code": "H17.33.2", "name": "UBND phường Hải Châu"})])
    await bridge.take([raw_event(code, 2, minute=1, procedure_name=None)])
    content = json.loads(CIPHER.decrypt((await bridge.notices(code))[-1]["content_enc"], CONTENT_COLUMN))
    assert content["params"]["thu_tuc"] == "Đăng ký khai sinh"
    assert content["params"]["don_vi"] == "UBND phường Hải Châu"
    assert content["params"]["ngay_hen"] == "17:00 ngày 05/03/2027"


async def test_a_stale_event_changes_no_fact(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 9, minute=5)])
    stale = raw_event(code, 4, procedure_name="Cũ", applicant={"phone": "0912000002"})
    (result,) = await bridge.take([stale])
    assert (result.outcome.value, result.notice) == ("stale", None)
    dossier = await bridge.dossier(code)
    assert (dossier["status"], dossier["procedure_name"]) == (9, "Đăng ký khai sinh")
    assert dossier["phone_hash"] == CIPHER.lookup_hash("84905000001")


async def test_unusual_steps_are_recorded_and_told(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take(history(code, [1, 2, 3, 9]))
    rows = await bridge.rows("SELECT status, anomaly FROM dossier_events ORDER BY event_time")
    assert [(row["status"], row["anomaly"]) for row in rows] == [(1, None), (2, None), (3, None), (9, "3>9")]
    assert await bridge.told(code) == [Notice.SUBMITTED, Notice.ACCEPTED, Notice.REFUSED, Notice.FINISHED]


async def test_a_years_resynchronisation_tells_nothing_and_the_next_step_is_told(bridge: Bridge) -> None:
    code = new_code()
    year_ago = -60 * 24 * 365
    old = [raw_event(code, status, minute=year_ago + place) for place, status in enumerate((1, 2, 4, 5))]
    assert {r.outcome.value for r in await bridge.take(old)} == {"accepted"}
    assert await bridge.told(code) == []
    assert bridge.rings == []
    (result,) = await bridge.take([raw_event(code, 4)])
    assert result.notice is Notice.ACCEPTED
    content = json.loads(CIPHER.decrypt((await bridge.notices(code))[0]["content_enc"], CONTENT_COLUMN))
    assert "đã nhận phần bổ sung" in content["text"]


async def test_a_changed_demand_is_told_anew(bridge: Bridge) -> None:
    code = new_code()
    demands = [{"items": ["Ảnh"]}, {"items": ["Ảnh"]}, {"items": ["Ảnh", "Tờ khai"]}, None]
    for minute, supplement in enumerate(demands):
        await bridge.take([raw_event(code, 5, minute=minute, supplement=supplement)])
    assert await bridge.told(code) == [Notice.SUPPLEMENT, Notice.SUPPLEMENT]


def _quiet_now() -> tuple[IntakeConfig, datetime]:
    """Rules by which it is night now, and when that night ends."""
    local = datetime.now(ZONE).replace(second=0, microsecond=0)
    end = local + timedelta(hours=3)
    start = local - timedelta(hours=3)
    return replace(CONFIG, quiet_hours=QuietHours(start.time(), end.time())), end


async def test_at_night_a_notice_is_held_until_the_morning_and_spread_over_a_while(postgres_url: str) -> None:
    config, morning = _quiet_now()
    async with Bridge.open(postgres_url, config) as bridge:
        codes = [new_code() for _ in range(40)]
        phones = [{"name": "Trần Văn Bình", "phone": f"09050001{number:02d}"} for number in range(40)]
        results = await bridge.take(
            [raw_event(code, 2, applicant=phone) for code, phone in zip(codes, phones, strict=True)]
        )
        assert {r.notice for r in results} == {Notice.ACCEPTED}
        rows = [(await bridge.notices(code))[0] for code in codes]
        assert {(row["state"], row["reason"]) for row in rows} == {("held", "quiet_hours")}
        waits = [(row["due_at"] - morning).total_seconds() for row in rows]
        assert all(0 <= wait <= config.release_spread_seconds for wait in waits)
        assert len(set(waits)) > 20
        assert bridge.rings == []


async def test_by_day_nothing_is_held(postgres_url: str) -> None:
    local = datetime.now(ZONE)
    quiet = QuietHours((local + timedelta(hours=2)).time(), (local + timedelta(hours=4)).time())
    async with Bridge.open(postgres_url, replace(CONFIG, quiet_hours=quiet)) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 2)])
        (row,) = await bridge.notices(code)
        assert (row["state"], row["reason"]) == ("pending", None)
        assert row["due_at"] <= datetime.now(UTC)


def _deadline(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("deadline", "state"),
    [
        (lambda: _deadline(20), "pending"),
        (lambda: _deadline(30), "held"),
        (lambda: datetime.now(ZONE).date().isoformat(), "pending"),
        (lambda: (datetime.now(ZONE) + timedelta(days=3)).date().isoformat(), "held"),
        (lambda: None, "held"),
    ],
    ids=["20 hours", "30 hours", "today", "in three days", "none"],
)
async def test_only_a_demand_that_ends_within_a_day_is_told_at_night(
    postgres_url: str, deadline: Any, state: str
) -> None:
    config, _ = _quiet_now()
    async with Bridge.open(postgres_url, config) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 5, supplement={"items": ["Ảnh"], "deadline": deadline()})])
        assert [row["state"] for row in await bridge.notices(code)] == [state]


async def test_an_urgent_demand_overtakes_what_the_night_holds_and_nothing_older_follows_it(postgres_url: str) -> None:
    config, _ = _quiet_now()
    async with Bridge.open(postgres_url, config) as bridge:
        code, other = new_code(), new_code()
        await bridge.take([raw_event(code, 2), raw_event(other, 2)])
        await bridge.take([raw_event(code, 5, minute=5, supplement={"items": ["Ảnh"], "deadline": _deadline(20)})])
        told = [(row["kind"], row["state"], row["reason"]) for row in await bridge.notices(code)]
        assert told == [("accepted", "superseded", "overtaken"), ("supplement", "pending", None)]
        assert [row["state"] for row in await bridge.notices(other)] == ["held"]
        [claimed] = await notices.claim_due(bridge.database, bridge.cipher, lane="status", limit=10, lease_seconds=60)
        assert claimed.urgent_until is not None, "the worker knows that the night does not hold this one"
        assert timedelta(hours=19) < claimed.urgent_until - datetime.now(UTC) < timedelta(hours=21)


async def test_a_notice_that_cannot_be_composed_goes_to_the_officers_list_and_holds_nobody_up(
    bridge: Bridge, tmp_path: Path
) -> None:
    source = Path(composition.__file__).parent / "templates"
    for path in source.rglob("*.toml"):
        copy = tmp_path / path.relative_to(source)
        copy.parent.mkdir(exist_ok=True)
        text = path.read_text(encoding="utf-8")
        copy.write_text(text.replace("{{ agency", "{{ gone.agency") if path.stem == "finished" else text)
    composer = Composer(CompositionConfig(sensitive_procedures=(), hotline="1022", zone=ZONE), tmp_path)
    broken = Bridge(bridge.database, composer=composer)
    code = new_code()
    results = await broken.take(history(code, [2, 9]))
    assert [r.outcome.value for r in results] == ["accepted", "accepted"]
    rows = await broken.notices(code)
    assert [(row["kind"], row["state"], row["reason"]) for row in rows] == [
        ("accepted", "pending", None),
        ("finished", "failed", "composition"),
    ]


async def test_a_stop_with_a_reason_is_a_refusal_when_stops_are_off(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, FIVE_ONLY) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 8, reason="Không đủ điều kiện")])
        assert await bridge.told(code) == [Notice.REFUSED]


async def test_the_answer_has_the_contracts_form(bridge: Bridge) -> None:
    code = new_code()
    (taken,) = await bridge.take([raw_event(code.lower(), 2, event_id="evt-0001")])
    assert taken.as_json() == {"id": "evt-0001", "outcome": "accepted", "dossier": code, "notice": "accepted"}
    (again,) = await bridge.take([raw_event(code, 2, event_id="evt-0001")])
    assert again.as_json() == {"id": "evt-0001", "outcome": "duplicate", "dossier": code, "notice": None}


async def test_an_id_with_quotes_tabs_and_backslashes_is_stored_as_it_is(bridge: Bridge) -> None:
    odd = "a\\N'\"; DROP TABLE notices; -- {x} %s \\. " + uuid.uuid4().hex
    (result,) = await bridge.take([raw_event(new_code(), 2, event_id=odd, reason="\\N \\t 'x'")])
    assert result.id == odd.strip()
    assert (await bridge.rows("SELECT event_id FROM dossier_events"))[0]["event_id"] == odd.strip()
