"""The account is asked what became of a message, and for how long its template is tried, against the emulator."""

import asyncio

from hoso.asking import ask_zalo, template_seconds
from tests.integration.channels.bench import PHONE, Bench, template
from workers.silence import Heard


async def test_what_the_account_says_of_a_message(bench: Bench) -> None:
    ask = ask_zalo(bench.account())
    assert await ask("no-such-id") is Heard.NOTHING
    await bench.emulator.add_phone(PHONE, zalo=True, follows=True)
    await bench.emulator.post(f"phones/{PHONE}/state", {"online": False})
    receipt = await bench.channels()["zalo_template"].send(template())
    assert await ask(receipt.message_id) is Heard.NOTHING
    await bench.emulator.post(f"phones/{PHONE}/state", {"online": True})
    async with asyncio.timeout(5):
        while await ask(receipt.message_id) is not Heard.DELIVERED:
            await asyncio.sleep(0.02)


async def test_a_templates_time_is_known_once_it_was_described_and_nobody_is_asked_for_it(bench: Bench) -> None:
    catalog = bench.kit().catalog
    assert catalog.peek("400104") is None
    await catalog.describe("400104")
    assert template_seconds(catalog.peek("400104")) == 7200
    assert catalog.peek("no-such-template") is None
