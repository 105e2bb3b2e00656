"""The hot path's time limit keeps the rules of `asyncio.timeout`."""

import asyncio
import time

import pytest

from channels.time_limit import TimeLimit


async def test_what_takes_too_long_is_cancelled_and_raises_timeout_error() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError), TimeLimit(0.02) as limit:
        await asyncio.sleep(30)
    assert limit.is_over
    assert time.monotonic() - began < 10
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_what_is_quick_enough_is_left_alone() -> None:
    with TimeLimit(0.02) as limit:
        await asyncio.sleep(0)
    await asyncio.sleep(0.04)  # no timer strikes afterwards
    assert not limit.is_over


async def test_an_error_of_the_work_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError), TimeLimit(30):
        raise KeyError


async def test_somebody_elses_cancellation_stays_one() -> None:
    async def work() -> None:
        with TimeLimit(30):
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_in_the_same_moment_wins_over_the_limit() -> None:
    async def work(started: asyncio.Event) -> None:
        with TimeLimit(0.01):
            started.set()
            await asyncio.sleep(30)

    started = asyncio.Event()
    task = asyncio.create_task(work(started))
    await started.wait()
    time.sleep(0.03)  # both come due while the loop stands still
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_of_two_limits_the_one_that_struck_raises() -> None:
    with TimeLimit(30) as outer:
        with pytest.raises(TimeoutError), TimeLimit(0.01):
            await asyncio.sleep(30)
        await asyncio.sleep(0)
    assert not outer.is_over
    with pytest.raises(TimeoutError), TimeLimit(0.01) as first, TimeLimit(30) as second:
        await asyncio.sleep(30)
    assert (first.is_over, second.is_over) == (True, False)


async def test_outside_a_task_it_says_so() -> None:
    done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def enter() -> None:
        try:
            with TimeLimit(1):
                done.set_result("entered")
        except RuntimeError as error:
            done.set_result(str(error))

    asyncio.get_running_loop().call_soon(enter)
    assert await done == "TimeLimit must be used inside a task"
