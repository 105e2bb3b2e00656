"""Template parameters checked by the platform's own description (docs: zalo 6.4)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient, TemplateContent
from channels.content import OpenUrl, Sticker
from channels.errors import BadMessage
from channels.zalo.filling import TemplateRules, take_template
from channels.zalo.types import TemplateDescription

PARAMS = [
    {"name": "ma_ho_so", "require": True, "type": "STRING", "maxLength": "40", "minLength": 3, "acceptNull": False},
    {"name": "ghi_chu", "require": False, "type": "STRING", "maxLength": 10},
    {"name": "ngay", "require": True, "type": "DATE_OF_SOME_KIND", "maxLength": None, "acceptNull": True},
]


def rules(**changes: Any) -> TemplateRules:
    return TemplateRules(
        TemplateDescription.model_validate({"templateId": 400101, "status": "ENABLE", "listParams": PARAMS} | changes)
    )


GOOD = {"ma_ho_so": "H29-1", "ngay": "01/01/2026"}


@pytest.mark.parametrize(
    "params",
    [GOOD, GOOD | {"ghi_chu": "x" * 10}, GOOD | {"ghi_chu": ""}, GOOD | {"ngay": ""}, GOOD | {"ma_ho_so": "abc"}],
)
def test_what_the_template_allows_passes(params: dict[str, str]) -> None:
    assert rules().find_problem(params) is None


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"ma_ho_so": "H29-1"}, "param_missing", "ngay"),
        (GOOD | {"la": "x"}, "param_undefined", "la"),
        (GOOD | {"ma_ho_so": "ế" * 41}, "param_too_long", "ma_ho_so has 41 characters, at most 40"),
        (GOOD | {"ma_ho_so": "ab"}, "param_too_short", "ma_ho_so has 2 characters, 3"),
        (GOOD | {"ma_ho_so": "  "}, "param_empty", "ma_ho_so"),
        (GOOD | {"ghi_chu": " " * 11}, "param_too_long", "ghi_chu"),
    ],
)
def test_what_it_does_not_allow_is_named_with_its_limit(params: dict[str, str], code: str, words: str) -> None:
    problem = rules().find_problem(params)
    assert problem is not None
    assert problem.code == code
    assert words in problem.detail
    assert "ế" not in problem.detail


@pytest.mark.parametrize("status", ["PENDING_REVIEW", "REJECT", "DISABLE"])
def test_a_template_that_is_not_enabled_is_a_problem(status: str) -> None:
    problem = rules(status=status).find_problem(GOOD)
    assert problem is not None
    assert (problem.code, status in problem.detail) == ("template_status", True)


def test_a_status_that_is_missing_is_none() -> None:
    assert rules(status=None).find_problem(GOOD) is None


@pytest.mark.parametrize(
    ("prices", "by_phone", "by_user"),
    [
        ({}, None, None),
        ({"price": "200"}, 200, 200),
        ({"price": "200", "price_sdt": 300, "price_uid": "120"}, 300, 120),
        ({"price": "gia", "price_uid": "0"}, None, 0),
    ],
)
def test_prices_by_way(prices: dict[str, Any], by_phone: int | None, by_user: int | None) -> None:
    described = rules(**prices).described
    assert (described.price_by_phone, described.price_by_user) == (by_phone, by_user)


def message(**changes: Any) -> OutgoingMessage:
    template = TemplateContent(template_id="1", params={"a": "e\u0302\u0301"})
    fields: dict[str, Any] = {"reference": "n", "recipient": Recipient(phone=SecretStr("84987654321"))}
    return OutgoingMessage(**(fields | {"template": template} | changes))


def test_values_go_out_composed() -> None:
    assert take_template(message()).params == {"a": "ế"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"template": None, "text": "x"}, "no_template"),
        ({"buttons": (OpenUrl(title="a", url="https://a.vn"),)}, "content"),
        ({"attachment": Sticker(sticker_id="1")}, "content"),
        ({"quote_message_id": "m"}, "content"),
        ({"template": TemplateContent(template_id="1", params={"a": "x\0"})}, "text"),
    ],
)
def test_what_a_template_channel_cannot_carry_is_our_bug(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadMessage) as caught:
        take_template(message(**changes))
    assert caught.value.code == code


def test_the_words_beside_a_template_are_for_other_channels() -> None:
    assert take_template(message(text="Hồ sơ của bạn…")).template_id == "1"
