"""What the account uploaded, to be named in messages by its id for seven days (docs: zalo 5.3).

`attachment_id` of pictures and `token` of files are the same thing here: an asset's id.
"""

import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import Any, Literal

from emulator.clock import month_number
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.media import MEDIA_PATH, MediaShelf
from emulator.parts import Part

DAY_MS = 86_400_000
MAX_ASSETS = 20_000  # four months of uploads; older ones are unknown instead of expired
EXPIRED = -100  # docs: zalo 4.8
OUT_OF_QUOTA = -211
AssetKind = Literal["image", "gif", "file"]


@dataclass(frozen=True, slots=True)
class Asset:
    """One upload. `url_path` is where its bytes are fetched from; `expires_ms` is ms since 1970, `size` bytes."""

    asset_id: str
    kind: AssetKind
    name: str
    size: int
    media_type: str
    url_path: str
    expires_ms: int


class Assets(Part):
    """All uploads by their id, and how many there were this month. Bytes live on the media shelf."""

    def __init__(self, config: EmulatorConfig, media: MediaShelf) -> None:
        self._config = config
        self._media = media
        self._known: OrderedDict[str, Asset] = OrderedDict()
        self._month = 0
        self._used = 0

    def add(self, kind: AssetKind, name: str, content: bytes, media_type: str, now_ms: int) -> Asset:
        """Keep an upload. Raises Refused(-211) when the month's uploads are used up."""
        self._take(now_ms)
        asset = Asset(
            asset_id=secrets.token_urlsafe(48),
            kind=kind,
            name=name,
            size=len(content),
            media_type=media_type,
            url_path=MEDIA_PATH + self._media.keep(content, media_type),
            expires_ms=now_ms + int(self._config.asset_days * DAY_MS),
        )
        self._remember(asset)
        return asset

    def find(self, asset_id: str, now_ms: int) -> Asset | None:
        """The upload with this id, None when there never was one. Raises Refused(-100) when it is too old."""
        asset = self._known.get(asset_id)
        if asset is not None and now_ms >= asset.expires_ms:
            raise Refused(EXPIRED)
        return asset

    def snapshot(self) -> dict[str, Any]:
        """Everything but the bytes, as JSON."""
        return {"month": self._month, "used": self._used, "assets": [asdict(asset) for asset in self._known.values()]}

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        self._month, self._used = raw["month"], raw["used"]
        for asset in raw["assets"]:
            self._remember(Asset(**asset))

    def _take(self, now_ms: int) -> None:
        month = month_number(now_ms)
        if month != self._month:
            self._month, self._used = month, 0
        if self._used >= self._config.uploads_per_month:
            raise Refused(OUT_OF_QUOTA)
        self._used += 1

    def _remember(self, asset: Asset) -> None:
        self._known[asset.asset_id] = asset
        if len(self._known) > MAX_ASSETS:
            self._known.popitem(last=False)
