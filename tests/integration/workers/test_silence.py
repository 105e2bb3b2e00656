"""No receipt in time: the platform is asked, and who must act is told by the next channel, once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import ChannelError, PlatformDown, Temporary
from channels.sms.esms import EsmsChannel
from channels.sms.status import SmsState, SmsStatus
from hoso.asking import ask_sms
from status_bridge.routing import NoRoute, Policy, Question, Routed, route
from storage import citizens, inbox, notices, silence
from storage.citizens import ProvedPhone
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.inbox import NewEntry
from storage.notices import ClaimedNotice
from tests.integration.workers.composition import POLICY, World, eventually
from tests.integration.workers.provider import Provider
from tests.integration.workers.test_receipts import delivered, ends, receive
from workers.receipts import apply_receipts
from workers.silence import Heard, SilenceConfig, SilenceWatch
from workers.sms_receipts import sms_reader

TEMPLATE, SMS = "zalo_template", EsmsChannel.name
WITH_SMS = Policy(channels={TEMPLATE, SMS}, templates=POLICY.templates, sms_channel=SMS)
WITH_EMAIL = Policy(channels={SMS, "email"}, sms_channel=SMS, is_email_last_resort=True)


class Platform:
    """Says what it is told to of every message, and remembers what it was asked."""

    def __init__(self, *answers: Heard | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def ask(self, message_id: str) -> Heard:
        self.asked.append(message_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Gateway:
    """A gateway that takes every message."""

    name = SMS
    features = frozenset({Feature.TEXT})

    def __init__(self) -> None:
        self.taken: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        self.taken.append(message)
        return SendReceipt(message_id=f"s{len(self.taken)}")


def watch(world: World, platform: Platform | None, policy: Policy = WITH_SMS, **more: Any) -> SilenceWatch:
    def choose(notice: ClaimedNotice) -> Routed | NoRoute:
        return route(Question(notice), policy, datetime.now(UTC))

    asks = {} if platform is None else {TEMPLATE: platform.ask, SMS: platform.ask}
    return SilenceWatch(world.database, world.cipher, asks, choose, **more)


async def send(world: World, *, count: int = 1, policy: Policy = WITH_SMS, **facts: Any) -> list[uuid.UUID]:
    """Send notices whose receipt is overdue the moment they are accepted."""
    written = await world.write(count, **{"kind": "supplement", "demands_action": True, **facts})
    gateway = Gateway()
    await deliver(world, gateway, policy)
    await world.database.fetch("UPDATE notices SET due_at = now() - interval '1 second' RETURNING id")
    return written


async def deliver(world: World, gateway: Gateway, policy: Policy = WITH_SMS) -> None:
    delivery = world.delivery(
        channels={TEMPLATE: world.channel, SMS: gateway, "email": gateway},
        route_by=lambda notice: route(Question(notice), policy, datetime.now(UTC)),
    )
    await delivery.deliver_due("status")


async def heard(world: World, notice: uuid.UUID) -> Sequence[tuple[str, str | None]]:
    return [(one.outcome, one.code) for one in await notices.attempts_of(world.database, notice)]


async def test_silence_sends_it_by_the_next_channel_once_and_a_late_receipt_still_counts(
    world: World, provider: Provider
) -> None:
    (notice,) = await send(world)
    platform, rung = Platform(Heard.NOTHING), list[str]()
    assert await watch(world, platform, on_work=rung.append).look() == 1
    message_id = provider.message_id(notices.tracking_id(notice))
    assert platform.asked == [message_id]
    view = await world.see(notice)
    assert (view.state, view.reason, view.possible_duplicate) == ("pending", "no_receipt", True)
    assert rung == ["status"]
    await deliver(world, gateway := Gateway())
    (message,) = gateway.taken
    assert (message.reference, message.template) == (notices.tracking_id(notice), None)
    assert (await world.see(notice)).channel == SMS
    await receive(world, delivered(notices.tracking_id(notice), message_id))
    assert await apply_receipts(world.database, world.cipher) == 1
    view = await world.see(notice)
    assert (view.state, [step["outcome"] for step in view.route][-1]) == ("delivered", "accepted")
    last = (await notices.attempts_of(world.database, notice))[-1]
    assert (last.outcome, last.channel) == ("receipt", TEMPLATE)


async def test_a_delivery_that_the_platform_confirms_ends_it(world: World, provider: Provider) -> None:
    (notice,) = await send(world)
    await watch(world, Platform(Heard.DELIVERED)).look()
    assert (await world.see(notice)).state == "delivered"
    await deliver(world, gateway := Gateway())
    assert gateway.taken == []


@pytest.mark.parametrize(("facts", "policy"), [
    ({"kind": "accepted", "demands_action": False}, WITH_SMS), ({}, POLICY),
])  # fmt: skip
async def test_what_demands_nothing_or_has_no_other_channel_rests(
    world: World, provider: Provider, facts: dict[str, Any], policy: Policy
) -> None:
    (notice,) = await send(world, policy=policy, **facts)
    watching = watch(world, Platform(Heard.NOTHING), policy)
    assert await watching.look() == 1
    view = await world.see(notice)
    assert (view.state, view.reason, view.due_at) == ("accepted", "no_receipt", None)
    assert await watching.look() == 0
    await receive(world, delivered(notices.tracking_id(notice), "m"))
    assert await apply_receipts(world.database, world.cipher) == 1, "a receipt days later still counts"


async def test_another_template_for_the_same_phone_is_no_other_channel(world: World, provider: Provider) -> None:
    policy = Policy(channels={TEMPLATE, "zalo_template_uid"}, templates=POLICY.templates)
    (notice,) = await send(world, policy=policy)
    async with linked(world, "84900000000"):
        await watch(world, Platform(Heard.NOTHING), policy).look()
        view = await world.see(notice)
        assert (view.state, view.due_at) == ("accepted", None)


async def test_what_is_known_of_the_person_tells_whether_a_channel_is_left(world: World, provider: Provider) -> None:
    policy = Policy(channels={SMS, "zalo_template_uid"}, templates=POLICY.templates, sms_channel=SMS)
    first, second = await send(world, count=2, policy=policy)
    async with linked(world, "84900000001"):
        await watch(world, Platform(Heard.NOTHING), policy).look()
        assert ((await world.see(first)).state, (await world.see(second)).state) == ("accepted", "pending")


@asynccontextmanager
async def linked(world: World, phone: str) -> AsyncIterator[None]:
    """A person with a chat who proved control of the phone."""
    (row,) = await world.database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES (%(code)s, 2, now()) RETURNING id",
        {"code": f"H17-{uuid.uuid4().hex[:8].upper()}"},
    )
    person = await citizens.meet(world.database, world.cipher, platform="zalo", user_id=uuid.uuid4().hex)
    proved = ProvedPhone(phone, world.cipher)
    await citizens.link(world.database, person.id, row["id"], proof="otp", phone=proved)
    try:
        yield
    finally:
        await citizens.revoke_link(world.database, person.id, row["id"])


@pytest.mark.parametrize("trouble", [
    PlatformDown("connect"), Temporary("105"), DatabaseUnavailable("no token"), RuntimeError("a bug"), Heard.WAITING,
])  # fmt: skip
async def test_a_platform_that_cannot_say_is_asked_three_times_more(
    world: World, provider: Provider, trouble: Heard | ChannelError
) -> None:
    (notice,) = await send(world)
    platform = Platform(trouble)
    for check in range(1, 4):
        await watch(world, platform).look()
        view = await world.see(notice)
        assert (view.state, view.due_at is not None) == ("accepted", True), check
        await world.let_pass()
    await watch(world, platform).look()
    assert (await world.see(notice)).state == "pending"
    assert len(platform.asked) == 4
    asked = [code for outcome, code in await heard(world, notice) if outcome == "asked"]
    assert len(asked) == 4
    assert None not in asked


async def test_a_platform_that_hangs_counts_as_one_that_does_not_answer(world: World, provider: Provider) -> None:
    (notice,) = await send(world)

    async def hang(_message_id: str) -> Heard:
        await asyncio.sleep(60)
        return Heard.DELIVERED

    watching = SilenceWatch(
        world.database,
        world.cipher,
        {TEMPLATE: hang},
        lambda _n: NoRoute("none"),
        config=SilenceConfig(ask_seconds=0.05),
    )
    await watching.look()
    assert (await heard(world, notice))[-1] == ("asked", "timeout")


async def test_a_channel_that_cannot_be_asked_has_said_nothing(world: World, provider: Provider) -> None:
    (notice,) = await send(world)
    await watch(world, None).look()
    assert (await world.see(notice)).state == "pending"
    assert ("asked", "cannot_be_asked") in await heard(world, notice)


async def test_a_bug_in_the_routing_of_one_leaves_it_in_peace(world: World, provider: Provider) -> None:
    first, second = await send(world, count=2)

    def choose(notice: ClaimedNotice) -> Routed | NoRoute:
        if notice.id == first:
            raise ValueError("a bug")
        return route(Question(notice), WITH_SMS, datetime.now(UTC))

    platform = Platform(Heard.NOTHING)
    await SilenceWatch(world.database, world.cipher, {TEMPLATE: platform.ask}, choose).look()
    assert ((await world.see(first)).state, (await world.see(second)).state) == ("accepted", "pending")


async def test_what_no_key_opens_rests(world: World, provider: Provider) -> None:
    (notice,) = await send(world)
    await world.database.fetch("UPDATE notices SET content_enc = 'x' RETURNING id")
    await watch(world, Platform(Heard.NOTHING)).look()
    assert (await world.see(notice)).state == "accepted"


async def test_many_are_asked_few_at_once_and_by_two_processes_each_once(world: World, provider: Provider) -> None:
    written = await send(world, count=30)
    at_once = most = 0
    asked: list[str] = []

    async def ask(message_id: str) -> Heard:
        nonlocal at_once, most
        at_once, most = at_once + 1, max(most, at_once + 1)
        asked.append(message_id)
        await asyncio.sleep(0.01)
        at_once -= 1
        return Heard.DELIVERED

    config = SilenceConfig(batch=10, at_once=2, look_seconds=0.05)
    both = [
        SilenceWatch(world.database, world.cipher, {TEMPLATE: ask}, lambda _n: NoRoute("none"), config=config)
        for _ in range(2)
    ]
    tasks = [asyncio.create_task(one.run()) for one in both]

    async def all_are_delivered() -> bool:
        return await world.states() == {"delivered": len(written)}

    try:
        await eventually(all_are_delivered)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert (len(asked), len(set(asked)), most) == (30, 30, 4)


async def test_a_watch_outlives_an_outage_of_the_database(world: World, provider: Provider) -> None:
    await send(world)
    platform = Platform(Heard.DELIVERED)
    slept = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.set()
        await asyncio.sleep(seconds)

    async with Database("postgresql://postgres@127.0.0.1:1/none", timeout_seconds=0.2) as away:
        watching = SilenceWatch(away, world.cipher, {TEMPLATE: platform.ask}, lambda _n: NoRoute("none"), sleep=sleep)
        task = asyncio.create_task(watching.run())
        await asyncio.wait_for(slept.wait(), 8)
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
    assert platform.asked == []


async def report(world: World, sms_id: str, reference: str, *, is_delivered: bool) -> None:
    counts = {"SendSuccess": str(int(is_delivered)), "SendFailed": str(int(not is_delivered))}
    raw = json.dumps({"SMSID": sms_id, "SendStatus": "5", "RequestId": reference, **counts})
    entry = NewEntry(
        platform=SMS, platform_id=uuid.uuid4().hex, event_name="sms_report", kind="receipt", raw=raw
    )  # fmt: skip
    await inbox.store(world.database, [entry], world.cipher)


def status_of(state: SmsState) -> Any:
    async def status(_sms_id: str) -> SmsStatus:
        return SmsStatus(state=state)

    return status


@pytest.mark.parametrize(("email", "state"), [("a@example.vn", "pending"), (None, "failed")])
async def test_a_short_message_that_failed_goes_to_the_next_channel_or_to_the_officers(
    world: World, provider: Provider, email: str | None, state: str
) -> None:
    (notice,) = await send(world, policy=WITH_EMAIL, kind="accepted", demands_action=True, email=email)
    await world.database.fetch("UPDATE notices SET due_at = NULL RETURNING id")
    status = status_of(SmsState.FAILED)
    await report(world, "s1", notices.tracking_id(notice), is_delivered=False)
    assert await apply_receipts(world.database, world.cipher, {SMS: sms_reader(status)}) == 1
    await SilenceWatch(
        world.database,
        world.cipher,
        {SMS: ask_sms(status)},
        lambda one: route(Question(one), WITH_EMAIL, datetime.now(UTC)),
    ).look()
    view = await world.see(notice)
    assert (view.state, view.reason) == (state, "not_delivered")
    assert view.route[-1]["next"] == "next_channel"
    await report(world, "s1", notices.tracking_id(notice), is_delivered=True)
    await apply_receipts(world.database, world.cipher, {SMS: sms_reader(status_of(SmsState.DELIVERED))})
    assert (await world.see(notice)).state == "delivered", "the carrier knew better, later"


@pytest.mark.parametrize("is_in_doubt", [True, False])
async def test_a_report_finds_the_notice_by_our_reference_where_no_id_was_ever_told(
    world: World, provider: Provider, is_in_doubt: bool
) -> None:
    (notice,) = await world.write(1, kind="supplement", demands_action=True)
    reference = notices.tracking_id(notice)
    if is_in_doubt:
        await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=-1)
        await notices.expire_leases(world.database, wait_seconds=300)
    else:
        await deliver(world, Gateway(), WITH_EMAIL)
        # What code 124 leaves us with: our own reference in the place of the id.
        change = "UPDATE notices SET platform_message_id = %(reference)s RETURNING id"
        await world.database.fetch(change, {"reference": reference})
    await report(world, "s77", reference, is_delivered=True)
    reader = sms_reader(status_of(SmsState.DELIVERED))
    assert await apply_receipts(world.database, world.cipher, {SMS: reader}) == 1
    view = await world.see(notice)
    assert (view.state, view.platform_message_id, view.channel) == ("delivered", "s77", SMS)
    assert await ends(world) == [("done", "applied")]


async def test_a_report_with_somebody_elses_reference_moves_nobody(world: World, provider: Provider) -> None:
    (notice,) = await send(world)
    await report(world, "forged", notices.tracking_id(notice), is_delivered=True)
    reader = sms_reader(status_of(SmsState.DELIVERED))
    assert await apply_receipts(world.database, world.cipher, {SMS: reader}) == 0
    assert (await world.see(notice)).state == "accepted"
    assert await silence.adopt_messages(world.database, []) == {}
