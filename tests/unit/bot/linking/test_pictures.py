"""Codes on photos: read where they can be, refused where they are an identity card's, never a way to harm us."""

import io
import os
import struct
import zlib

import pytest
import zxingcpp
from PIL import Image

from bot.linking.pictures import UnreadablePicture, has_identity_number, judge, look_at, read_picture
from tests.pictures import bar_code, photo_of

CODE = "H17.33.2-260302-0001"
CARD = "048099001234|201234567|Nguyễn Kiểm Thử|01012000|Nam|Hải Châu, Đà Nẵng|01012021"


@pytest.mark.parametrize(
    "payload", [CODE, f"https://example.vn/tra-cuu?ma={CODE}", f"https://example.vn/h/{CODE.lower()}/xem"]
)
@pytest.mark.parametrize("turned", [0, 11, 90])
def test_a_receipts_qr_code_is_read(payload: str, turned: int) -> None:
    assert read_picture(photo_of(bar_code(payload), turned=turned)).dossier_codes == (CODE,)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_pictures_than_jpeg_are_read_too(form: str) -> None:
    assert read_picture(photo_of(bar_code(CODE), form=form)).dossier_codes == (CODE,)


def test_a_bar_code_is_read() -> None:
    picture = photo_of(bar_code(CODE, zxingcpp.BarcodeFormat.Code128))
    assert read_picture(picture).dossier_codes == (CODE,)


def test_several_codes_are_all_found() -> None:
    other = "H17.33.2-260302-0002"
    seen = read_picture(photo_of(bar_code(CODE), bar_code(other)))
    assert sorted(seen.dossier_codes) == [CODE, other]


async def test_an_identity_card_is_known_by_its_chips_code() -> None:
    seen = await look_at(photo_of(bar_code(CARD), bar_code(CODE)))
    assert seen.is_identity_card
    assert seen.dossier_codes == ()


@pytest.mark.parametrize(
    "payload", [CARD, "048099001234||Nguyễn Kiểm Thử|01012000|Nữ|Đà Nẵng|", "IDVNM0990012345048099001234<<8\n0001016M"]
)
def test_every_form_of_an_identity_card_is_refused(payload: str) -> None:
    assert judge([payload]).is_identity_card


@pytest.mark.parametrize(
    "payload", ["https://example.vn", "8934563138165", "WIFI:S:nha;T:WPA;P:12345678;;", "048099001234"]
)
def test_codes_of_other_things_are_no_dossiers(payload: str) -> None:
    seen = judge([payload])
    assert seen.has_codes
    assert seen.dossier_codes == ()
    assert not seen.is_identity_card


def test_a_photo_without_a_code_holds_nothing() -> None:
    seen = read_picture(photo_of())
    assert (seen.has_codes, seen.dossier_codes) == (False, ())


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\x00", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"%PDF-1.7", b"<svg/>"]
)
def test_broken_pictures_are_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadablePicture):
        read_picture(data)


def test_half_a_picture_is_unreadable() -> None:
    with pytest.raises(UnreadablePicture):
        read_picture(photo_of(bar_code(CODE))[:2000])


@pytest.mark.parametrize("side", [3_500, 30_000])
def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(UnreadablePicture):
        read_picture(_png_of(side, side))


def test_a_small_file_that_is_painted_over_many_times_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(UnreadablePicture, match="too many scans"):
        read_picture(_painted_over(200))
    assert not read_picture(_painted_over(5)).has_codes


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xfe\x00\x02" * 100_000,
        b"\x89PNG\r\n\x1a\n" + (b"\0\0\0\0abCd" + struct.pack(">I", zlib.crc32(b"abCd"))) * 100_000,
    ],
    ids=["JPEG", "PNG"],
)
def test_a_file_of_very_many_empty_parts_is_refused_before_it_is_looked_through(data: bytes) -> None:
    with pytest.raises(UnreadablePicture, match="too many parts"):
        read_picture(data)


def test_a_progressive_picture_is_unpacked_whole_and_so_may_have_fewer_pixels() -> None:
    made = io.BytesIO()
    Image.new("L", (6000, 5000), 200).save(made, "JPEG", progressive=True)
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        read_picture(made.getvalue())


def test_what_a_phone_puts_behind_a_picture_is_not_counted() -> None:
    moving = photo_of(bar_code(CODE)) + b"\xff\xda" * 500  # a short film, mostly
    assert read_picture(moving).dossier_codes == (CODE,)


def test_odd_metadata_does_no_harm() -> None:
    picture = Image.open(io.BytesIO(photo_of(bar_code(CODE))))
    data = io.BytesIO()
    picture.save(data, "JPEG", exif=b"Exif\x00\x00" + os.urandom(500))
    assert read_picture(data.getvalue()).dossier_codes == (CODE,)


@pytest.mark.parametrize("text", ["cccd 048099001234", "0480 9900 1234", "số 048099001234 của tôi"])
def test_identity_numbers_in_words_are_noticed(text: str) -> None:
    assert has_identity_number(text)


@pytest.mark.parametrize("text", ["", CODE, "0905123456", "84905123456", "giấy hẹn của tôi"])
def test_other_numbers_are_none(text: str) -> None:
    assert not has_identity_number(text)


def _painted_over(times: int) -> bytes:
    """A JPEG whose last scan is repeated: fifty bytes each, and each a walk over all of its blocks."""
    made = io.BytesIO()
    Image.new("L", (1000, 1000), 128).save(made, "JPEG", progressive=True)
    data = made.getvalue()
    begin, end = data.rfind(b"\xff\xc4"), data.rfind(b"\xff\xd9")
    return data[:end] + data[begin:end] * times + data[end:]


def _png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises so many pixels, in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
