"""The town itself: a message goes all the way and comes back as an answer on the phone."""

from tests.integration.bot.town import Town


async def test_a_message_is_answered_on_the_phone(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (text,) = await an.says("xin chào")
    assert "Trợ lý tự động" in text


async def test_a_notice_arrives_beside_the_chat(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event("H17.33.2-260302-0001", 2)
    (notice,) = await town.until(lambda: an.messages("template"), "the notice")
    assert notice["phone"] == an.number
