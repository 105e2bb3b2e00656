"""How it was: asked once, in a chat that the owner began, and never a condition of anything."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.texts.menu import words_of as menu_words
from bot.texts.rating import words_of
from storage.outgoing import OUTGOING_COLUMN
from storage.ratings import NOTE_COLUMN
from tests.integration.bot.stories import own, presses, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")
CODE, OTHER = "H17.33.2-260302-0056", "H17.33.2-260302-0057"
LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)
"""Too old to be announced: nothing but the chat is on the phone."""
ANSWERS_VI = [*VI.levels.values(), VI.decline]


async def told_one_stop(town: Town) -> list[dict[str, Any]]:
    rows = await town.database.fetch(
        "SELECT payload_enc FROM outgoing_events WHERE type = 'hoso.rating.given' ORDER BY created_at"
    )
    return [json.loads(town.cipher.decrypt(row["payload_enc"], OUTGOING_COLUMN)) for row in rows]


async def test_the_owner_of_a_finished_dossier_is_asked_once_and_may_add_words(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 9, at=LONG_AGO)
    _, question = await an.sends({"text": "hồ sơ của tôi xong chưa"}, answers=2)
    assert question["text"] == VI.ask.format(code=CODE)
    assert titles(question) == ANSWERS_VI
    rated = await presses(an, "Rất hài lòng")
    assert rated["text"] == VI.thanks.format(level="Rất hài lòng")
    assert titles(rated) == [VI.end]
    noted = await says(an, "Cô ở quầy hướng dẫn rất tận tình, số của cô là 0912345678")
    assert noted["text"] == VI.noted
    (row,) = await town.database.fetch("SELECT level, note_enc FROM ratings")
    note = "Cô ở quầy hướng dẫn rất tận tình, số của cô là [số đã ẩn]"
    assert (row["level"], town.cipher.decrypt(row["note_enc"], NOTE_COLUMN)) == (3, note)
    first, second = await told_one_stop(town)
    assert (first["subject"], first["data"]) == (CODE, {"dossier": CODE, "level": 3, "words": None})
    assert second["data"] == {"dossier": CODE, "level": 3, "words": note}
    # Once is once, for questions and for presses.
    await says(an, "#status")
    assert (await says(an, "cảm ơn"))["text"] == menu_words("vi").thanks
    assert (await says(an, f"#rate {CODE} 1"))["text"] == VI.already
    assert len(await told_one_stop(town)) == 2


async def test_thanks_are_a_moment_to_ask_a_no_ends_it_and_nobody_is_held_up(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 10, at=LONG_AGO)
    _, question = await an.sends({"text": "cảm ơn nhiều"}, answers=2)
    assert question["text"] == VI.ask.format(code=CODE)
    assert (await says(an, "không"))["text"] == VI.declined
    assert (await says(an, "cảm ơn nhiều"))["text"] == menu_words("vi").thanks
    await own(town, an, OTHER, 9, at=LONG_AGO)
    await an.sends({"text": f"#status {OTHER}"}, answers=2)
    # Who asks for something else gets that.
    assert (await says(an, "xin chào"))["text"].startswith(menu_words("vi").greeting)
    assert await town.database.fetch("SELECT level FROM ratings WHERE level IS NOT NULL") == []
    # The question's buttons still work, and a level may be typed.
    unhappy = await says(an, f"#rate {OTHER} 1")
    assert unhappy["text"] == VI.sorry.format(level="Không hài lòng")
    assert titles(unhappy) == [menu_words("vi").feedback, VI.end]
    assert (await presses(an, VI.end))["text"] == VI.noted
    assert [event["data"]["level"] for event in await told_one_stop(town)] == [1]


async def test_words_after_a_rating_that_are_another_wish_are_answered_as_such(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 9, at=LONG_AGO)
    await an.sends({"text": "#status"}, answers=2)
    assert (await says(an, "hài lòng"))["text"] == VI.thanks.format(level="Hài lòng")
    assert (await says(an, "trợ giúp"))["text"].startswith(menu_words("vi").help)
    (row,) = await town.database.fetch("SELECT level, note_enc FROM ratings")
    assert (row["level"], row["note_enc"]) == (2, None)


async def test_the_same_in_english(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 9, at=LONG_AGO)
    await says(an, "#language en")
    _, question = await an.sends({"text": f"#status {CODE}"}, answers=2)
    assert question["text"] == EN.ask.format(code=CODE)
    assert (await presses(an, EN.decline))["text"] == EN.declined


async def test_who_rated_on_the_platform_or_only_helps_a_relative_is_not_asked(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    rated = await own(town, an, CODE, 9)
    await town.until(lambda: an.messages("template"), "the notice")
    await town.database.fetch("UPDATE notices SET rating = 5 WHERE dossier_id = %(id)s RETURNING id", {"id": rated})
    lent = await own(town, an, OTHER, 9, at=LONG_AGO)
    await town.database.fetch(
        "UPDATE links SET expires_at = now() + interval '1 day' WHERE dossier_id = %(id)s RETURNING id", {"id": lent}
    )
    for code in (CODE, OTHER):
        await says(an, f"#status {code}")
    assert (await says(an, "cảm ơn"))["text"] == menu_words("vi").thanks
    assert await town.database.fetch("SELECT 1 FROM ratings") == []
