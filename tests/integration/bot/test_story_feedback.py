"""Feedback: from the first message to a number, with pictures; and where one's own tickets stand."""

import base64
import io
import json
import re
from typing import Any

from PIL import Image

from bot.texts.feedback import words_of
from storage import ticket_answers, tickets
from storage.chat_window import WindowRules
from storage.outgoing import OUTGOING_COLUMN
from storage.tickets import Ticket
from tests.integration.bot.stories import last, own, titles
from tests.integration.bot.town import Phone, Town
from tests.pictures import as_base64, bar_code, photo_of

VI, EN = words_of("vi"), words_of("en")
NUMBER = re.compile(r"PA-[2-9A-HJ-NP-Z]{8}")
CODE = "H17.33.2-260302-0056"


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    assert found, text
    return found[0]


def picture(colour: str = "red", size: tuple[int, int] = (320, 240)) -> str:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


async def told_one_stop(town: Town) -> list[dict[str, Any]]:
    rows = await town.database.fetch("SELECT payload_enc FROM outgoing_events ORDER BY ordinal")
    return [json.loads(town.cipher.decrypt(row["payload_enc"], OUTGOING_COLUMN)) for row in rows]


async def ticket_of(town: Town, number: str) -> Ticket:
    found = await tickets.find(town.database, town.cipher, number)
    assert found is not None
    return found


async def count_photos(town: Town) -> int:
    return int((await town.database.fetch("SELECT count(*) AS photos FROM ticket_photos"))[0]["photos"])


async def test_a_complaint_with_pictures_gets_a_number_and_the_laws_times(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (asked,) = await an.says("tôi muốn phản ánh")
    assert asked == VI.ask
    (photo,) = await an.sends({"image_base64": picture()})
    assert photo["text"] == VI.ask_words.format(photos=1)
    (confirm,) = await an.says("Cột đèn trước số 12 Trần Phú đổ từ hôm qua")
    assert confirm.startswith(VI.confirm["complaint"])
    assert "«Cột đèn trước số 12 Trần Phú đổ từ hôm qua»" in confirm
    assert VI.with_photos.format(photos=1) in confirm
    assert titles(await last(an)) == [VI.send, VI.again, VI.stop]
    (confirm,) = await an.says("Rất nguy hiểm cho trẻ em đi học")
    assert "đi học»" in confirm
    (confirm_photo,) = await an.sends({"image_base64": picture("blue")})
    assert VI.with_photos.format(photos=2) in confirm_photo["text"]
    (sent,) = await an.presses(VI.send)
    number = number_in(sent)
    assert sent.startswith(VI.sent["complaint"].format(number=number))
    assert "trong 5 ngày làm việc" in sent
    ticket = await ticket_of(town, number)
    assert (ticket.state, ticket.topic, ticket.citizen_id) == ("open", "complaint", await town.citizen(an))
    assert ticket.due_at is not None
    assert VI.format_moment(ticket.due_at) in sent
    kept = await tickets.photos(town.database, town.cipher, ticket.id)
    assert [photo.kind for photo in kept] == ["image/jpeg"] * 2
    (event,) = await told_one_stop(town)
    assert (event["type"], event["subject"]) == ("hoso.ticket.opened", number)
    assert event["data"]["text"] == ticket.text
    assert (event["data"]["topic"], event["data"]["photos"]) == ("complaint", 2)
    # A second press opens no second ticket.
    assert await an.says("#feedback_send") == [VI.nothing_to_send]

    (state,) = await an.says("phản ánh của tôi tới đâu rồi")
    assert number in state
    assert VI.states["open"] in state
    words = {"vi": VI.answered_notice, "en": EN.answered_notice}
    now = (await town.database.fetch("SELECT now() AS now"))[0]["now"]
    answered = await ticket_answers.give(
        town.database,
        town.cipher,
        number,
        officer="can-bo-1",
        text="Đã dựng lại cột đèn.",
        words=words,
        rules=WindowRules(),
        now=now,
    )
    assert answered is not None
    assert answered.is_told
    (news,) = await an.hears(1)
    assert news["text"] == VI.answered_notice.format(number=number, answer="Đã dựng lại cột đèn.")
    (state,) = await an.says(number.lower())
    assert VI.states["answered"] in state
    assert "Đã dựng lại cột đèn." in state


async def test_others_numbers_look_like_unknown_ones_and_ones_own_can_be_taken_back(town: Town) -> None:
    an, binh = await town.person("0905123456", name="An"), await town.person("0905123457", name="Bình")
    assert await binh.says("#ticket") == [VI.no_tickets]
    (confirm,) = await an.says("#feedback Kiến nghị phường lắp thêm ghế đá ở công viên")
    assert confirm.startswith(VI.confirm["petition"])
    (sent,) = await an.says("Gửi đi ạ")
    number = number_in(sent)
    unknown = "PA-22222222"
    assert number != unknown
    said = [await binh.says(text) for text in (f"#ticket {number}", f"#ticket {unknown}", f"#ticket_withdraw {number}")]
    assert said == [[VI.not_yours]] * 3
    assert await binh.says(f"tình trạng {number}") == [VI.not_yours]
    await an.says(f"#ticket {number}")
    assert titles(await last(an)) == [VI.withdraw]
    assert await an.presses(VI.withdraw) == [VI.withdrawn.format(number=number)]
    assert await an.says(f"#ticket_withdraw {number}") == [VI.withdrawn.format(number=number)]
    assert [event["type"] for event in await told_one_stop(town)] == ["hoso.ticket.opened", "hoso.ticket.withdrawn"]
    assert (await ticket_of(town, number)).state == "cancelled"


async def _refuses_bad_pictures(town: Town, an: Phone) -> None:
    await an.says("#feedback")
    card = photo_of(bar_code("048190001234||Kiểm Thử|01011990|Nữ|12 Trần Phú|01012021"))
    (refused,) = await an.sends({"image_base64": as_base64(card)})
    assert refused["text"] == VI.identity_card
    assert await count_photos(town) == 0
    for _ in range(5):
        await an.sends({"image_base64": picture()})
    (too_many, words) = await an.sends({"image_base64": picture()}, answers=2)
    assert too_many["text"] == VI.too_many_photos.format(limit=5)
    assert words["text"] == VI.ask_words.format(photos=5)
    assert await count_photos(town) == 5


async def test_it_may_be_dropped_on_the_way_and_an_opt_out_is_heard(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await _refuses_bad_pictures(town, an)
    assert await an.says("hủy") == [VI.stopped]
    assert await count_photos(town) == 0
    await an.says("#feedback Nhân viên quầy số ba trả lời không rõ ràng")
    (again,) = await an.presses(VI.again)
    assert again == VI.ask_again
    (confirm,) = await an.says("Nhân viên quầy số ba rất nhiệt tình, xin khen")
    assert confirm.startswith(VI.confirm["praise"])
    (sent,) = await an.presses(VI.send)
    assert sent.startswith(VI.sent["praise"].format(number=number_in(sent)))
    assert "ngày làm việc" not in sent
    await an.says("#feedback Đường trước nhà ngập nước mỗi khi mưa")
    (stop,) = await an.says("STOP")
    assert not stop.startswith(VI.confirm["complaint"])
    assert len(await told_one_stop(town)) == 1


async def test_it_can_be_about_a_dossier_of_ones_own(town: Town) -> None:
    an = await town.person("0905123456", name="An", language="en")
    found = await own(town, an, CODE, 4)
    (confirm,) = await an.says("#feedback The staff at the counter were rude to my mother")
    assert confirm.startswith(EN.confirm["complaint"])
    assert titles(await last(an)) == [EN.send, EN.about_button.format(code=CODE), EN.again, EN.stop]
    (confirm,) = await an.presses(EN.about_button.format(code=CODE))
    assert EN.about_dossier.format(code=CODE) in confirm
    assert EN.about.format(unit="UBND phường Hải Châu") in confirm
    (sent,) = await an.says("yes")
    ticket = await ticket_of(town, number_in(sent))
    assert (ticket.dossier_id, ticket.unit) == (found, "UBND phường Hải Châu")
    (event,) = await told_one_stop(town)
    assert event["data"]["dossier_code"] == CODE
    (state,) = await an.says("where is my complaint")
    assert EN.states["open"] in state
