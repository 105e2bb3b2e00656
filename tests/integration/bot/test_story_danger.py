"""Words of danger: the numbers first, a person is called, and nobody is told the same ten times."""

from bot.texts.danger import words_of
from tests.integration.bot.stories import payloads, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")


async def test_the_numbers_come_first_and_an_officer_is_called_once_an_hour(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    told = await says(an, "cháy nhà rồi cứu với")
    assert told["text"].startswith(VI.call_now)
    assert titles(told)[:3] == [VI.fire, VI.police, VI.ambulance]
    assert [payloads(told)[title] for title in titles(told)[:3]] == [
        {"phone_code": "114"},
        {"phone_code": "113"},
        {"phone_code": "115"},
    ]
    (ticket,) = await town.database.fetch("SELECT kind, topic, state, number FROM tickets")
    assert (ticket["kind"], ticket["topic"], ticket["state"]) == ("handover", "danger", "open")
    assert ticket["number"] in told["text"]
    # Again within the hour: the numbers, shortly; and what asks for something is answered as usual.
    again = await says(an, "cháy nhà rồi cứu với")
    assert again["text"] == f"{VI.again}\n{VI.person}"
    assert len(await town.database.fetch("SELECT 1 FROM tickets")) == 1
    await town.database.fetch("UPDATE conversations SET danger_at = now() - interval '61 minutes' RETURNING citizen_id")
    assert (await says(an, "cháy nhà rồi cứu với"))["text"].startswith(VI.call_now)


async def test_somebody_who_may_hurt_themselves_is_spoken_to_kindly_in_both_languages(town: Town) -> None:
    an, binh = await town.person("0905123456", name="An"), await town.person("0905999888", name="Bình")
    told = await says(an, "tôi không muốn sống nữa")
    assert VI.not_alone in told["text"]
    assert titles(told)[0] == VI.ambulance
    await says(binh, "#language en")
    told = await says(binh, "I want to kill myself")
    assert told["text"].startswith(EN.call_now)
    assert EN.not_alone in told["text"]
