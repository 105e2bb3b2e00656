"""Accepted notices without a receipt: taken once, settled once, and never against what became known meanwhile."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import dead_ends, notices, recipients, silence
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, Outcome, Receipt
from storage.recipients import ClosedChannel
from storage.silence import Finding, NamedMessage, SilentNotice

NOW = datetime.now(UTC)
PHONE = "84905000001"
STEP = {"channel": "zalo_template", "why": "no_receipt", "outcome": "silent", "next": "next_channel"}


def _notice(dossier: int = 1, ordinal: int = 1, **changes: Any) -> NewNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "dossier_id": dossier,
        "dossier_code": "H17",
        "ordinal": ordinal,
        "event_key": uuid.uuid4(),
        "kind": "supplement",
        "state": "pending",
        "reason": None,
        "demands_action": True,
        "language": "vi",
        "phone": PHONE,
        "content": {"text": "Hồ sơ", "params": {}},
        "due_at": NOW - timedelta(minutes=1),
    }
    return NewNotice(**values | changes)


async def _insert(database: Database, cipher: Cipher, *made: NewNotice) -> None:
    async with database.transaction() as connection:
        await notices.insert(connection, made, cipher)


async def _send(
    database: Database,
    cipher: Cipher,
    made: NewNotice,
    *,
    channel: str = "zalo_template",
    message_id: str | None = "m1",
    due: float | None = -1,
) -> None:
    """Write a notice that was accepted, and whose receipt should have come `due` seconds from now."""
    await _insert(database, cipher, made)
    claimed = await notices.claim_due(database, cipher, lane="status", limit=100, lease_seconds=60)
    outcomes = [
        Outcome(
            one.id,
            one.created_at,
            one.token,
            "accepted",
            "accepted",
            0,
            due_in_seconds=due,
            channel=channel,
            message_id=message_id,
        )
        for one in claimed
    ]
    await notices.record_outcomes(database, outcomes)


async def _claim(database: Database, cipher: Cipher, *, lease_seconds: float = 60) -> list[SilentNotice]:
    return await silence.claim(database, cipher, limit=10, lease_seconds=lease_seconds)


def _finding(one: SilentNotice, state: str = "pending", **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "id": one.notice.id,
        "created_at": one.notice.created_at,
        "lease_until": one.lease_until,
        "state": state,
        "channel": one.channel,
        "code": "nothing",
        "reason": "no_receipt",
        "message_id": one.message_id,
        "step": STEP,
    }
    return Finding(**values | changes)


async def _outcomes(database: Database, notice: uuid.UUID) -> list[tuple[str, str | None]]:
    return [(one.outcome, one.code) for one in await notices.attempts_of(database, notice)]


async def test_a_notice_whose_receipt_is_overdue_is_taken_by_one_at_a_time(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice())
    both = await asyncio.gather(_claim(database, cipher), _claim(database, cipher))
    (one,) = [*both[0], *both[1]]
    assert (one.notice.id, one.channel, one.message_id, one.checks) == (made.id, "zalo_template", "m1", 1)
    assert (one.notice.phone, one.notice.content["text"]) == (PHONE, "Hồ sơ")
    assert await _claim(database, cipher) == []


async def test_a_question_whose_asker_died_is_asked_again(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, _notice())
    await _claim(database, cipher, lease_seconds=-1)
    (again,) = await _claim(database, cipher)
    assert again.checks == 2


@pytest.mark.parametrize("due", [None, 3600])
async def test_what_rests_or_has_time_is_left_alone(database: Database, cipher: Cipher, due: float | None) -> None:
    await _send(database, cipher, _notice(), due=due)
    assert await _claim(database, cipher) == []


async def test_nobody_is_asked_about_while_the_brake_is_on(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, _notice())
    async with database.transaction() as connection:
        await connection.execute("UPDATE brake SET engaged = true")
    try:
        assert await _claim(database, cipher) == []
    finally:
        async with database.transaction() as connection:
            await connection.execute("UPDATE brake SET engaged = false")
    assert len(await _claim(database, cipher)) == 1


async def test_the_next_channel_gets_it_from_its_first_rung_and_every_step_is_kept(
    database: Database, cipher: Cipher
) -> None:
    await _send(database, cipher, made := _notice())
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one, latency_ms=12)])
    assert (settled.id, settled.state, settled.lane) == (made.id, "pending", "status")
    view = await notices.get(database, made.id)
    assert view
    assert (view.state, view.reason, view.possible_duplicate, view.tries) == ("pending", "no_receipt", True, 0)
    assert view.route[-1] == STEP
    assert await _outcomes(database, made.id) == [("accepted", None), ("asked", "nothing"), ("silent", "m1")]
    (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
    assert claimed.sends == 2


async def test_the_older_never_follows_a_newer_one(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice(1, 1))
    await _insert(database, cipher, _notice(1, 2, state="held"), _notice(1, 2, role="owner", state="held"))
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one)])
    assert settled.state == "accepted"
    view = await notices.get(database, made.id)
    assert view
    assert (view.due_at, view.reason, view.possible_duplicate, view.route) == (None, "no_receipt", False, [])
    assert await _outcomes(database, made.id) == [("accepted", None), ("asked", "nothing")]


@pytest.mark.parametrize("newer", [
    {"role": "owner"}, {"state": "no_mobile"}, {"state": "cancelled"}, {"state": "superseded", "reason": "corrected"},
])  # fmt: skip
async def test_what_was_told_to_others_or_never_told_is_no_newer_one(
    database: Database, cipher: Cipher, newer: dict[str, str]
) -> None:
    await _send(database, cipher, _notice(1, 1))
    await _insert(database, cipher, _notice(1, 2, **{"state": "held", **newer}))
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one)])
    assert settled.state == "pending"


async def test_what_was_sent_twice_already_is_never_sent_a_third_time(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice())
    await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=-1)
    assert await notices.settle_doubts(database) == [("status", True)]
    (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60, suspects=True)
    again = Outcome(
        claimed.id,
        claimed.created_at,
        claimed.token,
        "accepted",
        "accepted",
        0,
        due_in_seconds=-1,
        channel="zalo_template",
    )
    await notices.record_outcomes(database, [again])
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one)])
    view = await notices.get(database, made.id)
    assert view
    assert (settled.state, view.reason, view.due_at, view.sends) == ("accepted", "no_receipt", None, 2)


async def test_what_surely_failed_may_go_on_whatever_was_sent_before(database: Database, cipher: Cipher) -> None:
    notice = await _fall_back(database, cipher)
    assert await silence.heard_of_failure(database, ["s1"]) == {notice}
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one, code="failed", reason="not_delivered")])
    assert settled.state == "pending"


async def test_a_sure_failure_is_never_shown_as_accepted_even_where_something_newer_goes_instead(
    database: Database, cipher: Cipher
) -> None:
    await _send(database, cipher, made := _notice(1, 1), channel="sms_esms")
    await _insert(database, cipher, _notice(1, 2, state="held"))
    (one,) = await _claim(database, cipher)
    (settled,) = await silence.settle(database, [_finding(one, code="failed", reason="not_delivered")])
    view = await notices.get(database, made.id)
    assert view
    assert (settled.state, view.reason, view.due_at) == ("failed", "not_delivered", None)
    assert view.route[-1] == STEP


async def test_a_receipt_that_came_while_the_platform_was_asked_wins(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice())
    (one,) = await _claim(database, cipher)
    await notices.apply_receipts(database, [Receipt(made.id)])
    assert await silence.settle(database, [_finding(one)]) == []
    view = await notices.get(database, made.id)
    assert view
    assert (view.state, view.possible_duplicate) == ("delivered", False)


async def test_an_asker_that_was_frozen_beyond_its_lease_changes_nothing(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice())
    (frozen,) = await _claim(database, cipher, lease_seconds=-1)
    (awake,) = await _claim(database, cipher)
    assert await silence.settle(database, [_finding(frozen)]) == []
    (settled,) = await silence.settle(database, [_finding(awake, "accepted", due_in_seconds=300)])
    assert settled.state == "accepted"
    assert await _outcomes(database, made.id) == [("accepted", None), ("asked", "nothing")]
    view = await notices.get(database, made.id)
    assert view
    assert view.due_at is not None


async def test_what_the_platform_says_was_delivered_counts_as_a_receipt(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice())
    (one,) = await _claim(database, cipher)
    await silence.settle(database, [_finding(one, "delivered", code="delivered", reason=None)])
    view = await notices.get(database, made.id)
    assert view
    assert (view.state, view.due_at, view.route) == ("delivered", None, [])
    assert view.delivered_at is not None
    expected = [("accepted", None), ("asked", "delivered"), ("receipt", "delivered")]
    assert sorted(await _outcomes(database, made.id), key=str) == sorted(expected, key=str)


async def _fall_back(database: Database, cipher: Cipher, *, accepted: bool = True) -> uuid.UUID:
    """A notice that Zalo was silent about as m1, and that a gateway took as s1."""
    await _send(database, cipher, made := _notice())
    (one,) = await _claim(database, cipher)
    await silence.settle(database, [_finding(one)])
    if accepted:
        (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
        outcome = Outcome(
            claimed.id,
            claimed.created_at,
            claimed.token,
            "accepted",
            "accepted",
            0,
            channel="sms_esms",
            message_id="s1",
        )
        await notices.record_outcomes(database, [outcome])
    return made.id


async def test_a_late_receipt_finds_the_notice_by_either_messages_id(database: Database, cipher: Cipher) -> None:
    notice = await _fall_back(database, cipher)
    assert await notices.ids_of_messages(database, ["m1", "s1", "x"]) == {"m1": notice, "s1": notice}


@pytest.mark.parametrize(("platform", "message_id", "channel"), [
    ("zalo", "m1", "zalo_template"), ("zalo", None, "zalo_template"), ("sms_esms", "s1", "sms_esms"),
])  # fmt: skip
async def test_a_late_receipt_names_the_channel_that_it_is_of_and_opens_that_one(
    database: Database, cipher: Cipher, platform: str, message_id: str | None, channel: str
) -> None:
    notice = await _fall_back(database, cipher)
    hashed = cipher.lookup_hash(PHONE)
    closed = [ClosedChannel(hashed, name, "unreachable", "-118", 3600) for name in ("zalo_template", "sms_esms")]
    await recipients.close_channels(database, closed)
    assert await notices.apply_receipts(
        database, [Receipt(notice, platform=platform, message_id=message_id)]
    ) == {notice}  # fmt: skip
    last = (await notices.attempts_of(database, notice))[-1]
    assert (last.outcome, last.channel) == ("receipt", channel)
    rows = await database.fetch("SELECT channel FROM reachability")
    assert {row["channel"] for row in rows} == {"zalo_template", "sms_esms"} - {channel}


async def test_a_late_receipt_stops_what_waits_for_the_next_channel(database: Database, cipher: Cipher) -> None:
    notice = await _fall_back(database, cipher, accepted=False)
    await notices.apply_receipts(database, [Receipt(notice, platform="zalo", message_id="m1")])
    assert await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60) == []
    view = await notices.get(database, notice)
    assert view
    assert view.state == "delivered"


@pytest.mark.parametrize("state", ["suppressed", "expired", "cancelled", "superseded", "failed"])
async def test_a_late_receipt_moves_every_final_state_of_what_was_sent(
    database: Database, cipher: Cipher, state: str
) -> None:
    await _send(database, cipher, made := _notice())
    await database.fetch("UPDATE notices SET state = %(state)s RETURNING id", {"state": state})
    assert await notices.apply_receipts(database, [Receipt(made.id)]) == {made.id}


async def test_a_refusal_after_the_message_had_been_taken_still_holds(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, made := _notice())
    await recipients.close_channels(
        database, [ClosedChannel(cipher.lookup_hash(PHONE), "zalo_template", "refused", "-141", 3600)]
    )
    await notices.apply_receipts(database, [Receipt(made.id)])
    assert len(await database.fetch("SELECT 1 FROM reachability")) == 1
    await _send(database, cipher, later := _notice(2))
    await notices.apply_receipts(database, [Receipt(later.id)])
    assert await database.fetch("SELECT 1 FROM reachability") == []


async def test_a_failure_has_the_notice_looked_at_now_and_ends_a_doubt(database: Database, cipher: Cipher) -> None:
    await _send(database, cipher, resting := _notice(1), channel="sms_esms", message_id="s1", due=None)
    await _send(database, cipher, arrived := _notice(2), channel="sms_esms", message_id="s2", due=None)
    await notices.apply_receipts(database, [Receipt(arrived.id)])
    await _insert(database, cipher, doubtful := _notice(3))
    await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=300)
    named = [NamedMessage(doubtful.id, "s3", "sms_esms")]
    assert await silence.adopt_messages(database, named) == {"s3": doubtful.id}
    assert await silence.heard_of_failure(database, ["s1", "s2", "s3", "s4"]) == {resting.id, doubtful.id}
    claimed = {one.notice.id: (one.channel, one.message_id, one.checks) for one in await _claim(database, cipher)}
    assert claimed == {resting.id: ("sms_esms", "s1", 1), doubtful.id: ("sms_esms", "s3", 1)}


async def test_a_failure_of_what_is_about_to_be_sent_again_waits_for_that(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice())
    await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=-1)
    await notices.settle_doubts(database)
    named = NamedMessage(made.id, "s1", "sms_esms", is_failed=True)
    assert await silence.adopt_messages(database, [named]) == {}
    assert await silence.adopt_messages(database, [replace(named, is_failed=False)]) == {"s1": made.id}


@pytest.mark.parametrize(("message_id", "is_taken"), [(None, True), ("s1", False)])
async def test_a_reference_counts_only_where_no_other_id_is_known(
    database: Database, cipher: Cipher, message_id: str | None, is_taken: bool
) -> None:
    made = _notice()
    # After code 124 the platform's id is not known, so our own reference stands in its place.
    await _send(database, cipher, made, channel="sms_esms", message_id=message_id or notices.tracking_id(made.id))
    named = [NamedMessage(made.id, "s9", "sms_esms")]
    assert await silence.adopt_messages(database, named) == ({"s9": made.id} if is_taken else {})
    assert await silence.adopt_messages(database, named) == {}, "one time only"


async def test_the_report_of_a_short_message_that_is_about_to_be_repeated_finds_its_notice(
    database: Database, cipher: Cipher
) -> None:
    await _insert(database, cipher, made := _notice())
    (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
    step = {"channel": "sms_esms", "outcome": "in_doubt", "next": "same_channel", "until": NOW.isoformat()}
    lost = Outcome(
        claimed.id,
        claimed.created_at,
        claimed.token,
        "pending",
        "in_doubt",
        1,
        due_in_seconds=600,
        channel="sms_esms",
        step=step,
    )
    await notices.record_outcomes(database, [lost])
    named = [NamedMessage(made.id, "s1", "sms_esms")]
    assert await silence.adopt_messages(database, [NamedMessage(made.id, "x1", "sms_other")]) == {}
    # A failure is looked at once the repeat is accepted; taken now, it would be forgotten by then.
    assert await silence.adopt_messages(database, [NamedMessage(made.id, "s1", "sms_esms", is_failed=True)]) == {}
    assert await silence.adopt_messages(database, named) == {"s1": made.id}
    await notices.apply_receipts(database, [Receipt(made.id, platform="sms_esms", message_id="s1")])
    view = await notices.get(database, made.id)
    assert view
    assert (view.state, view.due_at) == ("delivered", None)


@pytest.mark.parametrize(("demands_action", "is_listed"), [(True, True), (False, False)])
async def test_what_must_be_acted_on_and_was_never_heard_of_again_stands_on_the_officers_list(
    database: Database, cipher: Cipher, demands_action: bool, is_listed: bool
) -> None:
    made = _notice(demands_action=demands_action)
    await _send(database, cipher, made)
    before = await dead_ends.undelivered(database)
    await database.fetch("UPDATE notices SET reason = 'no_receipt', due_at = NULL WHERE true RETURNING id")
    after = [(one.id, one.state, one.reason) for one in await dead_ends.undelivered(database)]
    assert (list(before), after) == ([], [(made.id, "accepted", "no_receipt")] if is_listed else [])
