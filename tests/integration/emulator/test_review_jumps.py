"""One jump of the clock over all repeats of an event is as good as five."""

from typing import Any

import pytest

from tests.integration.emulator.conftest import until


@pytest.mark.provokes_violations("webhook_cancelled")
async def test_two_hours_later_every_repeat_was_tried_and_the_subscription_is_gone(lab: Any) -> None:
    lab.receiver.default = 500
    await lab.control("phones/0905123456/send", {"text": "x"})
    await until(lambda: len(lab.receiver.got) == 1)
    await lab.control("clock", {"advance_seconds": 7_200})
    await until(lambda: len(lab.receiver.got) == 6)
    assert [headers.get("num_retry") for headers, _, _ in lab.receiver.got] == [None, "1", "2", "3", "4", "5"]
    assert not (await lab.see("webhook"))["subscribed"]


async def test_a_jump_over_half_the_repeats_brings_that_half(lab: Any) -> None:
    lab.receiver.default = 500
    await lab.control("phones/0905123456/send", {"text": "x"})
    await until(lambda: len(lab.receiver.got) == 1)
    await lab.control("clock", {"advance_seconds": 400})
    await until(lambda: len(lab.receiver.got) == 3)
    lab.receiver.default = 200
    await lab.control("clock", {"advance_seconds": 900})
    await until(lambda: len(lab.receiver.got) == 4)
    assert (await lab.see("webhook"))["subscribed"]
