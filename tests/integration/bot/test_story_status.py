"""Where a dossier stands: what its owner reads, and what a stranger does not."""

from datetime import UTC, datetime, timedelta

from bot.texts import words_for
from bot.texts.menu import words_of as menu_words
from bot.texts.status import words_of
from bot.texts.timeline import words_of as timeline_words
from tests.integration.bot.stories import own, payloads, presses, says, titles
from tests.integration.bot.town import Town

VI, EN = words_of("vi"), words_of("en")
COMMON_VI, COMMON_EN = words_for("vi"), words_for("en")
CODE = "H17.33.2-260302-0056"
MARCH = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)
MINISTRY = "G09.20-20260609-0092637"


async def test_the_owner_reads_where_it_stands_what_is_next_and_until_when(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    due = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    await own(town, an, CODE, 2, at=MARCH, due_at=due)
    told = await says(an, "hồ sơ của tôi tới đâu rồi?")
    assert told["text"].split("\n\n")[0] == COMMON_VI.linked
    block = told["text"].split("\n\n")[1].split("\n")
    assert block[:4] == [
        f"Hồ sơ {CODE} (Đăng ký khai sinh)",
        "Tình trạng: Được tiếp nhận, từ 08:15 ngày 02/03/2026.",
        "Nơi giải quyết: UBND phường Hải Châu.",
        "Việc tiếp theo: Cơ quan đang giải quyết hồ sơ. Ông/Bà chưa cần làm gì thêm.",
    ]
    assert block[4].startswith("Hẹn trả kết quả: ")
    assert len(block) == 5
    assert titles(told) == [VI.timeline]
    # A bare code, and the command that buttons send, say the same.
    for asked in (CODE.lower(), f"#status {CODE}"):
        assert (await says(an, asked))["text"] == told["text"]
    english = await says(an, "#language en")
    assert english["text"].startswith("From now on")
    told = await says(an, f"#status {CODE}")
    assert "Status: Accepted, since 08:15, 2 March 2026." in told["text"]
    assert titles(told) == [EN.timeline, EN.all_of_mine]


async def test_each_state_says_what_the_office_asks_for_and_hides_what_is_personal(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    reason = "Thiếu bản chính; liên hệ chị Lan 0912 345 678, CCCD 048199001234"
    await own(town, an, CODE, 3, at=MARCH, reason=reason)
    told = await says(an, "#status")
    assert "Lý do: Thiếu bản chính; liên hệ chị Lan [số đã ẩn]" in told["text"]
    assert "0912" not in told["text"]
    assert "048199001234" not in told["text"]
    assert titles(told) == [VI.timeline, VI.papers, VI.ask_officer]
    assert payloads(told)[VI.papers] == "#papers 1.001193"

    wanted = {"items": ["Giấy chứng sinh", "Tờ khai mẫu 01."], "deadline": "2026-03-20"}
    await town.event(CODE, 5, at=MARCH + timedelta(days=1), supplement=wanted)
    told = await says(an, "#status")
    assert "Cần bổ sung: Giấy chứng sinh; Tờ khai mẫu 01." in told["text"]
    assert "Hạn bổ sung: 20/03/2026." in told["text"]
    assert "Lý do" not in told["text"]  # of another status

    result = {
        "place": "Bộ phận một cửa phường Hải Châu",
        "hours": "07:30-11:30",
        "bring": ["Giấy hẹn", "Căn cước"],
        "postal": True,
    }
    await town.event(CODE, 9, at=MARCH + timedelta(days=2), result=result)
    told = (await an.sends({"text": "#status"}, answers=2))[0]
    for line in (
        "Tình trạng: Đã xử lý xong",
        "Nơi nhận kết quả: Bộ phận một cửa phường Hải Châu",
        "Giờ nhận: 07:30-11:30",
        "Mang theo: Giấy hẹn; Căn cước.",
        VI.postal,
    ):
        assert line in told["text"], line
    assert titles(told) == [VI.timeline, VI.post]
    assert payloads(told)[VI.post] == f"#post {CODE}"
    # A re-synchronisation that leaves the details out does not make them forgotten.
    await town.event(CODE, 9, at=MARCH + timedelta(days=3))
    assert "Mang theo: Giấy hẹn; Căn cước." in (await says(an, "#status"))["text"]


async def test_a_late_dossier_is_admitted_with_what_the_owner_may_expect(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 4, at=MARCH, due_at="2026-03-05T17:00:00+07:00")
    told = await says(an, "sao hồ sơ của tôi trễ hẹn vậy")
    assert f"Hẹn trả kết quả: 17:00 ngày 05/03/2026.\n{COMMON_VI.overdue}\n{VI.late_rights}" in told["text"]
    assert titles(told) == [VI.timeline, VI.ask_officer, VI.complain]
    await says(an, "#language en")
    assert EN.late_rights in (await says(an, "#status"))["text"]


async def test_the_timeline_merges_repeats_and_tells_what_was_sent(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2, at=MARCH)
    for hours in (1, 2, 3):
        await town.event(CODE, 4, at=MARCH + timedelta(hours=hours))
    told = await says(an, "#status")
    way = (await presses(an, VI.timeline))["text"]
    words = timeline_words("vi")
    assert way.split("\n") == [
        f"Quá trình xử lý hồ sơ {CODE}:",
        "- 08:15 ngày 02/03/2026: Được tiếp nhận",
        "- 09:15 ngày 02/03/2026: Đang xử lý (cập nhật 3 lần, lần cuối 11:15 ngày 02/03/2026)",
        "",
        words.nothing_told,
    ]
    await town.event(CODE, 5, supplement={"items": ["Giấy chứng sinh"]})
    await town.until(lambda: an.messages("template"), "the notice")

    async def is_told() -> bool:
        text = (await says(an, f"#timeline {CODE}"))["text"]
        return "- Yêu cầu bổ sung" not in text and ": Cần bổ sung, qua Zalo" in text

    await town.until(is_told, "the notice in the timeline")
    assert (await presses(an, words.back))["text"] != told["text"]
    await says(an, "#language en")
    assert f"The course of dossier {CODE}:" in (await says(an, f"#timeline {CODE}"))["text"]


async def test_a_sensitive_procedure_is_never_named_and_no_word_of_an_officer_is_shown(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(
        town, an, CODE, 3, at=MARCH, procedure_code="1.000656", procedure_name="Đăng ký khai tử", reason="Thiếu giấy"
    )
    told = await says(an, "#status")
    assert f"Hồ sơ {CODE}\n" in told["text"]
    assert "khai tử" not in told["text"]
    assert "Thiếu giấy" not in told["text"]
    assert VI.papers not in titles(told)


async def test_several_dossiers_are_listed_with_buttons_and_found_by_the_end_of_their_code(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    codes = [f"H17.33.2-2603{day:02}-00{day:02}" for day in range(1, 8)]
    for day, code in enumerate(codes, start=1):
        await own(town, an, code, 2, at=MARCH + timedelta(days=day), procedure_name=f"Thủ tục số {day}")
    told = await says(an, "xem tình trạng hồ sơ của tôi")
    newest = codes[::-1]
    assert titles(told) == [*newest[:4], VI.more]
    assert all(code in told["text"] for code in newest[:4])
    assert COMMON_VI.more_dossiers in told["text"]
    rest = await presses(an, VI.more)
    assert titles(rest) == newest[4:]
    one = await presses(an, newest[5])
    assert f"Hồ sơ {newest[5]} (Thủ tục số 2)" in one["text"]
    assert titles(one) == [VI.timeline, VI.all_of_mine]
    # Ends of codes count only among one's own.
    assert f"Hồ sơ {codes[2]} (Thủ tục số 3)" in (await says(an, "hồ sơ 0003 tới đâu rồi"))["text"]
    missed = await says(an, "hồ sơ 0999 tới đâu rồi")
    assert missed["text"].startswith(VI.no_match)


async def test_a_code_that_is_not_linked_gets_the_same_words_whatever_the_truth(town: Town) -> None:
    stranger = await town.person("0905999888", name="Lạ")
    await town.event(CODE, 9, phone="0905123456", at=MARCH)
    menu = menu_words("vi")
    nothing = await says(stranger, "hồ sơ của tôi đâu")
    assert nothing["text"] == f"{COMMON_VI.introduction}\n\n{COMMON_VI.nothing_linked}\n\n{COMMON_VI.safety}"
    assert titles(nothing) == [menu.link, menu.menu]
    answers = []
    for code in (CODE, "H17.33.2-260302-9999"):
        told = await says(stranger, code)
        assert payloads(told) == {VI.link_this: f"#link {code}", menu.menu: "#menu"}
        answers.append(told["text"].replace(code, "…"))
    assert answers == [VI.not_linked.format(code="…")] * 2
    # Neither does any other door: our id of it, its way, its rating.
    (row,) = await town.database.fetch("SELECT id FROM dossiers")
    for command in (f"#status {row['id']}", f"#timeline {CODE}", f"#timeline {row['id']}", f"#rate {CODE} 1"):
        text = (await says(stranger, command))["text"]
        assert "chưa được liên kết" in text, command
        assert "khai sinh" not in text
    english = await says(stranger, f"where is my dossier {CODE}?")
    assert english["text"] == EN.not_linked.format(code=CODE)


async def test_a_link_that_ended_because_the_phone_changed_is_told_first(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2, at=MARCH)
    await town.database.fetch(
        "UPDATE links SET revoked_at = now(), revoked_reason = 'phone_changed' RETURNING citizen_id"
    )
    news, nothing = await an.says("hồ sơ của tôi tới đâu rồi?", answers=2)
    assert CODE in news
    assert COMMON_VI.nothing_linked in nothing
    assert len(await an.says("hồ sơ của tôi tới đâu rồi?")) == 1


async def test_codes_of_ministries_and_of_other_provinces_say_where_to_look(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    told = await says(an, MINISTRY)
    assert told["text"].endswith(VI.ministry.format(domain="dichvucong.gov.vn"))
    assert payloads(told)[VI.look_up] == {"url": "https://dichvucong.gov.vn/"}
    told = await says(an, "000.00.01.H29-260310-0420")
    assert "Mã này do nơi khác cấp: TP.HCM." in told["text"]
