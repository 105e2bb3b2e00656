"""Linking, as the phone shows it: a code to the phone in the dossier, typed back in the chat."""

import re
from pathlib import Path

from storage import links
from tests.integration.bot.town import Phone, Town, open_town

CODE = "H17.33.2-260302-0001"
USUAL = "Nếu mã đúng, mã xác thực đã được gửi tới số điện thoại ghi trong hồ sơ."
OVER = "Mã xác thực không còn hiệu lực."


async def one_time_code(town: Town, phone: Phone, *, number: int = 1) -> str:
    """The digits of the `number`th one-time code on a phone."""

    async def arrived() -> str | None:
        found = [
            match[0]
            for message in await phone.messages("template")
            if (match := re.search(r"(?<=Mã xác thực: )\d{6}", message["text"]))
        ]
        return found[number - 1] if len(found) >= number else None

    digits: str = await town.until(arrived, "a one-time code")
    return digits


async def linked_codes(town: Town, phone: Phone) -> list[str]:
    known = await links.current(town.database, await town.citizen(phone))
    return [one.dossier.code for one in known]


async def test_a_code_to_the_phone_in_the_dossier_links_it(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone="0905 123 456")
    (asked,) = await an.says("thêm hồ sơ này vào Zalo cho tôi")
    assert "mã hồ sơ" in asked
    (sent,) = await an.says(CODE)
    assert sent.startswith(USUAL)
    digits = await one_time_code(town, an)
    assert digits not in "".join(message["text"] for message in await an.messages())
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    (said,) = await an.says(wrong)
    assert "còn 2 lần" in said
    (done,) = await an.says(f"{digits[:3]} {digits[3:]}")
    assert f"Đã liên kết hồ sơ {CODE}" in done
    assert await linked_codes(town, an) == [CODE]
    (again,) = await an.says(f"#link {CODE}")
    assert "đã được liên kết" in again
    (listed,) = await an.says("#mine")
    assert CODE in listed
    assert "Đăng ký khai sinh" in listed
    (which,) = await an.says("tôi muốn hủy liên kết")
    assert "hồ sơ nào" in which
    (gone,) = await an.presses(f"Hủy hồ sơ {CODE}")
    assert f"Đã hủy liên kết hồ sơ {CODE}" in gone
    assert await linked_codes(town, an) == []
    (empty,) = await an.says("#mine")
    assert "Hiện chưa có hồ sơ nào" in empty


async def test_the_same_in_english(town: Town) -> None:
    an = await town.person("0905123456", name="An", language="en")
    await town.event(CODE, 2, phone=an.number)
    (sent,) = await an.says(f"#link {CODE}")
    assert "If the code is right" in sent
    (done,) = await an.says(await one_time_code(town, an))
    assert f"Dossier {CODE} is linked" in done
    (listed,) = await an.says("#mine")
    assert "Dossiers that you have linked: 1." in listed
    (sure,) = await an.says("#unlink_all")
    assert "unlink all your dossiers (1)" in sure
    (gone,) = await an.presses("Yes, unlink all")
    assert "Dossiers unlinked: 1." in gone


async def test_a_phone_instead_of_a_code_links_its_dossiers_after_the_proof(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for number in (1, 2, 3):
        await town.event(f"H17.33.2-260302-000{number}", 2, phone=an.number)
    (asked,) = await an.says("#link")
    (asked,) = await an.presses("Tôi quên mã hồ sơ")
    assert "số điện thoại" in asked
    (sent,) = await an.says("0905.123.456")
    assert "Nếu số này nhận được tin" in sent
    (offer,) = await an.says(await one_time_code(town, an))
    assert "còn 3 hồ sơ khác" in offer
    assert await linked_codes(town, an) == []
    (done,) = await an.presses("Liên kết cả 3 hồ sơ")
    assert "Đã liên kết 3 hồ sơ" in done
    assert len(await linked_codes(town, an)) == 3
    # A phone without any gets the same words first.
    (sent_other,) = await an.says("#link 0905999888")
    assert sent_other == sent


async def test_after_one_dossier_the_others_of_the_phone_are_offered(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await town.event("H17.33.2-260302-0002", 2, phone=an.number)
    await an.says(f"#link {CODE}")
    (done,) = await an.says(await one_time_code(town, an))
    assert "còn 1 hồ sơ khác" in done
    assert await linked_codes(town, an) == [CODE]
    await an.presses("Liên kết cả 1 hồ sơ")
    assert len(await linked_codes(town, an)) == 2


async def test_a_relatives_dossier_is_linked_for_a_time_and_brings_no_notices(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    mother = await town.person("0905777888", name="Bà Tư")
    await town.event(CODE, 2, phone=mother.number)
    await an.says(f"#link {CODE}")
    (noted,) = await an.presses("Hồ sơ của người thân")
    assert "sau 30 ngày" in noted
    (done,) = await an.says(await one_time_code(town, mother))
    assert f"Đã liên kết hồ sơ {CODE} của người thân, đến hết" in done
    (listed,) = await an.says("#mine")
    assert "của người thân, đến hết" in listed
    seen = len(await an.messages())
    await town.event(CODE, 4, phone=mother.number)
    await town.event(CODE, 9, phone=mother.number)

    async def is_told() -> bool:
        return len(await mother.messages("template")) == 3  # accepted, the code, finished

    await town.until(is_told, "the relative's own notice")
    assert len(await an.messages()) == seen
    # It ends by itself: only its own clock is turned.
    await town.database.fetch("UPDATE links SET expires_at = now() - interval '1 minute' RETURNING id")
    (gone,) = await an.says("#mine")
    assert "đã hết hạn" in gone
    (once,) = await an.says("#mine")
    assert "đã hết hạn" not in once


async def test_ones_own_link_may_be_called_a_relatives_afterwards(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await an.says(f"#link {CODE}")
    await an.says(await one_time_code(town, an))
    (lent,) = await an.presses("Hồ sơ của người thân")
    assert "được ghi là của người thân" in lent
    (known,) = await links.current(town.database, await town.citizen(an))
    assert known.expires_at is not None


async def test_an_officers_edit_of_the_phone_ends_the_link_and_the_person_is_told(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await an.says(f"#link {CODE}")
    await an.says(await one_time_code(town, an))
    await town.event(CODE, 4, phone=an.number)  # the same phone: nothing happens
    assert await linked_codes(town, an) == [CODE]
    await town.event(CODE, 4, phone="0905777888")
    assert await linked_codes(town, an) == []
    (told,) = await an.says("#mine")
    assert "số điện thoại trong hồ sơ đã thay đổi" in told
    (once,) = await an.says("#mine")
    assert "đã thay đổi" not in once


async def test_a_code_that_went_to_a_replaced_phone_proves_nothing(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await an.says(f"#link {CODE}")
    digits = await one_time_code(town, an)
    await town.event(CODE, 4, phone="0905777888")
    (said,) = await an.says(digits)
    assert said.startswith(OVER)
    assert await linked_codes(town, an) == []


async def test_the_code_may_be_typed_when_the_state_is_lost_and_the_tries_stay_counted(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await an.says(f"#link {CODE}")
    digits = await one_time_code(town, an)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    await an.says(wrong)
    await _flush(town)
    (said,) = await an.says(wrong)
    assert "còn 1 lần" in said
    await _flush(town)
    (said,) = await an.says(wrong)
    assert said.startswith(OVER)
    (said,) = await an.says(digits)
    assert "Đã liên kết" not in said
    assert await linked_codes(town, an) == []


async def _flush(town: Town) -> None:
    from redis.asyncio import Redis

    async with Redis.from_url(town.site.redis_url) as redis:
        await redis.flushdb()


async def test_digits_of_other_scripts_and_a_used_code(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    await an.says(f"#link {CODE}")
    digits = await one_time_code(town, an)
    wide = "".join(chr(0xFF10 + int(digit)) for digit in digits)
    (done,) = await an.says(wide)
    assert "Đã liên kết" in done
    await an.says(f"#unlink {CODE}")
    (said,) = await an.says(digits)  # used
    assert "Đã liên kết" not in said
    assert await linked_codes(town, an) == []


async def test_who_keeps_asking_is_slowed_down_politely(postgres_url: str, redis_url: str, data_dir: Path) -> None:
    async with open_town(postgres_url, redis_url, data_dir, link_codes_per_hour=2) as town:
        an = await town.person("0905123456", name="An")
        for number in (1, 2):
            (said,) = await an.says(f"#link H17.33.2-260302-000{number}")
            assert said.startswith(USUAL)
        await town.event("H17.33.2-260302-0003", 2, phone="0905777888")
        answers = [(await an.says(f"#link H17.33.2-260302-000{number}"))[0] for number in (3, 4)]
        assert answers[0] == answers[1]
        assert "thử nhiều lần" in answers[0]


async def test_the_phone_of_an_office_is_not_linked_as_a_whole(town: Town) -> None:
    """A shop's or a ward's phone stands in the dossiers of many people (docs: public-services 4.1)."""
    shop = await town.person("0905123456", name="Tiệm Hồ Sơ")
    for number in range(21):
        applicant = {"name": f"Người Thứ {number}", "phone": shop.number}
        await town.event(f"H17.33.2-260302-{number:04d}", 2, applicant=applicant)
    await shop.says("#link 0905123456")
    (said,) = await shop.says(await one_time_code(town, shop))
    assert "hồ sơ của nhiều người" in said
    assert await linked_codes(town, shop) == []


async def test_a_phone_without_zalo_gets_the_code_as_a_short_message(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, sms_provider="esms") as town:
        an = await town.person("0905123456", name="An")
        await town.control("phones", {"phone": "0905777888", "zalo": False})
        await town.event(CODE, 2, phone="0905777888")
        await an.says(f"#link {CODE}")

        async def short_message() -> str | None:
            found = await town.look("messages", {"channel": "sms", "phone": "84905777888"})
            return next((one["text"] for one in found if "Ma xac thuc" in one["text"]), None)

        text: str = await town.until(short_message, "a short message")
        assert "Can bo khong hoi ma nay" in text
        digits = re.findall(r"\d{6}", text)[0]
        (done,) = await an.says(digits)
        assert "Đã liên kết" in done
        (known,) = await links.current(town.database, await town.citizen(an))
        assert known.proof == "otp_sms"


async def test_without_a_mobile_the_code_goes_to_the_owners_and_an_edit_of_it_ends_the_link(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    people = {
        "applicant": {"name": "Trần Kiểm Thử", "phone": "0236 3822 222"},
        "owner": {"name": "An", "phone": an.number},
    }
    await town.event(CODE, 2, **people)
    await an.says(f"#link {CODE}")
    await an.says(await one_time_code(town, an))
    assert await linked_codes(town, an) == [CODE]
    await town.event(CODE, 4, **people)
    assert await linked_codes(town, an) == [CODE]
    await town.event(CODE, 4, **people | {"owner": {"name": "An", "phone": "0905777888"}})
    assert await linked_codes(town, an) == []


async def test_identity_numbers_other_subjects_and_slips_in_the_middle(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await an.says("#link")
    (said,) = await an.says("048099001234")
    assert "giấy tờ tùy thân" in said
    (said,) = await an.says("0236 3822 222")
    assert "không phải số di động" in said
    (said,) = await an.says("dạ em hông hiểu")
    assert said
    (sent,) = await an.says(f"#link {CODE}")
    assert sent.startswith(USUAL)
    (said,) = await an.says("12345")
    assert "6 chữ số" in said
    (said,) = await an.presses("Gửi lại mã")
    assert said == sent
    (said,) = await an.presses("Dừng lại")
    assert "Đã dừng liên kết" in said
