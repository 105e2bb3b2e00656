"""Settings that would break a promise are refused."""

import pytest
from pydantic import ValidationError

from channels.http import HttpConfig
from workers.config import DeliveryConfig, SweeperConfig


def test_a_send_must_end_before_its_lease() -> None:
    with pytest.raises(ValidationError, match="below lease_seconds"):
        DeliveryConfig(lease_seconds=30, send_deadline_seconds=30)


def test_the_deadline_covers_the_longest_exchange_of_the_http_client() -> None:
    http = HttpConfig()
    assert http.pool_seconds + http.total_seconds < DeliveryConfig().send_deadline_seconds


def test_a_third_send_cannot_be_configured() -> None:
    with pytest.raises(ValidationError):
        SweeperConfig(max_sends=3)
