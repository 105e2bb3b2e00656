"""Claims in the order of each dossier, and outcomes that only the holder of the token may record."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import notices, waiting
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import ClaimedNotice, NewNotice, NoticeView, Outcome, Receipt

NOW = datetime.now(UTC)


def _notice(dossier: int, ordinal: int, **changes: Any) -> NewNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "dossier_id": dossier,
        "dossier_code": f"H17-260302-{dossier:04d}",
        "ordinal": ordinal,
        "event_key": uuid.uuid4(),
        "kind": "accepted",
        "state": "pending",
        "reason": None,
        "demands_action": True,
        "language": "vi",
        "phone": "84905000001",
        "content": {"text": "Hồ sơ", "params": {"ma_ho_so": "H17"}},
        "due_at": NOW - timedelta(minutes=1),
    }
    return NewNotice(**values | changes)


async def _insert(database: Database, cipher: Cipher, *made: NewNotice) -> None:
    async with database.transaction() as connection:
        await notices.insert(connection, made, cipher)


async def _claim(
    database: Database, cipher: Cipher, *, limit: int = 100, lease_seconds: float = 60
) -> list[ClaimedNotice]:
    return await notices.claim_due(database, cipher, lane="status", limit=limit, lease_seconds=lease_seconds)


def _outcome(claimed: ClaimedNotice, state: str = "accepted", **changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "id": claimed.id,
        "created_at": claimed.created_at,
        "token": claimed.token,
        "state": state,
        "outcome": "accepted" if state == "accepted" else "refused",
        "tries": claimed.tries + 1,
        "channel": "zalo_template",
    }
    return Outcome(**values | changes)


async def _get(database: Database, notice: uuid.UUID) -> NoticeView:
    found = await notices.get(database, notice)
    assert found is not None
    return found


async def test_a_claimed_notice_brings_what_is_needed_to_send_it(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher)
    assert (claimed.id, claimed.phone, claimed.content, claimed.sends) == (made.id, made.phone, made.content, 1)
    view = await _get(database, made.id)
    assert (view.state, view.sends) == ("sending", 1)
    assert await _claim(database, cipher) == []


async def test_a_dossiers_notices_are_claimed_one_after_the_other(database: Database, cipher: Cipher) -> None:
    first, second, other = _notice(1, 1), _notice(1, 2, due_at=NOW - timedelta(hours=1)), _notice(2, 1)
    await _insert(database, cipher, second, first, other)
    claimed = await _claim(database, cipher)
    assert {each.id for each in claimed} == {first.id, other.id}
    assert await _claim(database, cipher) == []
    (of_first,) = [each for each in claimed if each.id == first.id]
    await notices.record_outcomes(database, [_outcome(of_first)])
    assert [each.id for each in await _claim(database, cipher)] == [second.id]


@pytest.mark.parametrize(
    ("earlier", "is_overtaken"),
    [("held", False), ("pending", False), ("sending", False), ("in_doubt", True), ("failed", True), ("accepted", True),
     ("no_mobile", True), ("cancelled", True), ("superseded", True)],
)  # fmt: skip
async def test_an_earlier_notice_goes_first_as_long_as_it_may_still_go(
    database: Database, cipher: Cipher, earlier: str, is_overtaken: bool
) -> None:
    later = _notice(1, 2)
    await _insert(database, cipher, _notice(1, 1, state=earlier, due_at=NOW + timedelta(hours=1)), later)
    assert [each.id for each in await _claim(database, cipher)] == ([later.id] if is_overtaken else [])


async def test_what_is_not_due_or_of_another_lane_is_left_alone(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, _notice(1, 1, due_at=NOW + timedelta(hours=1)), _notice(2, 1, lane="broadcast"))
    assert await _claim(database, cipher) == []
    assert (await notices.due_lanes(database)).keys() == {"broadcast"}


async def test_twenty_at_once_send_everything_once_and_each_dossier_in_order(
    database: Database, cipher: Cipher
) -> None:
    made = [_notice(dossier, ordinal) for ordinal in (1, 2, 3, 4) for dossier in range(15)]
    await _insert(database, cipher, *made)
    place = {notice.id: (notice.dossier_id, notice.ordinal) for notice in made}
    sent: list[tuple[int, int]] = []

    async def work() -> None:
        async with asyncio.timeout(30):
            while len(sent) < len(made):
                claimed = await _claim(database, cipher, limit=5)
                sent.extend(place[each.id] for each in claimed)
                await notices.record_outcomes(database, [_outcome(each) for each in claimed])

    await asyncio.gather(*(work() for _ in range(20)))
    assert len(sent) == len(set(sent)) == len(made)
    for dossier in range(15):
        assert [ordinal for owner, ordinal in sent if owner == dossier] == [1, 2, 3, 4]


async def test_an_outcome_without_the_token_changes_nothing(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher)
    assert await notices.record_outcomes(database, [_outcome(claimed, token=uuid.uuid4())]) == set()
    assert (await _get(database, made.id)).state == "sending"
    assert await notices.record_outcomes(database, [_outcome(claimed)]) == {made.id}
    assert await notices.record_outcomes(database, [_outcome(claimed, "failed")]) == set()
    assert (await _get(database, made.id)).state == "accepted"
    assert await notices.record_outcomes(database, []) == set()


async def test_a_lease_that_ran_out_is_a_doubt_and_a_late_answer_still_ends_it(
    database: Database, cipher: Cipher
) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher, lease_seconds=-1)
    assert await notices.expire_leases(database, wait_seconds=600) == 1
    assert await notices.expire_leases(database, wait_seconds=600) == 0
    assert (await _get(database, made.id)).state == "in_doubt"
    assert await _claim(database, cipher) == []
    assert await notices.record_outcomes(database, [_outcome(claimed, "failed")]) == set()
    assert await notices.record_outcomes(database, [_outcome(claimed)]) == {made.id}
    assert (await _get(database, made.id)).state == "accepted"


@pytest.mark.parametrize("is_overtaken", [False, True])
async def test_what_certainly_never_left_ends_its_doubt_unless_something_newer_went_out(
    database: Database, cipher: Cipher, is_overtaken: bool
) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=600)
    if is_overtaken:
        await _insert(database, cipher, _notice(1, 2))
        await _claim(database, cipher)
    never_left = _outcome(claimed, "pending", outcome="not_sent", not_sent=True, due_in_seconds=30, reason="retry")
    await notices.record_outcomes(database, [never_left])
    view = await _get(database, made.id)
    assert (view.state, view.sends) == (("in_doubt", 1) if is_overtaken else ("pending", 0))


async def test_a_send_that_never_left_is_taken_back_and_tried_later(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher)
    later = _outcome(claimed, "pending", outcome="not_sent", not_sent=True, due_in_seconds=30, reason="retry")
    await notices.record_outcomes(database, [later])
    view = await _get(database, made.id)
    assert (view.state, view.sends, view.tries) == ("pending", 0, 1)
    assert view.due_at is not None
    assert view.due_at > NOW + timedelta(seconds=20)


@pytest.mark.parametrize(("demands_action", "newer_state", "again"), [
    (True, None, True), (False, None, False), (True, "accepted", False), (True, "no_mobile", True),
    (True, "superseded", False),
])  # fmt: skip
async def test_a_doubt_is_sent_again_once_when_it_matters_and_nothing_newer_went_out(
    database: Database, cipher: Cipher, demands_action: bool, newer_state: str | None, again: bool
) -> None:
    await _insert(database, cipher, made := _notice(1, 1, demands_action=demands_action))
    await _claim(database, cipher, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=-1)
    if newer_state:
        await _insert(database, cipher, _notice(1, 2, state=newer_state))
    assert await notices.settle_doubts(database) == [("status", again)]
    view = await _get(database, made.id)
    assert (view.state, view.possible_duplicate) == ("pending" if again else "in_doubt", again)
    assert await notices.settle_doubts(database) == []
    if again:
        # A worker died with it, so it is claimed by itself (test_poison.py).
        (claimed,) = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60, suspects=True)
        assert claimed.sends == 2
        lost = _outcome(claimed, "in_doubt", outcome="in_doubt", due_in_seconds=-1)
        await notices.record_outcomes(database, [lost])
        assert await notices.settle_doubts(database) == [("status", False)]


async def test_a_mistake_that_was_taken_back_does_not_keep_a_doubt_from_being_sent_again(
    database: Database, cipher: Cipher
) -> None:
    await _insert(database, cipher, _notice(1, 1))
    await _claim(database, cipher, lease_seconds=-1)
    await notices.expire_leases(database, wait_seconds=-1)
    await _insert(database, cipher, _notice(1, 2, state="superseded", reason="corrected"))
    assert await notices.settle_doubts(database) == [("status", True)]


async def test_a_receipt_that_overtakes_our_own_record_is_kept(database: Database, cipher: Cipher) -> None:
    await _insert(database, cipher, made := _notice(1, 1))
    (claimed,) = await _claim(database, cipher)
    assert await notices.apply_receipts(database, [Receipt(made.id, read=True, rating=5), Receipt(made.id)]) == {
        made.id
    }
    assert await notices.record_outcomes(database, [_outcome(claimed, message_id="m1")]) == {made.id}
    view = await _get(database, made.id)
    assert (view.state, view.rating, view.platform_message_id) == ("read", 5, "m1")
    assert await notices.ids_of_messages(database, ["m1", "m2"]) == {"m1": made.id}


async def test_a_held_notice_is_released_at_its_hour(database: Database, cipher: Cipher) -> None:
    ripe, unripe = _notice(1, 1, state="held"), _notice(2, 1, state="held", due_at=NOW + timedelta(hours=1))
    await _insert(database, cipher, ripe, unripe)
    assert await waiting.release_held(database) == {"status"}
    assert [each.id for each in await _claim(database, cipher)] == [ripe.id]
    assert await notices.count_states(database) == {"sending": 1, "held": 1}


async def test_states_not_at_rest_are_counted_from_indexes_alone(database: Database, cipher: Cipher) -> None:
    states = ("held", "pending", "sending", "in_doubt", "failed", "no_mobile", "accepted", "read", "cancelled")
    await _insert(database, cipher, *(_notice(number, 1, state=state) for number, state in enumerate(states)))
    assert await notices.count_states(database) == dict.fromkeys(states[:6], 1)
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await (await connection.execute("EXPLAIN " + notices._Q["count_states"])).fetchall()
    assert not [row for row in plan if "Seq Scan on notices_" in str(row)]


async def test_a_person_may_try_a_dead_end_again(database: Database, cipher: Cipher) -> None:
    failed, alone, waiting = _notice(1, 1, state="failed"), _notice(2, 1, state="failed", phone=None), _notice(3, 1)
    await _insert(database, cipher, failed, alone, waiting)
    assert [await notices.retry(database, each.id) for each in (failed, alone, waiting)] == ["status", None, None]
    assert {each.id for each in await _claim(database, cipher)} == {failed.id, waiting.id}


async def test_a_dead_end_is_not_tried_again_behind_a_newer_notice_or_without_words(
    database: Database, cipher: Cipher
) -> None:
    overtaken, newer = _notice(1, 1, state="failed"), _notice(1, 2)
    wordless = _notice(2, 1, state="failed", reason="composition")
    await _insert(database, cipher, overtaken, newer, wordless)
    assert await notices.retry(database, overtaken.id) == "status", "the newer one has not gone out yet"
    await database.fetch("UPDATE notices SET state = 'failed' WHERE id = %(id)s RETURNING id", {"id": overtaken.id})
    [claimed] = await _claim(database, cipher)
    await notices.record_outcomes(database, [_outcome(claimed)])
    assert [await notices.retry(database, each.id) for each in (overtaken, wordless)] == [None, None]


async def test_a_dead_end_whose_newer_notice_was_said_in_a_merged_message_is_not_tried_again(
    database: Database, cipher: Cipher
) -> None:
    older, merged = _notice(1, 1, state="failed"), _notice(1, 2, state="superseded", reason="merged")
    await _insert(database, cipher, older, merged)
    await database.fetch(
        "UPDATE notices SET merged_into = gen_random_uuid() WHERE id = %(id)s RETURNING id", {"id": merged.id}
    )
    assert await notices.retry(database, older.id) is None


async def test_who_has_an_address_but_no_phone_may_be_tried_again(database: Database, cipher: Cipher) -> None:
    by_letter = _notice(1, 1, state="failed", phone=None, email="a@example.vn")
    await _insert(database, cipher, by_letter)
    assert await notices.retry(database, by_letter.id) == "status"


async def test_an_outcome_that_is_recorded_twice_is_one_attempt_and_one_step(
    database: Database, cipher: Cipher
) -> None:
    # When the answer to a commit is lost the record is repeated.
    await _insert(database, cipher, _notice(1, 1))
    [claimed] = await _claim(database, cipher)
    outcome = _outcome(claimed, step={"channel": "zalo_template", "why": "phone_in_dossier"})
    await notices.apply_receipts(database, [Receipt(claimed.id)])
    for _ in range(2):
        await notices.record_outcomes(database, [outcome])
    view = await notices.get(database, claimed.id)
    assert view is not None
    assert list(view.route) == [outcome.step]
    attempts = [attempt.outcome for attempt in await notices.attempts_of(database, claimed.id)]
    assert sorted(attempts) == ["accepted", "receipt"]


async def test_notices_are_found_by_state_and_dossier(database: Database, cipher: Cipher) -> None:
    made = [_notice(1, 1), _notice(1, 2, state="failed"), _notice(2, 1)]
    await _insert(database, cipher, *made)
    assert [view.id for view in await notices.of_dossier(database, 1)] == [made[0].id, made[1].id]
    assert [view.id for view in await notices.search(database, state="failed")] == [made[1].id]
    assert {view.id for view in await notices.search(database, code="H17-260302-0001")} == {made[0].id, made[1].id}
    assert len(await notices.search(database, limit=2)) == 2
    assert await notices.get(database, uuid.uuid4()) is None
