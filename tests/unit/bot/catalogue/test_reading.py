"""Files of procedures and places: what is read, what is refused and how it is named, what harms nobody."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import tables, workbooks
from bot.catalogue.errors import FileUnreadable
from bot.catalogue.procedures import read_procedures
from bot.catalogue.reading import Reading
from bot.catalogue.samples import PROCEDURES, UNITS
from bot.catalogue.units import read_unit, read_units
from storage.procedures import Procedure
from tests.unit.bot.catalogue.files import workbook

GOOD = {"code": "1.001193", "name": "Đăng ký khai sinh", "source": "Cổng", "as_of": "2026-07"}


def read(path: Path, content: bytes | str, **options: Any) -> Reading[Procedure]:
    file = path / "procedures.any"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_procedures(file, **options)


def document(*procedures: Any, **header: Any) -> str:
    return json.dumps({"procedures": procedures, **header}, ensure_ascii=False)


def test_the_samples_are_read_whole() -> None:
    reading = read_procedures(PROCEDURES)
    assert (len(reading.items), reading.refused) == (37, [])
    assert sum(one.verified for one in reading.items) == 34
    assert {one.as_of for one in reading.items} == {"2026-07"}
    places = read_units(UNITS)
    assert places.refused == []
    assert sum(one.kind in ("ward", "commune") for one in places.items) == 94
    known = {one.code for one in places.items}
    assert all(set(one.successors) <= known and one.successors for one in places.items if one.kind == "former")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_csv_is_read_with_lists_amounts_and_the_day(tmp_path: Path, delimiter: str, mark: str) -> None:
    header = [
        "code",
        "name",
        "aliases",
        "channels",
        "fee_items",
        "processing_value",
        "processing_unit",
        "verified",
        "papers",
    ]
    row = [
        "1.004222.000.00.00.H17", '"Đăng ký; thường, trú"', "nhập hộ khẩu | nhập khẩu", "trực tiếp|online",
        '"trực tiếp: 20.000 đồng/lần | 10,000/lần"', "7", "ngày làm việc", "x", '"Tờ khai CT01\nGiấy tờ nhà"',
    ]  # fmt: skip
    text = mark + delimiter.join(header) + "\r\n" + delimiter.join(row) + "\r\n"
    (one,) = read(tmp_path, text, source="Cổng", as_of="15/07/2026").items
    assert (one.code, one.name, one.short_name) == ("1.004222", "Đăng ký; thường, trú", "Đăng ký; thường, trú")
    assert one.aliases == ("nhập hộ khẩu", "nhập khẩu")
    assert one.channels == ("direct", "online")
    assert [(item.label, item.amount_vnd, item.unit) for item in one.fee.items] == [
        ("trực tiếp", 20000, "lần"),
        ("lệ phí", 10000, "lần"),
    ]
    assert (one.processing.value, one.processing.unit) == (7, "working_day")
    assert one.papers == ("Tờ khai CT01", "Giấy tờ nhà")
    assert (one.verified, one.as_of, one.source) == (True, "2026-07-15", "Cổng")


def test_columns_may_have_their_vietnamese_names(tmp_path: Path) -> None:
    text = "Mã TTHC;Tên thủ tục;Lĩnh vực;Nguồn;Ngày\n1.001193;Khai sinh;Hộ tịch;Cổng;07/2026\n"
    (one,) = read(tmp_path, text).items
    assert (one.code, one.field, one.as_of) == ("1.001193", "Hộ tịch", "2026-07")


def test_a_workbook_is_read_and_its_formulas_are_only_what_they_showed(tmp_path: Path) -> None:
    rows = [
        ["code", "name", "source", "as_of", "fee_text"],
        [2.00635, "Trích lục", "Cổng", "2026-07", ('HYPERLINK("http://x")', "xem ghi chú")],
        ["1.001193", "=1+1", "Cổng", "2026-07", "=cmd|'/c calc'!A0"],
    ]
    reading = read(tmp_path, workbook(rows))
    assert reading.refused == []
    first, second = reading.items
    assert (first.code, first.fee.text) == ("2.006350", "xem ghi chú")  # the zero that Excel drops is back
    assert (second.name, second.fee.text) == ("=1+1", "=cmd|'/c calc'!A0")


def test_every_bad_row_is_named_and_harms_no_other(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "code;name;verified;fee_items;processing_unit;source;as_of\n"
        "1.001193;Khai sinh;;;;Cổng;2026-07\n"
        "9.1;Sai mã;;;;Cổng;2026-07\n"
        "1.000894;;;;;Cổng;2026-07\n"
        "1.001193;Lặp lại;;;;Cổng;2026-07\n"
        "\n"
        "1.000656;Khai tử;có lẽ;;;Cổng;2026-07\n"
        "1.004873;Độc thân;;chừng hai chục;;Cổng;2026-07\n"
        "1.004222;Thường trú;;;tuần;Cổng;2026-07\n"
        "1.004194;Tạm trú;;;;;\n"
        "1.004837;Giám hộ;;;;Cổng;tháng bảy\n"
        "1.010038;Tách hộ;;;;Cổng;2026-07;thừa\n"
        "1.004884;Hå s¬ ®¨ng ký;;;;Cổng;2026-07\n",
    )
    assert [one.code for one in reading.items] == ["1.001193"]
    assert [row.place for row in reading.refused] == [
        "line 3 ('9.1')", "line 4 ('1.000894')", "line 5 ('1.001193')", "line 7 ('1.000656')", "line 8 ('1.004873')",
        "line 9 ('1.004222')", "line 10 ('1.004194')", "line 11 ('1.004837')", "line 12", "line 13 ('1.004884')",
    ]  # fmt: skip
    reasons = [row.reason for row in reading.refused]
    assert reasons[0].startswith("code: ")
    assert reasons[1] == "name is missing (and 1 more)"
    assert reasons[2] == "the code stands already in line 2"
    assert reasons[6] == "source is missing (and 1 more)"
    assert reasons[8] == "not an item: 'more cells than columns'"
    assert "TCVN3" in reasons[9]
    assert all("\n" not in reason and len(reason) < 300 for reason in reasons)


def test_bad_items_of_a_json_document_are_named_by_their_number(tmp_path: Path) -> None:
    text = document(
        {**GOOD, "code": 1}, 5, {**GOOD, "fee": {"items": [{"label": "x", "amount_vnd": -1}]}}, GOOD, {**GOOD, "x": 1}
    )
    reading = read(tmp_path, text)
    assert [one.code for one in reading.items] == ["1.001193"]
    assert [row.place for row in reading.refused] == [
        "procedures[0]", "procedures[1]", "procedures[2] ('1.001193')", "procedures[4] ('1.001193')"
    ]  # fmt: skip
    assert "amount_vnd" in reading.refused[2].reason
    assert reading.refused[3].reason == "'x' is no field of it"


def test_text_is_composed_and_cleaned_at_the_entry(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Đăng ký  thường\u200b trú")
    (one,) = read(tmp_path, document({**GOOD, "name": f"\x07{name}\u202e", "aliases": [name, name]})).items
    assert one.name == "Đăng ký thường trú"
    assert one.aliases == ("Đăng ký thường trú",)
    assert unicodedata.is_normalized("NFC", one.model_dump_json())


def test_what_a_stranger_wrote_is_quoted_short_and_on_one_line(tmp_path: Path) -> None:
    reading = read(tmp_path, document({**GOOD, "code": "\x1b[31m" + "x\n" * 500}))
    (refused,) = reading.refused
    line = f"{refused.place}: {refused.reason}"
    assert len(line) < 250
    assert line.isprintable()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xff\xfeM\x00", "UTF-16"),
        (b"code\0;name\n1;2", "no text"),
        ("mã;tên\n1;Hộ tịch".encode("cp1258", "replace"), "UTF-8"),
        (b'{"procedures": [', "broken JSON (line 1)"),
        (b'{"procedures": []}', "no list"),
        (b'{"other": [1]}', "no list"),
        (b"[" * 100_000, "broken JSON"),
        (b"code;name\n", "no rows"),
        (b"code;code\n1;2\n", "stands twice"),
        (b'code;name\n"1.001193;x\n', "broken CSV after line 1"),
        (b"PK\x03\x04 and no more", "broken XLSX"),
        (b"\xd0\xcf\x11\xe0" * 4, ".xls"),
        (workbook([["code", "name"]]), "no rows"),
        (workbook([["code"]], extra='<row r="9"><c r="XFD9"><v>1</v></c></row>'), "column 200"),
        (workbook([["code"]], extra='<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "row 100000"),
        (workbook([["code"]])[:-30], "broken XLSX"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_file_that_says_nothing_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read(tmp_path, content)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_column_is_named_on_every_row(tmp_path: Path) -> None:
    reading = read(tmp_path, "code;name;colour\n1.001193;x;red\n")
    assert "unknown" in reading.refused[0].reason
    assert "'colour'" in reading.refused[0].reason


def test_no_file_and_no_folder_are_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(FileUnreadable, match="no such file"):
            read_procedures(path)


def test_a_file_larger_than_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 100)
    with pytest.raises(FileUnreadable, match="larger than"):
        read(tmp_path, "code;name\n" + "x" * 200)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 1_000_000)
    with pytest.raises(FileUnreadable, match="unpacks to more"):
        read(tmp_path, workbook([["code"]], more={"xl/media/zeros.bin": bytes(2_000_000)}))


def test_places_are_read_from_a_csv_and_bad_ones_named(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(
        "code;name;kind;address;latitude;longitude;hours;source\n"
        "20242;Phường Hải Châu;ward;1 Đường A;16.07;108.22;T2-T6 07:00-11:30, 13:30-17:00;Thành phố\n"
        "2;Phường B;ward;;16.07;;;Thành phố\n"
        "3;Phường C;ward;;;;sáng tới chiều;Thành phố\n"
        "4;Phường D;quận;;;;;Thành phố\n"
        "5;Phường E;ward;;99;108;;Thành phố\n",
        encoding="utf-8",
    )
    reading = read_units(file)
    assert [one.code for one in reading.items] == ["20242"]
    cells = file.read_text(encoding="utf-8").splitlines()[:2]
    one_row = dict(zip(*(line.split(";") for line in cells), strict=True))
    assert read_unit(one_row) == reading.items[0], "a place typed by itself is judged as one of a file"
    reasons = [row.reason for row in reading.refused]
    assert "latitude and longitude belong together" in reasons[0]
    assert "cannot be read" in reasons[1]
    assert reasons[2].startswith("kind: ")
    assert reasons[3].startswith("latitude: ")
