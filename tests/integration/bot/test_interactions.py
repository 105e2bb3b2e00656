"""The consumer notes when a person last opened the window for consultation messages."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.bot.harness import APP_ID, OA_ID, SENDER, TIMESTAMP, text_event
from tests.integration.bot.test_consumer import World, world

__all__ = ["world"]  # the fixture

SENT_AT = datetime(2026, 1, 1, tzinfo=UTC)  # TIMESTAMP


def _relationship(event_name: str, *, timestamp: str = TIMESTAMP) -> bytes:
    document = {
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "event_name": event_name,
        "timestamp": timestamp,
        "follower": {"id": SENDER},
        "user_id": SENDER,
    }
    return json.dumps(document, separators=(",", ":")).encode()


async def _noted(world: World) -> Any:
    (row,) = await world.database.fetch("SELECT last_interaction_at FROM citizens")
    return row["last_interaction_at"]


@pytest.mark.parametrize(("event_name", "noted"), [
    ("follow", SENT_AT), ("user_click_chatnow", SENT_AT), ("unfollow", None), ("user_withdraw", None),
])  # fmt: skip
async def test_what_opens_the_window_is_noted_with_the_platforms_time(
    world: World, event_name: str, noted: datetime | None
) -> None:
    await world.receive(_relationship(event_name), kind="relationship")
    async with world.consuming():
        await world.settled()
    assert await _noted(world) == noted


async def test_it_goes_never_backwards_nor_into_the_future(world: World) -> None:
    await world.receive(text_event("m-1"))
    async with world.consuming():
        await world.settled()
        await world.receive(_relationship("follow", timestamp="1735689600000"), kind="relationship")
        await world.settled()
        assert await _noted(world) == SENT_AT
        await world.receive(_relationship("user_click_chatnow", timestamp="4102444800000"), kind="relationship")
        await world.settled()
    assert SENT_AT < await _noted(world) <= datetime.now(UTC)
