"""What do you know about me, a copy, consents, erasing: what the phone shows, and what is left."""

import re

from storage import agreements
from storage.agreements import Purpose
from storage.conversations import TEXT_COLUMN
from tests.integration.bot.proved import ended, own
from tests.integration.bot.stories import last, titles
from tests.integration.bot.town import Phone, Town

CODE = "H17.33.2-260302-0001"
NUMBER = re.compile(r"DL-[2-9A-Z]{8}")


async def count(town: Town, table: str, where: str = "true") -> int:
    (row,) = await town.database.fetch(f"SELECT count(*) AS rows FROM {table} WHERE {where}")
    return int(row["rows"])


async def erased(town: Town) -> None:
    """Wait until the rows of every erasure that was asked for are gone."""

    async def is_done() -> bool:
        return await count(town, "erasure_jobs") > 0 and not await count(town, "erasure_jobs", "erased_at IS NULL")

    await town.until(is_done, "the erasure", seconds=30)


async def test_what_is_known_is_said_and_a_copy_has_a_number_and_times(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    await ended(town, CODE, "accepted")
    await an.says("xin chào")
    (known,) = await an.says("#mydata")
    lines = known.splitlines()
    assert lines[0] == "Đây là những gì hệ thống đang giữ về Ông/Bà:"
    assert "- Số điện thoại đã xác nhận: 0905***456." in lines
    assert "- Hồ sơ đã liên kết: 1." in lines
    assert any(line.startswith("- Tin nhắn trong cuộc trò chuyện: ") for line in lines)
    assert "- Tin nhắn được xóa sau 7 ngày." in lines
    assert "- Thông báo về hồ sơ gửi tới số của Ông/Bà: 1." in lines
    assert "- Ông/Bà chưa đồng ý mục đích tùy chọn nào." in lines
    assert "0905123456" not in known
    assert titles(await last(an)) == ["Nhận bản đầy đủ", "Xem các đồng ý", "Xóa dữ liệu"]
    (copy,) = await an.presses("Nhận bản đầy đủ")
    assert copy.startswith("Đã ghi nhận yêu cầu nhận bản đầy đủ. Mã số: DL-")
    number = NUMBER.search(copy)
    assert number is not None
    (ticket,) = await town.database.fetch("SELECT number, kind, topic, state, due_at > now() AS later FROM tickets")
    assert ticket == {"number": number[0], "kind": "data", "topic": "export", "state": "open", "later": True}
    (again,) = await an.says("#mydata")
    assert "- Phản ánh và yêu cầu: 1, trong đó đang xử lý: 1." in again


async def test_consents_are_given_and_taken_back_one_by_one(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (offered,) = await an.says("#consents")
    assert offered.startswith("Ông/Bà chưa đồng ý mục đích tùy chọn nào.")
    assert titles(await last(an)) == [
        "Đồng ý: nhớ cuộc trò chuyện", "Đồng ý: hỏi mức độ hài lòng", "Đồng ý: nhận tin chung của thành phố",
    ]  # fmt: skip
    (given,) = await an.presses("Đồng ý: nhớ cuộc trò chuyện")
    assert given == "Đã ghi nhận Ông/Bà đồng ý: nhớ cuộc trò chuyện. Bản nội dung: 2026-11."
    (rated,) = await an.says("#agree rating")
    assert "hỏi mức độ hài lòng" in rated
    citizen = await town.citizen(an)
    assert set(await agreements.current(town.database, citizen)) == {Purpose.CHAT_MEMORY, Purpose.RATING}
    (row,) = await town.database.fetch(
        "SELECT i.state FROM citizen_consents c JOIN inbox i ON i.id = c.entry_id WHERE c.purpose = 'rating'"
    )
    assert row["state"] == "done"  # the message that proves it
    (shown,) = await an.says("#consents")
    assert re.search(r"- nhớ cuộc trò chuyện\. Đồng ý lúc \d\d:\d\d ngày \d\d/\d\d/\d{4}, bản 2026-11\.", shown)
    (known,) = await an.says("#mydata")
    assert "- Tin nhắn được xóa sau 90 ngày, như Ông/Bà đã đồng ý." in known
    (taken,) = await an.says("#withdraw chat_memory")
    assert taken == (
        "Đã rút đồng ý: nhớ cuộc trò chuyện. Việc rút có hiệu lực từ bây giờ.\n"
        "Tin nhắn cũ trong cuộc trò chuyện đã được xóa."
    )
    assert set(await agreements.current(town.database, citizen)) == {Purpose.RATING}
    texts = await town.database.fetch("SELECT text_enc FROM messages WHERE text_enc IS NOT NULL")
    assert not [one for one in texts if "Đây là những gì" in town.cipher.decrypt(one["text_enc"], TEXT_COLUMN)]
    (unknown,) = await an.says("#agree everything")
    assert unknown == "Không có mục đích này."
    assert [one.withdrawn_at is None for one in await agreements.history(town.database, citizen)] == [False, True]


async def test_an_erasure_is_asked_about_confirmed_with_a_receipt_and_done(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2)
    await ended(town, CODE, "accepted")
    (asked,) = await an.says("#erase")
    assert "Hồ sơ gốc vẫn ở cơ quan giải quyết." in asked
    assert asked.endswith("Việc xóa không thể hoàn lại. Ông/Bà có chắc chắn không?")
    (kept,) = await an.presses("Không xóa")
    assert kept == "Không có gì bị xóa."
    (asked_again,) = await an.says("#erase_yes")  # typed by hand, without the question
    assert asked_again == asked
    assert await count(town, "erasure_jobs") == 0
    (receipt,) = await an.presses("Đồng ý xóa")
    assert receipt.startswith("BIÊN NHẬN XÓA DỮ LIỆU\nMã số: DL-")
    number = NUMBER.search(receipt)
    assert number is not None
    await erased(town)
    for table in ("citizens", "conversations", "messages", "links", "link_codes", "mutes"):
        assert await count(town, table) == 0, table
    assert await count(town, "inbox", "raw_enc IS NOT NULL AND kind <> 'receipt'") == 0
    (ticket,) = await town.database.fetch("SELECT number, state, citizen_id, text_enc FROM tickets")
    assert ticket == {"number": number[0], "state": "answered", "citizen_id": None, "text_enc": None}
    (preference,) = await town.database.fetch("SELECT recipient_enc, opted_out_at IS NULL AS wants FROM preferences")
    assert preference == {"recipient_enc": None, "wants": False}
    (event,) = await town.database.fetch("SELECT type, subject FROM outgoing_events")
    assert event == {"type": "hoso.citizen.erased", "subject": number[0]}
    (dossier,) = await town.database.fetch("SELECT phone_enc IS NULL AS forgotten FROM dossiers")
    assert dossier["forgotten"] is False  # it is under way: the city must be able to tell its owner
    before = len(await an.messages("template"))
    await town.event(CODE, 4, phone="0905123456")
    await town.event(CODE, 9, phone="0905123456", result_place="Quầy 3")
    assert (await ended(town, CODE, "finished"))[0] in ("accepted", "delivered")  # as a short message
    assert len(await an.messages("template")) == before
    (hello,) = await an.says("xin chào")  # and somebody who comes back is new
    assert hello
    assert await count(town, "citizens") == 1


async def test_consent_withdrawn_on_the_platform_erases_without_a_word(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await an.says("xin chào")
    seen = len(await an.messages())
    await town.control(f"phones/{an.number}/send", {"withdraw": True})
    await erased(town)
    assert await count(town, "citizens") == await count(town, "messages") == 0
    assert len(await an.messages()) == seen


async def test_the_same_in_english(town: Town) -> None:
    an: Phone = await town.person("0905123456", name="An", language="en")
    (known,) = await an.says("#mydata")
    assert known.startswith("This is what the system keeps about you:")
    (offered,) = await an.presses("See my consents")
    assert offered.startswith("You have agreed to no optional purpose.")
    (given,) = await an.presses("Agree: memory of the chat")
    assert given == "Your consent is noted: memory of the chat. Wording: 2026-11."
    (taken,) = await an.presses("Withdraw: memory of the chat")
    assert taken.startswith("Your consent is withdrawn: memory of the chat.")
    (copy,) = await an.says("#copy")
    assert copy.startswith("Your request for a full copy is noted. Number: DL-")
    (asked,) = await an.says("#erase")
    assert asked.startswith("If you agree, the system erases this chat")
    (receipt,) = await an.presses("Yes, erase")
    assert receipt.startswith("RECEIPT: ERASURE OF DATA\nNumber: DL-")
    await erased(town)
    assert await count(town, "citizens") == 0
