"""Hello, help, the menu, thanks and good-byes, the language of answers: what the phone shows."""

from bot.texts import words_for
from bot.texts.menu import words_of
from tests.integration.bot.stories import last, payloads, presses, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")
MENU_VI = [VI.mine, VI.procedures, VI.where, VI.person, VI.other]
MENU_EN = [EN.mine, EN.procedures, EN.where, EN.person, EN.other]


async def test_who_greets_learns_that_a_machine_answers_and_what_it_can_do(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    welcome = await last(an)
    assert welcome["text"].startswith("Kính chào Ông/Bà. Cảm ơn Ông/Bà đã quan tâm")
    assert titles(welcome) == MENU_VI
    hello = await says(an, "chào phường ạ")
    assert hello["text"] == f"{VI.greeting}\n\n{words_for('vi').safety}\n\n{VI.choose}"
    assert "Trợ lý tự động của thành phố Đà Nẵng đang trả lời, không phải cán bộ." in hello["text"]
    assert "không bao giờ yêu cầu chuyển tiền" in hello["text"]
    assert "1022, nhánh 3" in hello["text"]
    assert list(payloads(hello).values()) == ["#mine", "#procedures", "#where", "#person", "#menu more"]
    more = await presses(an, VI.other)
    assert more["text"] == VI.more
    assert titles(more) == [VI.link, VI.feedback, VI.stop, VI.my_data, "English"]
    helped = await says(an, "trợ giúp")
    assert helped["text"].startswith("Trợ lý tự động trả lời những việc sau.")
    assert titles(helped) == MENU_VI
    assert (await says(an, "#menu"))["text"] == VI.choose


async def test_thanks_good_byes_and_ok_get_a_short_word_without_the_menu(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for said, answer in {
        "cam on nhieu nha": VI.thanks,
        "Dạ em cảm ơn ạ": VI.thanks,
        "tạm biệt nhé": VI.farewell,
        "dạ em hiểu rồi": VI.noted,
    }.items():
        message = await says(an, said)
        assert (message["text"], titles(message)) == (answer, []), said


async def test_the_language_is_changed_by_words_and_by_button_and_stays(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    changed = await says(an, "English please")
    assert changed["text"] == f"{EN.language_set}\n{EN.choose}"
    assert titles(changed) == MENU_EN
    assert (await says(an, "thank you"))["text"] == EN.thanks
    hello = await says(an, "hello")
    assert hello["text"] == f"{EN.greeting}\n\n{words_for('en').safety}\n\n{EN.choose}"
    assert (await says(an, "help"))["text"].startswith(EN.help)
    # Chosen is chosen: a word of Vietnamese does not change it back.
    assert (await says(an, "cảm ơn"))["text"] == EN.thanks
    await says(an, "#menu more")
    back = await presses(an, "Tiếng Việt")
    assert back["text"] == f"{VI.language_set}\n{VI.choose}"
    assert (await says(an, "thanks"))["text"] == VI.thanks
    (row,) = await town.database.fetch("SELECT language, language_chosen_at IS NOT NULL AS chosen FROM citizens")
    assert (row["language"], row["chosen"]) == ("vi", True)


async def test_who_has_not_followed_is_greeted_all_the_same(town: Town) -> None:
    an = await town.person("0905123456", name="An", follows=False)
    hello = await says(an, "xin chào")
    assert hello["text"].startswith(VI.greeting)
