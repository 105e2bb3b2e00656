"""What the platform refuses in a template send, as pure checks on the body (docs: zalo 6.1, 6.6)."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.phones import is_mobile
from emulator.templates import Template

MAX_TRACKING_ID_CHARS = 48  # docs: zalo 6.1
_TRACKING_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_FIELDS = frozenset({"phone", "template_id", "template_data", "tracking_id", "mode", "sending_mode"})
OVER_QUOTA_MODE = "3"  # only for whitelisted accounts and promotion templates; ours is neither


@dataclass(slots=True)
class TemplateSend:
    """A send that passed: `phone` as `84…`; `remarks` are rules it broke without being refused, as (rule, detail)."""

    phone: str
    template: Template
    tracking_id: str | None
    is_development: bool
    remarks: list[tuple[str, str]] = field(default_factory=list)


def check_template_send(raw: bytes, config: EmulatorConfig, templates: Mapping[str, Template]) -> TemplateSend:
    """A template send from its raw body. Raises Refused with the documented code."""
    body = parse_body(raw)
    unknown = sorted(body.keys() - _FIELDS)
    remarks = [("unknown_field", f"the body has a field {name[:40]!r} that is not documented") for name in unknown]
    phone = _check_phone(body.get("phone"), config)
    template = _check_template_id(body.get("template_id"), templates, remarks)
    is_development = _check_modes(body)
    tracking_id = _check_tracking_id(body.get("tracking_id"), remarks)
    _check_data(body.get("template_data"), template)
    return TemplateSend(phone, template, tracking_id, is_development, remarks)


def parse_body(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Refused: -121 empty, -122 not JSON, -153 no object."""
    if not raw.strip():
        raise Refused(-121, rule="body", detail="the body is empty")
    try:
        body = json.loads(raw.decode())  # UTF-8 and nothing else
        _refuse_surrogates(raw, body)
    except (ValueError, RecursionError) as error:
        raise Refused(-122, rule="body", detail="the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(-153, rule="body", detail="the body is not a JSON object")
    return body


def _refuse_surrogates(raw: bytes, body: object) -> None:
    # A lone surrogate can only come from an escape, so most bodies need no second look. Raises UnicodeEncodeError.
    if b"\\u" in raw:
        json.dumps(body, ensure_ascii=False).encode()


def _check_phone(phone: object, config: EmulatorConfig) -> str:
    bare = phone.removeprefix("+") if isinstance(phone, str) and config.allow_plus_phone else phone
    if not isinstance(bare, str) or not is_mobile(bare):
        raise Refused(-108, rule="phone", detail="phone must be a Vietnamese mobile number as 84…")
    return bare


def _check_template_id(written: object, templates: Mapping[str, Template], remarks: list[tuple[str, str]]) -> Template:
    if isinstance(written, int) and not isinstance(written, bool):
        remarks.append(("template_id_type", "template_id must be a string"))
    template = templates.get(str(written)) if isinstance(written, int | str) else None
    if template is None:
        raise Refused(-109, rule="template_id", detail="no approved template has this id")
    return template


def _check_modes(body: Mapping[str, Any]) -> bool:
    sending_mode = body.get("sending_mode", "1")
    if sending_mode == OVER_QUOTA_MODE:
        raise Refused(-162, rule="sending_mode", detail="sending_mode 3 is for promotion templates only")
    if sending_mode != "1":
        raise Refused(-161, rule="sending_mode", detail='sending_mode must be "1" or "3"')
    mode = body.get("mode")
    if mode not in (None, "development"):
        raise Refused(-132, rule="mode", detail='mode must be "development" or left out')
    return mode == "development"


def _check_tracking_id(tracking_id: object, remarks: list[tuple[str, str]]) -> str | None:
    if tracking_id is None:
        remarks.append(("tracking_id", "tracking_id is missing"))
        return None
    if not isinstance(tracking_id, str) or len(tracking_id) > MAX_TRACKING_ID_CHARS:
        raise Refused(-132, rule="tracking_id", detail=f"tracking_id is a string of up to {MAX_TRACKING_ID_CHARS}")
    if not _TRACKING_ID.fullmatch(tracking_id):
        remarks.append(("tracking_id", "tracking_id may hold letters, digits, - and _ only"))
    return tracking_id


def _check_data(data: object, template: Template) -> None:
    if data is None or data == {}:
        raise Refused(-111, rule="template_data", detail="template_data is empty")
    if not isinstance(data, dict):
        raise Refused(-112, rule="template_data", detail="template_data is not an object")
    for name, param in template.params.items():
        if name not in data:
            raise Refused(-1122, rule="template_data", detail=f"parameter {name} is missing")
        _check_value(name, data[name], param.max_chars)
    if len(data) > len(template.params):
        unknown = min(data.keys() - template.params.keys())
        raise Refused(-112, rule="template_data", detail=f"parameter {unknown[:40]!r} is not defined")


def _check_value(name: str, value: object, max_chars: int) -> None:
    if not isinstance(value, str):
        raise Refused(-112, rule="template_data", detail=f"parameter {name} is not a string")
    if not value.strip():
        raise Refused(-111, rule="template_data", detail=f"parameter {name} is empty")
    # Code points after NFC; most values are far shorter, and NFC at most triples a text.
    if len(value) * 3 > max_chars and len(unicodedata.normalize("NFC", value)) > max_chars:
        raise Refused(-1121, rule="template_data", detail=f"parameter {name} is longer than {max_chars}")
