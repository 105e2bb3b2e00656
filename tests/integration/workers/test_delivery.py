"""Delivery against PostgreSQL and a platform: once each, in order, and nothing lost by a fault in the middle."""

import asyncio
import time

import psycopg
import pytest

from channels.base import OutgoingMessage, SendReceipt
from channels.errors import RateLimited
from status_bridge.routing import TEMPLATE_BY_PHONE, NoRoute, Routed
from storage import notices, waiting
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.notices import ClaimedNotice, Outcome, Receipt
from tests.integration.workers.composition import World, eventually, open_world, route_notice
from tests.integration.workers.provider import Provider
from workers.delivery import DeliveryReport


def outcome_of(claimed: ClaimedNotice, state: str, outcome: str, **facts: object) -> Outcome:
    return Outcome(claimed.id, claimed.created_at, claimed.token, state, outcome, claimed.tries, **facts)


async def test_four_deliveries_at_once_send_each_notice_exactly_once(world: World, provider: Provider) -> None:
    written = await world.write(300)
    reports = await asyncio.gather(*(world.delivery(in_flight=20).deliver_due("status") for _ in range(4)))
    assert provider.counts == {notices.tracking_id(notice): 1 for notice in written}
    assert await world.states() == {"accepted": 300}
    assert sum(report.accepted for report in reports) == 300
    assert sum(report.claimed for report in reports) == 300
    view = await world.see(written[0])
    assert view.platform_message_id == provider.message_id(notices.tracking_id(written[0]))
    assert view.route == [
        {"channel": TEMPLATE_BY_PHONE, "why": "phone_in_dossier", "outcome": "accepted", "cost_vnd": 200}
    ]
    assert (view.sends, view.channel) == (1, TEMPLATE_BY_PHONE)


async def test_a_dossier_s_notices_go_out_in_order_one_after_the_other(world: World, provider: Provider) -> None:
    first, second = await world.write(6, dossiers=False), await world.write(6, dossiers=False)
    await asyncio.gather(*(world.delivery().deliver_due("status") for _ in range(3)))
    arrived = {reference: place for place, reference in enumerate(provider.taken)}
    for dossier in (first, second):
        places = [arrived[notices.tracking_id(notice)] for notice in dossier]
        assert places == sorted(places)
    assert await world.states() == {"accepted": 12}


async def test_an_older_notice_that_waits_holds_back_the_newer_one(world: World, provider: Provider) -> None:
    older, newer = await world.write(2, dossiers=False)
    provider.judge = lambda body: -100 if body["tracking_id"] == notices.tracking_id(older) else None
    await world.delivery().deliver_due("status")
    assert provider.counts == {notices.tracking_id(older): 2}, "at once, then after 30 s"
    assert [(await world.see(notice)).state for notice in (older, newer)] == ["pending", "pending"]


async def test_no_more_is_claimed_than_is_sent_at_once(world: World, provider: Provider) -> None:
    await world.write(40)
    provider.gate.clear()
    delivery = world.delivery(in_flight=10)
    running = asyncio.create_task(delivery.deliver_due("status"))
    await eventually(lambda: provider.under_way == 10)
    assert await world.states() == {"sending": 10, "pending": 30}
    provider.gate.set()
    report = await running
    assert report == DeliveryReport(lane="status", claimed=40, accepted=40)
    assert provider.most_under_way == 10


async def test_a_slow_answer_does_not_hold_up_the_rest(world: World, provider: Provider) -> None:
    slow, *_rest = await world.write(30)
    released = asyncio.Event()

    class OneSlow:
        name = TEMPLATE_BY_PHONE

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            if message.reference == notices.tracking_id(slow):
                await released.wait()
            return await world.channel.send(message)

    running = asyncio.create_task(
        world.delivery(channels={TEMPLATE_BY_PHONE: OneSlow()}, in_flight=3).deliver_due("status")
    )

    async def only_the_slow_one_is_left() -> bool:
        return await world.states() == {"sending": 1, "accepted": 29}

    await eventually(only_the_slow_one_is_left)
    released.set()
    assert (await running).accepted == 30


async def test_a_process_frozen_between_claim_and_send_does_not_send_when_it_thaws(
    world: World, provider: Provider
) -> None:
    # It used to: the next notice of the dossier could be out by then, and this one came after it.
    (late,) = await world.write(1)
    froze = []

    def freeze_once(notice: ClaimedNotice) -> Routed | NoRoute:
        if not froze:
            froze.append(time.sleep(0.6))  # as SIGSTOP does, for longer than the lease
        return route_notice(notice)

    frozen = world.delivery(lease_seconds=0.5, send_deadline_seconds=0.4, route_by=freeze_once)
    report = await frozen.deliver_due("status")
    assert froze
    assert await world.outcomes(late) == ["not_sent", "accepted"], "put back, and sent by a claim of its own"
    assert provider.counts == {notices.tracking_id(late): 1}
    assert (report.put_back, report.accepted) == (1, 1)


async def test_two_calls_in_one_process_join_and_the_second_is_not_lost(world: World, provider: Provider) -> None:
    await world.write(1)
    provider.gate.clear()
    delivery = world.delivery()
    running = asyncio.create_task(delivery.deliver_due("status"))
    await eventually(lambda: provider.under_way == 1)
    await world.write(1)
    assert (await delivery.deliver_due("status")).joined
    await eventually(lambda: provider.under_way == 2)
    provider.gate.set()
    assert (await running).accepted == 2


async def test_no_transaction_is_open_while_a_platform_is_called(world: World, provider: Provider) -> None:
    await world.write(5)
    provider.gate.clear()
    running = asyncio.create_task(world.delivery().deliver_due("status"))
    await eventually(lambda: provider.under_way == 5)

    async def nothing_is_open() -> bool:
        return not await world.database.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )

    await eventually(nothing_is_open)
    provider.gate.set()
    await running


async def test_a_claim_that_came_back_full_calls_the_others(world: World) -> None:
    called: list[str] = []
    await world.write(10)
    await world.delivery(in_flight=4, call_others=called.append).deliver_due("status")
    assert set(called) == {"status"}


async def test_a_lost_answer_is_a_doubt_and_its_receipt_ends_it(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: "cut"
    await world.delivery().deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.sends, view.reason) == ("in_doubt", 1, "outcome_unknown:broken")
    await world.delivery().deliver_due("status")
    assert provider.counts.total() == 1, "a doubt is never sent again blindly"
    await notices.apply_receipts(world.database, [Receipt(notice)])
    assert (await world.see(notice)).state == "delivered"
    assert await world.outcomes(notice) == ["in_doubt", "receipt"]


async def test_a_late_worker_changes_nothing_but_its_late_acceptance_ends_the_doubt(world: World) -> None:
    fooled, lucky = await world.write(2)
    claimed = {
        notice.id: notice
        for notice in await notices.claim_due(world.database, world.cipher, lane="status", limit=2, lease_seconds=60)
    }
    await world.let_pass("lease_until")
    assert await notices.expire_leases(world.database, wait_seconds=300) == 2
    late = [outcome_of(claimed[fooled], "pending", "refused"), outcome_of(claimed[lucky], "accepted", "accepted")]
    assert await notices.record_outcomes(world.database, late) == {lucky}
    assert [(await world.see(notice)).state for notice in (fooled, lucky)] == ["in_doubt", "accepted"]


async def test_a_token_that_was_replaced_records_nothing(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1, demands_action=True)
    (old,) = await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=60)
    await world.let_pass("lease_until")
    await notices.expire_leases(world.database, wait_seconds=0)
    assert await notices.settle_doubts(world.database) == [("status", True)]
    await world.delivery().deliver_due("status")
    assert await notices.record_outcomes(world.database, [outcome_of(old, "failed", "refused")]) == set()
    view = await world.see(notice)
    assert (view.state, view.sends, view.possible_duplicate) == ("accepted", 2, True)


async def test_the_ladder_is_climbed_to_its_end_and_never_beyond(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: -100
    delivery = world.delivery()
    for _ in range(12):
        await delivery.deliver_due("status")
        await world.let_pass()
    view = await world.see(notice)
    assert (view.state, view.reason, view.tries) == ("failed", "temporary:-100", 8)
    assert provider.counts.total() == 9, "one attempt and eight rungs"
    assert view.sends == 1, "refused sends are taken back, the last one stays for a late receipt"


async def test_what_never_left_uses_up_no_send(world: World, provider: Provider, postgres_url: str) -> None:
    (notice,) = await world.write(1)

    class Nobody:
        name = TEMPLATE_BY_PHONE

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            raise DatabaseUnavailable("no token to be had")

    await world.delivery(channels={TEMPLATE_BY_PHONE: Nobody()}).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.sends, view.reason) == ("pending", 0, "token_unavailable:database")


async def test_a_bug_before_the_send_costs_its_own_notice_a_retry_only(world: World, provider: Provider) -> None:
    poison, *rest = await world.write(20)

    def broken(notice: ClaimedNotice) -> Routed | NoRoute:
        if notice.id == poison:
            raise KeyError("text")
        return route_notice(notice)

    report = await world.delivery(route_by=broken).deliver_due("status")
    assert (report.accepted, report.put_back) == (len(rest), 1)
    view = await world.see(poison)
    assert (view.state, view.sends, view.reason) == ("pending", 0, "needs_human:bug_KeyError")


async def test_a_bug_after_the_send_is_a_doubt_and_never_pending(world: World, provider: Provider) -> None:
    poison, *rest = await world.write(20)

    class Broken:
        name = TEMPLATE_BY_PHONE

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            receipt = await world.channel.send(message)
            if message.reference == notices.tracking_id(poison):
                raise KeyError("message_id")
            return receipt

    report = await world.delivery(channels={TEMPLATE_BY_PHONE: Broken()}).deliver_due("status")
    assert (report.accepted, report.in_doubt) == (len(rest), 1)
    assert (await world.see(poison)).state == "in_doubt"


async def test_a_send_over_its_deadline_is_a_doubt(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.gate.clear()
    await world.delivery(send_deadline_seconds=0.2).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason) == ("in_doubt", "outcome_unknown:deadline")


async def test_closing_records_what_it_breaks_off_as_a_doubt(world: World, provider: Provider) -> None:
    await world.write(5)
    provider.gate.clear()
    delivery = world.delivery(drain_seconds=0.1, in_flight=3)
    delivery.wake("status")
    await eventually(lambda: provider.under_way == 3)
    await delivery.close()
    assert await world.states() == {"in_doubt": 3, "pending": 2}


async def test_closing_lets_what_is_under_way_finish(world: World, provider: Provider) -> None:
    await world.write(5)
    provider.gate.clear()
    delivery = world.delivery(drain_seconds=5, in_flight=3)
    delivery.wake("status")
    await eventually(lambda: provider.under_way == 3)
    closing = asyncio.create_task(delivery.close())
    await asyncio.sleep(0)
    provider.gate.set()
    await closing
    assert await world.states() == {"accepted": 3, "pending": 2}


async def test_an_undecipherable_notice_harms_no_neighbour(world: World, provider: Provider) -> None:
    await world.write(5)
    other = World(world.database, Cipher(["another secret of more than 32 characters!"]), world.channel)
    (locked,) = await other.write(1)
    await world.delivery().deliver_due("status")
    assert await world.states() == {"accepted": 5, "pending": 1}
    view = await world.see(locked)
    assert (view.sends, view.reason) == (0, "needs_human:undecipherable")


async def test_a_notice_claimed_at_night_waits_for_a_decent_hour(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    await world.delivery(decent_delay=lambda seconds, _notice: max(seconds, 3600.0)).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason, view.sends, provider.taken) == ("held", "quiet_hours", 0, [])
    await world.let_pass()
    assert await waiting.release_held(world.database) == {"status"}
    await world.delivery().deliver_due("status")
    assert (await world.see(notice)).state == "accepted"


async def test_a_retry_comes_due_at_a_decent_hour(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: -136
    decent = world.delivery(decent_delay=lambda seconds, _notice: seconds and 40_000.0)
    await decent.deliver_due("status")
    view = await world.see(notice)
    assert view.due_at is not None
    assert 39_000 < (view.due_at - view.updated_at).total_seconds() < 41_000


async def test_a_platform_that_says_too_fast_is_left_alone(world: World, provider: Provider) -> None:
    await world.write(50)

    class TooFast:
        name = TEMPLATE_BY_PHONE
        calls = 0

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            self.calls += 1
            raise RateLimited("-32", retry_after_seconds=60)

    channel = TooFast()
    limited = world.delivery(channels={TEMPLATE_BY_PHONE: channel}, in_flight=5)
    await limited.deliver_due("status")
    await limited.deliver_due("status")
    assert channel.calls == 5
    assert await world.states() == {"pending": 50}
    rows = await world.database.fetch("SELECT sum(sends) AS sends, sum(tries) AS tries FROM notices")
    assert rows == [{"sends": 0, "tries": 0}]


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        (-118, "failed", "recipient_unreachable:-118"),
        (-141, "failed", "recipient_refused:-141"),
        (-132, "failed", "bad_message:-132"),
        (-98765, "failed", "unknown_code:-98765"),
        (-114, "pending", "recipient_unreachable:-114"),
        (-144, "pending", "later:-144"),
        (-131, "pending", "needs_human:-131"),
    ],
)
async def test_a_platform_s_code_leads_where_its_table_says(
    world: World, provider: Provider, code: int, state: str, reason: str
) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: code
    await world.delivery().deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason) == (state, reason)
    attempts = await notices.attempts_of(world.database, notice)
    assert [(attempt.outcome, attempt.code) for attempt in attempts] == [("refused", str(code))]


async def test_once_more_tomorrow_is_remembered_on_the_route(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: -114
    for _ in range(3):
        await world.delivery().deliver_due("status")
        await world.let_pass()
    view = await world.see(notice)
    assert (view.state, provider.counts.total()) == ("failed", 2)
    assert [step.get("next") for step in view.route] == ["next_day", None]


async def test_an_outcome_that_the_database_refuses_holds_up_no_other(world: World, provider: Provider) -> None:
    poison, *rest = await world.write(10)

    class Poisonous:
        name = TEMPLATE_BY_PHONE

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            is_poison = message.reference == notices.tracking_id(poison)
            return SendReceipt(message_id="nul\0" if is_poison else message.reference)

    report = await world.delivery(channels={TEMPLATE_BY_PHONE: Poisonous()}).deliver_due("status")
    assert report.accepted == len(rest)
    assert await world.states() == {"accepted": 9, "sending": 1}, "its lease will make it a doubt"


async def test_outcomes_wait_for_a_database_that_is_away(provider: Provider, postgres_url: str) -> None:
    async with open_world(postgres_url, provider.url) as world:
        await world.write(8)
        provider.gate.clear()
        running = asyncio.create_task(world.delivery(in_flight=8).deliver_due("status"))
        await eventually(lambda: provider.under_way == 8)
        name = (await world.database.fetch("SELECT current_database() AS name"))[0]["name"]
        await _admit(postgres_url, name, is_open=False)
        provider.gate.set()
        await eventually(lambda: provider.under_way == 0)
        await asyncio.wait([running], timeout=0.3)
        assert not running.done()
        await _admit(postgres_url, name, is_open=True)
        assert (await running).accepted == 8
        assert await world.states() == {"accepted": 8}


async def _admit(postgres_url: str, name: str, *, is_open: bool) -> None:
    """Shut a database to everybody, as an outage does, or open it again."""
    async with await psycopg.AsyncConnection.connect(
        postgres_url.replace(f"/{name}?", "/postgres?", 1), autocommit=True
    ) as admin:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"true" if is_open else "false"}')
        if not is_open:
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


async def test_nothing_can_be_claimed_while_the_database_is_away(world: World, postgres_url: str) -> None:
    async with Database("postgresql://nobody@127.0.0.1:1/none", timeout_seconds=0.2) as away:
        with pytest.raises(DatabaseUnavailable):
            await world.delivery(database=away).deliver_due("status")
