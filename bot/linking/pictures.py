"""Codes on a photo of a receipt: QR, bar codes. The picture lives in memory for a moment and is never kept.

What a code says is only read: a web address in it is never opened. An identity card is known by its chip card's QR
code (twelve digits and fields between bars); its printed lines are not read, for that takes text recognition.
"""

from __future__ import annotations

import asyncio
import io
import re
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import zxingcpp
from PIL import Image, ImageOps

from bot.linking.anatomy import find_excess
from dossiers import dossier_from_qr_payload, find_identity_numbers

T = TypeVar("T")

MAX_PIXELS: Final = {"JPEG": 64_000_000, "MPO": 64_000_000}
"""Asked of the header, before a pixel is unpacked. A JPEG is unpacked at a fraction of its size, the others whole."""
MAX_PIXELS_OF_OTHERS: Final = 12_000_000
MAX_PIXELS_IN_SCANS: Final = 24_000_000
"""Of a progressive JPEG: whatever its size in the end, all of it is in memory, six bytes a pixel."""
MAX_SIDE_PIXELS: Final = 2000
"""Larger pictures are made smaller: a code that fills a tenth of the slip is still read."""
MAX_CODES: Final = 20
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_KINDS: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Aztec,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
        zxingcpp.BarcodeFormat.Code93,
        zxingcpp.BarcodeFormat.ITF,
        zxingcpp.BarcodeFormat.Codabar,
    ]
)
_IDENTITY_CARD = re.compile(r"\s*\d{12}\|(?:\d{9})?\|[^|]*\|\d{8}\|", re.ASCII)
_MACHINE_LINES = re.compile(r"(?:^|\n)I[D<]?VNM[A-Z0-9<]{10,}")
# Decoding takes a core for a tenth of a second: apart from the loop, so that answers go on, and few at a time.
_DECODERS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture holds: dossier codes, whether any code could be read, whether it is an identity card."""

    dossier_codes: tuple[str, ...] = ()
    has_codes: bool = False
    is_identity_card: bool = False


class UnreadablePicture(ValueError):
    """The bytes are no picture, a broken one, or one with far too many pixels."""


async def look_at(data: bytes) -> Seen:
    """Return what a picture holds; in a thread, few at a time.

    Raises:
        UnreadablePicture: ask for another one.
    """
    return await apart(read_picture, data)


async def apart(work: Callable[..., T], *args: Any) -> T:
    """Do something with a picture in a thread, few at a time in the whole process: each takes a core and memory."""
    return await asyncio.get_running_loop().run_in_executor(_DECODERS, work, *args)


def read_picture(data: bytes) -> Seen:
    """As `look_at`, in this thread."""
    payloads = _payloads(_flatten(open_reduced(data, "L", MAX_SIDE_PIXELS)))
    return judge(payloads)


def judge(payloads: list[str]) -> Seen:
    """Return what the texts of a picture's codes mean."""
    if any(_is_identity(text) for text in payloads):
        return Seen(has_codes=True, is_identity_card=True)
    codes = [code for text in payloads if (code := dossier_from_qr_payload(text))]
    return Seen(tuple(dict.fromkeys(codes)), has_codes=bool(payloads))


def has_identity_number(text: str) -> bool:
    """Say whether a person wrote what looks like an identity number of twelve digits."""
    return any(len(number) == 12 for number in find_identity_numbers(text))


def _is_identity(text: str) -> bool:
    return bool(_IDENTITY_CARD.match(text) or _MACHINE_LINES.search(text))


def open_reduced(data: bytes, mode: str, side: int) -> Image.Image:
    """Return a picture upright, its sides at most so many pixels, without ever holding a large one.

    `mode` (L, RGB) is that of a JPEG; others keep their own.

    Raises:
        UnreadablePicture: as in `look_at`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit is the stricter one; metadata may be odd
            picture = _open_header(data)
            # Unpacks a JPEG at a half or a quarter of its size where that is enough.
            picture.draft(mode, (side, side))
            picture.thumbnail((side, side))
            return ImageOps.exif_transpose(picture)
    except UnreadablePicture:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a broken picture makes the decoder raise
        raise UnreadablePicture(type(error).__name__) from None


def _open_header(data: bytes) -> Image.Image:
    if excess := find_excess(data):
        raise UnreadablePicture(f"too many {excess}")
    picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    if picture.width * picture.height > MAX_PIXELS.get(picture.format or "", MAX_PIXELS_OF_OTHERS):
        raise UnreadablePicture("too many pixels")
    if picture.info.get("progressive") and picture.width * picture.height > MAX_PIXELS_IN_SCANS:
        raise UnreadablePicture("too many pixels")
    return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """Return it in shades of grey, on white where it is transparent."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("L")
    return picture.convert("L")


def _payloads(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=_KINDS, text_mode=zxingcpp.TextMode.Plain)
    return [one.text for one in found[:MAX_CODES] if one.text]
