"""The emergency brake: it stops every claim, loses nothing, says why, and is pulled by failures that explode."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from storage import brake as table
from storage import notices
from storage.notices import Outcome
from tests.integration.workers.composition import World, eventually
from tests.integration.workers.provider import Provider
from workers.brake import DOUBTS, FAILURES, Brake, BrakeWatch, brake_duty


@pytest.fixture(autouse=True)
async def _released(world: World) -> AsyncIterator[None]:
    """Begin and end with the brake off: the folder's tests share a database."""

    async def release() -> None:
        reset = "UPDATE brake SET engaged = false, release_at = NULL, pulls = 0, cause = NULL RETURNING engaged"
        await world.database.fetch(reset)
        await world.database.fetch("DELETE FROM brake_log RETURNING id")

    await release()
    yield
    await release()


def ended(outcome: str) -> Outcome:
    now = datetime.now(UTC)
    return Outcome(id=uuid.uuid4(), created_at=now, token=uuid.uuid4(), state="accepted", outcome=outcome, tries=0)


async def test_while_it_is_on_nothing_is_claimed_and_afterwards_everything_goes_out(
    world: World, provider: Provider
) -> None:
    written = await world.write(5)
    assert await table.pull(world.database, "by_hand", detail="a test", by="me") is not None
    delivery = world.delivery()
    assert (await delivery.deliver_due("status")).claimed == 0
    assert (provider.taken, await world.states()) == ([], {"pending": 5})
    released = await table.release(world.database, by="me")
    assert released is not None
    assert (released.cause, released.detail) == ("by_hand", "a test")
    await delivery.deliver_due("status")
    assert provider.counts == {notices.tracking_id(notice): 1 for notice in written}


async def test_a_pull_counts_when_the_time_of_the_one_before_is_over_and_nobody_has_released_it(world: World) -> None:
    await world.write(1)
    assert await table.pull(world.database, DOUBTS, detail="many", by="a", step_seconds=10) is not None
    await world.database.fetch("UPDATE brake SET release_at = now() - interval '1 second' RETURNING 1 AS done")
    again = await table.pull(world.database, FAILURES, detail="more", by="b", step_seconds=10)
    assert again is not None, "claims went on, and went wrong again"
    assert (again.cause, again.pulls) == (FAILURES, 2)
    assert (await world.delivery().deliver_due("status")).claimed == 0


async def test_a_second_pull_changes_nothing_unless_a_person_must_release_it(world: World) -> None:
    short = await table.pull(world.database, DOUBTS, detail="many", by="a", step_seconds=10)
    assert short is not None
    assert short.release_at is not None
    assert await table.pull(world.database, FAILURES, detail="more", by="b", step_seconds=10) is None
    lasting = await table.pull(world.database, "restored", detail="older than remembered", by="c")
    assert lasting is not None
    assert (lasting.cause, lasting.release_at) == ("restored", None)
    assert await table.pull(world.database, "by_hand", detail="x", by="d") is None
    assert await table.release_due(world.database, by="e") is None, "nobody but a person releases it"
    assert (await table.status(world.database)).cause == "restored"
    await table.release(world.database, by="f", detail="3 notices expired")
    log = [(entry.engaged, entry.cause, entry.by) for entry in await table.log(world.database)]
    assert log == [(False, "restored", "f"), (True, "restored", "c"), (True, DOUBTS, "a")]


async def test_pulls_in_a_row_hold_longer_up_to_thirty_seconds_and_good_ones_end_the_row(world: World) -> None:
    async def pull_for() -> float:
        status = await table.pull(world.database, DOUBTS, detail="many", by="me", step_seconds=10)
        assert status is not None
        assert status.release_at is not None
        assert status.since is not None
        await table.release(world.database, by="me")
        return (status.release_at - status.since).total_seconds()

    assert [await pull_for() for _ in range(4)] == [10, 20, 30, 30]
    await table.calm(world.database)
    assert await pull_for() == 10
    await world.database.fetch("UPDATE brake SET since = now() - interval '11 minutes' RETURNING pulls")
    assert await pull_for() == 10, "what was long ago is no row"


async def test_it_releases_itself_when_its_time_is_over_and_says_so_once(world: World) -> None:
    told: list[str] = []
    brake = Brake(world.database, by="me", tell_staff=told.append)
    await brake.pull(DOUBTS, "of 50 attempts 50", step_seconds=10)
    assert (await brake.look()).engaged
    assert len(told) == 1
    assert "TẠM DỪNG" in told[0]
    await world.database.fetch("UPDATE brake SET release_at = now() - interval '1 second' RETURNING pulls")
    await brake_duty(brake).do()
    assert not (await table.status(world.database)).engaged
    assert len(told) == 1, "a pause of seconds is not announced twice"


async def test_another_process_hears_of_a_pull_and_tells_it_in_the_same_words(world: World) -> None:
    here: list[str] = []
    there: list[str] = []
    await Brake(world.database, by="a", tell_staff=here.append).pull("restored", "older than remembered")
    other = Brake(world.database, by="b", tell_staff=there.append)
    await other.look()
    await other.look()
    assert here == there, "the staff's bell knows that it was told already"
    assert "ĐÃ DỪNG GỬI MỌI TIN" in here[0]
    await table.release(world.database, by="c")
    await other.look()
    assert len(there) == 2
    assert "nhả phanh" in there[1]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def watch(world: World, clock: Clock) -> AsyncIterator[BrakeWatch]:
    watching = BrakeWatch(Brake(world.database, by="me"), min_outcomes=50, share_percent=60, clock=clock)
    running = asyncio.create_task(watching.run())
    yield watching
    running.cancel()
    await asyncio.wait([running])


async def _is_pulled(world: World) -> bool:
    return (await table.status(world.database)).engaged


def note(watch: BrakeWatch, *, good: int = 0, doubts: int = 0, failures: int = 0, refused: int = 0) -> None:
    """Good ones first, so that the share is what it is at the end."""
    for _ in range(good):
        watch.note(ended("accepted"), alarming=False)
    for _ in range(refused):
        watch.note(ended("refused"), alarming=False)
    for _ in range(failures):
        watch.note(ended("refused"), alarming=True)
    for _ in range(doubts):
        watch.note(ended("in_doubt"), alarming=False)


async def test_most_ending_in_doubt_pulls_it(world: World, watch: BrakeWatch) -> None:
    note(watch, good=20, doubts=30)
    await eventually(lambda: _is_pulled(world))
    status = await table.status(world.database)
    assert (status.cause, status.detail) == (
        DOUBTS,
        "of 50 attempts within a minute 30 ended in doubt and 0 needed a person",
    )
    assert status.release_at is not None


async def test_most_needing_a_person_pulls_it(world: World, watch: BrakeWatch) -> None:
    note(watch, good=10, failures=40)
    await eventually(lambda: _is_pulled(world))
    assert (await table.status(world.database)).cause == FAILURES


async def test_neither_few_nor_a_minority_nor_what_never_left_pulls_it(
    world: World, watch: BrakeWatch, clock: Clock
) -> None:
    note(watch, doubts=49)  # too few to prove anything
    clock.now += 61  # and a minute later they are forgotten
    note(watch, good=21, doubts=29)
    clock.now += 61
    note(watch, good=40, refused=400)  # numbers without Zalo are ordinary life
    for _ in range(200):
        watch.note(ended("not_sent"), alarming=False)  # a rate limit, or a platform that is away
    await asyncio.sleep(0.1)
    assert not await _is_pulled(world)


async def test_after_a_release_it_tries_again_and_good_ones_end_the_row(world: World, watch: BrakeWatch) -> None:
    note(watch, doubts=50)
    await eventually(lambda: _is_pulled(world))
    await table.release(world.database, by="me")
    note(watch, doubts=50)
    await eventually(lambda: _is_pulled(world))
    assert (await table.status(world.database)).pulls == 2
    await table.release(world.database, by="me")
    note(watch, good=50)

    async def is_calm() -> bool:
        return (await table.status(world.database)).pulls == 0

    await eventually(is_calm)
    assert not await _is_pulled(world)


async def test_what_waited_too_long_expires_and_what_may_be_out_stays_in_doubt(world: World) -> None:
    held, pending, doubt, resend, taken, young = await world.write(6)
    for notice, change in (
        (held, "state = 'held'"),
        (doubt, "state = 'in_doubt', sends = 1"),
        (resend, "sends = 1"),
        (taken, "state = 'accepted', sends = 1"),
    ):
        await world.database.fetch(f"UPDATE notices SET {change} WHERE id = %(id)s RETURNING id", {"id": notice})
    await world.database.fetch(
        "UPDATE notices SET created_at = now() - interval '5 hours' WHERE id <> %(id)s RETURNING id", {"id": young}
    )
    assert await table.expire_waiting(world.database, older_than_seconds=4 * 3600) == (2, 2)
    views = [await world.see(notice) for notice in (held, pending, doubt, resend, taken, young)]
    assert [view.state for view in views] == ["expired", "expired", "in_doubt", "in_doubt", "accepted", "pending"]
    assert [view.reason for view in views[:4]] == ["brake", "brake", "never_confirmed", "never_confirmed"]
    assert all(view.due_at is None for view in views[:5]), "and nobody is asked about what was taken long ago"


async def test_a_pause_that_is_over_stops_nobody_even_if_no_sweeper_looks(world: World, provider: Provider) -> None:
    await world.write(1)
    await table.pull(world.database, DOUBTS, detail="many", by="me", step_seconds=10)
    delivery = world.delivery()
    assert (await delivery.deliver_due("status")).claimed == 0
    await world.database.fetch("UPDATE brake SET release_at = now() - interval '1 second' RETURNING pulls")
    assert (await delivery.deliver_due("status")).claimed == 1
