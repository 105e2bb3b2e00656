"""Buttons under a message, and the action of an element, which is written differently (docs: zalo 4.2). Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.errors import Refused
from emulator.oa.rules import INVALID, Remarks, need_list, need_object, need_text, need_web_address, note_unknown

MAX_BUTTONS = 5  # docs: zalo 4.2, this and the next three
MAX_TITLE_CHARS = 100
MAX_QUERY_CHARS = 1000
MAX_SMS_CHARS = 160
MAX_PHONE_CODE_CHARS = 20
FIELDS = ("title", "type", "payload")
QUERY_TYPES = frozenset({"oa.query.show", "oa.query.hide"})


def check_buttons(
    buttons: object, remarks: Remarks, *, max_title_chars: int = MAX_TITLE_CHARS, extra_fields: tuple[str, ...] = ()
) -> None:
    """The `buttons` of a payload. Raises Refused: -201, or -210 for too many and too long."""
    for button in need_list(buttons, "payload.buttons", most=MAX_BUTTONS):
        button = need_object(button, "a button of payload.buttons")
        note_unknown(button, FIELDS + extra_fields, "a button", remarks)
        check = _PAYLOADS.get(str(button.get("type")))
        if check is None:
            raise Refused(INVALID, rule="buttons", detail=f"a button's type is one of {', '.join(_PAYLOADS)}")
        need_text(button.get("title"), "button.title", max_title_chars)
        check(button.get("payload"), "button.payload", remarks)


def check_action(action: object, remarks: Remarks) -> None:
    """A `default_action`: the address of `oa.open.url` lies at the top level. Raises Refused: -201, -210."""
    written = need_object(action, "default_action")
    kind = str(written.get("type"))
    if kind == "oa.open.url":
        note_unknown(written, ("type", "url"), "default_action", remarks)
        need_web_address(written.get("url"), "default_action.url")
        return
    check = _PAYLOADS.get(kind)
    if check is None:
        raise Refused(INVALID, rule="default_action", detail=f"its type is one of {', '.join(_PAYLOADS)}")
    note_unknown(written, ("type", "payload"), "default_action", remarks)
    check(written.get("payload"), "default_action.payload", remarks)


def _check_url(payload: object, name: str, remarks: Remarks) -> None:
    fields = need_object(payload, name)
    note_unknown(fields, ("url",), name, remarks)
    need_web_address(fields.get("url"), f"{name}.url")


def _check_query(payload: object, name: str, _: Remarks) -> None:
    need_text(payload, name, MAX_QUERY_CHARS)


def _check_sms(payload: object, name: str, remarks: Remarks) -> None:
    fields = need_object(payload, name)
    note_unknown(fields, ("content", "phone_code"), name, remarks)
    need_text(fields.get("content"), f"{name}.content", MAX_SMS_CHARS)
    _check_phone_code(fields, name)


def _check_phone(payload: object, name: str, remarks: Remarks) -> None:
    fields = need_object(payload, name)
    note_unknown(fields, ("phone_code",), name, remarks)
    _check_phone_code(fields, name)


def _check_phone_code(fields: Mapping[str, Any], name: str) -> None:
    need_text(fields.get("phone_code"), f"{name}.phone_code", MAX_PHONE_CODE_CHARS)


_PAYLOADS: dict[str, Callable[[object, str, Remarks], None]] = {
    "oa.open.url": _check_url,
    "oa.query.show": _check_query,
    "oa.query.hide": _check_query,
    "oa.open.sms": _check_sms,
    "oa.open.phone": _check_phone,
}
