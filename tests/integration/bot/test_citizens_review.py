"""What people of the city met who talked with the assistant as people do, and what they are told now."""

from bot.catalogue.samples import import_samples
from bot.texts.danger import words_of as danger_words
from bot.texts.feedback import words_of as feedback_words
from bot.texts.genuine import words_of as genuine_words
from bot.texts.linking import words_of as linking_words
from bot.texts.menu import words_of as menu_words
from bot.texts.postal import words_of as postal_words
from bot.texts.privacy import words_of as privacy_words
from bot.texts.procedures import words_of as procedure_words
from bot.texts.status import words_of as status_words
from bot.texts.stopping import words_of as stopping_words
from tests.integration.bot.stories import own, payloads, says, titles
from tests.integration.bot.town import Town

CODE, OTHER = "H17.33.2-260302-0056", "H17.33.2-260302-0057"
DANGER, LINKING, MENU = danger_words("vi"), linking_words("vi"), menu_words("vi")


async def test_who_may_hurt_themselves_is_never_answered_by_another_task(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await says(an, "cứu với có người đánh tôi")
    told = await says(an, "tôi muốn tự tử")
    assert told["text"] == f"{DANGER.again}\n{DANGER.not_alone}\n{DANGER.person}"
    assert titles(told)[0] == DANGER.ambulance
    await says(an, "#link")  # also in the midst of something else
    assert DANGER.not_alone in (await says(an, "tôi không muốn sống nữa"))["text"]
    await says(an, "#language en")
    assert danger_words("en").not_alone in (await says(an, "I want to kill myself"))["text"]


async def test_who_tells_of_a_fraud_is_warned_even_in_the_midst_of_linking(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    how = genuine_words("vi").how_to_tell.split("\n")[0]
    for said in (
        "có người gọi nói là cán bộ thuế bảo tôi chuyển tiền",
        "ho bao toi doc ma otp",
        "#link",
        "link https://dichvucong-danang.xyz co that khong",
    ):
        told = await says(an, said)
    assert how in told["text"]
    assert how in (await says(an, f"{CODE} tin nay that khong"))["text"]
    rows = await town.database.fetch("SELECT 1 FROM tickets")
    assert rows == []  # nobody was queued up for an officer


async def test_yes_and_no_may_be_typed_under_a_question(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 4)
    privacy, postal = privacy_words("vi"), postal_words("vi")
    await says(an, "#erase")
    assert (await says(an, "dung"))["text"] == privacy.erase_sure  # đúng, đừng, dừng
    assert (await says(an, "không"))["text"] == privacy.kept
    await says(an, f"#post {CODE}")
    assert (await says(an, "Dạ có"))["text"].startswith(postal.registered.format(code=CODE))
    await says(an, "#post_no")
    assert (await says(an, "không"))["text"] == MENU.noted  # nothing is asked
    await says(an, f"#link {OTHER}")
    assert (await says(an, "thôi khỏi đi"))["text"] == LINKING.cancelled
    await says(an, "#unlink_all")
    assert (await says(an, "đồng ý"))["text"] == LINKING.unlinked_all.format(count=1)
    await says(an, "#hours")
    told = await says(an, "dung")
    assert told["text"] == stopping_words("vi").ask_unclear
    assert (await says(an, "thôi"))["text"] == stopping_words("vi").kept
    await says(an, "#erase")
    assert (await says(an, "có"))["text"].startswith(privacy.erased.split("{")[0])


async def test_a_question_in_the_midst_of_feedback_is_answered_and_a_grievance_is_not_one(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 4)
    words = feedback_words("vi")
    await says(an, "#feedback")
    assert CODE in (await says(an, "à mà hồ sơ của tôi tới đâu rồi"))["text"]
    grievance = "hồ sơ của tôi chậm quá, bao giờ mới xong"
    assert f"«{grievance}»" in (await says(an, grievance))["text"]
    assert "07:30" in (await says(an, "thứ 7 có làm không"))["text"]
    sent = await says(an, "gửi đi")
    (ticket,) = await town.database.fetch("SELECT number FROM tickets")
    see = words.see.format(number=ticket["number"])
    assert payloads(sent)[see] == f"#ticket {ticket['number']}"
    told = await says(an, "hủy")  # the ticket, or the messages? Asked before anything is stopped
    assert told["text"] == stopping_words("vi").ask_unclear
    english = await town.person("0905999888", name="Ann", language="en")
    assert (await says(english, "what happened to my complaint"))["text"] == feedback_words("en").no_tickets


async def test_small_words_do_not_change_the_language_or_call_for_a_greeting(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    assert (await says(an, "menu"))["text"].startswith(MENU.help)
    assert (await says(an, "👍"))["text"] == MENU.noted
    assert stopping_words("vi").back in (await says(an, "stop"))["text"]
    assert (await says(an, "#keep"))["text"] == stopping_words("vi").kept  # and does not say that messages come
    assert "where is my dossier" not in MENU.help
    assert (await says(an, "where is my dossier?"))["text"].startswith("Hello")


async def test_a_number_that_is_not_of_the_dossier_is_said_and_an_identity_number_refused(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 4)
    told = await says(an, "hồ sơ 0099 tới đâu")
    assert told["text"].startswith(status_words("vi").no_match)
    assert titles(told) == [CODE]
    told = await says(an, "cccd của tôi 048199001234 xem giúp hồ sơ")
    assert told["text"] == LINKING.identity_number
    assert CODE in (await says(an, "#timeline"))["text"]
    await says(an, f"#link {OTHER}")
    assert (await says(an, "khong nhan duoc ma"))["text"] == LINKING.expects_digits


async def test_the_catalogue_owns_up_to_what_it_lacks_and_speaks_english(town: Town) -> None:
    await import_samples(town.database)
    an = await town.person("0905123456", name="An")
    vi, en = procedure_words("vi"), procedure_words("en")
    assert (await says(an, "đăng ký xe máy mới mua cần gì"))["text"] == vi.unsure
    told = await says(an, "co can giay to gi de lam khai sinh")
    assert told["text"].startswith(vi.title.format(name="Đăng ký khai sinh", code="1.001193"))
    for code in ("1.000656", "1.013831", "1.004884", "1.000894", "2.000720", "1.004859", "1.000689"):
        said = (await says(an, f"#papers {code}"))["text"].split(vi.papers)[0]
        for remark in ("Cổng ghi", "bảng", "Bảng", "nghi sai", "đối chiếu;", "quy tắc"):
            assert remark not in said, said
    told = await says(an, "đổi bằng lái bao nhiêu tiền và làm ở đâu")
    assert payloads(told)[MENU.where] == "#where 3.000347"
    ann = await town.person("0905999888", name="Ann", language="en")
    told = await says(ann, "how do I register my baby's birth?")
    assert told["text"].startswith(en.title.format(name="Đăng ký khai sinh", code="1.001193"))
    assert "1.001193" in (await says(ann, "how much does it cost?"))["text"]
    assert "1.001193" in (await says(ann, "Where can I do it?"))["text"]
    assert "Usual hours" in (await says(ann, "is it open on Saturday"))["text"]


async def test_the_answer_to_a_request_is_promised_in_the_citys_hours(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    told = (await says(an, "#mydata"))["text"]
    assert "Không còn tin nhắn" not in told  # of somebody who has just written one
    await says(an, "#copy")
    (ticket,) = await town.database.fetch("SELECT due_at FROM tickets")
    due = ticket["due_at"].astimezone(town.settings.zone)
    hours = ((7, 30), (11, 30)), ((13, 30), (17, 30))
    assert any(start <= (due.hour, due.minute) <= end for start, end in hours), due


async def test_what_is_named_after_a_procedure_was_shown_is_not_answered_with_that_one(town: Town) -> None:
    await import_samples(town.database)
    an = await town.person("0905123456", name="An")
    await says(an, "#papers 3.000347")
    told = await says(an, "làm hộ chiếu cần gì")
    assert "3.000347" not in told["text"]
    assert told["text"].startswith(procedure_words("vi").nothing.split("\n")[0])
    await says(an, "#papers 3.000347")
    assert "3.000347" in (await says(an, "tốn nhiêu tiền rứa"))["text"]
    told = await says(an, "cấp lại bằng lái xe bao nhiêu tiền")
    assert "Gia hạn giấy phép xây dựng" not in titles(told)


async def test_words_for_getting_messages_again_and_for_ones_data_are_taken_for_what_they_are(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await says(an, "#stop_all")
    await says(an, "#menu")
    assert (await says(an, "nhận lại tin"))["text"] == stopping_words("vi").started_chat
    told = await says(an, "ai đang đọc tin của tôi")
    assert "#erase" not in [payloads(told)[title] for title in titles(told)][:1]
    assert privacy_words("vi").erase_sure not in told["text"]  # nothing was said of erasing
