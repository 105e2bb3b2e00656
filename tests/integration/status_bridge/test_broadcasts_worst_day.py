"""The worst day at the desk: two officers at once, a plan that does not hold any more, a program that goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from status_bridge.broadcasts.actors import KeyActor
from storage.broadcasts import Broadcast, BroadcastRefused
from storage.officers import Officer, Role
from tests.integration.status_bridge.broadcast_office import (
    CONFIG,
    MESSAGE,
    UNIT,
    BroadcastOffice,
    open_broadcast_office,
)
from tests.integration.status_bridge.test_broadcasts import refusal_of, seen
from tests.integration.status_bridge.test_broadcasts_counting import to_list, upload

PUT = "UPDATE broadcasts SET state = %(state)s, resumes_as = %(then)s WHERE id = %(id)s RETURNING id"


@pytest.fixture
async def office(postgres_url: str) -> AsyncIterator[BroadcastOffice]:
    async with open_broadcast_office(postgres_url) as opened:
        yield opened


@pytest.fixture
async def author(office: BroadcastOffice) -> Officer:
    return await office.hire(Role.AUTHOR)


async def find(office: BroadcastOffice, broadcast: Broadcast) -> Broadcast:
    found = await office.desk.find(broadcast.number)
    assert found is not None
    return found


async def test_an_author_who_approves_for_the_unit_above_decides_on_nothing_of_their_own(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(3)
    grant = "INSERT INTO officer_roles VALUES (%(id)s, %(unit)s, 'approver') RETURNING 1"
    for unit in ("H17.33", "*"):
        await office.run(grant, id=author.id, unit=unit)
    submitted = await office.submitted(author)
    assert (
        await refusal_of(office.desk.decide(submitted.number, author, "approved", seen(submitted))) == "own_broadcast"
    )


async def test_two_approvers_of_an_urgent_one_at_the_same_moment_are_both_counted(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    submitted = await office.submitted(author, urgent=True)
    both = [await office.hire(Role.APPROVER) for _ in range(2)]
    results = await asyncio.gather(
        *(office.desk.decide(submitted.number, one, "approved", seen(submitted)) for one in both)
    )
    assert sorted(one.state for one in results) == ["approved", "submitted"]
    assert (await find(office, submitted)).state == "approved"


async def test_two_officers_who_press_everything_at_once_leave_a_log_that_tells_the_story(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    other = await office.hire(Role.AUTHOR)
    broadcast = await office.desk.start((await office.submitted(author)).number, author)
    desk, number = office.desk, broadcast.number
    for place in range(5):
        acts = [act(number, one) for one in (author, other) for act in (desk.pause, desk.resume, desk.pause)]
        if place == 4:
            acts.append(desk.cancel(number, other))
        results = await asyncio.gather(*acts, return_exceptions=True)
        assert {one.word for one in results if isinstance(one, BroadcastRefused)} <= {"wrong_state"}
        assert not [one for one in results if not isinstance(one, Broadcast | BroadcastRefused)]
    told = Counter(row.action.partition(".")[2] for row in await desk.history(broadcast))
    assert (await find(office, broadcast)).state == "cancelled"
    assert (told["cancel"], told["pause"] - told["resume"] in (0, 1)) == (1, True)


async def test_a_cost_that_grew_over_the_threshold_needs_somebody_else_at_the_start(
    office: BroadcastOffice, author: Officer
) -> None:
    office.choose(approval_people=50, approval_cost_vnd=1000)
    await office.people(4)
    alone = await office.submitted(author)
    assert alone.state == "approved"
    await office.people(1, first=5)
    assert await refusal_of(office.desk.start(alone.number, author)) == "audience_grew"
    assert (await find(office, alone)).state == "draft"


async def test_a_planned_one_that_does_not_begin_is_told_to_staff_once(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    planned = await office.submitted(author)
    await office.desk.start(planned.number, author, at=datetime.now(UTC) + timedelta(hours=1))
    await office.people(1, first=2)
    await office.run("UPDATE broadcasts SET start_at = now() WHERE id = %(id)s RETURNING 1", id=planned.id)
    office.time = datetime.now(UTC) + timedelta(seconds=5)
    assert [await office.desk.begin_due() for _ in range(2)] == [[], []]
    [line] = office.told
    assert (planned.number in line, "nhiều hơn" in line, "\n" in line) == (True, True, False)
    assert (await find(office, planned)).reason == "audience_grew"


async def test_what_the_site_has_given_up_since_the_approval_is_not_sent(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    linked = MESSAGE.model_copy(update={"link": "https://danang.gov.vn/cup-dien", "template_id": "400113"})
    ready = await office.submitted(author, message=linked)
    for change, word in (
        ({"official_domains": ("da-nang.vn",)}, "link_not_official"),
        ({"templates": {}}, "template_"),
    ):
        office.config = replace(CONFIG, **change)
        assert (await refusal_of(office.desk.start(ready.number, author))).startswith(word)
    assert (await find(office, ready)).state == "approved"
    await office.run("UPDATE broadcasts SET start_at = now() WHERE id = %(id)s RETURNING 1", id=ready.id)
    office.time = datetime.now(UTC) + timedelta(seconds=5)
    assert await office.desk.begin_due() == []
    assert ((await find(office, ready)).state, len(office.told)) == ("draft", 1)


async def test_it_is_not_planned_for_a_day_at_which_its_list_is_gone(office: BroadcastOffice, author: Officer) -> None:
    listed = await upload(office, {"so_nha": "12"})  # for a day
    ready = await office.submitted(author, **to_list(listed))
    late = office.desk.start(ready.number, author, at=datetime.now(UTC) + timedelta(days=2))
    assert await refusal_of(late) == "list_expires"
    assert (await find(office, ready)).state == "approved"
    early = await office.desk.start(ready.number, author, at=datetime.now(UTC) + timedelta(hours=2))
    assert early.start_at is not None


async def test_what_halted_by_itself_goes_on_by_a_person_and_not_by_a_program(office: BroadcastOffice) -> None:
    await office.people(1)
    key = KeyActor("ab12cd34", UNIT)
    made = await office.desk.create((await office.counted(await office.hire(Role.AUTHOR))).draft, key)
    await office.run(PUT, state="halted", then="canary", id=made.id)
    assert await refusal_of(office.desk.resume(made.number, key)) == "only_officers"
    assert (await office.desk.resume(made.number, await office.hire(Role.APPROVER))).state == "canary"
    await office.desk.pause(made.number, key)
    assert (await office.desk.resume(made.number, key)).state == "canary"
