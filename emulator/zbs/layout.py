"""What the workshop accepts as a template: its texts, table, buttons and parameters, as pure checks (docs: zalo 6.4).

The sheet knows the limits but not the body that carries them; this one is written as the platform's console exports
it: `layout` with `header`, `body`, `footer`, each with `components`, each component an object with one name (grade C).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import Refused
from emulator.templates import PHONE_BUTTON, RESPONSE_BUTTON, Button

TITLE_CHARS = (9, 65)
PARAGRAPH_CHARS = (9, 400)
PARAGRAPHS = (1, 4)
ROWS = (2, 8)
ROW_NAME_CHARS = (3, 35)
ROW_VALUE_CHARS = (3, 90)
BUTTON_CHARS = (5, 30)
MAX_BUTTONS = 2
MAX_TITLE_PARAMS = 4
MAX_PARAMS = 10
MAX_OTP_PARAMS = 2
BUTTON_TYPES = frozenset(range(1, RESPONSE_BUTTON + 1))
PLACES = ("header", "body", "footer")
COMPONENTS = {
    "header": frozenset({"LOGO", "IMAGES"}),
    "body": frozenset({"TITLE", "PARAGRAPH", "TABLE", "OTP", "PAYMENT", "VOUCHER", "RATING"}),
    "footer": frozenset({"BUTTONS"}),
}
_PLACEHOLDER = re.compile(r"<([^<>]*)>")
_PARAM_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,49}", re.ASCII)
_LINK = re.compile(r"https?:|www\.|\b[\w-]+\.(?:vn|com|net|org|info|me|io)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)\d{8,10}(?!\d)|(?<!\d)1[89]00[\s.]?\d{2,6}", re.ASCII)
_DIALLED = re.compile(r"\+?\d{3,14}", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>/]+\S*", re.ASCII)


@dataclass(slots=True)
class Layout:
    """A layout that passed. `rows` are (label, value) pairs, `media_ids` the pictures it names."""

    title: str = ""
    paragraphs: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    media_ids: list[str] = field(default_factory=list)
    images: int = 0

    def placeholders(self) -> set[str]:
        """The names of all parameters that are used."""
        texts = [self.title, *self.paragraphs, *(value for _, value in self.rows), *(b.content for b in self.buttons)]
        return {name for text in texts for name in _names(text)}


def read_layout(raw: object, kind: str) -> Layout:
    """A layout from its JSON, for a template of this kind (`emulator/templates.py`).

    Raises Refused: -132 shape or count, -116 text, -130 too long a text, -113 button, -1131 a button's content.
    """
    if not isinstance(raw, dict) or not raw.keys() <= set(PLACES):
        raise _invalid("layout", f"layout must be an object with {', '.join(PLACES)}")
    layout = Layout()
    for place in PLACES:
        for name, content in _components(raw.get(place), place):
            _READERS.get(name, _skip)(layout, content)
    _check_counts(layout, kind)
    return layout


def _check_counts(layout: Layout, kind: str) -> None:
    if kind != "otp" and not layout.title:
        raise _invalid("TITLE", "the body needs a TITLE")
    _check_count(len(layout.paragraphs), PARAGRAPHS, "PARAGRAPH")
    if layout.rows:
        _check_count(len(layout.rows), ROWS, "TABLE.rows")
    if len(layout.buttons) > MAX_BUTTONS:
        raise Refused(-113, rule="BUTTONS", detail=f"at most {MAX_BUTTONS} buttons")
    if len(set(_names(layout.title))) > MAX_TITLE_PARAMS:
        raise _invalid("TITLE", f"at most {MAX_TITLE_PARAMS} parameters in the title")
    most = MAX_OTP_PARAMS if kind == "otp" else MAX_PARAMS
    if len({name for text in layout.paragraphs for name in _names(text)}) > most:
        raise _invalid("PARAGRAPH", f"at most {most} parameters in the paragraphs")
    if kind == "otp" and layout.buttons:
        raise Refused(-113, rule="BUTTONS", detail="an OTP template has no button")


def _components(raw: object, place: str) -> Iterable[tuple[str, Any]]:
    if raw is None:
        return
    components = raw.get("components") if isinstance(raw, dict) else None
    if not isinstance(components, list):
        raise _invalid(place, f"{place}.components must be a list")
    for component in components:
        if not isinstance(component, dict) or len(component) != 1 or not component.keys() <= COMPONENTS[place]:
            raise _invalid(place, f"a component of {place} is one of {', '.join(sorted(COMPONENTS[place]))}")
        yield from component.items()


def _read_title(layout: Layout, content: object) -> None:
    if layout.title:
        raise _invalid("TITLE", "only one TITLE")
    layout.title = _text(_value(content, "TITLE"), TITLE_CHARS, "TITLE")


def _read_paragraph(layout: Layout, content: object) -> None:
    layout.paragraphs.append(_text(_value(content, "PARAGRAPH"), PARAGRAPH_CHARS, "PARAGRAPH"))


def _read_table(layout: Layout, content: object) -> None:
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list) or layout.rows:
        raise _invalid("TABLE", "one TABLE with a list of rows")
    _check_count(len(rows), ROWS, "TABLE.rows")
    for row in rows:
        label = _text(_value(row, "TABLE.rows", "title"), ROW_NAME_CHARS, "row title")
        value = _text(_value(row, "TABLE.rows", "value"), ROW_VALUE_CHARS, "row value")
        if _names(label) or len(_names(value)) > 1:
            raise _invalid("TABLE.rows", "no parameter in a row's title, at most one in its value")
        layout.rows.append((label, value))


def _read_buttons(layout: Layout, content: object) -> None:
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise Refused(-113, rule="BUTTONS", detail="BUTTONS.items must be a list")
    layout.buttons += [_read_button(item) for item in items]


def _read_button(item: object) -> Button:
    raw = item if isinstance(item, dict) else {}
    number, title, content = _whole(raw.get("type")), raw.get("title"), raw.get("content")
    if number not in BUTTON_TYPES:
        raise Refused(-113, rule="BUTTONS", detail=f"a button's type is from 1 to {RESPONSE_BUTTON}")
    if not isinstance(title, str) or not BUTTON_CHARS[0] <= _length(title) <= BUTTON_CHARS[1]:
        raise Refused(-113, rule="BUTTONS", detail=f"a button's title has {BUTTON_CHARS[0]} to {BUTTON_CHARS[1]}")
    if not isinstance(content, str) or not _is_button_content(number, content):
        raise Refused(-1131, rule="BUTTONS", detail="a button's content is an address, or a phone number for type 2")
    return Button(number, title, content)


def _is_button_content(number: int, content: str) -> bool:
    if number == RESPONSE_BUTTON:
        return True
    pattern = _DIALLED if number == PHONE_BUTTON else _ADDRESS
    return pattern.fullmatch(_PLACEHOLDER.sub("1", content)) is not None


def _read_logo(layout: Layout, content: object) -> None:
    if not isinstance(content, dict) or not content.keys() <= {"light", "dark"} or not content:
        raise _invalid("LOGO", "LOGO has light and dark")
    layout.media_ids += [_media_id(picture, "LOGO") for picture in content.values()]


def _read_images(layout: Layout, content: object) -> None:
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, list) or not items:
        raise _invalid("IMAGES", "IMAGES.items must be a list with a picture")
    layout.images += len(items)
    layout.media_ids[:0] = [_media_id(picture, "IMAGES") for picture in items]


def _skip(_layout: Layout, content: object) -> None:
    if not isinstance(content, dict):
        raise _invalid("layout", "a component must be an object")


_READERS = {
    "TITLE": _read_title,
    "PARAGRAPH": _read_paragraph,
    "OTP": _read_paragraph,
    "TABLE": _read_table,
    "BUTTONS": _read_buttons,
    "LOGO": _read_logo,
    "IMAGES": _read_images,
}


def is_param_name(name: object) -> bool:
    """Whether a parameter may be called so."""
    return isinstance(name, str) and _PARAM_NAME.fullmatch(name) is not None


def _text(value: object, chars: tuple[int, int], name: str) -> str:
    if not isinstance(value, str) or _length(value) < chars[0]:
        raise Refused(-116, rule=name, detail=f"{name} must be a text of {chars[0]} to {chars[1]}")
    if _length(value) > chars[1]:
        raise Refused(-130, rule=name, detail=f"{name} is longer than {chars[1]}")
    if _LINK.search(value) or _PHONE.search(value):
        raise Refused(-116, rule=name, detail=f"{name} holds a link or a phone number, which belong into buttons")
    return value


def _value(content: object, name: str, key: str = "value") -> object:
    if not isinstance(content, dict):
        raise _invalid(name, f"{name} must be an object with {key}")
    return content.get(key)


def _media_id(picture: object, name: str) -> str:
    media_id = picture.get("media_id") if isinstance(picture, dict) else None
    if not isinstance(media_id, str) or not media_id:
        raise _invalid(name, f"a picture of {name} needs a media_id")
    return media_id


def _check_count(count: int, limits: tuple[int, int], name: str) -> None:
    if not limits[0] <= count <= limits[1]:
        raise _invalid(name, f"{name}: from {limits[0]} to {limits[1]}")


def _names(text: str) -> list[str]:
    return _PLACEHOLDER.findall(text)


def _length(text: str) -> int:
    return len(unicodedata.normalize("NFC", text))


def _whole(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 4:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def as_whole(value: object) -> int:
    """A small whole number written as such or as a text; 0 for anything else."""
    return _whole(value)


def _invalid(rule: str, detail: str) -> Refused:
    return Refused(-132, rule=rule, detail=detail)


def only_params(params: Mapping[str, Any], layout: Layout) -> None:
    """Whether the parameters named and the parameters used are the same. Raises Refused(-132)."""
    used = layout.placeholders()
    if used != set(params):
        odd = min(used ^ set(params))
        raise _invalid("params", f"parameter {odd[:40]!r} must be both in params and in the layout")
