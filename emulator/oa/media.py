"""Pictures, stickers and files in a message: how they are written, and the uploads they refer to (docs: zalo 4.2)."""

from dataclasses import dataclass
from typing import Any

from emulator.assets import Asset, Assets
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.oa.buttons import check_buttons
from emulator.oa.rules import (
    INVALID,
    UNSUPPORTED,
    Remarks,
    need_id,
    need_list,
    need_object,
    need_web_address,
    note_unknown,
)

PICTURES = frozenset({"image", "gif"})


@dataclass(frozen=True, slots=True)
class MediaUse:
    """What a message shows: `asset_id` of an upload (or of a sticker), or the `url` of a picture elsewhere.

    `kind` is image, gif, sticker or file.
    """

    kind: str
    asset_id: str | None = None
    url: str | None = None


def check_media(payload: dict[str, Any], config: EmulatorConfig, remarks: Remarks) -> MediaUse:
    """The one element of a media payload. Raises Refused: -201, -210, -233 for a kind not for this address."""
    note_unknown(payload, ("template_type", "elements", "buttons"), "payload", remarks)
    elements = need_list(payload.get("elements"), "payload.elements", most=1)
    element = need_object(elements[0], "an element of payload.elements")
    kind = element.get("media_type")
    if not isinstance(kind, str):
        raise Refused(INVALID, rule="media_type", detail="element.media_type must be a string")
    if kind != "sticker" and kind not in PICTURES:
        raise Refused(UNSUPPORTED, rule="media_type", detail="element.media_type is image, gif or sticker here")
    if "buttons" in payload:
        check_buttons(payload["buttons"], remarks)
    return _check_sticker(element, remarks) if kind == "sticker" else _check_picture(kind, element, config, remarks)


def check_file(payload: dict[str, Any], remarks: Remarks) -> MediaUse:
    """The payload of a file, with or without buttons. Raises Refused: -201, -210."""
    note_unknown(payload, ("token", "buttons"), "payload", remarks)
    token = need_id(payload.get("token"), "payload.token")
    if "buttons" in payload:
        check_buttons(payload["buttons"], remarks)
    return MediaUse("file", asset_id=token)


def find_media(use: MediaUse | None, assets: Assets, now_ms: int) -> dict[str, Any]:
    """What the phone shows of it (see `emulator/contents`): `image_url` or `file`, nothing for a sticker.

    Raises Refused: -100 expired, -201 unknown or of another kind.
    """
    if use is None or use.kind == "sticker":
        return {}
    if use.asset_id is None:
        return {"image_url": use.url}
    asset = need_asset(use.asset_id, use.kind, assets, now_ms)
    if use.kind == "file":
        return {"file": {"name": asset.name, "size": asset.size, "url": asset.url_path}}
    return {"image_url": asset.url_path}


def need_asset(asset_id: str, kind: str, assets: Assets, now_ms: int) -> Asset:
    """The upload with this id. Raises Refused: -100 expired, -201 unknown or of another kind."""
    asset = assets.find(asset_id, now_ms)
    name = "token" if kind == "file" else "attachment_id"
    if asset is None:
        raise Refused(INVALID, rule=name, detail=f"no upload has this {name}")
    if asset.kind != kind:
        raise Refused(INVALID, rule=name, detail=f"this upload is of the kind {asset.kind}, not {kind}")
    return asset


def _check_sticker(element: dict[str, Any], remarks: Remarks) -> MediaUse:
    note_unknown(element, ("media_type", "attachment_id"), "a sticker", remarks)
    return MediaUse("sticker", asset_id=need_id(element.get("attachment_id"), "element.attachment_id"))


def _check_picture(kind: str, element: dict[str, Any], config: EmulatorConfig, remarks: Remarks) -> MediaUse:
    sizes = ("width", "height") if kind == "gif" else ()
    note_unknown(element, ("media_type", "url", "attachment_id", *sizes), "a media element", remarks)
    for name in sizes:
        if name in element or config.gif_size_required:
            _check_size(element.get(name), name)
    if element.get("attachment_id") is None:
        return MediaUse(kind, url=need_web_address(element.get("url"), "element.url"))
    if "url" in element:
        remarks.append(("media", "url or attachment_id, not both; attachment_id was taken"))
    return MediaUse(kind, asset_id=need_id(element["attachment_id"], "element.attachment_id"))


def _check_size(value: object, name: str) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and value.isascii() and value.isdecimal()):
        raise Refused(INVALID, rule=name, detail=f"a gif has its {name} in pixels")
    if int(str(value)[:9]) < 1:
        raise Refused(INVALID, rule=name, detail=f"a gif's {name} is at least 1")
