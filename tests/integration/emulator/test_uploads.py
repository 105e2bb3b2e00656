import io
import zipfile
from typing import Any

import aiohttp
import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
GIF = b"GIF89a" + b"0" * 20
MEGABYTE = 1024 * 1024


def word() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return file.getvalue()


async def upload(lab: Any, kind: str, content: bytes, name: str | None = "a.png", field: str = "file") -> Any:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("note", "before it")
    form.add_field(field, io.BytesIO(content), filename=name, content_type="application/octet-stream")
    return await lab.platform("POST", f"/v2.0/oa/upload/{kind}", data=form)


@pytest.mark.parametrize(
    ("kind", "name", "content", "answered"),
    [("image", "a.png", PNG, "attachment_id"), ("image", "a.jpg", b"\xff\xd8\xff" + b"0" * 9, "attachment_id"),
     ("image", "a.png", PNG.ljust(MEGABYTE, b"0"), "attachment_id"), ("gif", "a.gif", GIF, "attachment_id"),
     ("file", "đơn.pdf", b"%PDF-1.7", "token"), ("file", "a.docx", word(), "token"),
     ("file", "a.pdf", b"%PDF-1.7".ljust(5 * MEGABYTE, b"0"), "token")],
)  # fmt: skip
async def test_an_upload_answers_its_id(lab: Any, kind: str, name: str, content: bytes, answered: str) -> None:
    answer = await upload(lab, kind, content, name)
    assert (answer["error"], answer["message"]) == (0, "Success")
    assert set(answer["data"]) == {answered}
    assert len(answer["data"][answered]) > 20
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("kind", "name", "content", "field", "code", "rule"),
    [("image", "a.png", PNG.ljust(MEGABYTE + 1, b"0"), "file", -210, "file_size"),
     ("gif", "a.gif", GIF.ljust(5 * MEGABYTE + 1, b"0"), "file", -210, "file_size"),
     ("file", "a.pdf", b"%PDF-".ljust(5 * MEGABYTE + 1, b"0"), "file", -210, "file_size"),
     ("image", "a.png", GIF, "file", -201, "file_format"), ("image", "a.gif", GIF, "file", -201, "file_format"),
     ("gif", "a.gif", PNG, "file", -201, "file_format"), ("file", "a.pdf", PNG, "file", -201, "file_format"),
     ("file", "a.exe", b"MZ", "file", -201, "file_format"), ("image", "a.png", b"", "file", -201, "file_format"),
     ("image", "a.png", PNG, "image", -201, "file")],
)  # fmt: skip
async def test_an_upload_that_breaks_a_rule_is_refused(
    lab: Any, kind: str, name: str, content: bytes, field: str, code: int, rule: str
) -> None:
    assert (await upload(lab, kind, content, name, field))["error"] == code
    assert [(each["code"], each["rule"]) for each in await lab.see("violations")] == [(code, rule)]


@pytest.mark.provokes_violations("filename")
@pytest.mark.parametrize("name", ["biên nhận", None])
async def test_a_name_without_extension_succeeds_with_nothing(lab: Any, name: str | None) -> None:
    assert (await upload(lab, "image", PNG, name)) == {"data": {}, "error": 0, "message": "Success"}
    assert [(each["code"], each["rule"]) for each in await lab.see("violations")] == [(None, "filename")]


async def test_a_name_without_extension_may_work_by_setting(make_lab: Any) -> None:
    lab = await make_lab(upload_without_extension_is_empty=False)
    assert (await upload(lab, "image", PNG, "biên nhận"))["data"]["attachment_id"]


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    "how",
    [{"json": {"file": "x"}}, {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
     {"data": b"--x\r\nno end", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
     {"data": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG,
      "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
     {"data": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}],
)  # fmt: skip
async def test_a_body_that_is_no_form_is_refused(lab: Any, how: dict[str, Any]) -> None:
    how = {**how, "headers": {"access_token": lab.token, **how.get("headers", {})}}
    assert (await lab.platform("POST", "/v2.0/oa/upload/image", **how))["error"] == -201


async def test_the_months_uploads_may_be_used_up_and_come_back(make_lab: Any) -> None:
    lab = await make_lab(uploads_per_month=1)
    assert (await upload(lab, "image", PNG))["error"] == 0
    assert (await upload(lab, "image", PNG))["error"] == -211
    assert await lab.see("violations") == []
    await lab.control("clock", {"advance_seconds": 32 * 86_400})
    lab.token = (await lab.refresh())["access_token"]
    assert (await upload(lab, "image", PNG))["error"] == 0


@pytest.mark.provokes_violations("access_token")
async def test_an_upload_needs_a_token(lab: Any) -> None:
    lab.token = "made up"
    assert (await upload(lab, "image", PNG))["error"] == -216


async def test_an_uploaded_picture_reaches_the_citizen_and_expires_after_seven_days(lab: Any) -> None:
    user = (await lab.control("phones", {"phone": "0905123456", "follows": True}))["user_id"]
    asset = (await upload(lab, "image", PNG))["data"]["attachment_id"]
    element = {"media_type": "image", "attachment_id": asset}
    payload = {"template_type": "media", "elements": [element]}
    body = {"recipient": {"user_id": user}, "message": {"attachment": {"type": "template", "payload": payload}}}
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=body))["error"] == 0
    (message,) = await lab.see("messages?channel=oa")
    async with lab.session.get(lab.url + message["content"]["image_url"]) as picture:
        assert (await picture.read(), picture.content_type) == (PNG, "image/png")
    await lab.control("clock", {"advance_seconds": 7 * 86_400})
    lab.token = (await lab.refresh())["access_token"]
    await lab.control("phones/0905123456/send", {"text": "Xin chào"})
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=body))["error"] == -100
