"""No more messages, and messages again: what the phone shows, and what it does not show any more."""

from datetime import UTC, datetime, timedelta

from storage import citizens, dead_ends
from storage.citizens import ProvedPhone
from tests.integration.bot.proved import ended, notices_of, own
from tests.integration.bot.stories import last, payloads, titles
from tests.integration.bot.test_linking import one_time_code
from tests.integration.bot.town import Phone, Town

CODE, OTHER = "H17.33.2-260302-0001", "H17.33.2-260302-0002"


async def test_an_opt_out_word_stops_everything_at_once_and_says_what_goes_on(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 1)
    assert (await ended(town, CODE, "submitted"))[0] in ("accepted", "delivered")
    (said,) = await an.says("#stop_all")
    assert said == (
        "Đã ngừng gửi tin qua Zalo tới số 0905***456.\n"
        "Việc bắt buộc phải báo vẫn được gửi bằng cách khác. Đó là tin nhắn SMS, thư điện tử hoặc văn bản.\n"
        "Để nhận tin trở lại, Ông/Bà nhắn: nhận lại."
    )
    count = len(await an.messages("template"))
    await town.event(CODE, 2, phone="0905123456")
    assert await ended(town, CODE, "accepted") == ("suppressed", "opted_out")
    await town.event(CODE, 9, phone="0905123456", result_place="Quầy 3")
    assert (await ended(town, CODE, "finished"))[0] in ("accepted", "delivered")
    assert len(await an.messages("template")) == count
    assert [CODE in message["text"] for message in await an.messages("sms")] == [True]
    (said,) = await an.says("nhận lại tin")
    assert said == "Ông/Bà sẽ nhận lại tin qua Zalo cho số 0905***456."
    await town.event(OTHER, 2, phone="0905123456")
    assert (await ended(town, OTHER, "accepted"))[0] in ("accepted", "delivered")


async def test_a_question_says_what_may_be_stopped_and_one_dossier_is_muted_alone(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 1)
    await own(town, an, OTHER, 1)
    (asked,) = await an.says("#stop")
    assert asked == "Ông/Bà muốn ngừng những tin nào?"
    assert titles(await last(an)) == [
        "Ngừng tất cả", "Ngừng một hồ sơ", "Chọn giờ nhận tin", "Tạm ngừng 7 ngày", "Giữ như cũ",
    ]  # fmt: skip
    (which,) = await an.presses("Ngừng một hồ sơ")
    assert which == "Ông/Bà muốn ngừng tin về hồ sơ nào?"
    (said,) = await an.presses(CODE)
    assert said.startswith(f"Đã ngừng gửi tin qua Zalo về hồ sơ {CODE}.")
    for code in (CODE, OTHER):
        await town.event(code, 2, phone="0905123456")
    assert await ended(town, CODE, "accepted") == ("suppressed", "opted_out")
    assert (await ended(town, OTHER, "accepted"))[0] in ("accepted", "delivered")
    (back,) = await an.says(f"#start_dossier {CODE}")
    assert back == f"Ông/Bà sẽ nhận lại tin về hồ sơ {CODE}."
    await town.event(CODE, 9, phone="0905123456")
    assert (await ended(town, CODE, "finished"))[0] in ("accepted", "delivered")
    assert await an.messages("sms") == []
    (kept,) = await an.says("#keep")
    assert kept == "Vâng. Không có gì thay đổi."


async def test_a_strangers_dossier_cannot_be_muted(town: Town) -> None:
    an, binh = await town.person("0905123456", name="An"), await town.person("0905123457", name="Bình")
    await own(town, an, CODE, 2)
    (unknown,) = await binh.says("#stop_dossier H17.33.2-260302-7777")
    (others,) = await binh.says(f"#stop_dossier {CODE}")
    assert unknown == others == "Không tìm thấy hồ sơ này trong các hồ sơ Ông/Bà đã liên kết."
    (row,) = await town.database.fetch("SELECT count(*) AS mutes FROM mutes")
    assert row["mutes"] == 0


async def test_messages_wait_for_the_hours_that_somebody_wants(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    (asked,) = await an.says("#hours")
    assert asked == "Ông/Bà muốn nhận tin trong giờ nào? Ví dụ: từ 8h đến 17h."
    now = datetime.now(town.settings.zone)
    later, end = now + timedelta(hours=3), now + timedelta(hours=6)
    (said,) = await an.says(f"chỉ nhắn từ {later:%H:%M} đến {end:%H:%M}")
    assert said.startswith(f"Từ nay tin chỉ đến từ {later:%H:%M} đến {end:%H:%M}. Tin ngoài giờ sẽ chờ đến lúc đó.")
    await town.event(CODE, 9, phone="0905123456")
    assert await ended(town, CODE, "finished") == ("held", "quiet_hours")
    (row,) = await town.database.fetch("SELECT due_at FROM notices WHERE kind = 'finished'")
    opening = later.replace(second=0, microsecond=0).astimezone(UTC)
    assert opening <= row["due_at"] <= opening + timedelta(minutes=20)
    said = await an.presses("Giờ chung của thành phố", answers=2)
    assert "Đã bỏ giờ riêng. Tin đến theo giờ chung của thành phố." in said
    assert any("đã xử lý xong" in text for text in said)  # what waited comes at once


async def test_a_pause_ends_by_itself(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 1)
    await an.says("#stop")
    (said,) = await an.presses("Tạm ngừng 7 ngày")
    assert said.startswith("Đã tạm ngừng tin qua Zalo đến ")
    await town.event(CODE, 2, phone="0905123456")
    assert await ended(town, CODE, "accepted") == ("suppressed", "opted_out")
    await town.database.fetch("UPDATE preferences SET paused_until = now() - interval '1 second' RETURNING 1")
    await town.event(OTHER, 2, phone="0905123456")
    assert (await ended(town, OTHER, "accepted"))[0] in ("accepted", "delivered")


async def test_who_proved_nothing_quietens_the_chat_and_may_prove_the_phone(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (said,) = await an.says("#stop_all")
    assert said.startswith("Đã ngừng các tin chủ động trong cuộc trò chuyện này.")
    assert payloads(await last(an))["Ngừng cho số điện thoại"] == "#stop_phone"
    (asked,) = await an.presses("Ngừng cho số điện thoại")
    assert asked.startswith("Xin nhắn số điện thoại cần ngừng tin.")
    (sent,) = await an.says("0905 123 456")
    assert sent == "Nếu số nhận được tin, mã xác thực đã được gửi tới đó. Xin nhắn mã 6 số vào đây."
    (done,) = await an.says(await one_time_code(town, an))
    assert done.startswith("Đã ngừng gửi tin qua Zalo tới số 0905***456.")
    await town.event(CODE, 2, phone="0905123456")
    assert await ended(town, CODE, "accepted") == ("suppressed", "opted_out")


async def test_an_answer_to_a_notice_proves_the_phone_that_got_it(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone="0905123456")
    await ended(town, CODE, "accepted")
    (notice,) = await an.messages("template")
    (answer,) = await an.sends({"text": "TC", "quote": notice["message_id"]})
    assert answer["text"].startswith("Đã ngừng gửi tin qua Zalo tới số 0905***456.")


async def test_a_wrong_number_gets_nothing_more_and_officers_see_it(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (ask,) = await an.says("#wrong_number")
    assert ask.startswith("Xin lỗi đã làm phiền. Để ngừng tin, Ông/Bà trả lời trực tiếp vào tin gửi nhầm")
    await town.event(CODE, 2, phone="0905123456")
    await ended(town, CODE, "accepted")
    (notice,) = await an.messages("template")
    (answer,) = await an.sends({"text": "#wrong_number", "quote": notice["message_id"]})
    assert answer["text"].startswith("Xin lỗi đã làm phiền. Số 0905***456 sẽ không nhận tin về hồ sơ này nữa.")
    assert [reason for _, _, reason in await notices_of(town, CODE)] == ["wrong_number"]
    assert [one.reason for one in await dead_ends.undelivered(town.database)] == ["wrong_number"]
    await town.event(CODE, 5, phone="0905123456", note="Bổ sung")
    assert (await ended(town, CODE, "supplement"))[0] in ("suppressed", "failed")
    assert len(await an.messages("template")) == 1
    assert await an.messages("sms") == []


async def test_a_relatives_phone_is_not_theirs_to_stop(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone="0905999888")
    tried = "SELECT 1 FROM notices WHERE state NOT IN ('held', 'pending', 'sending')"
    await town.until(lambda: town.database.fetch(tried), "the notice's end, before there is a chat for it")
    (row,) = await town.database.fetch("SELECT id FROM dossiers")
    proved = ProvedPhone("84905999888", town.cipher)
    await citizens.link(town.database, await town.citizen(an), row["id"], proof="otp_zalo", phone=proved)
    await town.database.fetch("UPDATE links SET expires_at = now() + interval '1 day' RETURNING 1")
    (said,) = await an.says("#stop_all")
    assert said.startswith("Đã ngừng các tin chủ động trong cuộc trò chuyện này.")
    (count,) = await town.database.fetch("SELECT count(*) AS preferences FROM preferences")
    assert count["preferences"] == 0


async def test_the_same_in_english(town: Town) -> None:
    an: Phone = await town.person("0905123456", name="An", language="en")
    await own(town, an, CODE, 2)
    (asked,) = await an.says("#stop")
    assert asked == "Which messages would you like to stop?"
    (said,) = await an.presses("Stop all")
    assert said == (
        "Messages on Zalo to 0905***456 have been stopped.\n"
        "What we must tell you still comes by other means: SMS, e-mail or letter.\n"
        "To get messages again, write: start."
    )
    (back,) = await an.says("start")
    assert back == "You will get messages on Zalo again for 0905***456."
    (hours,) = await an.says("#hours 8-17")
    assert hours.startswith("From now on messages come from 08:00 to 17:00. Others wait until then.")
    (paused,) = await an.says("#pause 3")
    assert paused.startswith("Messages on Zalo are paused until ")


async def test_a_word_that_may_be_another_is_asked_about_after_a_question(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for word in ("dung", "huy"):
        await an.says("#stop")
        (said,) = await an.says(word)
        assert said == "Ông/Bà muốn ngừng nhận tin qua Zalo, phải không ạ?"
    (done,) = await an.presses("Ngừng tất cả")
    assert done.startswith("Đã ngừng các tin chủ động")
