"""The one way of the spine: the platform's template by phone, or a reason why there is none."""

from typing import Any

import pytest

from channels.base import OutgoingMessage
from status_bridge.routing import TEMPLATE_BY_PHONE, NoRoute, Routed, route

USUAL: dict[str, Any] = {
    "kind": "accepted",
    "reference": "n-" + "0" * 32,
    "phone": "84905000001",
    "content": {"text": "Hồ sơ …", "params": {"ma_ho_so": "H17.33.2-260302-0001"}},
    "templates": {"accepted": "400102"},
}


def test_a_notice_goes_to_the_phone_by_the_template_of_its_kind() -> None:
    step = route(**USUAL)
    assert isinstance(step, Routed)
    assert (step.channel, step.reason) == (TEMPLATE_BY_PHONE, "phone_in_dossier")
    message = step.message
    assert isinstance(message, OutgoingMessage)
    assert message.reference == USUAL["reference"]
    assert message.template is not None
    assert message.template.template_id == "400102"
    assert message.template.params == USUAL["content"]["params"]


def test_the_phone_is_not_shown_when_the_message_is_printed() -> None:
    assert "905000001" not in repr(route(**USUAL))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"phone": None}, "no_mobile"),
        ({"templates": {}}, "template_not_configured"),
        ({"templates": {"accepted": ""}}, "template_not_configured"),
        ({"kind": "refused"}, "template_not_configured"),
    ],
)
def test_without_a_way_it_says_why(change: dict[str, Any], reason: str) -> None:
    assert route(**USUAL | change) == NoRoute(reason)
