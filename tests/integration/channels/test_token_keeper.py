"""The rules of token keeping (docs: zalo 2.5) against the emulator's OAuth, which burns each refresh token."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from channels.errors import NeedsAuthorization, NeedsHuman, TokenUnavailable
from channels.http import HttpClient
from channels.zalo.auth import AccountUnknown, TokenKeeper, TokenPair, TokenState
from channels.zalo.config import ZaloConfig
from tests.integration.channels.conftest import Clock, EmulatorHandle
from tests.integration.channels.memory_store import MemoryStore
from tests.proxy import Fault, FaultProxy, refusing_port

OAUTH = "/v4/oa/access_token"


class Bench:
    """A keeper and everything around it."""

    def __init__(
        self, http: HttpClient, zalo: ZaloConfig, store: MemoryStore, clock: Clock, emulator: EmulatorHandle
    ) -> None:
        self.http, self.zalo, self.store, self.clock, self.emulator = http, zalo, store, clock, emulator
        self.oa = store.account_id

    def keeper(self, *, sleep: Any = asyncio.sleep, **changes: Any) -> TokenKeeper:
        return TokenKeeper(self.store, self.http, self.zalo.model_copy(update=changes), clock=self.clock, sleep=sleep)

    async def sleep_by_the_clock(self, seconds: float) -> None:
        """Short sleeps, those between two looks at the store, turn the clock; longer ones end when it has got there."""
        end = self.clock() + timedelta(seconds=seconds)
        if seconds <= self.zalo.refresh_poll_seconds:
            self.clock.advance(seconds=seconds)
        while self.clock() < end:
            await asyncio.sleep(0)

    def expire(self) -> None:
        self.clock.advance(hours=26)

    async def reused_tokens(self) -> list[dict[str, Any]]:
        return [found for found in await self.emulator.get("violations") if found["rule"] == "refresh_token_reused"]


async def at_once(seconds: float) -> None:
    """A sleep for which any time has passed already."""


async def ask(keeper: TokenKeeper, bench: Bench, way: str) -> SecretStr:
    if way == "refresh":
        return await keeper.refresh(bench.oa, rejected=bench.store.pair.access_token)
    return await keeper.access_token(bench.oa)


@pytest.fixture
def bench(http: HttpClient, zalo: ZaloConfig, store: MemoryStore, clock: Clock, emulator: EmulatorHandle) -> Bench:
    return Bench(http, zalo, store, clock, emulator)


async def test_a_token_with_life_left_is_handed_out_without_a_request(bench: Bench) -> None:
    first = bench.store.pair.access_token
    assert await bench.keeper().access_token(bench.oa) == first
    assert bench.store.history == []


async def test_the_cache_saves_a_read_but_is_short(bench: Bench) -> None:
    keeper = bench.keeper(token_cache_seconds=5.0)
    first = await keeper.access_token(bench.oa)
    bench.store.pair = bench.store.pair.model_copy(update={"access_token": SecretStr("rotated elsewhere")})
    assert await keeper.access_token(bench.oa) == first
    bench.clock.advance(seconds=6)
    assert (await keeper.access_token(bench.oa)).get_secret_value() == "rotated elsewhere"


async def test_an_expired_token_is_refreshed_recorded_and_saved_before_it_is_used(bench: Bench) -> None:
    old = bench.store.pair
    bench.expire()
    token = await bench.keeper().access_token(bench.oa)
    assert bench.store.history == ["claim", "record", "save"]
    assert bench.store.pair.access_token == token != old.access_token
    assert bench.store.pair.refresh_token != old.refresh_token
    assert bench.store.pair.access_expires_at == bench.clock() + timedelta(seconds=90_000)
    assert bench.store.pair.refresh_expires_at == bench.clock() + timedelta(days=90)
    assert bench.store.version == 2


async def test_50_callers_of_one_process_make_one_refresh(bench: Bench) -> None:
    bench.expire()
    async with bench.keeper() as keeper:
        tokens = await asyncio.gather(*(keeper.access_token(bench.oa) for _ in range(50)))
    assert {token.get_secret_value() for token in tokens} == {bench.store.pair.access_token.get_secret_value()}
    assert bench.store.history == ["claim", "record", "save"]
    assert await bench.reused_tokens() == []


async def test_50_workers_with_a_keeper_each_make_one_refresh(bench: Bench) -> None:
    bench.expire()
    await bench.emulator.order(OAUTH, "slow:0.1")
    tokens = await asyncio.gather(*(bench.keeper().access_token(bench.oa) for _ in range(50)))
    assert {token.get_secret_value() for token in tokens} == {bench.store.pair.access_token.get_secret_value()}
    assert bench.store.history == ["claim", "record", "save"]
    assert await bench.reused_tokens() == []


async def test_50_workers_whose_token_was_rejected_make_one_refresh(bench: Bench) -> None:
    rejected = bench.store.pair.access_token
    tokens = await asyncio.gather(*(bench.keeper().refresh(bench.oa, rejected=rejected) for _ in range(50)))
    assert len({token.get_secret_value() for token in tokens}) == 1
    assert bench.store.history.count("save") == 1
    assert await bench.reused_tokens() == []


async def test_a_rejected_token_that_was_replaced_already_costs_no_refresh(bench: Bench) -> None:
    token = await bench.keeper().refresh(bench.oa, rejected=SecretStr("an older one"))
    assert token == bench.store.pair.access_token
    assert bench.store.history == []


async def test_a_forced_refresh_happens_with_life_left(bench: Bench) -> None:
    await bench.keeper().refresh(bench.oa, rejected=None)
    assert bench.store.version == 2


async def test_within_three_hours_of_the_end_the_token_is_refreshed_early(bench: Bench) -> None:
    bench.clock.advance(hours=22, minutes=1)
    token = await bench.keeper().access_token(bench.oa)
    assert token == bench.store.pair.access_token
    assert bench.store.version == 2


async def test_a_failed_early_refresh_holds_no_message_up_and_pauses(bench: Bench) -> None:
    bench.clock.advance(hours=23)
    with refusing_port() as port:
        keeper = bench.keeper(oauth_base=f"http://127.0.0.1:{port}")
        first = bench.store.pair.access_token
        assert [await keeper.access_token(bench.oa) for _ in range(3)] == [first] * 3
    assert bench.store.history == ["claim", "release"]  # one attempt for all three
    assert bench.store.tries == 0


async def test_an_early_refresh_of_another_worker_holds_no_message_up(bench: Bench) -> None:
    bench.clock.advance(hours=23)
    assert await bench.store.claim_refresh(bench.oa, version=1, lease_seconds=60)
    assert await bench.keeper().access_token(bench.oa) == bench.store.pair.access_token


async def test_an_oauth_host_that_takes_no_request_costs_no_try(bench: Bench) -> None:
    bench.expire()
    with refusing_port() as port, pytest.raises(TokenUnavailable):
        await bench.keeper(oauth_base=f"http://127.0.0.1:{port}").access_token(bench.oa)
    assert (bench.store.tries, bench.store.claim) == (0, None)
    await bench.keeper().access_token(bench.oa)
    assert bench.store.version == 2


async def test_a_refresh_without_answer_is_repeated_once_then_a_person_is_called(bench: Bench) -> None:
    bench.expire()
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = Fault.RESET_BEFORE_REQUEST
        keeper = bench.keeper(oauth_base=proxy.url)
        with pytest.raises(TokenUnavailable) as caught:
            await keeper.access_token(bench.oa)
        assert not caught.value.is_sent_possible, "the message itself never left"
        assert (bench.store.tries, bench.store.state) == (1, TokenState.ACTIVE)
        with pytest.raises(NeedsAuthorization):
            await keeper.access_token(bench.oa)
        assert bench.store.dead_code == "refresh_in_doubt"
        with pytest.raises(NeedsAuthorization):
            await keeper.access_token(bench.oa)
        assert proxy.connections == 2


async def test_the_one_repeat_succeeds_if_the_first_never_arrived(bench: Bench) -> None:
    bench.expire()
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = Fault.RESET_BEFORE_REQUEST
        keeper = bench.keeper(oauth_base=proxy.url)
        with pytest.raises(TokenUnavailable):
            await keeper.access_token(bench.oa)
        proxy.fault = Fault.NONE
        await keeper.access_token(bench.oa)
    assert (bench.store.version, bench.store.tries) == (2, 0)


@pytest.mark.provokes_violations("refresh_token_reused")
async def test_a_refresh_whose_answer_was_lost_ends_in_a_clear_alarm(bench: Bench) -> None:
    bench.expire()
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = Fault.RESET_AFTER_REQUEST
        with pytest.raises(TokenUnavailable):
            await bench.keeper(oauth_base=proxy.url).access_token(bench.oa)
    with pytest.raises(NeedsAuthorization):  # the first request had used the token up
        await bench.keeper().access_token(bench.oa)
    assert bench.store.dead_code == "-14014"


async def test_a_dead_refresh_token_is_never_tried_again(bench: Bench) -> None:
    bench.expire()
    await bench.emulator.order(OAUTH, "error:-14014")
    keeper = bench.keeper()
    for _ in range(3):
        with pytest.raises(NeedsAuthorization):
            await keeper.access_token(bench.oa)
    assert bench.store.history == ["claim", "record", "dead"]


async def test_a_dead_account_still_uses_its_access_token_to_the_end(bench: Bench) -> None:
    bench.store.state = TokenState.NEEDS_AUTHORIZATION
    bench.clock.advance(hours=24)
    assert await bench.keeper().access_token(bench.oa) == bench.store.pair.access_token
    bench.clock.advance(hours=2)
    with pytest.raises(NeedsAuthorization):
        await bench.keeper().access_token(bench.oa)


@pytest.mark.provokes_violations("secret_key")
async def test_a_wrong_app_secret_needs_a_human_and_burns_nothing(bench: Bench) -> None:
    bench.expire()
    with pytest.raises(NeedsHuman, match="-14004"):
        await bench.keeper(app_secret=SecretStr("wrong")).access_token(bench.oa)
    assert (bench.store.tries, bench.store.state, bench.store.claim) == (0, TokenState.ACTIVE, None)
    await bench.keeper().access_token(bench.oa)
    assert bench.store.version == 2


async def test_a_process_that_died_before_the_pair_was_saved_loses_nothing(bench: Bench) -> None:
    """The raw answer was recorded; the next one to claim saves it without asking again."""
    bench.expire()
    claim = await bench.store.claim_refresh(bench.oa, version=1, lease_seconds=60)
    assert claim is not None
    raw = json.dumps({"access_token": "A2", "refresh_token": "R2", "expires_in": "90000"}).encode()
    await bench.store.record_answer(bench.oa, claim=claim.token, raw=raw)
    bench.clock.advance(seconds=61)
    assert (await bench.keeper().access_token(bench.oa)).get_secret_value() == "A2"
    assert bench.store.pair.refresh_token.get_secret_value() == "R2"
    assert await bench.emulator.get("violations") == []


async def test_two_processes_that_died_in_their_requests_end_in_an_alarm_without_a_third(bench: Bench) -> None:
    bench.expire()
    bench.store.tries = 2
    with pytest.raises(NeedsAuthorization):
        await bench.keeper().access_token(bench.oa)
    assert bench.store.dead_code == "refresh_in_doubt"
    assert "record" not in bench.store.history


async def test_waiting_for_another_workers_refresh_ends_with_its_lease(bench: Bench) -> None:
    bench.expire()
    await bench.store.claim_refresh(bench.oa, version=1, lease_seconds=3600)
    with pytest.raises(TokenUnavailable, match="refresh_slow"):
        await bench.keeper(sleep=bench.sleep_by_the_clock).access_token(bench.oa)


async def test_a_lease_that_ran_out_is_taken_over(bench: Bench) -> None:
    bench.expire()
    await bench.store.claim_refresh(bench.oa, version=1, lease_seconds=1)
    await bench.keeper(sleep=bench.sleep_by_the_clock).access_token(bench.oa)
    assert bench.store.version == 2


async def test_a_pair_whose_claim_was_lost_is_not_used(bench: Bench) -> None:
    bench.expire()
    await bench.emulator.order(OAUTH, "slow:0.2")
    task = asyncio.create_task(bench.keeper().access_token(bench.oa))
    while bench.store.claim is None:
        await asyncio.sleep(0.001)
    bench.store.claim = uuid.uuid4()
    with pytest.raises(TokenUnavailable, match="claim_lost"):
        await task
    assert bench.store.version == 1


async def test_a_cancelled_caller_does_not_cut_a_refresh_off(bench: Bench) -> None:
    bench.expire()
    await bench.emulator.order(OAUTH, "slow:0.2")
    async with bench.keeper() as keeper:
        task = asyncio.create_task(keeper.access_token(bench.oa))
        while bench.store.claim is None:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    # Leaving the keeper waited for the answer: it is saved, not lost.
    assert bench.store.history == ["claim", "record", "save"]


async def test_an_unknown_account_says_so(bench: Bench) -> None:
    with pytest.raises(AccountUnknown):
        await bench.keeper().access_token("999")


@pytest.mark.parametrize("way", ["access_token", "refresh"])
async def test_waiting_for_another_process_ends_before_its_lease_and_nothing_was_sent(bench: Bench, way: str) -> None:
    bench.expire()
    await bench.store.claim_refresh(bench.oa, version=1, lease_seconds=3.0)
    started_at = bench.clock()
    async with bench.keeper(sleep=bench.sleep_by_the_clock, token_wait_seconds=1.0) as keeper:
        with pytest.raises(TokenUnavailable, match="refresh_slow") as caught:
            await ask(keeper, bench, way)
        assert not caught.value.is_sent_possible
        assert timedelta(seconds=1) <= bench.clock() - started_at < timedelta(seconds=1.5)
    assert bench.store.version == 2, "the keeper went on, took the lease over and was waited for at exit"


@pytest.mark.parametrize("way", ["access_token", "refresh"])
async def test_a_caller_leaves_a_slow_refresh_of_our_own_which_goes_on(bench: Bench, way: str) -> None:
    bench.expire()
    await bench.emulator.order(OAUTH, "slow:0.3")
    async with bench.keeper(sleep=at_once, token_wait_seconds=1.0) as keeper:
        with pytest.raises(TokenUnavailable, match="refresh_slow"):
            await ask(keeper, bench, way)
        assert "save" not in bench.store.history
    assert bench.store.history == ["claim", "record", "save"]
    assert await bench.keeper().access_token(bench.oa) == bench.store.pair.access_token
    assert await bench.reused_tokens() == []


async def test_a_slow_early_refresh_holds_no_message_up(bench: Bench) -> None:
    bench.clock.advance(hours=23)
    await bench.emulator.order(OAUTH, "slow:0.3")
    old = bench.store.pair.access_token
    async with bench.keeper(sleep=at_once) as keeper:
        assert await keeper.access_token(bench.oa) == old
        assert bench.store.version == 1
    assert bench.store.version == 2
    assert bench.store.pair.access_token != old


def test_by_default_a_caller_waits_15_seconds(bench: Bench) -> None:
    assert bench.zalo.token_wait_seconds == 15.0


def test_a_lease_shorter_than_the_request_is_refused(http: HttpClient, zalo: ZaloConfig, store: MemoryStore) -> None:
    with pytest.raises(ValueError, match="refresh_lease_seconds"):
        TokenKeeper(store, http, zalo.model_copy(update={"refresh_lease_seconds": 2.0}))


def test_a_pair_does_not_show_its_tokens(store: MemoryStore) -> None:
    pair: TokenPair = store.pair
    assert pair.access_token.get_secret_value() not in repr(pair) + str(pair)
