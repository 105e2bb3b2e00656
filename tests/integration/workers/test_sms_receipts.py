"""A report of the SMS gateway moves a notice only when the gateway itself confirms it."""

import json
import uuid

import pytest

from channels.errors import PlatformDown, Temporary
from channels.sms.esms import EsmsChannel
from channels.sms.status import SmsState, SmsStatus
from storage import inbox
from storage.inbox import NewEntry
from tests.integration.workers.composition import World
from tests.integration.workers.provider import Provider
from workers.receipts import CONFIRM_RETRY_SECONDS, apply_receipts
from workers.sms_receipts import sms_reader


class Gateway:
    """Answers status calls as told, and remembers what was asked."""

    def __init__(self, *answers: SmsState | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def status(self, sms_id: str) -> SmsStatus:
        self.asked.append(sms_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return SmsStatus(state=answer)


@pytest.fixture
async def sms_id(world: World, provider: Provider) -> str:
    """The platform's id of a notice that was sent."""
    (notice,) = await world.write(1)
    await world.delivery().deliver_due("status")
    message_id = (await world.see(notice)).platform_message_id
    assert message_id
    return message_id


async def receive(world: World, sms_id: str, **more: str) -> None:
    report = {"SMSID": sms_id, "SendStatus": "5", "SendSuccess": "1", "SendFailed": "0", **more}
    entry = NewEntry(
        platform=EsmsChannel.name,
        platform_id=uuid.uuid4().hex,
        event_name="sms_report",
        kind="receipt",
        raw=json.dumps(report),
    )
    await inbox.store(world.database, [entry], world.cipher)


async def apply(world: World, gateway: Gateway) -> int:
    return await apply_receipts(world.database, world.cipher, {EsmsChannel.name: sms_reader(gateway.status)})


async def states(world: World) -> tuple[list[str], list[tuple[str, str | None]]]:
    notices = await world.database.fetch("SELECT state FROM notices")
    entries = await world.database.fetch("SELECT state, note FROM inbox ORDER BY id")
    return [row["state"] for row in notices], [(row["state"], row["note"]) for row in entries]


async def test_a_confirmed_delivery_moves_the_notice(world: World, sms_id: str) -> None:
    gateway = Gateway(SmsState.DELIVERED)
    await receive(world, sms_id)
    assert await apply(world, gateway) == 1
    assert await states(world) == (["delivered"], [("done", "applied")])
    assert gateway.asked == [sms_id]


@pytest.mark.parametrize("state", [SmsState.WAITING, SmsState.UNKNOWN])
async def test_a_report_that_the_gateway_does_not_confirm_moves_nothing(
    world: World, sms_id: str, state: SmsState
) -> None:
    await receive(world, sms_id, SendSuccess="1")
    assert await apply(world, Gateway(state)) == 0
    assert (await states(world))[0] == ["accepted"]


async def test_a_failure_that_the_gateway_confirms_has_the_notice_looked_at_now(world: World, sms_id: str) -> None:
    await receive(world, sms_id, SendSuccess="1")
    assert await apply(world, Gateway(SmsState.FAILED)) == 1
    assert await states(world) == (["accepted"], [("done", "applied")])
    assert await world.database.fetch("SELECT 1 FROM notices WHERE due_at <= now()")


async def test_a_gateway_that_does_not_answer_is_asked_again_and_then_no_more(world: World, sms_id: str) -> None:
    gateway = Gateway(PlatformDown("connect"))
    await receive(world, sms_id)
    for _ in range(len(CONFIRM_RETRY_SECONDS) + 1):
        assert await apply(world, gateway) == 0
        await world.database.fetch("UPDATE inbox SET due_at = now() WHERE state = 'pending' RETURNING id")
    assert await states(world) == (["accepted"], [("failed", "unconfirmed")])
    assert len(gateway.asked) == len(CONFIRM_RETRY_SECONDS) + 1


async def test_a_gateway_that_knows_it_a_little_later_is_believed_then(world: World, sms_id: str) -> None:
    gateway = Gateway(Temporary("105"), SmsState.DELIVERED)
    await receive(world, sms_id)
    assert await apply(world, gateway) == 0
    await world.database.fetch("UPDATE inbox SET due_at = now() RETURNING id")
    assert await apply(world, gateway) == 1


async def test_a_platform_that_nobody_reads_is_set_aside(world: World, sms_id: str) -> None:
    await receive(world, sms_id)
    assert await apply_receipts(world.database, world.cipher, {}) == 0
    assert (await states(world))[1] == [("failed", "no_reader")]
