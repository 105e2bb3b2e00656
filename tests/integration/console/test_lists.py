"""Uploading lists: real files over real HTTP, read by the real process; and what must not be possible with them."""

import asyncio
import re
import time
import zipfile
from io import BytesIO
from typing import Any

import aiohttp

from console.security import HEADERS
from storage import recipient_lists
from storage.recipient_lists import RecipientList
from tests.office import Answer, Desktop, Office

UNIT = "H17.33.2"
GOOD = "Số điện thoại,Họ tên\n0905000001,An\n+84 905 000 002,Bình\n"


async def send(
    desktop: Desktop, content: bytes | str, *, file_name: str = "ds.csv", unit: str = UNIT, token: str | None = None
) -> Answer:
    """Upload a file as the page's form does."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("csrf", desktop.csrf if token is None else token)
    form.add_field("name", "")
    form.add_field("unit", unit)
    body = content.encode() if isinstance(content, str) else content
    form.add_field("file", body, filename=file_name, content_type="text/csv")
    async with desktop.client.post(desktop.office.url("/console/lists"), data=form) as response:
        return Answer(response.status, await response.text(), dict(response.headers), response.url.path_qs)


async def read_to_its_end(office: Office, answer: Answer) -> RecipientList:
    """Wait until the list that an upload led to is read."""
    found = re.fullmatch(r"/console/lists/(\d+)", answer.where)
    assert found, (answer.status, answer.where)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        one = await recipient_lists.find(office.database, int(found[1]), None)
        assert one is not None
        if one.state != "reading":
            return one
        await asyncio.sleep(0.05)
    raise AssertionError("the list was not read")


def workbook(rows: list[list[str]], *, extra: dict[str, str] | None = None, prolog: str = "") -> bytes:
    """A small XLSX file with inline texts."""
    cells = "".join(
        f'<row r="{line}">'
        + "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>' for cell in row)
        + "</row>"
        for line, row in enumerate(rows, start=1)
    )
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://r"'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {space}><sheets><sheet name="a" sheetId="1" r:id="x"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="x" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f"{prolog}<worksheet {space}><sheetData>{cells}</sheetData></worksheet>",
        **(extra or {}),
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


async def test_a_list_is_read_and_each_wrong_row_is_named_and_masked(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    answer = await send(lan, GOOD + "0236382222,Cố định\n0905000001,An lần hai\n=HYPERLINK(1),x\n905000003,Mất số 0\n")
    found = await read_to_its_end(office, answer)
    assert (found.state, found.good, found.wrong, found.duplicate, found.columns) == ("ready", 3, 2, 1, ("ho_ten",))
    assert found.digest is not None
    assert len(found.digest) == 32
    shown = await lan.get(f"/console/lists/{found.id}")
    assert shown.status == 200
    assert "{ho_ten}" in shown.text
    assert "0905***001" in shown.text
    assert "0905000001" not in shown.text
    assert "905000003" not in shown.text
    rows = await recipient_lists.wrong_rows(office.database, found.id)
    assert [(row.line, row.reason) for row in rows] == [(4, "not_a_mobile"), (5, "duplicate"), (6, "not_a_mobile")]
    until = time.monotonic() + 20
    while list(office.settings.data_dir.glob("lists/*")):  # it goes when the process has ended
        assert time.monotonic() < until, "the uploaded file stays nowhere"
        await asyncio.sleep(0.05)
    log = await office.database.fetch("SELECT action, unit FROM audit_log ORDER BY id")
    assert [(row["action"], row["unit"]) for row in log] == [("list.upload", UNIT)]


async def test_a_workbook_is_read_whatever_its_name_says(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    answer = await send(lan, workbook([["SĐT", "Tên"], ["0905000001", "An"], ["", "B"]]), file_name="list.csv")
    found = await read_to_its_end(office, answer)
    assert (found.state, found.good, found.wrong) == ("ready", 1, 1)


async def test_files_that_are_something_else_are_refused_with_a_word(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    rows = [["SĐT"], ["0905000001"]]
    doctype = '<!DOCTYPE w [<!ENTITY a "0905000001">]>'
    tricks: dict[str, Any] = {
        "macros": workbook(rows, extra={"xl/vbaProject.bin": "x"}),
        "entities": workbook(rows, prolog=doctype),
        "too_big_inside": workbook(rows, extra={"xl/sharedStrings.xml": "<sst>" + " " * (40 << 20) + "</sst>"}),
        "old_or_encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "not_a_list": b"%PDF-1.7 0905000001",
        "not_unicode": "Số điện thoại,Tên\n0905000001,ĐÀ NẴNG\n".encode("cp1258", "replace").replace(b"?", b"\xd2"),
    }
    answers = {word: await send(lan, content, file_name=f"{word}.xlsx") for word, content in tricks.items()}
    for word, answer in answers.items():
        found = await read_to_its_end(office, answer)
        assert (found.state, found.reason, found.good) == ("failed", word, 0)
    page = await lan.get(answers["macros"].where)
    assert "Tệp có macro nên không được nhận." in page.text


async def test_downloads_hold_no_formula_and_pages_no_markup_of_the_files(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    evil = "<img src=x onerror=alert(1)>"
    content = f'SĐT,"{evil}"\n0905000001,"{evil}"\n"=cmd|\' /C calc\'!A0",x\n@SUM(1),x\n'
    found = await read_to_its_end(office, await send(lan, content, file_name=f"{evil}.csv"))
    assert (found.good, found.wrong) == (1, 2)
    assert set("".join(found.columns)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    for path in (f"/console/lists/{found.id}", "/console/lists"):
        page = await lan.get(path)
        assert page.status == 200
        assert "<img" not in page.text
        assert "&lt;img" in page.text
    download = await lan.get(f"/console/lists/{found.id}/wrong.csv")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.headers["X-Content-Type-Options"] == HEADERS["X-Content-Type-Options"]
    cells = [cell.strip('"') for line in download.text.splitlines()[1:] for cell in line.split(",")]
    assert cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)


async def test_another_units_list_does_not_exist(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    found = await read_to_its_end(office, await send(lan, GOOD))
    minh = await office.sign_in("minh", ("H17.40", "author"))
    for path in (f"/console/lists/{found.id}", f"/console/lists/{found.id}/wrong.csv"):
        assert (await minh.get(path)).status == 404
    assert (await minh.post(f"/console/lists/{found.id}/delete")).status == 404
    assert (await send(minh, GOOD)).status == 404, "into a unit of others"
    assert f"/console/lists/{found.id}" not in (await minh.get("/console/lists")).text
    viewer = await office.sign_in("vy", (UNIT, "viewer"))
    assert (await viewer.get(f"/console/lists/{found.id}")).status == 403
    assert (await send(viewer, GOOD)).status == 403


async def test_an_upload_without_the_sessions_token_leaves_nothing(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    assert (await send(lan, GOOD, token="x" * 43)).status == 400
    assert await recipient_lists.latest(office.database, None) == []
    assert list(office.settings.data_dir.glob("lists/*")) == []


async def test_a_deleted_list_is_gone_with_its_rows_unless_a_broadcast_needs_it(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    found = await read_to_its_end(office, await send(lan, GOOD))
    await office.database.fetch(
        "INSERT INTO broadcasts (number, title, unit, author, purpose, message, audience, list_id, state)"
        " VALUES ('TB-AAAAAAAA', 't', 'H17.33.2', 'lan', 'information', '{}', '{}', %(id)s, 'approved') RETURNING id",
        {"id": found.id},
    )
    assert "TB-AAAAAAAA" in (await lan.post(f"/console/lists/{found.id}/delete")).text
    await office.database.fetch("UPDATE broadcasts SET state = 'done' RETURNING id")
    assert (await lan.post(f"/console/lists/{found.id}/delete")).where == "/console/lists"
    assert (await lan.get(f"/console/lists/{found.id}")).status == 404
    assert await recipient_lists.drop_old(office.database) == 2
    (left,) = await office.database.fetch("SELECT count(*) AS rows FROM recipients")
    assert left["rows"] == 0
