"""Which templates may go to a user id (docs: zalo 4.4)."""

from dataclasses import replace

import pytest

from emulator.oa.templates_by_user import FIRST_CREATED_MS, may_go_by_user
from emulator.templates import RESPONSE_BUTTON, Button, Template, load_templates

ORDINARY = load_templates()["400101"]


@pytest.mark.parametrize(
    ("template", "may_go"),
    [
        (ORDINARY, True),
        (replace(ORDINARY, kind="payment"), True),
        (replace(ORDINARY, kind="rating"), True),
        (replace(ORDINARY, kind="otp"), False),
        (replace(ORDINARY, kind="journey"), False),
        (replace(ORDINARY, created_ms=FIRST_CREATED_MS), True),
        (replace(ORDINARY, created_ms=FIRST_CREATED_MS - 1), False),
        (replace(ORDINARY, buttons=(Button(RESPONSE_BUTTON, "Đồng ý", ""),)), False),
    ],
)
def test_otp_journey_answerable_and_old_templates_go_by_phone_only(template: Template, may_go: bool) -> None:
    assert may_go_by_user(template) is may_go
