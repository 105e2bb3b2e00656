"""Photos for tests: bar codes on a sheet of paper, as a telephone would send them."""

import base64
import io

import zxingcpp
from PIL import Image


def bar_code(text: str, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.QRCode) -> Image.Image:
    """A clean code."""
    drawn = memoryview(zxingcpp.create_barcode(text, kind).to_image(scale=4))
    return Image.frombytes("L", (drawn.shape[1], drawn.shape[0]), bytes(drawn))


def photo_of(*codes: Image.Image, turned: float = 0, form: str = "JPEG") -> bytes:
    """A sheet with these codes below each other, turned by so many degrees."""
    sheet = Image.new("L", (1200, 1600), 235)
    for place, code in enumerate(codes):
        wide = 600 if code.width > 2 * code.height else 300
        sheet.paste(code.resize((wide, max(120, wide * code.height // code.width))), (150, 120 + place * 520))
    data = io.BytesIO()
    sheet.rotate(turned, fillcolor=235, expand=True).convert("RGB").save(data, form)
    return data.getvalue()


def as_base64(data: bytes) -> str:
    """As the emulator's control address takes pictures."""
    return base64.b64encode(data).decode()
