"""Requests that no browser makes: odd encodings, broken multipart, odd headers. Refused, never a failure of ours."""

from collections.abc import Mapping

from yarl import URL

from tests.integration.console.test_lists import UNIT
from tests.integration.console.walker import PASSWORD, hire_with_keys, walk_in
from tests.office import Desktop, Office

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


async def send_raw(desktop: Desktop, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    url = URL(desktop.office.url(path), encoded=True)
    async with desktop.client.post(url, data=body, headers=headers, allow_redirects=False) as response:
        assert "Content-Security-Policy" in response.headers
        return response.status


def part(headers: str, body: str = "x") -> bytes:
    return f"--b\r\n{headers}\r\n\r\n{body}\r\n--b--\r\n".encode()


BODIES = (
    (f"{FORM}; charset=unicode_escape", b"csrf=TOKEN&q=\\ud800"),
    (f"{FORM}; charset=utf-7", b"csrf=TOKEN&q=+2AA-"),
    (f"{FORM}; charset=idna", b"csrf=TOKEN&q=xn--"),
    (f"{FORM}; charset=utf-16", b"csrf=TOKEN"),
    (f"{FORM}; charset=undefined", b"csrf=TOKEN"),
    (FORM, b"csrf=TOKEN&q=\xff\xfe"),
    (FORM, b"&".join(b"a=b" for _ in range(50_000))),
    ("multipart/form-data", b"x"),
    (f"multipart/form-data; boundary={'b' * 500}", b"x"),
    (MULTIPART, b""),
    (MULTIPART, b"--b\r\n"),
    (MULTIPART, part("no header at all")),
    (MULTIPART, part("Content-Disposition: form-data")),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Transfer-Encoding: nonsense')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Transfer-Encoding: base64', "=")),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Encoding: deflate')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Encoding: nonsense')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Type: text/plain; charset=nonsense')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Type: multipart/mixed; boundary=c')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Type: multipart/mixed')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nX-Long: ' + "x" * 20_000)),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"; filename="x"')),
    (MULTIPART, part('Content-Disposition: form-data; name="csrf"\r\nContent-Type: application/pdf')),
)
"""Content types with bodies; TOKEN stands for the form's token."""


async def test_a_body_that_no_page_makes_is_refused(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    for path in ("/console/dossiers", "/console/lists", "/console/sign-in"):
        for kind, body in BODIES:
            status = await send_raw(lan, path, body.replace(b"TOKEN", lan.csrf.encode()), {"Content-Type": kind})
            assert 400 <= status < 500, (path, kind, body[:200])


async def test_an_odd_origin_is_refused(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    body = f"csrf={lan.csrf}&q=x".encode()
    for origin in ("http://[", "http://[::1", "null", "", "http://a:b:c", "http://\xff"):
        headers = {"Content-Type": FORM, "Origin": origin}
        assert await send_raw(lan, "/console/dossiers", body, headers) == 400, origin


async def test_a_browser_with_an_odd_name_and_odd_cookies_is_still_served(office: Office) -> None:
    keys = await hire_with_keys(office, "lan", (UNIT, "author"))
    walker = await walk_in(office)
    walker.client.headers.update({"User-Agent": "\udcff\udcfe<b>", "Accept-Language": "\udcff"})
    await walker.give_password("lan", PASSWORD)
    assert (await walker.give_code(keys.code())).where == "/console/"
    assert (await walker.get("/console/me")).status == 200
    for cookie in (
        "hoso_session=\udcff",
        "hoso_language=\udcff",
        "hoso_session=" + "x" * 5000,
        "=;;=;a",
        "hoso_device=\udcff.\udcff.\udcff",
    ):
        answer = await (await walk_in(office)).get("/console/sign-in", headers={"Cookie": cookie})
        assert answer.status == 200


def upload_of(lan: Desktop, field: str, value: bytes) -> bytes:
    values = {"name": b"", "unit": UNIT.encode(), "filename": b"a.csv", "file": b"So dien thoai\n0905000001\n"}
    values[field] = value
    words = ((b"csrf", lan.csrf.encode()), (b"name", values["name"]), (b"unit", values["unit"]))
    parts = [b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % word for word in words]
    file = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--b--\r\n'
    return b"".join([*parts, file % (values["filename"], values["file"])])


async def test_odd_names_in_an_upload_are_cleaned_or_refused(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "author"))
    for value in (b"a\x00b", b"\xed\xa0\x80", b"\xff", b"x" * 3000, b"\xe2\x80\xae.csv"):
        for field in ("name", "unit", "filename", "file"):
            status = await send_raw(lan, "/console/lists", upload_of(lan, field, value), {"Content-Type": MULTIPART})
            assert status < 500, (field, value)
            assert field != "unit" or status in (400, 404), value
