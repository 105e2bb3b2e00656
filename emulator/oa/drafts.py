"""The `message` of a request, read and checked: what kind it is and what must be looked up for it (docs: zalo 4.2).

Pure: whether a picture, a quoted message or a user exists is asked afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.oa.buttons import check_action, check_buttons
from emulator.oa.media import MediaUse, check_file, check_media
from emulator.oa.rules import (
    INVALID,
    UNSUPPORTED,
    Remarks,
    need_id,
    need_list,
    need_object,
    need_text,
    need_web_address,
    note_unknown,
)

MAX_TEXT_CHARS = 2000  # docs: zalo 4.2
MAX_ELEMENT_TITLE_CHARS = 100
MAX_ELEMENT_SUBTITLE_CHARS = 500
MAX_LIST_ELEMENTS = 5
OLD_ATTACHMENT_TYPES = frozenset({"image", "audio", "video"})  # the first API's shape answers -201 (docs: zalo 4.2)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that passed. `kind` is one of text, image, gif, sticker, file, info_request, list.

    `quote` is the quoted message's id; `media` what a picture or file refers to; `elements` as they came.
    """

    kind: str
    text: str = ""
    quote: str | None = None
    media: MediaUse | None = None
    elements: tuple[dict[str, Any], ...] = ()


def check_message(message: object, config: EmulatorConfig, remarks: Remarks) -> Draft:
    """A draft from the `message` of a request. Raises Refused: -201, -210, -233."""
    fields = need_object(message, "message")
    note_unknown(fields, ("text", "attachment", "quote_message_id"), "message", remarks)
    if fields.get("attachment") is None:
        draft = Draft("text", _need_message_text(fields))
    else:
        draft = _check_attachment(fields, config, remarks)
    return replace(draft, quote=_check_quote(fields, draft, remarks))


def _check_quote(fields: dict[str, Any], draft: Draft, remarks: Remarks) -> str | None:
    quote = fields.get("quote_message_id")
    if quote is None:
        return None
    if draft.kind != "text":
        remarks.append(("quote_message_id", "only texts are documented to quote"))
    return need_id(quote, "message.quote_message_id")


def _check_attachment(fields: dict[str, Any], config: EmulatorConfig, remarks: Remarks) -> Draft:
    attachment = need_object(fields["attachment"], "message.attachment")
    note_unknown(attachment, ("type", "payload"), "attachment", remarks)
    kind = attachment.get("type")
    if not isinstance(kind, str) or kind in OLD_ATTACHMENT_TYPES:
        detail = 'attachment.type must be "template" or "file"; pictures are a template of type media'
        raise Refused(INVALID, rule="attachment", detail=detail)
    if kind not in {"template", "file"}:
        raise Refused(UNSUPPORTED, rule="attachment", detail=f"no attachment has the type {kind[:40]!r}")
    payload = need_object(attachment.get("payload"), "attachment.payload")
    if kind == "file":
        _note_text(fields, "file", remarks)
        return Draft("file", media=check_file(payload, remarks))
    return _check_template(fields, payload, config, remarks)


def _check_template(fields: dict[str, Any], payload: dict[str, Any], config: EmulatorConfig, remarks: Remarks) -> Draft:
    template_type = payload.get("template_type")
    if template_type == "button":
        remarks.append(("template_type", "a text with buttons has no template_type"))
    check = _TEMPLATES.get(template_type) if template_type is None or isinstance(template_type, str) else None
    if check is None or (template_type == "list" and not config.list_messages):
        raise Refused(UNSUPPORTED, rule="template_type", detail="this template_type is not supported")
    return check(fields, payload, config, remarks)


def _check_text_with_buttons(
    fields: dict[str, Any], payload: dict[str, Any], _: EmulatorConfig, remarks: Remarks
) -> Draft:
    note_unknown(payload, ("buttons", "template_type"), "payload", remarks)
    check_buttons(payload.get("buttons"), remarks)
    return Draft("text", _need_message_text(fields))


def _check_media(fields: dict[str, Any], payload: dict[str, Any], config: EmulatorConfig, remarks: Remarks) -> Draft:
    media = check_media(payload, config, remarks)
    if fields.get("text") is None:
        return Draft(media.kind, media=media)
    if media.kind == "sticker":
        raise Refused(INVALID, rule="text", detail="a sticker has no text")
    return Draft(media.kind, _need_message_text(fields), media=media)


def _check_info_request(fields: dict[str, Any], payload: dict[str, Any], _: EmulatorConfig, remarks: Remarks) -> Draft:
    note_unknown(payload, ("template_type", "elements"), "payload", remarks)
    _note_text(fields, "request_user_info", remarks)
    elements = need_list(payload.get("elements"), "payload.elements", most=1)
    for element in elements:
        _check_element(element, ("title", "subtitle", "image_url"), remarks)
    return Draft("info_request", elements=tuple(elements))


def _check_list(fields: dict[str, Any], payload: dict[str, Any], _: EmulatorConfig, remarks: Remarks) -> Draft:
    note_unknown(payload, ("template_type", "elements", "buttons"), "payload", remarks)
    elements = need_list(payload.get("elements"), "payload.elements", most=MAX_LIST_ELEMENTS)
    for element in elements:
        _check_element(element, ("title",), remarks)
    if "buttons" in payload:
        check_buttons(payload["buttons"], remarks)
    text = "" if fields.get("text") is None else _need_message_text(fields)
    return Draft("list", text, elements=tuple(elements))


def _check_element(element: object, required: tuple[str, ...], remarks: Remarks) -> None:
    fields = need_object(element, "an element of payload.elements")
    note_unknown(fields, ("title", "subtitle", "image_url", "default_action"), "an element", remarks)
    for name, max_chars in (("title", MAX_ELEMENT_TITLE_CHARS), ("subtitle", MAX_ELEMENT_SUBTITLE_CHARS)):
        if name in required or fields.get(name) is not None:
            need_text(fields.get(name), f"element.{name}", max_chars)
    if "image_url" in required or fields.get("image_url") is not None:
        need_web_address(fields.get("image_url"), "element.image_url")
    if fields.get("default_action") is not None:
        check_action(fields["default_action"], remarks)


def _need_message_text(fields: dict[str, Any]) -> str:
    return need_text(fields.get("text"), "message.text", MAX_TEXT_CHARS)


def _note_text(fields: dict[str, Any], kind: str, remarks: Remarks) -> None:
    if "text" in fields:
        remarks.append(("text", f"a message of type {kind} has no text"))


_TEMPLATES: dict[str | None, Callable[[dict[str, Any], dict[str, Any], EmulatorConfig, Remarks], Draft]] = {
    None: _check_text_with_buttons,
    "button": _check_text_with_buttons,
    "media": _check_media,
    "request_user_info": _check_info_request,
    "list": _check_list,
}
