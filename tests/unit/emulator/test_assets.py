import base64

import pytest

from emulator.assets import Assets
from emulator.config import EmulatorConfig
from emulator.errors import BadControl, Refused
from emulator.media import MAX_STORED_BYTES, MediaShelf

NOW = 1_772_400_000_000  # 2026-03-02 in Vietnam
DAY_MS = 86_400_000
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 10


def test_an_upload_is_found_by_its_id_and_its_bytes_by_their_address() -> None:
    media = MediaShelf()
    assets = Assets(EmulatorConfig(), media)
    asset = assets.add("image", "biên nhận.png", PNG, "image/png", NOW)
    assert assets.find(asset.asset_id, NOW) == asset
    assert (asset.size, asset.kind, asset.name) == (len(PNG), "image", "biên nhận.png")
    assert media.get(asset.url_path.removeprefix("/_emulator/media/")) == (PNG, "image/png")
    assert assets.find("never uploaded", NOW) is None


def test_an_upload_is_refused_after_seven_days() -> None:
    assets = Assets(EmulatorConfig(), MediaShelf())
    asset = assets.add("image", "a.png", PNG, "image/png", NOW)
    assert assets.find(asset.asset_id, NOW + 7 * DAY_MS - 1) == asset
    with pytest.raises(Refused) as refused:
        assets.find(asset.asset_id, NOW + 7 * DAY_MS)
    assert (refused.value.code, refused.value.rule) == (-100, None)


def test_the_month_has_so_many_uploads_and_the_next_month_again() -> None:
    assets = Assets(EmulatorConfig(uploads_per_month=1), MediaShelf())
    assets.add("file", "a.pdf", b"%PDF-", "application/pdf", NOW)
    with pytest.raises(Refused, match="-211"):
        assets.add("file", "a.pdf", b"%PDF-", "application/pdf", NOW)
    assert assets.add("file", "a.pdf", b"%PDF-", "application/pdf", NOW + 31 * DAY_MS)


def test_uploads_and_the_months_count_survive_a_snapshot() -> None:
    config, media = EmulatorConfig(uploads_per_month=1), MediaShelf()
    assets = Assets(config, media)
    asset = assets.add("image", "a.png", PNG, "image/png", NOW)
    again = Assets(config, media)
    again.restore(assets.snapshot())
    assert again.find(asset.asset_id, NOW) == asset
    with pytest.raises(Refused, match="-211"):
        again.add("image", "b.png", PNG, "image/png", NOW)


def test_the_shelf_forgets_the_oldest_beyond_its_size_but_keeps_the_latest() -> None:
    shelf = MediaShelf(max_bytes=10)
    first, second, large = (shelf.keep(bytes(size), "image/png") for size in (6, 6, 100))
    assert shelf.get(first) is None
    assert shelf.get(second) is None
    assert shelf.get(large) == (bytes(100), "image/png")


def test_small_contents_survive_a_snapshot_and_large_ones_do_not() -> None:
    shelf = MediaShelf()
    small, large = shelf.keep(PNG, "image/png"), shelf.keep(bytes(MAX_STORED_BYTES + 1), "image/png")
    again = MediaShelf()
    again.restore(shelf.snapshot())
    assert again.get(small) == (PNG, "image/png")
    assert again.get(large) is None


@pytest.mark.parametrize("written", ["không phải base64", base64.b64encode(b"plain words").decode()])
def test_a_photo_from_the_page_must_be_a_picture(written: str) -> None:
    with pytest.raises(BadControl):
        MediaShelf().put(written)
