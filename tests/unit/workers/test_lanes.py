"""Which bell rings where, what a process may wake, and that one run at a time is enough for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hoso.commands.running import Lane
from workers.lanes import BROADCAST_QUEUE, LANES, QUEUE, QUEUES, RECEIPTS, OneAtATime, OwnLanes, queue_for, queue_of


class Delivery:
    def __init__(self) -> None:
        self.woken: list[str] = []

    def wake(self, lane: str) -> None:
        self.woken.append(lane)


async def rings(_work: str) -> bool:
    return True


async def is_silent(_work: str) -> bool:
    return False


def test_the_command_line_knows_the_lanes() -> None:
    assert tuple(lane.value for lane in Lane) == LANES


def test_every_work_rings_where_somebody_may_listen() -> None:
    assert {queue_of(work) for work in (*LANES, RECEIPTS)} == set(QUEUES)
    assert queue_of("broadcast") == BROADCAST_QUEUE


@pytest.mark.parametrize(
    ("lanes", "queue"),
    [
        (LANES, QUEUE),
        (("urgent", "status"), QUEUE),
        (("status", "broadcast"), QUEUE),
        (("urgent",), QUEUE),
        (("broadcast",), BROADCAST_QUEUE),
    ],
)
def test_a_process_listens_to_one_queue(lanes: tuple[str, ...], queue: str) -> None:
    assert queue_for(lanes) == queue


def test_a_sweeper_wakes_only_what_its_process_serves() -> None:
    delivery = Delivery()
    own = OwnLanes(("urgent", "status"), delivery, rings)
    for lane in LANES:
        own.wake(lane)
    assert delivery.woken == ["urgent", "status"]


@pytest.mark.parametrize(
    ("lanes", "ring", "work", "is_enough"),
    [
        (("urgent", "status"), rings, "status", True),
        (("urgent", "status"), rings, "broadcast", True),
        (("broadcast",), rings, "status", True),
        (("broadcast",), rings, "broadcast", True),
        (LANES, rings, RECEIPTS, True),
        (LANES, rings, "broadcast", False),  # ours, but nobody may listen where it rings
        (LANES, is_silent, "status", False),
    ],
)
async def test_a_ring_is_enough_unless_it_is_ours_and_not_heard_here(
    lanes: tuple[str, ...], ring: Callable[[str], Awaitable[bool]], work: str, is_enough: bool
) -> None:
    assert await OwnLanes(lanes, Delivery(), ring).ring(work) is is_enough


class Work:
    """Runs until it is let go, and counts."""

    def __init__(self) -> None:
        self.begun = self.under_way = self.most = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        number = self.begun
        try:
            await self.go.wait()
        finally:
            self.under_way -= 1
        return number


async def test_calls_in_the_middle_of_a_run_share_one_more_run() -> None:
    work = Work()
    async with OneAtATime(work) as one:
        first = asyncio.create_task(one())
        while not work.begun:
            await asyncio.sleep(0)
        others = [asyncio.create_task(one()) for _ in range(5)]
        await asyncio.sleep(0)
        work.go.set()
        assert await first == 1
        assert await asyncio.gather(*others) == [2] * 5
    assert (work.begun, work.most) == (2, 1)


async def test_who_stops_waiting_takes_the_run_from_nobody() -> None:
    work = Work()
    async with OneAtATime(work) as one:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await one()
        assert work.under_way == 1
        work.go.set()


async def test_a_run_that_fails_is_told_to_who_waits_and_the_next_one_runs() -> None:
    ends = [ValueError("once"), None]

    async def work() -> int:
        if error := ends.pop(0):
            raise error
        return 7

    async with OneAtATime(work) as one:
        with pytest.raises(ValueError, match="once"):
            await one()
        assert await one() == 7


async def test_at_the_end_what_is_under_way_is_broken_off() -> None:
    work = Work()
    async with OneAtATime(work) as one:
        waiting = [asyncio.create_task(one()) for _ in range(2)]
        while not work.begun:
            await asyncio.sleep(0)
        waiting.append(asyncio.create_task(one()))
        await asyncio.sleep(0)
    assert work.under_way == 0
    assert all(
        isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*waiting, return_exceptions=True)
    )
