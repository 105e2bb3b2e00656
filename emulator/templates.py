"""The templates of the emulated account: their parameters, what they cost, and how they look when filled in.

Those of a fresh emulator live in `templates.json` beside this module: a title, a body with `<param>` placeholders, the
rows of a table, buttons. What changes while an emulator runs is on the shelf (`emulator/template_shelf.py`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from emulator.zbs.kinds import BY_NAME

TEMPLATES_FILE = Path(__file__).with_name("templates.json")
KIND_NUMBERS = {"custom": 1, "otp": 2, "payment": 3, "voucher": 4, "rating": 5, "journey": 6}
"""`template_type` of each kind (docs: zalo 6.4); journey has no documented number."""
PROMOTION = "PROMOTION"
TAGS = ("TRANSACTION", "CUSTOMER_CARE", PROMOTION)  # 1, 2, 3 (docs: zalo 6.4)
STATUSES = ("ENABLE", "PENDING_REVIEW", "REJECT", "DISABLE")  # 1 to 4, as the list's filter counts (docs: zalo 6.3)
QUALITIES = ("HIGH", "MEDIUM", "LOW", "UNDEFINED")  # docs: zalo 6.3
BASE_PRICES_VND = {"custom": 200, "rating": 200, "otp": 300, "payment": 300, "voucher": 300, "journey": 300}
IMAGE_PRICE_VND = 200
EXTRA_BUTTON_PRICE_VND = 100
UID_DISCOUNT_VND = 50  # "by UID cheaper" (docs: zalo 6.5); no source tells by how much
TIMEOUT_SECONDS = 7200
OTP_TIMEOUT_SECONDS = 15  # docs: zalo 6.1, grade C
CREATED_MS = 1_767_225_600_000  # 2026-01-01: after 2025-12-10, so that it may go by user id (docs: zalo 4.4)
RESPONSE_BUTTON = 10
"""A button that answers with its label (`user_click_response_button`); the platform's number for it is not known."""
PHONE_BUTTON = 2
_PLACEHOLDER = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: lengths count code points after NFC; `kind` is one of the fifteen or none (docs: zalo 6.4)."""

    name: str
    max_chars: int
    type: str = "STRING"
    kind: str | None = None
    min_chars: int = 1
    required: bool = True
    accepts_null: bool = False
    sample: str = ""

    def to_json(self) -> dict[str, Any]:
        """The parameter as `templates.json` writes it."""
        return {
            "name": self.name,
            "type": self.type,
            "max": self.max_chars,
            "kind": self.kind,
            "min": self.min_chars,
            "require": self.required,
            "accept_null": self.accepts_null,
            "sample": self.sample,
        }

    def example(self) -> str:
        """A value that passes every check."""
        if self.sample:
            return self.sample
        kind = BY_NAME.get(self.kind or "")
        return (kind.sample if kind else f"Ví dụ {self.name}")[: self.max_chars]


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a template: the platform's number of its type, its label, and an address or a phone."""

    type: int
    title: str
    content: str

    def view(self) -> dict[str, Any]:
        """The button as the platform lists it (docs: zalo 6.4, `listButtons`)."""
        return {"type": self.type, "title": self.title, "content": self.content}

    def on_card(self, data: Mapping[str, str]) -> dict[str, Any]:
        """The button as messages of the account have it (docs: zalo 4.2), so that a page draws one kind only."""
        content = _fill(self.content, data)
        if self.type == RESPONSE_BUTTON:
            return {"title": self.title, "type": "response", "payload": content or self.title}
        if self.type == PHONE_BUTTON:
            return {"title": self.title, "type": "oa.open.phone", "payload": {"phone_code": content}}
        return {"title": self.title, "type": "oa.open.url", "payload": {"url": content}}


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `rows` are (label, placeholder text) pairs of its table; `created_ms` since 1970.

    `kind`: custom, otp, payment, voucher, rating, journey; `status`: ENABLE, PENDING_REVIEW, REJECT, DISABLE;
    `timeout_seconds`: a message not delivered by then never is; `daily_quota`: its own limit a day, None for none.
    """

    template_id: str
    name: str
    title: str
    body: str
    rows: tuple[tuple[str, str], ...]
    params: Mapping[str, Param]
    buttons: tuple[Button, ...] = ()
    kind: str = "custom"
    tag: str = "TRANSACTION"
    status: str = "ENABLE"
    quality: str = "HIGH"
    reason: str = ""
    created_ms: int = CREATED_MS
    timeout_seconds: int = TIMEOUT_SECONDS
    daily_quota: int | None = None
    journey_type: str | None = None
    image_path: str = ""
    is_seed: bool = field(default=False, compare=False)
    """Straight from the file: its looks need not be kept with each message."""

    @property
    def is_enabled(self) -> bool:
        """Whether it may be sent."""
        return self.status == "ENABLE"

    @property
    def price_vnd(self) -> int:
        """Price of a delivered message by phone, without VAT (docs: zalo 6.5, grade C)."""
        extra_buttons = max(0, len(self.buttons) - 1)
        return (
            BASE_PRICES_VND[self.kind]
            + extra_buttons * EXTRA_BUTTON_PRICE_VND
            + bool(self.image_path) * IMAGE_PRICE_VND
        )

    @property
    def price_uid_vnd(self) -> int:
        """Price of a delivered message by user id: cheaper, by a sum of our own (docs: zalo 4.4, grade C)."""
        return self.price_vnd - UID_DISCOUNT_VND

    def card(self, data: Mapping[str, str]) -> dict[str, Any]:
        """The filled-in parts: `{"title", "body", "rows": [{"label", "value"}], "buttons", "kind"}`."""
        return {
            "title": _fill(self.title, data),
            "body": _fill(self.body, data),
            "rows": [{"label": label, "value": _fill(value, data)} for label, value in self.rows],
            "buttons": [button.on_card(data) for button in self.buttons],
            "kind": self.kind,
        }

    def render(self, data: Mapping[str, str]) -> str:
        """The whole card as text: title, body, then a line per row."""
        return as_text(self.card(data))

    def content(self, data: Mapping[str, str]) -> dict[str, Any]:
        """What the phone shows (see `emulator/contents`)."""
        card = self.card(data)
        picture = {"image_url": self.image_path} if self.image_path else {}
        return {"kind": "card", "text": as_text(card), "card": card, **picture}

    def shown(self, data: Mapping[str, str]) -> dict[str, Any]:
        """What must be kept with a message for its card: nothing for a template of the file, which all can read."""
        return {} if self.is_seed else self.content(data)

    def describe(self) -> dict[str, Any]:
        """What people and tests need to know, as in `GET /_emulator/credentials`."""
        return {
            "template_id": self.template_id,
            "name": self.name,
            "title": self.title,
            "text": self.body,
            "rows": [{"label": label, "value": value} for label, value in self.rows],
            "params": [{"name": p.name, "type": p.type, "max": p.max_chars} for p in self.params.values()],
        }

    def to_json(self) -> dict[str, Any]:
        """The whole template as `templates.json` writes it."""
        return {
            **self.describe(),
            "params": [param.to_json() for param in self.params.values()],
            "buttons": [button.view() for button in self.buttons],
            "kind": self.kind,
            "tag": self.tag,
            "status": self.status,
            "quality": self.quality,
            "reason": self.reason,
            "created": self.created_ms,
            "timeout": self.timeout_seconds,
            "daily_quota": self.daily_quota,
            "journey_type": self.journey_type,
            "image": self.image_path,
        }


def as_text(card: Mapping[str, Any]) -> str:
    """A card as lines: title, body, then one per row."""
    return "\n".join([card["title"], card["body"], *(f"{row['label']}: {row['value']}" for row in card["rows"])])


@cache
def load_templates() -> dict[str, Template]:
    """The templates of a fresh emulator by id, in the file's order."""
    parsed = json.loads(TEMPLATES_FILE.read_text(encoding="utf-8"))
    return {raw["template_id"]: parse_template(raw, is_seed=True) for raw in parsed}


def parse_template(raw: Mapping[str, Any], *, is_seed: bool = False) -> Template:
    """A template from `to_json`, or from the file, where everything with a default may be left out."""
    return Template(
        template_id=raw["template_id"],
        name=raw["name"],
        title=raw["title"],
        body=raw["text"],
        rows=tuple((row["label"], row["value"]) for row in raw["rows"]),
        params={p["name"]: _parse_param(p) for p in raw["params"]},
        buttons=tuple(Button(b["type"], b["title"], b["content"]) for b in raw.get("buttons", ())),
        kind=raw.get("kind", "custom"),
        tag=raw.get("tag", "TRANSACTION"),
        status=raw.get("status", "ENABLE"),
        quality=raw.get("quality", "HIGH"),
        reason=raw.get("reason", ""),
        created_ms=raw.get("created", CREATED_MS),
        timeout_seconds=raw.get("timeout", TIMEOUT_SECONDS),
        daily_quota=raw.get("daily_quota"),
        journey_type=raw.get("journey_type"),
        image_path=raw.get("image", ""),
        is_seed=is_seed,
    )


def _parse_param(raw: Mapping[str, Any]) -> Param:
    return Param(
        name=raw["name"],
        max_chars=raw["max"],
        type=raw["type"],
        kind=raw.get("kind"),
        min_chars=raw.get("min", 1),
        required=raw.get("require", True),
        accepts_null=raw.get("accept_null", False),
        sample=raw.get("sample", ""),
    )


def _fill(text: str, data: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: _value(match, data), text)


def _value(match: re.Match[str], data: Mapping[str, str]) -> str:
    value = data.get(match[1], match[0])
    return "" if value is None else str(value)
