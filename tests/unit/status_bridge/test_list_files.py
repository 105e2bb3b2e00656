"""Files as people have them: every encoding, separator and oddity of a list, read to the right lines and columns."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from status_bridge.lists.columns import find_columns, placeholders
from status_bridge.lists.csv_table import MAX_LINE_CHARS, CsvTable
from status_bridge.lists.errors import ListRefused
from status_bridge.lists.judging import Chunk, SeenPhones, chunks
from status_bridge.lists.phones import mask_cell, read_phone
from status_bridge.lists.sniffing import sniff
from status_bridge.lists.tables import TableRow
from status_bridge.lists.xlsx_table import XlsxTable
from storage.crypto import Cipher, generate_key

CIPHER = Cipher([generate_key()])
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _csv(tmp_path: Path, content: bytes) -> list[TableRow]:
    path = tmp_path / "a"
    path.write_bytes(content)
    kind = sniff(path)
    assert kind != "xlsx"
    with CsvTable(path, kind) as table:
        return list(table)


def _xlsx(tmp_path: Path, sheet: str, **parts: str) -> list[TableRow]:
    path = tmp_path / "a"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        hidden = '<sheet name="b" sheetId="2" state="hidden" r:id="r2"/>'
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {SPACE} xmlns:r="r"><sheets>{hidden}<sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="/xl/worksheets/first.xml"/>'
            '<Relationship Id="r2" Target="worksheets/hidden.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/first.xml", f"<worksheet {SPACE}><sheetData>{sheet}</sheetData></worksheet>")
        for name, text in parts.items():
            archive.writestr(f"xl/{name}.xml", text)
    assert sniff(path) == "xlsx"
    with XlsxTable(path) as table:
        return list(table)


def _read(rows: list[TableRow]) -> list[Chunk]:
    class Rows:
        bytes_read = 0

        def __iter__(self) -> Iterator[TableRow]:
            return iter(rows)

    return list(chunks(Rows(), CIPHER, max_rows=1000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_gives_the_same_rows(tmp_path: Path, encoding: str, separator: str) -> None:
    text = separator.join(["Số điện thoại", "Tên"]) + "\r\n" + separator.join(["0905000001", '"A\nB"']) + "\r\n"
    text += separator.join(["0905000002", "C"])
    assert _csv(tmp_path, text.encode(encoding)) == [
        TableRow(1, ["Số điện thoại", "Tên"]),
        TableRow(2, ["0905000001", "A\nB"]),
        TableRow(4, ["0905000002", "C"]),
    ]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        ("SĐT\n0905000001,Đà Nẵng\n".encode("cp1258", "ignore") + b"\xd0\xc0", "not_unicode"),
        (b"\x89PNG\r\n\x1a\n", "not_a_list"),
        (b"<html><table><tr><td>0905000001", "not_a_list"),
        (b"PK\x03\x04 not a zip", "broken"),
        (b'SDT\n"0905000001', "broken_quotes"),
        (b"SDT\n" + b"9" * (MAX_LINE_CHARS + 1), "line_too_long"),
        (b"," * 80 + b"\n", "too_many_columns"),
    ],
)
def test_what_is_no_list_is_refused_with_a_word(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(ListRefused) as refused:
        _csv(tmp_path, content)
    assert refused.value.word == word


def test_a_workbook_shows_its_first_visible_sheet_with_numbers_days_and_shared_texts(tmp_path: Path) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>905000001</v></c><c r="C3" s="1"><v>46086</v></c></row>'
        '<row r="4"><c r="A4"><v>9.05000002E8</v></c><c r="B4"><f>1+1</f><v>2</v></c><c r="C4" t="b"><v>1</v></c></row>'
    )
    texts = f"<sst {SPACE}><si><t>SĐT</t></si><si><r><t>Ngày </t></r><r><t>hẹn</t></r><rPh><t>x</t></rPh></si></sst>"
    styles = f'<styleSheet {SPACE}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    assert _xlsx(tmp_path, sheet, sharedStrings=texts, styles=styles) == [
        TableRow(1, ["SĐT", "", "Ngày hẹn"]),
        TableRow(3, ["905000001", "", "05/03/2026"]),
        TableRow(4, ["905000002", "2", "1"]),
    ]


def test_a_cell_far_to_the_right_or_a_text_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for cell in ('<c r="XFD1"><v>1</v></c>', '<c r="A1" t="s"><v>7</v></c>'):
        with pytest.raises(ListRefused):
            _xlsx(tmp_path, f'<row r="1">{cell}</row>')


@pytest.mark.parametrize(
    ("cell", "phone", "word"),
    [
        ("0905000001", "84905000001", ""),
        ("905000001", "84905000001", ""),
        ("'0905.000.001 ", "84905000001", ""),
        ("+84 (0) 905 000 001", "84905000001", ""),
        ("", None, "no_phone"),
        ("không có", None, "no_phone"),
        ("9.05E+08", None, "rounded"),
        ("01205123456", None, "old_number"),
        ("0236 3822 222", None, "landline"),
        ("090500000", None, "not_a_mobile"),
        ("=1+1", None, "not_a_mobile"),
    ],
)
def test_a_phone_is_read_in_any_form_or_said_why_not(cell: str, phone: str | None, word: str) -> None:
    assert read_phone(cell) == (phone, word)


def test_what_is_shown_of_a_wrong_cell_does_not_tell_the_number() -> None:
    assert mask_cell("09051234567") == "0905***67"
    assert mask_cell("=HYPERLINK(1)") == "=***"
    assert mask_cell("  ") == ""


def _table(*rows: list[str]) -> list[TableRow]:
    return [TableRow(line, cells) for line, cells in enumerate(rows, start=1)]


def test_the_phone_column_is_found_by_its_title_or_as_the_only_one() -> None:
    titled = _table(["Mã", "Mobile", "Người thân"], ["1", "0905000001", "0905000009"])
    assert find_columns(titled).phone == 1
    bare = find_columns(_table(["An", "0905000001"], ["Bình", "0905000002"]))
    assert (bare.phone, bare.has_header, bare.names) == (1, False, ("cot_1", "cot_2"))
    for rows, word in (
        (_table(["a", "b"], ["0905000001", "0905000002"]), "several_phone_columns"),
        (_table(["a", "b"], ["x", "y"]), "no_phone_column"),
        (_table(["Phone"]), "empty"),
    ):
        with pytest.raises(ListRefused) as refused:
            find_columns(rows)
        assert refused.value.word == word


def test_titles_become_harmless_names_each_once() -> None:
    titles = ["Họ và tên", "HỌ VÀ TÊN", "", "<script>alert(1)</script>", "{{7*7}}", "2026"]
    named = ("ho_va_ten", "ho_va_ten_2", "cot_3", "script_alert_1_script", "cot_7_7", "cot_2026")
    assert placeholders(titles) == named


def test_a_row_with_more_cells_than_titles_is_not_sent_to_because_its_columns_are_shifted() -> None:
    [chunk] = _read(_table(["SĐT", "Địa chỉ"], ["0905000001", "1 Lê Lợi", "Hải Châu"], ["0905000002", "2 Lê Lợi", ""]))
    assert [(line, word) for line, word, _shown in chunk.wrong] == [(2, "too_many_cells")]
    assert [row.phone for row in chunk.good] == ["84905000002"]


def test_the_first_of_two_rows_with_one_phone_counts() -> None:
    [chunk] = _read(_table(["SĐT", "Tên"], ["0905000001", "A"], ["+84905000001", "B"]))
    assert chunk.duplicate == 1
    assert '"A"' in chunk.good[0].text


def test_more_rows_than_allowed_end_the_reading() -> None:
    with pytest.raises(ListRefused) as refused:
        _read(_table(["SĐT"], *([f"09050{place:05d}"] for place in range(1001))))
    assert refused.value.word == "too_many_rows"


def test_phones_are_remembered_exactly() -> None:
    seen = SeenPhones()
    phones = [f"84{block}{place:07d}" for block in (90, 35) for place in (0, 1, 7, 8, 9_999_999)]
    assert all(seen.add(phone) for phone in phones)
    assert not any(seen.add(phone) for phone in phones)
