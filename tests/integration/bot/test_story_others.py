"""Stickers, voices, files, cards; what is not understood; two wishes in one message."""

from typing import Any

import pytest

from bot.texts.menu import words_of as menu_words
from bot.texts.other import words_of
from tests.integration.bot.stories import payloads, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")
MENU_VI, MENU_EN = menu_words("vi"), menu_words("en")
MAIN_VI = [MENU_VI.mine, MENU_VI.procedures, MENU_VI.where, MENU_VI.person, MENU_VI.other]

SENT: dict[str, dict[str, Any]] = {
    "sticker": {"sticker": "1"},
    "voice": {"audio": "https://media.example/a.amr"},
    "video": {"video": "https://media.example/a.mp4"},
    "file": {"file": {"name": "don.pdf", "base64": "JVBERi0="}},
    "contact": {"business_card": {"name": "Ai Đó", "phone": "0912345678"}},
}


async def test_what_is_no_text_gets_a_fitting_answer_in_both_languages(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for words, language in ((VI, "vi"), (EN, "en")):
        await says(an, f"#language {language}")
        for name, content in SENT.items():
            (told,) = await an.sends(content)
            assert told["text"] == getattr(words, name), name
            assert titles(told), name
    # A card proves nothing: no link, no phone kept.
    assert await town.database.fetch("SELECT 1 FROM links") == []


async def test_what_is_not_understood_is_asked_back_and_then_a_person_is_offered(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    first = await says(an, "???")
    second = await says(an, "…!")
    assert (first["text"], titles(first)) == (MENU_VI.unclear, MAIN_VI)
    assert second["text"] == MENU_VI.unclear_again
    assert payloads(second) == {
        MENU_VI.person: "#person",
        "Gọi 1022": {"phone_code": "1022"},
        MENU_VI.menu: "#menu",
    }
    # Understood once, counted anew.
    assert (await says(an, "cảm ơn"))["text"] == MENU_VI.thanks
    assert (await says(an, "…!"))["text"] == first["text"]
    (row,) = await town.database.fetch("SELECT failures FROM conversations")
    assert row["failures"] == 1


async def test_what_is_out_of_scope_is_declined_politely_with_the_menu(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    told = await says(an, "đoán giúp kết quả xổ số hôm nay")
    assert told["text"] == f"{MENU_VI.out_of_scope}\n{MENU_VI.choose}"
    assert titles(told) == MAIN_VI
    await says(an, "#language en")
    told = await says(an, "đoán giúp kết quả xổ số hôm nay")
    assert told["text"] == f"{MENU_EN.out_of_scope}\n{MENU_EN.choose}"


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_second_of_two_wishes_is_offered_under_the_answer_to_the_first(town: Town, language: str) -> None:
    an = await town.person("0905123456", name="An")
    words = menu_words(language)
    await says(an, f"#language {language}")
    answers = await an.sends({"text": "hồ sơ của tôi tới đâu rồi. cho tôi gặp cán bộ"})
    last = answers[-1]
    offer = words.also.format(wish=words.person.lower())
    assert last["text"].endswith(offer), last["text"]
    assert payloads(last)[words.person] == "#person"
