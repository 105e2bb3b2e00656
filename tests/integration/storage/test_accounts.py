"""The token keeper's store: one refresher at a time, and no pair is lost or used twice."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.zalo.auth import AccountUnknown, RefreshClaim, TokenPair, TokenState
from storage.accounts import AccountStore, all_accounts
from storage.crypto import Cipher
from storage.database import Database

OA = "1000000000000000001"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def store(database: Database, cipher: Cipher) -> AccountStore:
    """A store with one account at version 1."""
    made = AccountStore(database, cipher)
    assert await _seed(made, "access-1", "refresh-1")
    return made


async def _seed(store: AccountStore, access: str, refresh: str) -> bool:
    return await store.seed(
        OA, app_id="app", access=SecretStr(access), refresh=SecretStr(refresh), expires_in_seconds=3600
    )


async def _replace(store: AccountStore) -> None:
    await store.replace(
        OA,
        app_id="app",
        name="Đà Nẵng",
        access=SecretStr("access-hand"),
        refresh=SecretStr("refresh-hand"),
        expires_in_seconds=3600,
    )


def _pair(number: int) -> TokenPair:
    return TokenPair(
        access_token=SecretStr(f"access-{number}"),
        refresh_token=SecretStr(f"refresh-{number}"),
        access_expires_at=NOW + timedelta(hours=25),
        refresh_expires_at=NOW + timedelta(days=90),
    )


async def _claim(store: AccountStore, *, version: int = 1, lease_seconds: float = 60) -> RefreshClaim:
    claim = await store.claim_refresh(OA, version=version, lease_seconds=lease_seconds)
    assert claim is not None
    return claim


async def _tokens(store: AccountStore) -> tuple[str, str, int, TokenState]:
    stored = await store.read(OA)
    pair = stored.pair
    return pair.access_token.get_secret_value(), pair.refresh_token.get_secret_value(), stored.version, stored.state


async def test_a_seeded_account_is_read_back_and_a_second_seed_changes_nothing(store: AccountStore) -> None:
    assert await _tokens(store) == ("access-1", "refresh-1", 1, TokenState.ACTIVE)
    assert await _seed(store, "other", "other") is False
    assert await _tokens(store) == ("access-1", "refresh-1", 1, TokenState.ACTIVE)
    assert (await store.read(OA)).state is TokenState.ACTIVE


async def test_an_unknown_account_is_said_to_be_so(store: AccountStore) -> None:
    with pytest.raises(AccountUnknown):
        await store.read("2")
    assert await store.claim_refresh("2", version=1, lease_seconds=60) is None


async def test_tokens_are_not_stored_in_the_clear(store: AccountStore, database: Database) -> None:
    claim = await _claim(store)
    await store.record_answer(OA, claim=claim.token, raw=b'{"refresh_token": "refresh-2"}')
    (row,) = await database.fetch("SELECT to_jsonb(a)::text AS row FROM accounts a")
    for secret in ("access-1", "refresh-1", "refresh-2"):
        assert secret not in row["row"]
        assert secret.encode().hex() not in row["row"]


async def test_of_twenty_that_claim_at_once_one_may_refresh(store: AccountStore) -> None:
    claims = await asyncio.gather(*(store.claim_refresh(OA, version=1, lease_seconds=60) for _ in range(20)))
    (won,) = [claim for claim in claims if claim is not None]
    assert won.refresh_token.get_secret_value() == "refresh-1"
    assert (won.tries, won.recorded_answer) == (0, None)
    assert await store.save_pair(OA, claim=won.token, pair=_pair(2))
    assert await _tokens(store) == ("access-2", "refresh-2", 2, TokenState.ACTIVE)


async def test_twenty_refreshers_that_never_give_up_use_each_refresh_token_once(store: AccountStore) -> None:
    used: list[str] = []

    async def refresh() -> None:
        while True:
            version = (await store.read(OA)).version
            if version >= 4:
                return
            claim = await store.claim_refresh(OA, version=version, lease_seconds=60)
            if claim is not None:
                used.append(claim.refresh_token.get_secret_value())
                assert await store.save_pair(OA, claim=claim.token, pair=_pair(version + 1))

    async with asyncio.timeout(20):
        await asyncio.gather(*(refresh() for _ in range(20)))
    assert used == ["refresh-1", "refresh-2", "refresh-3"]


async def test_a_pair_that_has_moved_on_is_not_refreshed_again(store: AccountStore) -> None:
    claim = await _claim(store)
    assert await store.save_pair(OA, claim=claim.token, pair=_pair(2))
    assert await store.claim_refresh(OA, version=1, lease_seconds=60) is None
    assert (await _claim(store, version=2)).refresh_token.get_secret_value() == "refresh-2"


async def test_a_claim_that_ran_out_is_taken_by_another_and_its_loser_saves_nothing(store: AccountStore) -> None:
    lost = await _claim(store, lease_seconds=-1)
    won = await _claim(store)
    assert won.tries == 1  # a request of the first may have left
    assert await store.save_pair(OA, claim=lost.token, pair=_pair(7)) is False
    await store.record_answer(OA, claim=lost.token, raw=b"{}")
    await store.mark_dead(OA, claim=lost.token, code="-14014")
    await store.release(OA, claim=lost.token, tries=9)
    assert await _tokens(store) == ("access-1", "refresh-1", 1, TokenState.ACTIVE)
    assert await store.save_pair(OA, claim=won.token, pair=_pair(2))
    assert await store.save_pair(OA, claim=won.token, pair=_pair(3)) is False
    assert await _tokens(store) == ("access-2", "refresh-2", 2, TokenState.ACTIVE)


async def test_a_claim_that_ran_out_untaken_may_still_save(store: AccountStore) -> None:
    late = await _claim(store, lease_seconds=-1)
    assert await store.save_pair(OA, claim=late.token, pair=_pair(2))


async def test_an_answer_written_ahead_is_found_by_the_next_refresher(store: AccountStore, database: Database) -> None:
    dying = await _claim(store, lease_seconds=-1)
    await store.record_answer(OA, claim=dying.token, raw=b'{"access_token": "access-2"}')
    assert (await all_accounts(database))[0].has_unsaved_answer
    heir = await _claim(store)
    assert heir.recorded_answer is not None
    assert heir.recorded_answer.get_secret_value() == b'{"access_token": "access-2"}'
    assert heir.tries == 0  # its answer is on record
    assert await store.save_pair(OA, claim=heir.token, pair=_pair(2))
    assert not (await all_accounts(database))[0].has_unsaved_answer
    assert (await _claim(store, version=2)).recorded_answer is None


async def test_a_released_claim_leaves_its_tries_and_no_answer(store: AccountStore) -> None:
    first = await _claim(store)
    await store.record_answer(OA, claim=first.token, raw=b"<html>")
    await store.release(OA, claim=first.token, tries=1)
    second = await _claim(store)
    assert (second.tries, second.recorded_answer) == (1, None)
    assert second.token != first.token


async def test_a_dead_account_is_not_refreshed_until_a_person_gives_a_new_pair(
    store: AccountStore, database: Database
) -> None:
    claim = await _claim(store)
    await store.mark_dead(OA, claim=claim.token, code="-14014")
    assert await _tokens(store) == ("access-1", "refresh-1", 1, TokenState.NEEDS_AUTHORIZATION)
    assert await store.claim_refresh(OA, version=1, lease_seconds=60) is None
    (account,) = await all_accounts(database)
    assert (account.state, account.state_code) == ("needs_authorization", "-14014")
    await _replace(store)
    assert await _tokens(store) == ("access-hand", "refresh-hand", 2, TokenState.ACTIVE)
    assert (await _claim(store, version=2)).tries == 0


async def test_a_pair_given_by_hand_beats_a_refresh_under_way(store: AccountStore) -> None:
    claim = await _claim(store)
    await _replace(store)
    assert await store.save_pair(OA, claim=claim.token, pair=_pair(2)) is False
    assert await _tokens(store) == ("access-hand", "refresh-hand", 2, TokenState.ACTIVE)


async def test_a_foreign_claim_changes_nothing(store: AccountStore) -> None:
    await _claim(store)
    assert await store.save_pair(OA, claim=uuid.uuid4(), pair=_pair(2)) is False


async def test_quota_is_noted_and_a_missing_total_keeps_the_known_one(store: AccountStore, database: Database) -> None:
    await store.note_quota(OA, remaining=400, total=500)
    await store.note_quota(OA, remaining=399, total=None)
    (account,) = await all_accounts(database)
    assert (account.quota_remaining, account.quota_total) == (399, 500)
