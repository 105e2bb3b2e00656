"""What the platform refuses in a template send, as pure checks on the body (docs: zalo 6.1, 6.6)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.json_text import read_json
from emulator.phones import is_mobile
from emulator.templates import PROMOTION, Param, Template
from emulator.zbs.kinds import BY_NAME

MAX_TRACKING_ID_CHARS = 48  # docs: zalo 6.1
NORMAL_MODE = "1"
OVER_QUOTA_MODE = "3"  # whitelisted accounts only, promotion templates only
_TRACKING_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_FIELDS = frozenset({"template_id", "template_data", "tracking_id", "mode", "sending_mode", "journey_token"})


@dataclass(frozen=True, slots=True)
class Way:
    """How a send names its recipient: the body's field, and who that is as `84…`, "" for nobody known.

    `find` raises Refused when the value cannot name anybody.
    """

    field: str
    find: Callable[[object], str]


@dataclass(slots=True)
class TemplateSend:
    """A send that passed: `phone` as `84…`, "" for nobody known; `data` is its template_data.

    `remarks` are rules it broke without being refused, as (rule, detail).
    """

    phone: str
    template: Template
    data: dict[str, str]
    tracking_id: str | None
    is_development: bool
    is_over_quota: bool
    journey_token: object
    recipient: object
    remarks: list[tuple[str, str]] = field(default_factory=list)


def check_template_send(
    raw: bytes, config: EmulatorConfig, templates: Mapping[str, Template], way: Way | None = None
) -> TemplateSend:
    """A template send from its raw body, by phone unless another way is given. Raises Refused with the code.

    No source tells in which order the platform looks; here it is: body, recipient's form, template and its state,
    modes, tracking id, data.
    """
    body = parse_body(raw)
    named = way.field if way else "phone"
    given = body.get(named)
    unknown = [name for name in body if name not in _FIELDS and name != named]
    remarks = [("unknown_field", f"the body has a field {name[:40]!r} that is not documented") for name in unknown]
    phone = way.find(given) if way else read_phone(given, config)
    template = _check_template_id(body.get("template_id"), templates, remarks)
    check_sendable(template, config)
    is_development, is_over_quota = _check_modes(body, template, config)
    tracking_id = _check_tracking_id(body.get("tracking_id"), remarks)
    data = check_data(body.get("template_data"), template, has_format_check=config.template_format_check)
    token = body.get("journey_token")
    return TemplateSend(phone, template, data, tracking_id, is_development, is_over_quota, token, given, remarks)


def check_sendable(template: Template, config: EmulatorConfig) -> None:
    """Whether this template may be sent at all. Raises Refused: -131 not approved, -146 disabled, -145 tag."""
    if template.status == "DISABLE":
        raise Refused(-146)
    if not template.is_enabled:
        raise Refused(-131, rule="template_status", detail="the template is not approved")
    if template.tag not in config.template_tags:
        raise Refused(-145)


def parse_body(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Refused: -121 empty, -122 not JSON, -153 no object."""
    if not raw.strip():
        raise Refused(-121, rule="body", detail="the body is empty")
    try:
        body = read_json(raw)
    except ValueError as error:
        raise Refused(-122, rule="body", detail="the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(-153, rule="body", detail="the body is not a JSON object")
    return body


def read_phone(phone: object, config: EmulatorConfig) -> str:
    """The `84…` number that a field names. Raises Refused(-108)."""
    if isinstance(phone, str):
        if is_mobile(phone):
            return phone
        if config.allow_plus_phone and phone.startswith("+") and is_mobile(phone[1:]):
            return phone[1:]
    raise Refused(-108, rule="phone", detail="phone must be a Vietnamese mobile number as 84…")


def _check_template_id(written: object, templates: Mapping[str, Template], remarks: list[tuple[str, str]]) -> Template:
    if isinstance(written, int) and not isinstance(written, bool):
        remarks.append(("template_id_type", "template_id must be a string"))
    template = templates.get(str(written)) if isinstance(written, int | str) else None
    if template is None:
        raise Refused(-109, rule="template_id", detail="no template has this id")
    return template


def _check_modes(body: Mapping[str, Any], template: Template, config: EmulatorConfig) -> tuple[bool, bool]:
    """Whether it is a test for admins, and whether it goes over the quota."""
    sending_mode, mode = body.get("sending_mode", NORMAL_MODE), body.get("mode")
    if sending_mode not in (NORMAL_MODE, OVER_QUOTA_MODE):
        raise Refused(-161, rule="sending_mode", detail='sending_mode must be "1" or "3"')
    is_over_quota = sending_mode == OVER_QUOTA_MODE
    if is_over_quota and template.tag != PROMOTION:
        raise Refused(-162, rule="sending_mode", detail="sending_mode 3 is for promotion templates only")
    if is_over_quota and not config.over_quota_allowed:
        raise Refused(-161, rule="sending_mode", detail="this account may not use sending_mode 3")
    if mode not in (None, "development"):
        raise Refused(-132, rule="mode", detail='mode must be "development" or left out')
    return mode == "development", is_over_quota


def _check_tracking_id(tracking_id: object, remarks: list[tuple[str, str]]) -> str | None:
    if tracking_id is None:
        remarks.append(("tracking_id", "tracking_id is missing"))
        return None
    if not isinstance(tracking_id, str) or len(tracking_id) > MAX_TRACKING_ID_CHARS:
        raise Refused(-132, rule="tracking_id", detail=f"tracking_id is a string of up to {MAX_TRACKING_ID_CHARS}")
    if not _TRACKING_ID.fullmatch(tracking_id):
        remarks.append(("tracking_id", "tracking_id may hold letters, digits, - and _ only"))
    return tracking_id


def check_data(data: object, template: Template, *, has_format_check: bool = True) -> dict[str, str]:
    """The template_data of a send by phone or by user id, checked against the template (docs: zalo 6.1, 6.4).

    Raises Refused: -111 empty, -112 wrong type or parameter not defined, -1122 missing, -1121 length, -1124 format.
    """
    if data is None or data == {}:
        raise Refused(-111, rule="template_data", detail="template_data is empty")
    if not isinstance(data, dict):
        raise Refused(-112, rule="template_data", detail="template_data is not an object")
    known = 0
    for name, param in template.params.items():
        if name in data:
            known += 1
            _check_value(data[name], param, has_format_check)
        elif param.required:
            raise Refused(-1122, rule="template_data", detail=f"parameter {name} is missing")
    if len(data) > known:
        unknown = min(data.keys() - template.params.keys())
        raise Refused(-112, rule="template_data", detail=f"parameter {unknown[:40]!r} is not defined")
    return data


def _check_value(value: object, param: Param, has_format_check: bool) -> None:
    if not isinstance(value, str):
        if value is None and param.accepts_null:
            return
        raise Refused(-112, rule="template_data", detail=f"parameter {param.name} is not a string")
    if not value or value.isspace():
        if param.accepts_null:
            return
        raise Refused(-111, rule="template_data", detail=f"parameter {param.name} is empty")
    # Code points after NFC; most values are far shorter, and NFC at most triples a text.
    if len(value) * 3 > param.max_chars and len(unicodedata.normalize("NFC", value)) > param.max_chars:
        raise Refused(-1121, rule="template_data", detail=f"parameter {param.name} is longer than {param.max_chars}")
    if param.min_chars > 1 and len(unicodedata.normalize("NFC", value)) < param.min_chars:
        raise Refused(-1124, rule="template_data", detail=f"parameter {param.name} is shorter than {param.min_chars}")
    if param.kind and has_format_check:
        _check_format(value, param)


def _check_format(value: str, param: Param) -> None:
    kind = BY_NAME.get(param.kind or "")
    if kind and kind.is_well_formed and not kind.is_well_formed(value):
        raise Refused(-1124, rule="template_data", detail=f"parameter {param.name} is no {kind.name}")
