"""Uploads that are kept: the same bytes are uploaded once a week for each account, not with every message.

An upload is safe to repeat: nobody sees it until a message names it. So whatever happens on its way, the message was
not sent, and a doubtful upload becomes `PlatformDown`, which is simply tried again (docs: zalo 5.3: 5,000 a month).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from channels.content import Animation, Attachment, Document, Picture, Upload
from channels.errors import OutcomeUnknown, PlatformDown
from channels.zalo.client import ZaloClient
from channels.zalo.limits import ASSET_LIFE_DAYS
from channels.zalo.methods import PostFile, UploadFile, UploadGif, UploadImage
from channels.zalo.types import UploadResult

ASSET_LIFE: Final = timedelta(days=ASSET_LIFE_DAYS, hours=-12)  # a margin for clocks, and for messages that wait
MAX_ASSETS: Final = 1000  # a city uses dozens


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AssetKey:
    """What was uploaded where."""

    account_id: str
    label: str
    """The upload's label: the same bytes as picture and as file are two assets."""
    digest: str
    """SHA-256 of the name and the bytes, hex: a file is shown under its name."""


class AssetStore(Protocol):
    """Where the ids of uploads are kept; a store shared by processes saves uploads, and nothing breaks without."""

    async def get(self, key: AssetKey) -> str | None:
        """The id, if it has not expired."""
        ...

    async def put(self, key: AssetKey, asset_id: str, expires_at: datetime) -> None:
        """Keep an id until then."""
        ...

    async def forget(self, key: AssetKey, asset_id: str) -> None:
        """Drop this id: the platform says it has expired."""
        ...


class MemoryAssetStore:
    """Keeps the most recently used ids of one process."""

    def __init__(self, *, max_assets: int = MAX_ASSETS, clock: Callable[[], datetime] = _utc_now) -> None:
        self._max_assets = max_assets
        self._clock = clock
        self._assets: OrderedDict[AssetKey, tuple[str, datetime]] = OrderedDict()

    async def get(self, key: AssetKey) -> str | None:
        """The id, if it has not expired."""
        found = self._assets.get(key)
        if found is None:
            return None
        if found[1] <= self._clock():
            del self._assets[key]
            return None
        self._assets.move_to_end(key)
        return found[0]

    async def put(self, key: AssetKey, asset_id: str, expires_at: datetime) -> None:
        """Keep an id until then; the least recently used one goes when there are too many."""
        self._assets[key] = (asset_id, expires_at)
        self._assets.move_to_end(key)
        while len(self._assets) > self._max_assets:
            self._assets.popitem(last=False)

    async def forget(self, key: AssetKey, asset_id: str) -> None:
        """Drop this id, unless another has taken its place."""
        found = self._assets.get(key)
        if found is not None and found[0] == asset_id:
            del self._assets[key]


class Uploader:
    """Gives the ids of attachments, uploading what is not known; many who ask at once make one upload."""

    def __init__(
        self, client: ZaloClient, store: AssetStore | None = None, *, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._client = client
        self._store = store or MemoryAssetStore(clock=clock)
        self._clock = clock
        self._locks: dict[AssetKey, asyncio.Lock] = {}

    async def asset_id(self, attachment: Attachment, *, account_id: str | None = None) -> str | None:
        """The id of this attachment's upload; None if it holds no bytes.

        Raises `ChannelError`, never `OutcomeUnknown`: whatever became of the upload, no message was sent.
        """
        method = _method_for(attachment)
        if method is None:
            return None
        key = await self._key(method, account_id)
        if found := await self._store.get(key):
            return found
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                return await self._store.get(key) or await self._upload(method, key)
        finally:
            if not lock.locked():
                self._locks.pop(key, None)

    async def forget(self, attachment: Attachment, asset_id: str, *, account_id: str | None = None) -> None:
        """The platform says that this id has expired (-100): the next to ask uploads anew."""
        method = _method_for(attachment)
        if method is not None:
            await self._store.forget(await self._key(method, account_id), asset_id)

    async def _upload(self, method: PostFile[UploadResult], key: AssetKey) -> str:
        began_at = self._clock()
        try:
            asset_id = (await self._client.call(method, account_id=key.account_id)).asset_id
        except OutcomeUnknown as exc:
            raise PlatformDown("upload", f"the upload got no good answer ({exc.code}); no message was sent") from exc
        await self._store.put(key, asset_id, began_at + ASSET_LIFE)
        return asset_id

    async def _key(self, method: PostFile[UploadResult], account_id: str | None) -> AssetKey:
        digest = await asyncio.to_thread(_digest, method.file)  # megabytes would hold the loop up
        return AssetKey(account_id or self._client.account_id, method.label, digest)


def _digest(upload: Upload) -> str:
    return hashlib.sha256(upload.name.encode() + b"\0" + upload.content).hexdigest()


def _method_for(attachment: Attachment) -> PostFile[UploadResult] | None:
    match attachment:
        case Picture(source=Upload() as upload):
            return UploadImage(file=upload)
        case Animation(source=Upload() as upload):
            return UploadGif(file=upload)
        case Document(source=upload):
            return UploadFile(file=upload)
        case _:
            return None
