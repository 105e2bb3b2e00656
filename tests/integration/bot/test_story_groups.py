"""Groups of the account: one impersonal answer, to the group, and nothing personal."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.bot.town import Town, open_town

GROUP = "f414c8f76fa586fbdfb4"
SAID = "Đây là nhóm chung"


@pytest.fixture
async def town(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Town]:
    async with open_town(postgres_url, redis_url, data_dir) as opened:
        await opened.control("settings", {"groups": True})
        yield opened


async def heard(town: Town) -> list[str]:
    """What the account said in the group."""
    found = await town.look("messages")
    return [one["text"] for one in found if (one["request"].get("recipient") or {}).get("group_id") == GROUP]


async def test_a_group_is_answered_once_an_hour_and_told_nothing_personal(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.control("groups", {"group_id": GROUP, "name": "Khu phố 3", "phones": ["0905123456"]})
    await town.control(f"phones/{an.number}/send", {"group": {"text": "hồ sơ H17.33.2-260302-0001 tới đâu rồi"}})
    await town.until(lambda: heard(town), "an answer in the group")
    await town.control(f"phones/{an.number}/send", {"group": {"text": "ai trả lời giúp với"}})
    await town.settle()
    [said] = await heard(town)
    assert "H17.33.2" not in said
    await an.hears_nothing()  # in the person's own chat
