"""What every channel promises, tried on each against the real other side (docs: rq-httpx-redis-pitfalls B1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.base import Channel, Recipient, SendReceipt
from channels.content import Feature
from channels.errors import BadMessage, OutcomeUnknown, PlatformDown, RecipientUnreachable
from channels.http import HttpClient
from channels.registry import CHANNELS, ChannelParts
from tests.integration.channels.conftest import QUICK
from tests.integration.channels.contract import CONTENTS, SUBJECT, Platform, refusal, until_closed
from tests.integration.channels.contract_table import PLATFORMS
from tests.proxy import refusing_port


@pytest.fixture(params=PLATFORMS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def platform(name: str) -> AsyncIterator[Platform]:
    async with PLATFORMS[name]() as platform:
        yield platform


@pytest.fixture
def channel(name: str, platform: Platform, http: HttpClient) -> Channel:
    return platform.channel(name, http)


def test_every_channel_of_the_registry_is_tried_here() -> None:
    assert set(PLATFORMS) == set(CHANNELS)


async def test_it_has_its_name_and_is_not_built_without_settings(name: str, channel: Channel, http: HttpClient) -> None:
    assert channel.name == name
    assert CHANNELS[name](ChannelParts(http)) is None


async def test_what_is_sent_arrives_and_gives_a_receipt(platform: Platform, channel: Channel) -> None:
    receipt = await channel.send(platform.message())
    assert isinstance(receipt, SendReceipt)
    assert receipt.message_id
    (arrived,) = await platform.arrived()
    content = platform.message()
    for word in [content.text] if content.template is None else content.template.params.values():
        assert word is not None
        assert word in arrived


async def test_what_it_says_it_carries_arrives(platform: Platform, channel: Channel) -> None:
    carried = [feature for feature in CONTENTS if feature in channel.features]
    for count, feature in enumerate(carried):
        changes = dict(CONTENTS[feature])
        if feature is Feature.QUOTE:
            changes["quote_message_id"] = (await channel.send(platform.message("n-quoted"))).message_id
        before = len(await platform.arrived())
        await channel.send(platform.message(f"n-{count}", **changes))
        assert len(await platform.arrived()) == before + 1, feature


async def test_what_it_does_not_carry_is_refused_before_it_leaves(platform: Platform, channel: Channel) -> None:
    for feature in [feature for feature in CONTENTS if feature not in channel.features]:
        await refusal(platform, channel, platform.message(**CONTENTS[feature]), BadMessage)
    assert (await platform.heard(), await platform.arrived()) == (0, [])


async def test_a_subject_is_shown_or_left_out(platform: Platform, channel: Channel) -> None:
    await channel.send(platform.message())
    (arrived,) = await platform.arrived()
    assert (SUBJECT in arrived) == (Feature.SUBJECT in channel.features)


async def test_nobody_to_send_to_points_to_another_channel(platform: Platform, channel: Channel) -> None:
    error = await refusal(platform, channel, platform.message(recipient=Recipient()), RecipientUnreachable)
    assert error.try_other_channel
    assert await platform.heard() == 0


async def test_a_message_that_is_too_long_never_leaves(platform: Platform, channel: Channel) -> None:
    error = await refusal(platform, channel, platform.message(**platform.too_long), BadMessage)
    assert error.is_our_fault
    assert await platform.heard() == 0


async def test_a_refused_connection_means_that_nothing_was_sent(
    name: str, platform: Platform, http: HttpClient
) -> None:
    with refusing_port() as port:
        error = await refusal(platform, platform.channel(name, http, port), platform.message(), PlatformDown)
    assert (error.retryable, error.counts_as_send, error.is_sent_possible) == (True, False, False)


async def test_a_lost_answer_means_that_nobody_knows(platform: Platform, channel: Channel) -> None:
    await platform.lose_next_answer()
    error = await refusal(platform, channel, platform.message(), OutcomeUnknown)
    assert (error.retryable, error.is_sent_possible) == (False, True)
    assert len(await platform.arrived()) == 1


async def test_what_takes_a_key_may_be_sent_again_and_arrives_once(platform: Platform, channel: Channel) -> None:
    if Feature.IDEMPOTENT in channel.features:
        await platform.lose_next_answer()
        await refusal(platform, channel, platform.message(), OutcomeUnknown)
        receipts = [await channel.send(platform.message()) for _ in range(2)]
        assert all(receipt.message_id for receipt in receipts)
    else:
        await channel.send(platform.message())
    assert len(await platform.arrived()) == 1


async def test_many_at_once_arrive_once_each(platform: Platform, channel: Channel) -> None:
    messages = [platform.message(f"n-{at}") for at in range(5)]
    if "text" in platform.words:  # gateways take the same words to the same phone once in five minutes
        messages = [platform.message(f"n-{at}", text=f"{platform.words['text']} {at}") for at in range(5)]
    receipts = await asyncio.gather(*(channel.send(message) for message in messages))
    assert len({receipt.message_id for receipt in receipts}) == 5
    assert len(await platform.arrived()) == 5


def test_each_loop_has_its_own_and_nothing_is_left_behind(name: str) -> None:
    """Jobs are sent from loops that are opened and closed around them; what stays open fails as a warning."""

    async def send_one() -> int:
        async with PLATFORMS[name]() as platform:
            async with HttpClient(QUICK) as http:
                await platform.channel(name, http).send(platform.message())
            count = len(await platform.arrived())
        await until_closed()
        return count

    assert [asyncio.run(send_one()) for _ in range(2)] == [1, 1]
