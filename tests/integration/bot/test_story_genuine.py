"""Is this message really from the city? What we know of it, how to tell, and where to report."""

from datetime import UTC, datetime, timedelta

from bot.texts.genuine import words_of
from bot.texts.menu import words_of as menu_words
from bot.texts.status import words_of as status_words
from tests.integration.bot.stories import last, own, payloads, presses, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")
CODE = "H17.33.2-260302-0056"
HOW_VI = VI.how_to_tell.format(domain="dichvucong.gov.vn")


async def test_who_asks_learns_how_to_tell_and_where_to_report(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for question in ("Tin này có phải của thành phố không?", "co phai lua dao khong", "is this message really real?"):
        told = await says(an, question)
        assert "113" in told["text"], question
    await says(an, "#language vi")
    told = await says(an, "tin nhắn này thật không")
    assert told["text"].startswith(HOW_VI)
    assert "không bao giờ yêu cầu chuyển tiền" in told["text"]
    assert told["text"].endswith(VI.report.format(hotline="1022"))
    assert payloads(told) == {
        "Gọi 1022": {"phone_code": "1022"},
        "Gọi 113": {"phone_code": "113"},
        menu_words("vi").menu: "#menu",
    }
    await says(an, "#language en")
    told = await says(an, "was this sent by the city?")
    assert told["text"].startswith(EN.how_to_tell.format(domain="dichvucong.gov.vn"))


async def test_a_quoted_message_is_known_as_ours_or_not(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    await town.until(lambda: an.messages("template"), "the notice")
    (notice,) = await an.messages("template")

    async def is_known() -> bool:
        (told,) = await an.sends({"text": "thật không?", "quote": notice["message_id"]})
        return str(told["text"]).startswith("Đúng, tin Ông/Bà trích dẫn do chúng tôi gửi lúc ")

    await town.until(is_known, "the notice is known")
    ours = await last(an)
    (told,) = await an.sends({"text": "tin này thật không", "quote": ours["message_id"]})
    assert told["text"].startswith("Đúng, tin Ông/Bà trích dẫn do chúng tôi gửi lúc ")
    # A message that nobody of ours knows: somebody else's, in this chat by other means.
    await town.database.fetch("UPDATE messages SET message_id = 'x' RETURNING id")
    (told,) = await an.sends({"text": "tin này thật không", "quote": ours["message_id"]})
    assert told["text"].startswith(VI.unknown)


async def test_a_dossier_code_tells_its_owner_what_was_sent_and_a_stranger_nothing(town: Town) -> None:
    an, stranger = await town.person("0905123456", name="An"), await town.person("0905999888", name="Lạ")
    await own(town, an, CODE, 2, at=datetime.now(UTC) - timedelta(days=30))
    question = f"có tin nói hồ sơ {CODE} phải nộp tiền, tin này thật không"
    assert (await says(an, question))["text"].startswith(VI.nothing_told.format(code=CODE))
    await town.event(CODE, 5)
    await town.until(lambda: an.messages("template"), "the notice")

    async def is_told() -> bool:
        text = str((await says(an, question))["text"])
        return text.startswith(f"Về hồ sơ {CODE}, chúng tôi đã gửi 1 tin. Tin gần nhất gửi lúc ")

    await town.until(is_told, "the notice is known")
    answers = set()
    for code in (CODE, "H17.33.2-260302-9999"):
        told = await says(stranger, question.replace(CODE, code))
        assert status_words("vi").link_this in titles(told)
        answers.add(told["text"].replace(code, "…"))
    assert len(answers) == 1
    assert answers.pop().startswith(VI.not_linked.format(code="…"))


async def test_a_notices_own_number_and_a_forwarded_link_are_answered_too(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)

    async def was_sent() -> object:
        return await town.database.fetch("SELECT id FROM notices WHERE state IN ('accepted', 'delivered', 'read')")

    (row,) = await town.until(was_sent, "the notice")
    assert (await says(an, f"#genuine {row['id']}"))["text"].startswith("Đúng, tin Ông/Bà trích dẫn")
    assert (await says(an, "#genuine 0a8f0a3e-0000-4000-8000-000000000000"))["text"].startswith(VI.unknown)
    (told,) = await an.sends({"link": "https://danang-gov.example/nop-phi"})
    assert "không mở đường dẫn" in told["text"]
    assert (await presses(an, menu_words("vi").genuine))["text"].startswith(HOW_VI)
