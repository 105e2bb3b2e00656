"""Transaction and promotion messages as they were written (docs: zalo 4.5)."""

from typing import Any

import pytest

from emulator.errors import Refused
from emulator.oa.by_uid_rules import TRANSACTION_TYPES, Card, check_card
from emulator.oa.rules import Remarks

BANNER = {"type": "banner", "image_url": "https://dvc.example.vn/banner.png"}
HEADER = {"type": "header", "content": "Trạng thái hồ sơ", "align": "left"}
TEXT = {"type": "text", "content": "Hồ sơ đã được tiếp nhận", "align": "center"}
TABLE = {
    "type": "table",
    "content": [{"key": "Mã hồ sơ", "value": "H29-1"}, {"key": "Trạng thái", "value": "Xong", "style": "green"}],
}
BUTTON = {"title": "Xem", "type": "oa.query.hide", "payload": "#xem", "image_icon": ""}


def card(*elements: Any, **payload: Any) -> dict[str, Any]:
    written = {"template_type": "transaction_transaction", "language": "VI", "elements": list(elements), **payload}
    return {"attachment": {"type": "template", "payload": written}}


def read(message: Any) -> tuple[Card, Remarks]:
    remarks: Remarks = []
    return check_card(message, TRANSACTION_TYPES, remarks), remarks


def test_a_whole_card_passes_without_a_remark() -> None:
    banner = {"type": "banner", "attachment_id": "a1"}
    read_card, remarks = read(card(BANNER, banner, HEADER, TEXT, TABLE, buttons=[BUTTON]))
    assert (read_card, remarks) == (Card("Trạng thái hồ sơ\nHồ sơ đã được tiếp nhận", ("a1",)), [])


@pytest.mark.parametrize("template_type", sorted(TRANSACTION_TYPES))
def test_every_kind_of_transaction_is_known(template_type: str) -> None:
    assert read(card(HEADER, template_type=template_type))[1] == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (None, -201),
        ({}, -201),
        ({"attachment": {"type": "template"}}, -201),
        (card(HEADER, template_type="promotion"), -233),
        (card(HEADER, template_type="media"), -233),
        ({"attachment": {"type": "file", "payload": {"token": "t"}}}, -233),
        (card(HEADER, language="FR"), -201),
        (card(), -201),
        (card("x"), -201),
        (card({"type": "video"}), -201),
        (card({"type": "banner"}), -201),
        (card({"type": "header", "content": "x" * 101}), -210),
        (card({"type": "text", "content": "x" * 1001}), -210),
        (card({"type": "text", "content": ""}), -201),
        (card({"type": "text", "content": "x", "align": 5}), -201),
        (card({"type": "table", "content": []}), -201),
        (card({"type": "table", "content": [{"key": "x" * 26, "value": "y"}]}), -210),
        (card({"type": "table", "content": [{"key": "x", "value": "y" * 101}]}), -210),
        (card({"type": "table", "content": [{"key": "x", "value": "y", "style": "pink"}]}), -201),
        (card(HEADER, buttons=[{**BUTTON, "title": "x" * 36}]), -210),
        (card(HEADER, buttons=[BUTTON] * 6), -210),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused_with_its_code(message: Any, code: int) -> None:
    with pytest.raises(Refused) as refused:
        read(message)
    assert refused.value.code == code
    assert refused.value.rule


def test_fields_that_nobody_documents_are_remarked() -> None:
    _, remarks = read(card({**HEADER, "color": "red"}, extra=1))
    assert [rule for rule, _ in remarks] == ["unknown_field", "unknown_field"]
