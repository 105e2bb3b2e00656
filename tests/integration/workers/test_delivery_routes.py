"""Delivery over several channels: from one to the next, what is remembered of people, and the seams around a send."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import pytest

from channels.base import Channel, OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import ChannelError, OutcomeUnknown, PlatformDown, RateLimited
from status_bridge.routing import TEMPLATE_BY_PHONE, Policy
from storage import notices, recipients
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.notices import Outcome, Receipt
from tests.integration.workers.composition import POLICY, World, route_by
from tests.integration.workers.provider import Provider
from workers.attempt import OpenGate

SMS = "sms_esms"
CONTENT = {"text": "Hồ sơ cần bổ sung.", "params": {"ma_ho_so": "H17", "don_vi": "UBND", "han": "05/03"}}
DUTY: dict[str, Any] = {"kind": "supplement", "demands_action": True, "content": CONTENT}


class Gateway:
    """A gateway for short messages that knows the same message again; `judge` may raise."""

    name = SMS
    features = frozenset({Feature.TEXT, Feature.IDEMPOTENT})

    def __init__(self, judge: Callable[[int], None] = lambda _call: None) -> None:
        self.messages: list[OutgoingMessage] = []
        self._judge = judge

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        self.messages.append(message)
        self._judge(len(self.messages))
        return SendReceipt(message_id=f"sms-{message.reference}", cost_vnd=500)


def with_sms(world: World, sms: Channel, *, sms_for: Any = "action", **more: Any) -> dict[str, Any]:
    policy = Policy(channels={TEMPLATE_BY_PHONE, SMS}, templates=POLICY.templates, sms_channel=SMS, sms_for=sms_for)
    channels: Mapping[str, Channel] = {TEMPLATE_BY_PHONE: world.channel, SMS: sms}
    return {"channels": channels, "route_by": route_by(policy), **more}


async def test_who_has_no_zalo_is_told_by_short_message_and_the_next_time_at_once(
    world: World, provider: Provider
) -> None:
    provider.judge = lambda _body: -118
    sms = Gateway()
    phone = "84905000118"
    (first,) = await world.write(1, phone=phone, **DUTY)
    await world.delivery(**with_sms(world, sms)).deliver_due("status")
    view = await world.see(first)
    assert (view.state, view.channel, view.cost_vnd, view.sends) == ("accepted", SMS, 500, 1)
    assert await world.outcomes(first) == ["refused", "accepted"]
    gave_up, taken = view.route
    assert (gave_up["channel"], gave_up["code"], gave_up["next"]) == (TEMPLATE_BY_PHONE, "-118", "next_channel")
    assert (taken["channel"], taken["why"], taken["cost_vnd"]) == (SMS, "zalo_unreachable", 500)
    assert [TEMPLATE_BY_PHONE, "given_up"] in taken["skipped"]
    (second,) = await world.write(1, phone=phone, **DUTY)
    await world.delivery(**with_sms(world, sms)).deliver_due("status")
    assert provider.counts.total() == 1, "Zalo is not asked in vain"
    assert await world.outcomes(second) == ["accepted"]
    rows = await world.database.fetch(
        "SELECT channel, reason, code, round(extract(epoch FROM until - now()) / 86400) AS days FROM reachability"
    )
    assert [tuple(row.values()) for row in rows] == [(TEMPLATE_BY_PHONE, "unreachable", "-118", 30)]


@pytest.mark.parametrize(
    ("demands_action", "state", "reason", "messages"),
    [(True, "accepted", None, 1), (False, "failed", "recipient_refused:-141", 0)],
)
async def test_who_refused_us_hears_only_what_must_be_acted_on(
    world: World, provider: Provider, demands_action: bool, state: str, reason: str | None, messages: int
) -> None:
    provider.judge = lambda _body: -141
    sms = Gateway()
    facts = DUTY | {"demands_action": demands_action}
    (notice,) = await world.write(1, **facts)
    await world.delivery(**with_sms(world, sms, sms_for="all")).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason, len(sms.messages)) == (state, reason, messages)
    rows = await world.database.fetch(
        "SELECT reason, round(extract(epoch FROM until - now()) / 86400) AS days FROM reachability"
    )
    assert [tuple(row.values()) for row in rows] == [("refused", 180)]


async def test_the_last_platform_s_word_is_what_the_officers_read(world: World, provider: Provider) -> None:
    provider.judge = lambda _body: -118
    (notice,) = await world.write(1)
    await world.delivery(**with_sms(world, Gateway())).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason) == ("failed", "recipient_unreachable:-118")


async def test_who_opted_out_is_left_alone_but_for_a_duty(world: World, provider: Provider) -> None:
    phone, sms = "84905000999", Gateway()
    await recipients.opt_out(world.database, world.cipher, phone)
    (news,) = await world.write(1, phone=phone)
    (duty,) = await world.write(1, phone=phone, **DUTY)
    await world.delivery(**with_sms(world, sms, sms_for="all")).deliver_due("status")
    assert [(view.state, view.reason, view.sends) for view in [await world.see(news)]] == [
        ("suppressed", "opted_out", 0)
    ]
    assert (await world.see(duty)).channel == SMS
    assert (provider.taken, len(sms.messages)) == ([], 1)


async def test_once_more_tomorrow_finds_its_channel_open(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    provider.judge = lambda _body: -114
    await world.delivery(**with_sms(world, Gateway())).deliver_due("status")
    assert await world.database.fetch("SELECT 1 FROM reachability") == []
    provider.judge = lambda _body: None
    await world.let_pass()
    await world.delivery(**with_sms(world, Gateway())).deliver_due("status")
    assert (await world.see(notice)).state == "accepted"


async def test_a_short_message_in_doubt_is_repeated_as_the_same_one_and_only_there(
    world: World, provider: Provider
) -> None:
    provider.judge = lambda _body: -118

    def lost_once(call: int) -> None:
        if call == 1:
            raise OutcomeUnknown("timeout")

    sms = Gateway(lost_once)
    (notice,) = await world.write(1, **DUTY)
    await world.delivery(**with_sms(world, sms)).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.sends) == ("accepted", 2), "both count: either may be out"
    assert view.due_at is not None, "the gateway has it, and may have failed it before the repeat: it is asked"
    assert await world.outcomes(notice) == ["refused", "in_doubt", "accepted"]
    assert {message.reference for message in sms.messages} == {notices.tracking_id(notice)}
    assert [step.get("next") for step in view.route] == ["next_channel", "same_channel", None]
    assert provider.counts.total() == 1


async def test_the_receipt_of_a_doubt_ends_its_repeats(world: World, provider: Provider) -> None:
    provider.judge = lambda _body: -118

    def lost(_call: int) -> None:
        raise OutcomeUnknown("timeout")

    sms = Gateway(lost)
    (notice,) = await world.write(1, **DUTY)
    await world.delivery(**with_sms(world, sms)).deliver_due("status")
    assert (await world.see(notice)).state == "pending", "at once, and then after 30 s"
    await notices.apply_receipts(world.database, [Receipt(notice)])
    await world.let_pass()
    await world.delivery(**with_sms(world, sms)).deliver_due("status")
    assert ((await world.see(notice)).state, len(sms.messages)) == ("delivered", 2)


@pytest.mark.parametrize(
    ("facts", "has_sms", "waits"),
    [(DUTY, True, True), (DUTY, False, False), ({"demands_action": False}, True, False)],
    ids=["a duty with another channel", "a duty without", "news"],
)
async def test_the_receipt_of_a_duty_is_waited_for_while_another_channel_is_left(
    world: World, facts: dict[str, Any], has_sms: bool, waits: bool
) -> None:
    asked: list[tuple[str, str | None]] = []

    def wait(channel: str, template_id: str | None) -> float:
        asked.append((channel, template_id))
        return 5000.0

    options = with_sms(world, Gateway()) if has_sms else {}
    (notice,) = await world.write(1, **facts)
    await world.delivery(**options, seams={"receipt_wait": wait}).deliver_due("status")
    view = await world.see(notice)
    assert view.state == "accepted"
    assert asked == ([(TEMPLATE_BY_PHONE, "400104")] if waits else [])
    assert (view.due_at is not None) is waits
    if view.due_at is not None:
        assert 4900 < (view.due_at - view.updated_at).total_seconds() <= 5000


class Forgetful(Database):
    """A database that goes away between the claim and what is known of the recipients."""

    is_away = True

    async def fetch_by_keys(self, query: LiteralString, params: Any = None) -> list[dict[str, Any]]:
        if self.is_away and "opted_out" in query:
            self.is_away = False
            raise DatabaseUnavailable("gone")
        return await super().fetch_by_keys(query, params)


async def test_without_what_is_known_of_the_recipients_nothing_is_sent_and_nothing_in_doubt(
    world: World, provider: Provider, emptied_postgres_url: str
) -> None:
    written = await world.write(5)
    async with Forgetful(emptied_postgres_url) as database:
        report = await world.delivery(database=database).deliver_due("status")
        assert (report.in_doubt, report.accepted) == (0, 5)
    for notice in written:
        assert await world.outcomes(notice) == ["not_sent", "accepted"]
        assert (await world.see(notice)).sends == 1
    assert provider.counts.total() == 5


class Turnstile(OpenGate):
    """A gate that lets nobody pass, or hears what passed."""

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self.entered: list[tuple[str, str, float]] = []
        self.heard: list[object] = []

    async def enter(self, channel: str, lane: str, *, seconds: float) -> None:
        self.entered.append((channel, lane, seconds))
        if not self.is_open:
            raise RateLimited("our_limit", retry_after_seconds=7)

    def note_receipt(self, channel: str, lane: str, receipt: SendReceipt) -> None:
        self.heard.append(receipt.message_id)

    def note_error(self, channel: str, lane: str, error: ChannelError) -> None:
        self.heard.append(error.code)


async def test_a_closed_gate_sends_nothing_and_costs_the_notice_nothing(world: World, provider: Provider) -> None:
    gate = Turnstile(is_open=False)
    (notice,) = await world.write(1)
    await world.delivery(seams={"gate": gate}).deliver_due("status")
    view = await world.see(notice)
    assert (view.state, view.reason, view.sends, view.tries) == ("pending", "rate_limited:our_limit", 0, 0)
    assert (provider.taken, gate.heard) == ([], [])
    assert gate.entered == [(TEMPLATE_BY_PHONE, "status", 2.0)]


async def test_the_gate_hears_what_the_platform_answered_and_everybody_hears_the_outcome(
    world: World, provider: Provider
) -> None:
    gate, outcomes = Turnstile(is_open=True), []

    def hear(outcome: Outcome, *, alarming: bool) -> None:
        outcomes.append((outcome.outcome, alarming))

    good, bad = await world.write(2)
    provider.judge = lambda body: -132 if body["tracking_id"] == notices.tracking_id(bad) else None
    await world.delivery(seams={"gate": gate, "on_outcome": hear}).deliver_due("status")
    assert set(gate.heard) == {provider.message_id(notices.tracking_id(good)), "-132"}
    assert sorted(outcomes) == [("accepted", False), ("refused", True)]


async def test_a_code_whose_time_is_over_is_not_sent(world: World, provider: Provider) -> None:
    facts = {"kind": "otp", "lane": "urgent", "content": {"text": "1", "params": {}, "template_id": "1"}}
    (late,) = await world.write(1, urgent_until=datetime.now(UTC) - timedelta(seconds=1), **facts)
    (good,) = await world.write(1, urgent_until=datetime.now(UTC) + timedelta(minutes=5), **facts)
    await world.delivery().deliver_due("urgent")
    assert [(await world.see(late)).state, (await world.see(good)).state] == ["expired", "accepted"]
    assert provider.taken == [notices.tracking_id(good)]


async def test_a_code_in_doubt_stays_there_until_its_receipt(world: World, provider: Provider) -> None:
    facts = {"kind": "otp", "lane": "urgent", "content": {"text": "1", "params": {}, "template_id": "1"}}
    provider.judge = lambda _body: "cut"
    end = datetime.now(UTC) + timedelta(minutes=5)
    (notice,) = await world.write(1, demands_action=True, urgent_until=end, **facts)
    await world.delivery().deliver_due("urgent")
    assert ((await world.see(notice)).state, (await world.see(notice)).due_at) == ("in_doubt", None)
    await notices.settle_doubts(world.database)
    await world.delivery().deliver_due("urgent")
    assert provider.counts.total() == 1


@pytest.mark.parametrize(("due_days_ago", "state"), [(0, "pending"), (4, "failed")])
async def test_age_counts_from_the_day_on_which_it_was_first_due(world: World, due_days_ago: int, state: str) -> None:
    # A notice that Tết held for nine days used to be too old for its first retry.
    now = datetime.now(UTC)
    (notice,) = await world.write(1, due_at=now - timedelta(days=due_days_ago))
    await world.database.fetch(
        "UPDATE notices SET created_at = created_at - interval '9 days' WHERE id = %(id)s RETURNING id", {"id": notice}
    )

    class Down(Gateway):
        name = TEMPLATE_BY_PHONE

        async def send(self, message: OutgoingMessage) -> SendReceipt:
            raise PlatformDown("connect", retry_after_seconds=60)

    await world.delivery(channels={TEMPLATE_BY_PHONE: Down()}).deliver_due("status")
    view = await world.see(notice)
    assert view.state == state
    if state == "pending":
        since = datetime.fromisoformat(view.route[0]["since"])
        assert abs(since - now) < timedelta(seconds=5)


async def test_a_person_s_retry_begins_anew_with_what_was_given_up(world: World, provider: Provider) -> None:
    provider.judge = lambda _body: -132
    (notice,) = await world.write(1)
    await world.delivery().deliver_due("status")
    assert (await world.see(notice)).state == "failed"
    provider.judge = lambda _body: None
    assert await notices.retry(world.database, notice) == "status"
    await world.delivery().deliver_due("status")
    view = await world.see(notice)
    assert (view.state, [step["why"] for step in view.route]) == (
        "accepted",
        ["phone_in_dossier", "retried_by_hand", "phone_in_dossier"],
    )


@pytest.mark.parametrize(("has_failed", "is_asked"), [(True, True), (False, False)])
async def test_a_short_message_retried_after_the_gateway_failed_it_is_asked_about_again(
    world: World, provider: Provider, has_failed: bool, is_asked: bool
) -> None:
    # Within a day the gateway takes the same message for one it has, says "accepted", and sends nothing.
    (notice,) = await world.write(1, **DUTY)
    step = f'[{{"channel": "{SMS}", "why": "{"not_delivered" if has_failed else "w"}", "next": "next_channel"}}]'
    await world.database.fetch(
        "UPDATE notices SET state = 'failed', route = %(step)s::jsonb WHERE id = %(id)s RETURNING id",
        {"step": step, "id": notice},
    )
    assert await notices.retry(world.database, notice) == "status"
    options = with_sms(world, Gateway())
    await world.delivery(**options | {"route_by": route_by(Policy(channels={SMS}, sms_channel=SMS))}).deliver_due(
        "status"
    )
    view = await world.see(notice)
    assert (view.state, view.channel, view.due_at is not None) == ("accepted", SMS, is_asked)


async def test_a_code_that_was_accepted_is_left_to_its_receipt(world: World, provider: Provider) -> None:
    facts = {"kind": "otp", "lane": "urgent", "content": {"text": "1", "params": {}, "template_id": "1"}}
    end = datetime.now(UTC) + timedelta(minutes=5)
    (notice,) = await world.write(1, demands_action=True, urgent_until=end, **facts)
    await world.delivery(**with_sms(world, Gateway())).deliver_due("urgent")
    view = await world.see(notice)
    assert (view.state, view.due_at) == ("accepted", None), "another channel would bring it again, or too late"
