"""Asking the gateway about reports: few at once, never for long, and again where its status lags."""

import asyncio

from channels.sms.status import SmsState, SmsStatus
from tests.integration.workers.composition import World
from tests.integration.workers.provider import Provider
from tests.integration.workers.test_sms_receipts import Gateway, apply, receive, sms_id, states
from workers.receipts import apply_receipts
from workers.sms_receipts import MAX_AT_ONCE, sms_reader

__all__ = ["sms_id"]  # the fixture


async def test_a_delivery_that_the_status_does_not_show_yet_is_asked_for_again(world: World, sms_id: str) -> None:
    gateway = Gateway(SmsState.WAITING, SmsState.DELIVERED)
    await receive(world, sms_id)
    assert await apply(world, gateway) == 0
    assert (await states(world))[1] == [("pending", "unconfirmed")]
    await world.database.fetch("UPDATE inbox SET due_at = now() RETURNING id")
    assert await apply(world, gateway) == 1


async def test_a_report_that_tells_of_no_delivery_costs_no_question(world: World, sms_id: str) -> None:
    gateway = Gateway(SmsState.DELIVERED)
    await receive(world, sms_id, SendStatus="7", SendSuccess="0")
    assert await apply(world, gateway) == 0
    assert (gateway.asked, (await states(world))[1][0][0]) == ([], "done")


async def test_a_gateway_that_hangs_holds_the_batch_up_for_a_short_time_only(world: World, provider: Provider) -> None:
    at_once = most = 0

    async def hang(_sms_id: str) -> SmsStatus:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            await asyncio.sleep(60)
        finally:
            at_once -= 1
        return SmsStatus(state=SmsState.DELIVERED)

    for number in range(3 * MAX_AT_ONCE):
        await receive(world, f"sms-{number}")
    async with asyncio.timeout(10):
        await apply_receipts(world.database, world.cipher, {"sms_esms": sms_reader(hang, confirm_seconds=0.2)})
    assert most == MAX_AT_ONCE
    assert {state for state, _ in (await states(world))[1]} == {"pending"}
