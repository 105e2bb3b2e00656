"""Photos in the chat: a receipt's code begins the linking, and no picture is kept."""

import base64
from pathlib import Path

from storage import links
from tests.integration.bot.test_linking import CODE, USUAL, one_time_code
from tests.integration.bot.town import Town
from tests.pictures import as_base64, bar_code, photo_of

OTHER = "H17.33.2-260302-0002"
CARD = "048099001234|201234567|Nguyễn Kiểm Thử|01012000|Nam|Hải Châu, Đà Nẵng|01012021"


async def test_a_photo_of_a_receipt_begins_the_linking_and_proves_nothing(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(CODE, 2, phone=an.number)
    photo = photo_of(bar_code(f"https://example.vn/tra-cuu?ma={CODE}"), turned=9)
    (said,) = await an.sends({"image_base64": as_base64(photo)})
    assert said["text"].startswith(USUAL)
    assert await links.current(town.database, await town.citizen(an)) == []
    (done,) = await an.says(await one_time_code(town, an))
    assert f"Đã liên kết hồ sơ {CODE}" in done
    # A stranger with the same photo, and one of a receipt that nobody knows, read the same.
    binh = await town.person("0905777888", name="Bình")
    (theirs,) = await binh.sends({"image_base64": as_base64(photo)})
    (unknown,) = await binh.sends({"image_base64": as_base64(photo_of(bar_code(OTHER)))})
    assert theirs["text"] == unknown["text"] == said["text"]
    assert not any(base64.b64decode(as_base64(photo))[:200] in _read(path) for path in _files(town))


async def test_what_cannot_be_read_is_asked_for_again(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (said,) = await an.sends({"image_base64": as_base64(photo_of())})
    assert "Chưa đọc được mã" in said["text"]
    (said,) = await an.sends({"image_base64": as_base64(photo_of(bar_code("WIFI:S:nha;;")))})
    assert "không phải mã hồ sơ" in said["text"]
    (said,) = await an.sends({"image_base64": as_base64(b"\xff\xd8\xff" + b"\0" * 300)})
    assert "Chưa đọc được mã" in said["text"]
    (sent,) = await an.says(CODE)  # by hand then, without another word
    assert sent.startswith(USUAL)


async def test_of_several_codes_the_person_chooses(town: Town) -> None:
    an = await town.person("0905123456", name="An", language="en")
    (said,) = await an.sends({"image_base64": as_base64(photo_of(bar_code(CODE), bar_code(OTHER)))})
    assert "several dossier codes" in said["text"]
    (sent,) = await an.presses(f"Dossier {OTHER}")
    assert "If the code is right" in sent


async def test_identity_cards_and_numbers_are_refused_with_a_warning_and_not_kept(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (said,) = await an.sends({"image_base64": as_base64(photo_of(bar_code(CARD), bar_code(CODE)))})
    assert "giấy tờ tùy thân" in said["text"]
    assert "không lưu lại" in said["text"]
    (said,) = await an.sends({"image_base64": as_base64(photo_of(bar_code(CODE))), "text": "cccd 048099001234"})
    assert "giấy tờ tùy thân" in said["text"]
    rows = await town.database.fetch("SELECT text_enc FROM messages WHERE author = 'citizen'")
    kept = [town.cipher.decrypt_optional(row["text_enc"], "messages.text") for row in rows]
    assert not any("048099001234" in (text or "") for text in kept)
    rows = await town.database.fetch("SELECT 1 FROM link_codes")
    assert rows == []


async def test_a_photo_while_linking_a_relatives_dossier_stays_the_relatives(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (asked,) = await an.says("liên kết hồ sơ của mẹ tôi")
    assert "mã hồ sơ" in asked
    (sent,) = await an.sends({"image_base64": as_base64(photo_of(bar_code(CODE)))})
    assert "người thân" in sent["text"]


async def test_an_address_that_somebody_forged_is_not_opened(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    for address in (
        f"http://{town.settings.listen}/metrics",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:1/a.jpg",
    ):
        (said,) = await an.sends({"image_url": address})
        assert "Chưa tải được ảnh" in said["text"], address


def _files(town: Town) -> list[Path]:
    return [path for path in Path(town.settings.data_dir).rglob("*") if path.is_file()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
