"""The ids of uploads in memory: they end, and the least used go first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from channels.zalo.assets import ASSET_LIFE, AssetKey, MemoryAssetStore

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def key(number: int, account: str = "oa") -> AssetKey:
    return AssetKey(account, "zalo.oa.upload_image", f"digest-{number}")


async def test_an_id_is_kept_until_it_ends() -> None:
    clock = Clock()
    store = MemoryAssetStore(clock=clock)
    await store.put(key(1), "A1", NOW + ASSET_LIFE)
    clock.now = NOW + ASSET_LIFE - timedelta(seconds=1)
    assert await store.get(key(1)) == "A1"
    clock.now = NOW + ASSET_LIFE
    assert await store.get(key(1)) is None


def test_an_id_is_given_up_before_the_platform_does() -> None:
    assert timedelta(days=6) < ASSET_LIFE < timedelta(days=7)


async def test_accounts_do_not_share_ids() -> None:
    store = MemoryAssetStore(clock=Clock())
    await store.put(key(1), "A1", NOW + ASSET_LIFE)
    assert await store.get(key(1, "another")) is None


async def test_the_least_recently_used_goes_first() -> None:
    store = MemoryAssetStore(max_assets=2, clock=Clock())
    for number in (1, 2):
        await store.put(key(number), f"A{number}", NOW + ASSET_LIFE)
    assert await store.get(key(1)) == "A1"
    await store.put(key(3), "A3", NOW + ASSET_LIFE)
    assert [await store.get(key(number)) for number in (1, 2, 3)] == ["A1", None, "A3"]


async def test_forgetting_an_old_id_spares_its_successor() -> None:
    store = MemoryAssetStore(clock=Clock())
    await store.put(key(1), "new", NOW + ASSET_LIFE)
    await store.forget(key(1), "old")
    assert await store.get(key(1)) == "new"
    await store.forget(key(1), "new")
    assert await store.get(key(1)) is None
