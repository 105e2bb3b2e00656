"""Bad news about a template: believed when fresh, by all at once, and never the end of a message (docs: zalo 6.4)."""

from __future__ import annotations

import asyncio

import pytest

from channels.errors import NeedsHuman
from channels.zalo.catalog import BAD_NEWS_SECONDS, TemplateCatalog
from channels.zalo.template import ZaloTemplateChannel
from tests.integration.channels.bench import INFO, SEND, Bench, template


async def status(bench: Bench, name: str) -> None:
    await bench.emulator.post("templates/400101", {"status": name})


async def requests(bench: Bench, path: str) -> int:
    return sum(row["path"] == path for row in (await bench.emulator.get("requests"))["requests"])


async def test_a_template_that_is_switched_off_waits_for_a_person_like_the_platforms_own_refusal(bench: Bench) -> None:
    await status(bench, "DISABLE")
    with pytest.raises(NeedsHuman, match="template_status") as caught:
        await bench.channels()["zalo_template"].send(template())
    assert "DISABLE" in str(caught.value)
    assert await requests(bench, SEND) == 0


async def test_many_at_once_believe_the_fresh_description_not_the_old_one(bench: Bench) -> None:
    now = [1000.0]
    client = bench.client()
    channel = ZaloTemplateChannel(client, bench.zalo, catalog=TemplateCatalog(client, clock=lambda: now[0]))
    await status(bench, "DISABLE")
    with pytest.raises(NeedsHuman):
        await channel.send(template())
    await status(bench, "ENABLE")
    now[0] += BAD_NEWS_SECONDS + 1
    await asyncio.gather(*(channel.send(template(f"n-{number}")) for number in range(8)))
    assert (await requests(bench, INFO), len(await bench.messages())) == (2, 8)
