"""Pictures that come with feedback: fetched, looked at, made small, without the place and the device they name."""

from __future__ import annotations

import asyncio
import io
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.downloads import DownloadError
from bot.linking.pictures import UnreadablePicture, apart, look_at, open_reduced
from storage import tickets
from storage.tickets import Photo

if TYPE_CHECKING:
    from bot.context import Context

MAX_SIDE_PIXELS: Final = 1600
"""Enough to see what it shows; about half a megabyte."""
QUALITIES: Final = (80, 60, 40)
KIND: Final = "image/jpeg"


class Kept(StrEnum):
    """What became of a picture."""

    KEPT = "kept"
    TOO_MANY = "too_many"
    UNREADABLE = "unreadable"
    IDENTITY_CARD = "identity_card"


async def keep_photos(context: Context) -> list[Kept]:
    """Keep the pictures of an update for the ticket that is being written; return what became of each."""
    limit, ends_at = context.services.config.tickets.max_photos, context.services.downloads.deadline()
    kept = [await _keep(context, part, url, ends_at) for part, url in enumerate(context.update.photos[:limit])]
    return kept + [Kept.TOO_MANY] * (len(context.update.photos) - len(kept))


async def _keep(context: Context, part: int, url: str, ends_at: float) -> Kept:
    services, rules = context.services, context.services.config.tickets
    try:
        async with asyncio.timeout_at(ends_at):
            data = await services.downloads.fetch(url)
            if (await look_at(data)).is_identity_card:
                return Kept.IDENTITY_CARD
            small = await apart(shrink, data, rules.max_photo_bytes)
    except (DownloadError, UnreadablePicture, TimeoutError):
        return Kept.UNREADABLE
    is_kept = await tickets.keep_photo(
        services.database,
        services.cipher,
        Photo(KIND, small),
        citizen_id=context.citizen.id,
        entry_id=context.entry_id,
        part=part,
        limit=rules.max_photos,
    )
    return Kept.KEPT if is_kept else Kept.TOO_MANY


def shrink(data: bytes, max_bytes: int) -> bytes:
    """Return a picture as a JPEG of at most so many bytes, upright, without what the camera wrote into it.

    Raises:
        UnreadablePicture: it cannot be opened, or does not become small enough.
    """
    try:
        picture = open_reduced(data, "RGB", MAX_SIDE_PIXELS).convert("RGB")
        picture.info.clear()  # what the camera wrote
        for quality in QUALITIES:
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=quality, optimize=True)
            if made.tell() <= max_bytes:
                return made.getvalue()
    except UnreadablePicture:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a broken picture makes the decoder raise
        raise UnreadablePicture(type(error).__name__) from None
    raise UnreadablePicture("does not become small enough")
