"""The same conversation on the Bot Platform; and silence while a person of ours writes by Zalo's own tool."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.texts.other import words_of
from tests.integration.bot.town import Town, open_town

PHONE = "84905123456"


async def says_to_bot(town: Town, content: Mapping[str, Any]) -> list[str]:
    """Write to the bot, and return the texts of what it answers."""
    before = max([message["seq"] for message in await answers_of_bot(town)], default=0)
    await town.control(f"bot/{PHONE}/send", dict(content))

    async def news() -> list[str]:
        return [message["text"] for message in await answers_of_bot(town) if message["seq"] > before]

    await town.until(news, "an answer of the bot")
    await town.settle()
    return await news()


async def answers_of_bot(town: Town) -> list[Mapping[str, Any]]:
    messages = await town.look("messages", {"channel": "bot", "phone": PHONE})
    return [message for message in messages if message["direction"] == "in"]


async def test_citizens_are_served_on_the_bot_platform_with_numbers_instead_of_buttons(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, workers=False, zalo_bot_serves="citizens") as town:
        menu = await says_to_bot(town, {"text": "#menu"})
        numbered = re.findall(r"^(\d)\. (.+)$", menu[-1], re.MULTILINE)
        assert [number for number, _ in numbered] == [str(place) for place in range(1, len(numbered) + 1)]
        assert len(numbered) >= 3

        by_number = await says_to_bot(town, {"text": "2"})
        await says_to_bot(town, {"text": "#menu"})
        by_title = await says_to_bot(town, {"text": numbered[1][1]})
        assert by_number == by_title != menu

        (english,) = await says_to_bot(town, {"text": "#language en"})
        assert re.search(r"^1\. ", english, re.MULTILINE)
        sticker = await says_to_bot(town, {"sticker": "bfe458bf64fa8da4d4eb"})
        assert words_of("en").sticker in sticker[0]

        (row,) = await town.database.fetch("SELECT platform, language FROM citizens")
        assert (row["platform"], row["language"]) == ("zalo_bot", "en")
        (count,) = await town.database.fetch("SELECT count(*) AS n FROM messages WHERE author = 'citizen'")
        assert count["n"] == 6


async def test_the_assistant_waits_while_an_admin_writes_in_zalos_chat_tool(town: Town) -> None:
    an = await town.person(PHONE, name="An")
    await town.control(f"phones/{an.number}/admin", {"text": "Chào ông, tôi là cán bộ một cửa."})

    async def is_silent() -> Any:
        return await town.database.fetch("SELECT 1 FROM conversations WHERE silent_until > now()")

    await town.until(is_silent, "the silence")
    an.seen = max(message["seq"] for message in await an.messages())
    await town.control(f"phones/{an.number}/send", {"text": "Vâng, tôi nghe"})
    await an.hears_nothing()
    assert len(await an.says("#menu")) == 1
