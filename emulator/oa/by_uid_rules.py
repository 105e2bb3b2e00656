"""Transaction and promotion messages by user id as they were written (docs: zalo 4.5). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.errors import Refused
from emulator.oa.buttons import check_buttons
from emulator.oa.rules import (
    INVALID,
    UNSUPPORTED,
    Remarks,
    need_choice,
    need_id,
    need_list,
    need_object,
    need_text,
    need_web_address,
    note_unknown,
)

PROMOTION = "promotion"
_TRANSACTIONS = (
    "billing", "order", "reward", "contract", "booking", "membership", "event", "transaction", "account", "internal",
    "partnership", "education", "rating",
)  # fmt: skip
TRANSACTION_TYPES = frozenset(f"transaction_{kind}" for kind in _TRANSACTIONS)
LANGUAGES = frozenset({"VI", "EN"})
ROW_STYLES = frozenset({"green", "blue", "yellow", "red", "grey"})
MAX_ELEMENTS = 20  # of our own: no source tells how many
MAX_HEADER_CHARS = 100  # docs: zalo 4.5, this and the next four
MAX_PARAGRAPH_CHARS = 1000
MAX_KEY_CHARS = 25
MAX_VALUE_CHARS = 100
MAX_BUTTON_TITLE_CHARS = 35
MAX_ALIGN_CHARS = 10
IMAGE_ICON = "image_icon"


@dataclass(frozen=True, slots=True)
class Card:
    """A message that passed. `banner_ids` are uploads it shows."""

    text: str
    banner_ids: tuple[str, ...]


def check_card(message: object, types: frozenset[str], remarks: Remarks) -> Card:
    """A message of one of these `template_type`s. Raises Refused: -201, -210, -233."""
    fields = need_object(message, "message")
    note_unknown(fields, ("attachment",), "message", remarks)
    attachment = need_object(fields.get("attachment"), "message.attachment")
    note_unknown(attachment, ("type", "payload"), "attachment", remarks)
    payload = need_object(attachment.get("payload"), "attachment.payload")
    if attachment.get("type") != "template" or str(payload.get("template_type")) not in types:
        raise Refused(UNSUPPORTED, rule="template_type", detail="this address takes no such message")
    note_unknown(payload, ("template_type", "language", "elements", "buttons"), "payload", remarks)
    need_choice(payload.get("language", "VI"), "payload.language", LANGUAGES)
    elements = need_list(payload.get("elements"), "payload.elements", most=MAX_ELEMENTS)
    for element in elements:
        _check_element(element, remarks)
    if "buttons" in payload:
        check_buttons(payload["buttons"], remarks, max_title_chars=MAX_BUTTON_TITLE_CHARS, extra_fields=(IMAGE_ICON,))
    banners = tuple(each["attachment_id"] for each in elements if each["type"] == "banner" and "attachment_id" in each)
    return Card(_text_of(elements), banners)


def _check_element(element: object, remarks: Remarks) -> None:
    fields = need_object(element, "an element of payload.elements")
    check = _ELEMENTS.get(str(fields.get("type")))
    if check is None:
        raise Refused(INVALID, rule="elements", detail=f"an element's type is one of {', '.join(_ELEMENTS)}")
    check(fields, remarks)


def _check_banner(fields: dict[str, Any], remarks: Remarks) -> None:
    note_unknown(fields, ("type", "image_url", "attachment_id"), "a banner", remarks)
    if fields.get("attachment_id") is not None:
        need_id(fields["attachment_id"], "banner.attachment_id")
    else:
        need_web_address(fields.get("image_url"), "banner.image_url")


def _check_header(fields: dict[str, Any], remarks: Remarks) -> None:
    _check_paragraph(fields, remarks, "header", MAX_HEADER_CHARS)


def _check_text(fields: dict[str, Any], remarks: Remarks) -> None:
    _check_paragraph(fields, remarks, "text", MAX_PARAGRAPH_CHARS)


def _check_paragraph(fields: dict[str, Any], remarks: Remarks, name: str, max_chars: int) -> None:
    note_unknown(fields, ("type", "content", "align"), f"a {name}", remarks)
    need_text(fields.get("content"), f"{name}.content", max_chars)
    if "align" in fields:
        need_text(fields["align"], f"{name}.align", MAX_ALIGN_CHARS)


def _check_table(fields: dict[str, Any], remarks: Remarks) -> None:
    note_unknown(fields, ("type", "content"), "a table", remarks)
    for row in need_list(fields.get("content"), "table.content", most=MAX_ELEMENTS):
        cells = need_object(row, "a row of table.content")
        note_unknown(cells, ("key", "value", "style"), "a row", remarks)
        need_text(cells.get("key"), "row.key", MAX_KEY_CHARS)
        need_text(cells.get("value"), "row.value", MAX_VALUE_CHARS)
        if "style" in cells:
            need_choice(cells["style"], "row.style", ROW_STYLES)


def _text_of(elements: list[dict[str, Any]]) -> str:
    return "\n".join(each["content"] for each in elements if each["type"] in {"header", "text"})


_ELEMENTS: dict[str, Callable[[dict[str, Any], Remarks], None]] = {
    "banner": _check_banner,
    "header": _check_header,
    "text": _check_text,
    "table": _check_table,
}
