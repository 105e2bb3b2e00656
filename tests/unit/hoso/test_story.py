"""What a notice's story counts together."""

import pytest

from storage.stories import total_cost_vnd


@pytest.mark.parametrize(
    ("route", "last_vnd", "total_vnd"),
    [
        ([], None, None),
        ([], 300, 300),
        ([{"channel": "zalo_template", "outcome": "accepted", "cost_vnd": 200}], 200, 200),
        (
            [
                {"channel": "zalo_template", "outcome": "accepted", "cost_vnd": 200},
                {"channel": "zalo_template", "outcome": "silent", "next": "next_channel"},
                {"channel": "sms_esms", "outcome": "in_doubt"},
                {"channel": "sms_esms", "outcome": "accepted", "cost_vnd": 1500},
            ],
            1500,
            1700,
        ),
        ([{"channel": "zalo_oa", "outcome": "accepted", "cost_vnd": 0}], 0, 0),
    ],
)
def test_every_message_that_a_platform_took_was_paid_for(
    route: list[dict[str, object]], last_vnd: int | None, total_vnd: int | None
) -> None:
    assert total_cost_vnd(route, last_vnd) == total_vnd
