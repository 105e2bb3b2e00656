"""What a message names."""

import unicodedata
from datetime import UTC, date, datetime

import pytest

from bot.understanding import DateSaid, Entities, understand

NOW = datetime(2026, 6, 17, 3, tzinfo=UTC)  # Wednesday, 10:00 in Đà Nẵng


def named(text: str) -> Entities:
    return understand(text, now=NOW).entities


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("000.17.22.H56-210531-0001", ("000.17.22.H56-210531-0001",)),
        ("hs 000.17.04.h17 – 230418 – 0056 toi dau", ("000.17.04.H17-230418-0056",)),
        ("G09.20-20260609-0092637.", ("G09.20-20260609-0092637",)),
        ("H17.1.2-230427-0001 và H17-250806-00017", ("H17.1.2-230427-0001", "H17-250806-00017")),
        ("bảo hiểm 03706/2026/07906", ("03706/2026/07906",)),
        ("H17-231399-0001", ()),
        ("000.00.04.G18", ()),
        ("1.004194.000.00.00.H17", ()),
        ("0905123456", ()),
    ],
)
def test_dossier_codes(text: str, codes: tuple[str, ...]) -> None:
    assert named(text).dossier_codes == codes


@pytest.mark.parametrize(
    ("text", "tails"),
    [
        ("hồ sơ 0056", ("0056",)),
        ("ho so so 0056 toi dau", ("0056",)),
        ("0056 ngày 18/4", ("0056",)),
        ("đuôi 0118 xong chưa", ("0118",)),
        ("hs 0056 với hs 0118", ("0056", "0118")),
        ("mã 230418-0056", ("230418-0056",)),
        ("0056", ("0056",)),
        ("#0056?", ("0056",)),
        ("gọi 1022", ()),
        ("1022", ()),
        ("phí 8000 đồng", ()),
        ("hồ sơ 2025", ()),
        ("hs 000.00.05.H17-240102-0003", ()),
        ("gọi tôi 0905123456", ()),
        ("lệ phí 0050000đ", ()),
        ("số bàn 0236 3 822 222", ()),
        ("gọi 0128 345 6789", ()),
        ("hs 0420 0421 0056", ("0420", "0421", "0056")),
    ],
)
def test_ends_of_codes(text: str, tails: tuple[str, ...]) -> None:
    assert named(text).code_tails == tails


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1.001193", ("1.001193",)),
        ("thủ tục 2.000815 phí", ("2.000815",)),
        ("1.004194.000.00.00.H17", ("1.004194",)),
        ("11.001193", ()),
        ("1.0011934", ()),
        ("1.2.3", ()),
    ],
)
def test_procedure_codes(text: str, codes: tuple[str, ...]) -> None:
    assert named(text).procedure_codes == codes


@pytest.mark.parametrize(
    ("text", "procedures"),
    [
        ("thu tuc lam khai sinh", ("Đăng ký khai sinh",)),
        ("làm lại giấy khai sinh", ("Đăng ký lại khai sinh",)),
        ("xin giấy độc thân", ("Xác nhận tình trạng hôn nhân",)),
        ("gpxd cần gì", ("Cấp giấy phép xây dựng",)),
        ("đổi cccd với đổi bằng lái", ("Cấp đổi thẻ căn cước", "Đổi giấy phép lái xe")),
        ("sang tên sổ đỏ", ("Đăng ký biến động đất đai (chuyển nhượng, thừa kế, tặng cho)",)),
        ("trời đẹp quá", ()),
        ("bo theo doi ho so 0056", ()),
        ("theo dõi hồ sơ của ba", ()),
        ("nhap ho so nay vao", ()),
        ("ngung luu tru thong tin cua toi", ()),
        ("số đó có ai trực không", ()),
        ("có cccd thì nhắn con nha", ("Cấp thẻ căn cước",)),
        ("đổi họ cho con", ("Thay đổi, cải chính, bổ sung thông tin hộ tịch",)),
        ("ho sơ kêt hôn tơi đâu", ("Đăng ký kết hôn",)),
        ("sửa năm sinh của ba", ("Thay đổi, cải chính, bổ sung thông tin hộ tịch",)),
        ("em hk phai chu so nay", ()),
        ("thay tin bao tu choi", ()),
        ("how to register temporary residence", ("Đăng ký tạm trú",)),
        ("giấy đkkh", ("Đăng ký kết hôn",)),
    ],
)
def test_procedures_in_plain_words(text: str, procedures: tuple[str, ...]) -> None:
    assert named(text).procedures == procedures


@pytest.mark.parametrize(
    "typed",
    [
        "0905123456",
        "84905123456",
        "+84 905 123 456",
        "0905.123.456",
        "0084905123456",
        "+84(0)905123456",
        "０９０５１２３４５６",
    ],
)
def test_phones_in_any_writing(typed: str) -> None:
    assert named(f"số của tôi là {typed} nhé").phones == ("84905123456",)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("hôm qua", date(2026, 6, 16)),
        ("hom kia", date(2026, 6, 15)),
        ("bữa ni", date(2026, 6, 17)),
        ("sáng mai", date(2026, 6, 18)),
        ("ngày mốt", date(2026, 6, 19)),
        ("12/5", date(2026, 5, 12)),
        ("12/05/2025", date(2025, 5, 12)),
        ("12-5-2023", date(2023, 5, 12)),
        ("12.5.23", date(2023, 5, 12)),
        ("ngày 18 tháng 4", date(2026, 4, 18)),
        ("ngày 12 tháng 5 năm 2025", date(2025, 5, 12)),
        ("mồng 5", date(2026, 6, 5)),
        ("ngày 20", date(2026, 5, 20)),
        ("bữa thứ 2", date(2026, 6, 15)),
        ("hôm t6", date(2026, 6, 12)),
        ("thứ 7", date(2026, 6, 20)),
        ("thứ bảy tuần sau", date(2026, 6, 27)),
        ("chủ nhật", date(2026, 6, 21)),
        ("thứ 3 tuần trước", date(2026, 6, 9)),
        ("rằm", date(2026, 6, 29)),
        ("mồng 1 âm", date(2026, 6, 15)),
        ("rằm tháng 7", None),
        ("3 ngày trước", date(2026, 6, 14)),
        ("hai bữa trước", date(2026, 6, 15)),
        ("cách đây 2 tuần", date(2026, 6, 3)),
    ],
)
def test_days_as_people_say_them(words: str, day: date | None) -> None:
    assert DateSaid(words, day) in named(f"nộp {words} được không").dates
    assert (
        named(f"nộp {unicodedata.normalize('NFD', words)} được không").dates == named(f"nộp {words} được không").dates
    )


def test_a_day_without_a_year_is_past_or_coming_by_its_verb() -> None:
    november = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert understand("0056 ngày 18/4", now=november).entities.dates[0].day == date(2026, 4, 18)
    assert understand("nộp hôm 2/1", now=november).entities.dates[0].day == date(2026, 1, 2)
    assert understand("hẹn ngày 18/4", now=november).entities.dates[0].day == date(2027, 4, 18)


@pytest.mark.parametrize(
    "text",
    [
        "31/2",
        "K12/5 Tôn Đức Thắng",
        "24/7",
        "1.001193",
        "H17-250806-00017",
        "chị Mai",
        "45/13",
        "1 ngày 1 tin là được",
        "lay so thu tu",
        "hồ sơ thứ hai",
        "cho ben thu ba xem",
        "mấy bữa ni chưa thấy",
        "ong o mot minh",
        "moi ngay mot it",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert named(text).dates == ()


def test_days_are_those_of_vietnam() -> None:
    late = datetime(2026, 6, 17, 18, tzinfo=UTC)  # already the 18th in Đà Nẵng
    assert understand("hôm nay", now=late).entities.dates[0].day == date(2026, 6, 18)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("phường Hải Châu mấy giờ mở", ("phường Hải Châu",)),
        ("ubnd phuong hoa khanh o mo", ("phường Hòa Khánh",)),
        ("HOÀ VANG", ("Hòa Vang",)),
        ("nộp ở quận Cẩm Lệ hay Hội An", ("quận Cẩm Lệ", "Hội An")),
        ("xã Bà Điểm", ("xã Bà Điểm",)),
        ("bán điện bạn", ()),
        ("gặp chủ tịch phường để trình bày", ()),
        ("trả về lại phường à", ()),
        ("Phường Bàn Thạch ở đâu", ("phường Bàn Thạch",)),
    ],
)
def test_places(text: str, places: tuple[str, ...]) -> None:
    assert named(text).places == places


@pytest.mark.parametrize(
    ("text", "is_english"),
    [
        ("where is my application", True),
        ("Talk to a human please", True),
        ("are there any fees", True),
        ("list my files", True),
        ("is it free", True),
        ("track 0017 for me", True),
        ("did they approve it", True),
        ("ho so cua toi dau roi", False),
        ("an me do a", False),
        ("check hs giup em", False),
        ("add hs", False),
        ("ship cccd", False),
        ("xin chào", False),
    ],
)
def test_english_is_told_from_vietnamese_without_accents(text: str, is_english: bool) -> None:
    assert named(text).is_english is is_english
