"""Announcements by category, asked for and ended in the chat; only for a phone that was proved there."""

from storage import subscriptions
from tests.integration.bot.proved import own
from tests.integration.bot.stories import last, titles
from tests.integration.bot.town import Town

CODE = "H17.33.2-260302-0001"
PHONE = "84905123456"


async def _wanted(town: Town) -> set[str]:
    return set(await subscriptions.of_phones(town.database, town.cipher, [PHONE]))


async def test_a_topic_is_asked_for_in_words_or_by_a_button_and_ended_one_by_one(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    (shown,) = await an.says("đăng ký nhận tin")
    assert "Đăng ký là tự nguyện" in shown
    assert titles(await last(an)) == ["Nhận: bão, lũ", "Nhận: cắt điện", "Nhận: thủ tục mới", "Nhận: y tế"]
    (said,) = await an.presses("Nhận: cắt điện")
    assert said.startswith("Đã đăng ký nhận tin “cắt điện” cho số 0905***456.")
    await an.says("đăng ký nhận tin bão")
    assert await _wanted(town) == {"power", "storm"}
    [row] = await town.database.fetch(
        "SELECT wording, entry_id FROM citizen_consents WHERE purpose = 'announcements' AND withdrawn_at IS NULL"
    )
    assert row["wording"] == "topics-2026-11"
    assert row["entry_id"] is not None
    (ended,) = await an.says("hủy đăng ký tin bão")
    assert ended == "Đã bỏ đăng ký: bão, lũ."
    assert await _wanted(town) == {"power"}
    await an.says("#topic_off")
    assert await _wanted(town) == set()
    [consent] = await town.database.fetch("SELECT withdrawn_at FROM citizen_consents WHERE purpose = 'announcements'")
    assert consent["withdrawn_at"] is not None


async def test_nobody_subscribes_a_phone_that_is_not_proved_nor_to_what_there_is_not(town: Town) -> None:
    stranger = await town.person("0905123456", name="An")
    (said,) = await stranger.says("#topic_on storm")
    assert said == "Để đăng ký, Ông/Bà cần xác nhận số điện thoại bằng cách liên kết hồ sơ."
    await own(town, stranger, CODE, 2)
    (unknown,) = await stranger.says("#topic_on lottery")
    assert unknown == "Chưa có chủ đề này. Xin chọn một chủ đề dưới đây."
    assert await _wanted(town) == set()


async def test_stop_ends_every_subscription(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    await an.says("#topic_on storm")
    assert await _wanted(town) == {"storm"}
    await an.says("STOP")
    assert await _wanted(town) == set()


async def test_registering_a_birth_is_no_subscription(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (said, *_) = await an.says("tôi muốn đăng ký khai sinh cho con")
    assert "nhận tin của thành phố theo chủ đề" not in said
