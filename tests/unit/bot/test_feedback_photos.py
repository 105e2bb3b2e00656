"""Pictures of feedback are made small without a large one ever being in memory."""

import io
import resource

import pytest
from PIL import Image

from bot.feedback.photos import MAX_SIDE_PIXELS, shrink
from bot.linking.pictures import UnreadablePicture

LIMIT = 2_000_000


def _jpeg(width: int, height: int, *, orientation: int = 1) -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a maker of phones"
    Image.new("RGB", (width, height), (20, 120, 220)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_it_is_small_upright_and_says_nothing_of_the_camera() -> None:
    with Image.open(io.BytesIO(shrink(_jpeg(4000, 3000, orientation=6), LIMIT))) as made:
        assert made.size == (MAX_SIDE_PIXELS * 3 // 4, MAX_SIDE_PIXELS)
        assert not made.getexif()


def test_a_small_file_of_many_pixels_does_not_fill_the_memory() -> None:
    large = _jpeg(7900, 7900)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shrink(large, LIMIT)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"


def test_what_is_refused_for_reading_codes_is_refused_here_too() -> None:
    with pytest.raises(UnreadablePicture, match="too many pixels"):
        shrink(_jpeg(8100, 8000), LIMIT)
    with pytest.raises(UnreadablePicture):
        shrink(b"BM" + bytes(200), LIMIT)
