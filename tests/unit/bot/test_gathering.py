"""Many callers, one call."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.gathering import Gatherer


class Work:
    """Doubles numbers; refuses what it is told to."""

    def __init__(self, *, bad: int | None = None, error: type[Exception] = ValueError) -> None:
        self.batches: list[list[int]] = []
        self.bad, self.error = bad, error

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await asyncio.sleep(0)
        if self.bad in items:
            raise self.error
        return [KeyError("own") if item == 99 else item * 2 for item in items]


async def test_what_comes_together_goes_in_one_call_and_each_gets_its_own() -> None:
    work = Work()
    gatherer = Gatherer(work)
    assert await asyncio.gather(*(gatherer.add(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert work.batches == [[0, 1, 2, 3, 4]]


async def test_what_comes_while_a_call_is_under_way_shares_the_next_one() -> None:
    work = Work()
    gatherer = Gatherer(work, max_batch=2)
    assert await asyncio.gather(*(gatherer.add(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert work.batches == [[0, 1], [2, 3], [4]]
    assert await gatherer.add(7) == 14


async def test_one_bad_item_harms_nobody_else() -> None:
    gatherer = Gatherer(Work(bad=2))
    results = await asyncio.gather(*(gatherer.add(number) for number in range(4)), return_exceptions=True)
    assert [type(result) for result in results] == [int, int, ValueError, int]


async def test_what_is_hopeless_is_not_tried_one_by_one() -> None:
    work = Work(bad=2, error=OSError)
    gatherer = Gatherer(work, hopeless=(OSError,))
    results = await asyncio.gather(*(gatherer.add(number) for number in range(4)), return_exceptions=True)
    assert {type(result) for result in results} == {OSError}
    assert len(work.batches) == 1


async def test_an_error_among_the_results_is_raised_to_its_own_caller() -> None:
    gatherer = Gatherer(Work())
    good, bad = await asyncio.gather(gatherer.add(1), gatherer.add(99), return_exceptions=True)
    assert (good, type(bad)) == (2, KeyError)


async def test_who_is_cancelled_before_the_call_takes_no_part_in_it() -> None:
    work = Work()
    gatherer = Gatherer(work, gather_seconds=0.01)
    leaving, staying = asyncio.create_task(gatherer.add(1)), asyncio.create_task(gatherer.add(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await gatherer.aclose()
    assert work.batches == [[2]]
