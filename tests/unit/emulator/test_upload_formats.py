import io
import zipfile

import pytest

from emulator.oa.formats import RULES, extension_of, recognise

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 20
GIF = b"GIF89a" + b"0" * 20
PDF = b"%PDF-1.7\n"
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 20


def zipped(member: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "<w:document/>")
    return file.getvalue()


DOCX = zipped("word/document.xml")


@pytest.mark.parametrize(
    ("kind", "name", "content", "media_type"),
    [
        ("image", "a.png", PNG, "image/png"),
        ("image", "a.JPG", JPEG, "image/jpeg"),
        ("image", "a.jpeg", JPEG, "image/jpeg"),
        ("image", "a.png", JPEG, "image/jpeg"),
        ("image", "a", PNG, "image/png"),
        ("image", "a.gif", GIF, None),
        ("image", "a.png", GIF, None),
        ("image", "a.pdf", PNG, None),
        ("image", "a.png", b"", None),
        ("gif", "a.gif", GIF, "image/gif"),
        ("gif", "a.gif", b"GIF87a", "image/gif"),
        ("gif", "a.gif", PNG, None),
        ("gif", "a.png", PNG, None),
        ("file", "a.pdf", PDF, "application/pdf"),
        ("file", "a.doc", DOC, "application/msword"),
        ("file", "a.csv", "mã,tên\n".encode(), "text/csv"),
        ("file", "a.csv", b"\0\xff", None),
        ("file", "a.docx", zipped("xl/workbook.xml"), None),
        ("file", "a.docx", b"PK\x03\x04 broken", None),
        ("file", "a.pdf", DOC, None),
        ("file", "a.exe", PDF, None),
        ("file", "a", PDF, "application/pdf"),
    ],
)
def test_a_file_is_what_its_bytes_say(kind: str, name: str, content: bytes, media_type: str | None) -> None:
    found = recognise(RULES[kind], name, content)
    assert (found.media_type if found else None) == media_type


def test_a_word_file_is_recognised_inside_its_archive() -> None:
    found = recognise(RULES["file"], "đơn.docx", DOCX)
    assert found
    assert found.media_type.endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PNG", "png"), ("a.b.pdf", "pdf"), ("a", ""), ("", ""), (".png", ""), ("a.", "")]
)
def test_an_extension_stands_behind_a_name(name: str, extension: str) -> None:
    assert extension_of(name) == extension
