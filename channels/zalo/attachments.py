"""The attachments of a message as Zalo writes them (docs: zalo 4.2). `to_wire()` gives the JSON of `attachment`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ButtonType = Literal["oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.sms", "oa.open.phone"]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)


class WireButton(_Wire):
    """One button; the payload's form depends on its type."""

    title: str
    type: ButtonType
    payload: str | Mapping[str, str] = Field(repr=False)


class ButtonsAttachment(_Wire):
    """Buttons under a text: a template payload without `template_type`."""

    buttons: tuple[WireButton, ...]

    def to_wire(self) -> dict[str, Any]:
        """The JSON."""
        return {"type": "template", "payload": {"buttons": _buttons(self.buttons)}}


class MediaAttachment(_Wire):
    """A picture, an animation or a sticker, by address or by the id of an upload."""

    media_type: Literal["image", "gif", "sticker"]
    url: str | None = None
    attachment_id: str | None = None
    width: int | None = None
    height: int | None = None
    buttons: tuple[WireButton, ...] = ()
    """Beside the elements, which one client says works (docs: zalo 4.2, [C])."""

    def to_wire(self) -> dict[str, Any]:
        """The JSON."""
        element = self.model_dump(exclude={"buttons"}, exclude_none=True)
        payload: dict[str, Any] = {"template_type": "media", "elements": [element]}
        return {"type": "template", "payload": payload | _optional_buttons(self.buttons)}


class FileAttachment(_Wire):
    """A file by the token of its upload."""

    token: str
    buttons: tuple[WireButton, ...] = ()
    """docs: zalo 4.2, [C]."""

    def to_wire(self) -> dict[str, Any]:
        """The JSON."""
        return {"type": "file", "payload": {"token": self.token} | _optional_buttons(self.buttons)}


class UserInfoAttachment(_Wire):
    """The form by which a person shares name and phone."""

    title: str
    subtitle: str
    image_url: str = Field(repr=False)

    def to_wire(self) -> dict[str, Any]:
        """The JSON."""
        payload = {"template_type": "request_user_info", "elements": [self.model_dump()]}
        return {"type": "template", "payload": payload}


WireAttachment = ButtonsAttachment | MediaAttachment | FileAttachment | UserInfoAttachment


def _buttons(buttons: tuple[WireButton, ...]) -> list[dict[str, Any]]:
    return [button.model_dump() for button in buttons]


def _optional_buttons(buttons: tuple[WireButton, ...]) -> dict[str, Any]:
    return {"buttons": _buttons(buttons)} if buttons else {}
