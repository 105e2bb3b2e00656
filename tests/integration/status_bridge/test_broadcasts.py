"""Broadcasts from the draft to the start, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from status_bridge.broadcasts.actors import KeyActor
from storage import approvals
from storage.audiences import Audience
from storage.broadcasts import Broadcast, BroadcastRefused
from storage.officers import Officer, Role
from tests.integration.status_bridge.broadcast_office import (
    MESSAGE,
    UNIT,
    BroadcastOffice,
    draft,
    open_broadcast_office,
)


@pytest.fixture
async def office(postgres_url: str) -> AsyncIterator[BroadcastOffice]:
    async with open_broadcast_office(postgres_url) as opened:
        yield opened


@pytest.fixture
async def author(office: BroadcastOffice) -> Officer:
    return await office.hire(Role.AUTHOR)


@pytest.fixture
async def approver(office: BroadcastOffice) -> Officer:
    return await office.hire(Role.APPROVER)


def seen(broadcast: Broadcast) -> bytes:
    """The hash in the form that somebody looks at."""
    assert broadcast.content_hash is not None
    return broadcast.content_hash


async def refusal_of(action: object) -> str:
    """The word by which an action is refused."""
    with pytest.raises(BroadcastRefused) as refused:
        await action  # type: ignore[misc] # a coroutine of any result
    return refused.value.word


async def test_a_broadcast_is_written_counted_approved_by_another_and_started(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    made = await office.desk.create(draft(), author)
    assert (made.state, made.author, made.number[:3]) == ("draft", author.login, "TB-")
    counted = await office.desk.estimate(made.number, author)
    assert counted.estimate is not None
    assert (counted.estimate.people, counted.estimate.by_channel) == (3, {"zalo_template": 3})
    submitted = await office.desk.submit(made.number, author)
    assert submitted.state == "submitted"
    approved = await office.desk.decide(made.number, approver, "approved", seen(submitted).hex(), "Đã xem")
    assert approved.state == "approved"
    started = await office.desk.start(made.number, author)
    assert started.state == "preparing"
    assert started.started_at is not None
    assert office.rung == ["broadcast"]
    done = [row.action for row in await office.desk.history(started)]
    assert done[::-1] == [f"broadcast.{verb}" for verb in ("create", "estimate", "submit", "approve", "start")]


async def test_below_the_thresholds_nobody_else_must_look_and_the_log_says_so(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    approved = await office.submitted(author)
    assert approved.state == "approved"
    newest = (await office.desk.history(approved))[0]
    assert (newest.action, newest.detail["because"]) == ("broadcast.approve", "below_thresholds")


async def test_a_cost_above_the_threshold_needs_a_second_person_as_well(
    office: BroadcastOffice, author: Officer
) -> None:
    office.choose(approval_cost_vnd=200)
    await office.people(1)
    assert (await office.submitted(author)).state == "submitted"


async def test_what_was_not_counted_is_not_submitted(office: BroadcastOffice, author: Officer) -> None:
    await office.people(1)
    made = await office.desk.create(draft(), author)
    assert await refusal_of(office.desk.submit(made.number, author)) == "estimate_missing"
    await office.desk.estimate(made.number, author)
    await office.desk.change(made.number, draft(title="Cúp nước"), author)
    assert await refusal_of(office.desk.submit(made.number, author)) == "estimate_missing"
    await office.desk.estimate(made.number, author)
    office.time = datetime.now(UTC) + timedelta(hours=25)
    assert await refusal_of(office.desk.submit(made.number, author)) == "estimate_old"


async def test_a_broadcast_to_nobody_is_not_submitted(office: BroadcastOffice, author: Officer) -> None:
    made = await office.counted(author)
    assert await refusal_of(office.desk.submit(made.number, author)) == "nobody_reached"


async def test_nobody_decides_on_their_own_nor_on_what_they_helped_to_write(office: BroadcastOffice) -> None:
    await office.people(3)
    first = await office.hire(Role.AUTHOR, Role.APPROVER)
    second = await office.hire(Role.AUTHOR, Role.APPROVER)
    made = await office.counted(first)
    await office.desk.change(made.number, draft(title="Cúp điện ngày mai"), second)
    await office.desk.estimate(made.number, first)
    submitted = await office.desk.submit(made.number, first)
    for one in (first, second):
        for decision in ("approved", "sent_back"):
            refused = office.desk.decide(made.number, one, decision, seen(submitted), "vì")
            assert await refusal_of(refused) == "own_broadcast"
    third = await office.hire(Role.APPROVER, unit="H17")
    assert (await office.desk.decide(made.number, third, "approved", seen(submitted))).state == "approved"


@pytest.mark.parametrize(
    ("roles", "unit", "word"),
    [
        ((Role.AUTHOR,), UNIT, "not_allowed"),
        ((Role.VIEWER, Role.ADMINISTRATOR), UNIT, "not_allowed"),
        ((Role.APPROVER,), "H17.33.20", "unknown"),
        ((Role.APPROVER,), "H17.33.2.1", "unknown"),
    ],
)
async def test_only_an_approver_of_the_unit_decides(
    office: BroadcastOffice, author: Officer, roles: tuple[Role, ...], unit: str, word: str
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    other = await office.hire(*roles, unit=unit)
    assert await refusal_of(office.desk.decide(submitted.number, other, "approved", seen(submitted))) == word


async def test_a_key_writes_in_its_unit_and_approves_nothing(office: BroadcastOffice, approver: Officer) -> None:
    await office.people(3)
    key = KeyActor("ab12cd34", "H17.33")
    submitted = await office.desk.create(draft(), key)
    assert submitted.author == "key:ab12cd34"
    await office.desk.estimate(submitted.number, key)
    submitted = await office.desk.submit(submitted.number, key)
    assert await refusal_of(office.desk.decide(submitted.number, key, "approved", seen(submitted))) == "only_officers"
    assert await refusal_of(office.desk.create(draft(unit="H17.34"), key)) == "not_allowed"
    await office.desk.decide(submitted.number, approver, "approved", seen(submitted))
    assert (await office.desk.start(submitted.number, key)).state == "preparing"


async def test_roles_that_were_taken_away_count_no_more_though_a_page_is_open(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    await office.run("DELETE FROM officer_roles WHERE officer_id = %(id)s RETURNING 1", id=approver.id)
    assert await refusal_of(office.desk.decide(submitted.number, approver, "approved", seen(submitted))) == "unknown"
    await office.run("UPDATE officers SET disabled_at = now() WHERE id = %(id)s RETURNING 1", id=author.id)
    assert await refusal_of(office.desk.cancel(submitted.number, author)) == "unknown"
    assert await refusal_of(office.desk.create(draft(), author)) == "not_allowed"


async def test_another_hash_than_that_of_the_present_content_decides_nothing(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    for wrong in (bytes(32), "not hex", seen(submitted)[:-1]):
        assert await refusal_of(office.desk.decide(submitted.number, approver, "approved", wrong)) == "content_changed"


@pytest.mark.parametrize("state", ["submitted", "approved"])
async def test_any_change_makes_it_a_draft_again_and_voids_approvals(
    office: BroadcastOffice, author: Officer, approver: Officer, state: str
) -> None:
    await office.people(3)
    before = await office.submitted(author)
    if state == "approved":
        before = await office.desk.decide(before.number, approver, "approved", seen(before))
    assert before.state == state
    after = await office.desk.change(before.number, draft(canary_percent=2), author)
    assert (after.state, after.content_hash, after.estimate) == ("draft", None, None)
    assert await refusal_of(office.desk.start(before.number, author)) == "wrong_state"
    await office.desk.estimate(before.number, author)
    again = await office.desk.submit(before.number, author)
    assert again.state == "submitted"
    assert seen(again) != before.content_hash


async def test_the_same_content_again_changes_nothing(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    approved = await office.desk.decide(submitted.number, approver, "approved", seen(submitted))
    assert await office.desk.change(approved.number, approved.draft, author) == approved


async def test_going_back_to_the_content_that_was_approved_needs_approval_again(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    first = await office.submitted(author)
    await office.desk.decide(first.number, approver, "approved", seen(first))
    await office.desk.change(first.number, draft(title="Khác"), author)
    await office.desk.change(first.number, draft(), author)
    await office.desk.estimate(first.number, author)
    again = await office.desk.submit(first.number, author)
    assert (again.state, seen(again)) == ("submitted", seen(first))
    assert (await office.desk.decide(first.number, approver, "approved", seen(again))).state == "approved"


async def test_what_is_sent_back_is_a_draft_with_a_reason_and_may_come_again(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    number = submitted.number
    assert await refusal_of(office.desk.decide(number, approver, "sent_back", seen(submitted))) == "comment_missing"
    back = await office.desk.decide(number, approver, "sent_back", seen(submitted), "Gọi 0905 123 456 nhé")
    assert (back.state, back.reason) == ("draft", "sent_back")
    [said] = await office.desk.decisions(back)
    assert (said.decision, said.comment) == ("sent_back", "Gọi [số đã ẩn] nhé")
    again = await office.desk.submit(number, author)
    assert (await office.desk.decide(number, approver, "approved", seen(again))).state == "approved"


async def test_an_urgent_one_needs_two_different_approvers_however_small(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(1)
    submitted = await office.submitted(author, urgent=True)
    first = await office.desk.decide(submitted.number, approver, "approved", seen(submitted))
    assert first.state == "submitted"
    again = office.desk.decide(submitted.number, approver, "approved", seen(submitted))
    assert await refusal_of(again) == "decided_already"
    second = await office.hire(Role.APPROVER)
    assert (await office.desk.decide(submitted.number, second, "approved", seen(submitted))).state == "approved"


async def test_one_person_who_approves_many_times_at_once_counts_once(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(1)
    submitted = await office.submitted(author, urgent=True)
    tries = [office.desk.decide(submitted.number, approver, "approved", seen(submitted)) for _ in range(6)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Broadcast", *["BroadcastRefused"] * 5]
    found = await office.desk.find(submitted.number)
    assert found is not None
    assert found.state == "submitted"
    assert len(await approvals.all_of(office.database, found.id)) == 1


async def test_of_two_approvers_at_once_one_is_late_and_it_is_approved_once(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    other = await office.hire(Role.APPROVER)
    submitted = await office.submitted(author)
    both = [office.desk.decide(submitted.number, one, "approved", seen(submitted)) for one in (approver, other)]
    results = await asyncio.gather(*both, return_exceptions=True)
    [late] = [one for one in results if isinstance(one, BroadcastRefused)]
    assert (late.word, late.values) == ("wrong_state", {"state": "approved"})


async def test_a_change_and_an_approval_at_once_never_approve_what_nobody_saw(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    for place in range(6):
        number, content = submitted.number, seen(submitted)
        results = await asyncio.gather(
            office.desk.change(number, draft(title=f"Khác {place}"), author),
            office.desk.decide(number, approver, "approved", content),
            return_exceptions=True,
        )
        assert not isinstance(results[0], BaseException)
        if isinstance(results[1], BroadcastRefused):
            assert results[1].word == "wrong_state"
        found = await office.desk.find(number)
        assert found is not None
        assert (found.state, found.title) == ("draft", f"Khác {place}")
        await office.desk.estimate(number, author)
        submitted = await office.desk.submit(number, author)
        assert submitted.state == "submitted"


async def test_an_approval_waits_for_the_change_that_was_first_and_then_sees_it(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(3)
    submitted = await office.submitted(author)
    async with office.database.transaction() as connection:
        await connection.execute("SELECT 1 FROM broadcasts WHERE id = %s FOR UPDATE", (submitted.id,))
        deciding = asyncio.create_task(office.desk.decide(submitted.number, approver, "approved", seen(submitted)))
        await asyncio.sleep(0.2)
        assert not deciding.done()
        await connection.execute("UPDATE broadcasts SET title = 'Khác' WHERE id = %s", (submitted.id,))
    assert await refusal_of(deciding) == "content_changed"


async def test_what_is_of_another_unit_looks_like_nothing(office: BroadcastOffice, author: Officer) -> None:
    made = await office.desk.create(draft(), author)
    stranger = await office.hire(Role.AUTHOR, Role.APPROVER, unit="H17.34.1")
    desk = office.desk
    for action in (
        desk.change(made.number, draft(unit="H17.34.1", audience=Audience(units=("H17.34.1",))), stranger),
        desk.estimate(made.number, stranger),
        desk.preview(made.number, stranger),
        desk.test_send(made.number, "0905000001", stranger),
        desk.submit(made.number, stranger),
        desk.start(made.number, stranger),
        desk.pause(made.number, stranger),
        desk.resume(made.number, stranger),
        desk.cancel(made.number, stranger),
        desk.status(made.number, units=["H17.34.1"]),
        desk.cancel("TB-AAAAAAAA", author),
    ):
        assert await refusal_of(action) == "unknown"
    assert await desk.find(made.number, units=["H17.34.1"]) is None
    assert await desk.search(["H17.34.1"]) == []
    assert [one.number for one in await desk.search(["H17.33"], "draft")][:1] == [made.number]


async def test_it_pauses_goes_on_where_it_was_and_is_cancelled_for_good(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    number = (await office.submitted(author)).number
    assert await refusal_of(office.desk.pause(number, author)) == "wrong_state"
    await office.desk.start(number, author)
    administrator = await office.hire(Role.ADMINISTRATOR)
    for state in ("preparing", "canary", "sending"):
        await office.run(
            "UPDATE broadcasts SET state = %(state)s WHERE number = %(n)s RETURNING 1", state=state, n=number
        )
        paused = await office.desk.pause(number, administrator)
        assert (paused.state, paused.resumes_as) == ("paused", state)
        assert await refusal_of(office.desk.pause(number, author)) == "wrong_state"
        assert (await office.desk.resume(number, author)).state == state
    await office.run(
        "UPDATE broadcasts SET state = 'halted', resumes_as = 'canary' WHERE number = %(n)s RETURNING 1", n=number
    )
    assert await refusal_of(office.desk.resume(number, administrator)) == "not_allowed"
    assert (await office.desk.resume(number, author)).state == "canary"
    assert (await office.desk.cancel(number, author)).state == "cancelled"
    for action in (office.desk.cancel, office.desk.resume, office.desk.pause, office.desk.start, office.desk.submit):
        assert await refusal_of(action(number, author)) == "wrong_state"
    assert await refusal_of(office.desk.change(number, draft(), author)) == "wrong_state"


async def test_pausing_and_cancelling_at_once_end_in_a_cancelled_one(office: BroadcastOffice, author: Officer) -> None:
    await office.people(1)
    number = (await office.submitted(author)).number
    await office.desk.start(number, author)
    await asyncio.gather(
        *(office.desk.pause(number, author) for _ in range(3)),
        office.desk.cancel(number, author),
        return_exceptions=True,
    )
    found = await office.desk.find(number)
    assert found is not None
    assert found.state == "cancelled"


async def test_a_planned_one_waits_for_its_moment_and_begins_by_itself(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    moment = datetime.now(UTC) + timedelta(hours=2)
    planned = await office.submitted(author, scheduled_at=moment)
    earlier = office.desk.start(planned.number, author, at=moment - timedelta(hours=1))
    assert await refusal_of(earlier) == "schedule_earlier"
    waiting = await office.desk.start(planned.number, author)
    assert (waiting.state, waiting.start_at) == ("approved", moment)
    assert await office.desk.begin_due() == []
    await office.run("UPDATE broadcasts SET start_at = now() WHERE id = %(id)s RETURNING 1", id=planned.id)
    begun = await asyncio.gather(office.desk.begin_due(), office.desk.begin_due())
    assert sorted(map(len, begun)) == [0, 1]
    found = await office.desk.find(planned.number)
    assert found is not None
    assert found.state == "preparing"
    assert next(row.actor for row in await office.desk.history(found)) == "system"


async def test_an_audience_that_has_grown_since_is_looked_at_again(
    office: BroadcastOffice, author: Officer, approver: Officer
) -> None:
    await office.people(1)
    alone = await office.submitted(author)
    await office.people(1, first=2)
    assert await refusal_of(office.desk.start(alone.number, author)) == "audience_grew"
    found = await office.desk.find(alone.number)
    assert found is not None
    assert (found.state, found.reason) == ("draft", "audience_grew")
    await office.desk.estimate(alone.number, author)
    submitted = await office.desk.submit(alone.number, author)
    await office.desk.decide(alone.number, approver, "approved", seen(submitted))
    await office.people(3, first=10)
    assert (await office.desk.start(alone.number, author)).state == "preparing"


async def test_advertising_keeps_to_its_hours_at_submission_start_and_resumption(office: BroadcastOffice) -> None:
    author = await office.hire(Role.AUTHOR)
    await office.people(1)
    await office.town.subscribe("84905000001", "events")
    audience = Audience(kind="subscribers", category="events", units=(UNIT,))
    day = datetime.now(UTC).date()
    noon = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)  # in Đà Nẵng
    night = noon + timedelta(hours=10, minutes=30)
    office.time = noon
    plan = draft(purpose="advertising", category="events", audience=audience, message=replace_text())
    made = await office.desk.create(plan, author)
    await office.desk.estimate(made.number, author)
    assert (await office.desk.submit(made.number, author)).state == "approved"
    office.time = night
    assert await refusal_of(office.desk.start(made.number, author)) == "advertising_hours"
    late = office.desk.create(draft(**dict(plan) | {"scheduled_at": night + timedelta(minutes=5)}), author)
    assert await refusal_of(late) == "advertising_hours"
    await office.run(
        "UPDATE broadcasts SET start_at = now() - interval '1 day' WHERE id = %(id)s RETURNING 1", id=made.id
    )
    assert await office.desk.begin_due() == []
    found = await office.desk.find(made.number)
    assert found is not None
    assert found.state == "approved"
    assert found.start_at == night.replace(hour=0, minute=0) + timedelta(days=1)  # 07:00 in Đà Nẵng
    office.time = noon
    await office.desk.start(made.number, author)
    await office.desk.pause(made.number, author)
    office.time = night
    assert await refusal_of(office.desk.resume(made.number, author)) == "advertising_hours"


def replace_text() -> object:
    """A message without placeholders: subscribers have none."""
    return MESSAGE.model_copy(update={"text": "Hội chợ cuối tuần."})


async def test_every_act_is_in_the_log_with_it_or_not_at_all(office: BroadcastOffice, author: Officer) -> None:
    await office.people(1)
    made = await office.counted(author)
    office.choose(approval_people=0)
    rows = len(await office.desk.history(made))
    await refusal_of(office.desk.start(made.number, author))
    assert len(await office.desk.history(made)) == rows
    assert all("84905" not in str(row.detail) for row in await office.desk.history(replace(made)))
