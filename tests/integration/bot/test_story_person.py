"""Talking with a person: the queue, the silence of the assistant, the officer's words, and the end."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from bot.texts.person import in_all_languages, words_of
from storage import handovers
from storage.chat_window import Refusal, WindowRules
from storage.handovers import SaidLine
from tests.integration.bot.officers import always_closed, always_open, officer_types
from tests.integration.bot.stories import last, titles
from tests.integration.bot.town import Phone, Town, open_town

VI, EN = words_of("vi"), words_of("en")
NUMBER = re.compile(r"HT-[2-9A-HJ-NP-Z]{8}")
RULES = WindowRules()
OFFICER = "can-bo-1"


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    assert found, text
    return found[0]


async def said_to(town: Town, phone: Phone) -> list[SaidLine]:
    return await handovers.transcript(town.database, town.cipher, await town.citizen(phone))


async def move_last_message(town: Town, phone: Phone, age: timedelta) -> None:
    await town.database.fetch(
        "UPDATE citizens SET last_interaction_at = now() - %(age)s::interval WHERE id = %(id)s RETURNING id",
        {"age": age, "id": await town.citizen(phone)},
    )


async def officer_takes(town: Town, phone: Phone, number: str) -> None:
    words = in_all_languages("officer_is_here")
    taken = await handovers.claim(town.database, town.cipher, number, officer=OFFICER, announcement=words)
    assert taken is not None
    assert (taken.state, taken.officer) == ("claimed", OFFICER)
    (news,) = await phone.hears(1)
    assert news["text"] in words.values()


async def officer_says(
    town: Town, number: str, text: str, *, officer: str = OFFICER, rules: WindowRules = RULES
) -> int | Refusal:
    now = (await town.database.fetch("SELECT now() AS now"))[0]["now"]
    return await handovers.say(town.database, town.cipher, number, officer=officer, text=text, rules=rules, now=now)


async def writes_into_silence(town: Town, phone: Phone, text: str) -> None:
    await town.control(f"phones/{phone.number}/send", {"text": text})
    await phone.hears_nothing()


async def test_an_officer_takes_the_chat_over_and_gives_it_back(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, **always_open()) as town:
        an, binh = await town.person("0905123456", name="An"), await town.person("0905123457", name="Bình")
        (queued,) = await an.says("cho tôi gặp nhân viên")
        number = number_in(queued)
        assert "vị trí số 1 trong hàng chờ" in queued
        assert "sau khoảng 10 phút" in queued
        assert VI.meanwhile in queued
        assert titles(await last(an)) == [VI.call, VI.end]
        (second,) = await binh.says("#person")
        assert "vị trí số 2 trong hàng chờ" in second
        assert "sau khoảng 20 phút" in second
        # Asked again, nobody loses their place or gets a second one; simple questions are answered meanwhile.
        (again,) = await an.says("#person")
        assert number_in(again) == number
        assert "vị trí số 1" in again
        assert VI.queued_later not in again
        assert await an.says("xin chào") != []

        await officer_takes(town, an, number)
        await writes_into_silence(town, an, "Hồ sơ của tôi bị trả về hai lần rồi")
        assert isinstance(await officer_says(town, number, "Cán bộ: Chào Ông/Bà."), int)
        (words,) = await an.hears(1)
        assert words["text"] == "Cán bộ: Chào Ông/Bà."
        lines = [(line.author, line.text) for line in await said_to(town, an)]
        assert ("citizen", "Hồ sơ của tôi bị trả về hai lần rồi") in lines
        assert ("officer", "Cán bộ: Chào Ông/Bà.") in lines
        assert await officer_says(town, number, "Tôi nữa.", officer="can-bo-2") is Refusal.NOT_YOURS

        summary = "Ông/Bà nộp lại đơn theo mẫu mới."
        code, said = await officer_types(
            town, "handovers", "close", number.lower(), "--officer", OFFICER, "--summary", summary
        )
        assert code == 0, said
        (end,) = await an.hears(1)
        assert end["text"] == VI.closed_with_summary.format(summary=summary)
        assert await an.says("xin chào") != []
        (state,) = await an.says(f"#ticket {number}")
        assert summary in state
        # Who waited behind is first now, and may change their mind.
        (moved,) = await binh.says("#person")
        assert "vị trí số 1" in moved
        (ended,) = await binh.presses(VI.end)
        assert ended == VI.ended
        assert await binh.says("#end") == [VI.ended]  # said again right after
        assert await handovers.search(town.database) == []


async def test_out_of_hours_says_when_somebody_is_there_and_in_english(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, **always_closed()) as town:
        an = await town.person("0905123456", name="An")
        (queued,) = await an.says("#person")
        assert "ngoài giờ làm việc" in queued
        assert "Cán bộ làm việc lại từ 07:30 ngày" in queued
        assert VI.by_phone in queued
        assert await an.says("Thôi khỏi.") == [VI.ended]
        (hotline,) = await an.says("cho xin số điện thoại tổng đài")
        assert "1022, nhánh 3" in hotline
        assert "07:30-11:30, 13:30-17:30" in hotline
        assert titles(await last(an)) == [VI.call, VI.wait]
        binh = await town.person("0905123457", name="Bình", language="en")
        assert await binh.says("#end") == [EN.nothing_to_end]
        (queued,) = await binh.says("#person")
        assert "outside office hours" in queued
        assert "Officers are back from 07:30" in queued
        (again,) = await binh.says("#person")
        assert number_in(again) == number_in(queued)
        assert await binh.says("never mind") == [EN.ended]


async def test_the_citizen_ends_it_an_idle_chat_ends_by_itself_and_the_platforms_window_is_kept(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, **always_open(), officer_idle_minutes=0.05) as town:
        an = await town.person("0905123456", name="An", language="en")
        (queued,) = await an.says("#person")
        assert EN.meanwhile in queued
        number = number_in(queued)

        async def say(text: str, rules: WindowRules = RULES) -> int | Refusal:
            return await officer_says(town, number, text, rules=rules)

        assert await say("too early") is Refusal.NOT_CLAIMED
        await officer_takes(town, an, number)
        await move_last_message(town, an, timedelta(hours=49))
        assert await say("two days later") is Refusal.PAID_WINDOW
        await move_last_message(town, an, timedelta(days=7, minutes=1))
        assert await say("a week later", WindowRules(pays=True)) is Refusal.WINDOW_OVER
        await move_last_message(town, an, timedelta(minutes=1))
        assert await say("x" * 1801) is Refusal.TOO_LONG
        assert await say("once more", WindowRules(quota=1)) is Refusal.QUOTA_USED
        # Nobody says anything for the time of the setting.
        (end,) = await an.hears(1)
        assert end["text"] == EN.idle
        assert await say("too late") is Refusal.NOT_CLAIMED
        (queued,) = await an.says("#person")
        number = number_in(queued)
        await officer_takes(town, an, number)
        assert await an.says("end chat") == [EN.ended]
        assert await say("too late") is Refusal.NOT_CLAIMED


async def test_two_officers_who_take_the_same_chat_do_not_both_have_it(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (queued,) = await an.says("#person")
    number = number_in(queued)
    taken = await asyncio.gather(
        *(handovers.claim(town.database, town.cipher, number, officer=f"can-bo-{n}") for n in range(5))
    )
    assert len({one.officer for one in taken if one is not None}) == 1
    assert all(one is not None for one in taken)
