"""What was typed becomes plain words, whatever the keyboard, the haste and the dialect."""

import unicodedata

import pytest

from bot.understanding.normalise import read


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Hồ sơ nộp hôm qua", "ho so nop hom qua"),
        ("hs e nop r", "ho so em nop roi"),
        ("kq ntn ad", "ket qua nhu the nao ad"),
        ("dk kinh doanh can giay to j", "dang ky kinh doanh can giay to gi"),
        ("làm gpxd cần gt gì", "lam giay phep xay dung can giay to gi"),
        ("lltp llpt", "ly lich tu phap ly lich tu phap"),
        ("làm lại hộ khẩu răng", "lam lai ho khau sao"),
        ("lấy kết quả ở mô", "lay ket qua o dau"),
        ("tui mần chi chừ", "toi lam gi bay gio"),
        ("cái nớ rứa hỉ", "cai do vay a"),
        ("bữa ni nhiêu tiền", "hom nay bao nhieu tien"),
        ("ko k hok hông kg khong", "khong khong khong khong khong khong"),
        ("tks ad", "cam on ad"),
        ("rồiiiii ạ, cccd", "roi a can cuoc"),
        ("HỒ SƠ", "ho so"),
        ("xog phuog tinn hii", "xong phuong tin hi"),
        ("add app call", "add app call"),
        ("cảm ơn nhiu", "cam on nhieu"),
        ("hết nhiu v", "het bao nhieu vay"),
        ("giaays tờ ddosi, nhưngx phis", "giay to doi nhung phi"),
        ("xử lsy hồ ssơ dduowngf", "xu ly ho so duong"),
        ("lost tax post box best", "lost tax post box best"),
        ("hk phải của tui, hk biết", "khong phai cua toi khong biet"),
        ("cắt hk cho con", "cat ho khau cho con"),
        ("bai bai nha", "bye bye nha"),
        ("cam on ad, bai", "cam on ad bye"),
        ("bai giu xe, bai rac, that bai", "bai giu xe bai rac that bai"),
    ],
)
def test_short_forms_and_dialect_are_written_out(typed: str, words: str) -> None:
    assert " ".join(read(typed).words) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nộp đc ở đâu", "nop duoc o dau"),
        ("cho xin đc phường", "cho xin dia chi phuong"),
        ("dia chi o dau", "dia chi o dau"),
        ("can giay to chi", "can giay to gi"),
        ("chi oi cho em hoi", "chi oi cho em hoi"),
        ("chi phí", "chi phi"),
        ("phuong mo cua chua", "phuong mo cua chua"),
        ("nop o mo", "nop o dau"),
        ("ho so toi dau roi hong", "ho so toi dau roi hong"),
        ("lay duoc hong", "lay duoc khong"),
        ("den duong hong", "den duong hong"),
        ("bn tien", "bao nhieu tien"),
        ("bn oi", "ban oi"),
        ("tt hs 0056", "tinh trang ho so zlong"),
        ("tt làm khai sinh", "thu tuc lam khai sinh"),
        ("t7 cn có làm", "thu 7 chu nhat co lam"),
        ("quy định rõ ràng", "quy dinh ro rang"),
    ],
)
def test_ambiguous_short_forms_are_read_by_their_neighbours(typed: str, words: str) -> None:
    assert " ".join(read(typed).words) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hs 000.00.05.H17-240102-0003", "ho so zcode"),
        ("mã 03706/2026/07906", "ma zcode"),
        ("làm 1.004194 cần gì", "lam zproc can gi"),
        ("gọi 0905.123.456", "goi zphone"),
        ("EA112233445VN tới chưa", "zparcel toi chua"),
        ("20k hay 50.000đ", "zmoney hay znum zmoney"),
        ("8h30 mở", "ztime mo"),
    ],
)
def test_codes_phones_and_numbers_are_named(typed: str, words: str) -> None:
    assert " ".join(read(typed).words) == words


def test_every_writing_of_a_word_is_the_same_word() -> None:
    composed = read("hòa thuý đường")
    assert read("hoà thúy đường") == read("hoà thúy đường")
    assert read("hoà thúy đường").words == composed.words
    assert read("hoà thúy đường").accented == composed.accented
    assert read(unicodedata.normalize("NFD", "hòa thuý đường")).accented == composed.accented


def test_look_alikes_and_invisible_letters_do_not_matter() -> None:
    assert read("Ðường\u200b\ufeff đỏ").words == ("duong", "do")


def test_a_message_without_accents_has_no_accented_words() -> None:
    assert read("ho so toi dau").accented == ()
