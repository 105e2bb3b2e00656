"""Every row of the Bot Platform's and the gateways' tables by class, by hand (docs: zalo 8.2, 10.1, 10.2)."""

from __future__ import annotations

from channels.errors import (
    BadMessage,
    ChannelError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
    Temporary,
)

EXPECTED: dict[str, tuple[type[ChannelError], dict[str, object]]] = {
    "P": (RecipientUnreachable, {"try_other_channel": True, "retryable": False}),
    "P0": (RecipientUnreachable, {"try_other_channel": False, "retryable": False}),
    "H": (NeedsHuman, {"needs_alert": True, "retryable": False}),
    "B": (BadMessage, {"needs_alert": True, "is_our_fault": True, "retryable": False}),
    "T": (Temporary, {"retryable": True, "max_retries": 8}),
    "T5": (Temporary, {"retryable": True, "max_retries": 5}),
    "FAST": (RateLimited, {"retry_after_seconds": 60.0, "counts_as_send": False}),
    "TPS": (RateLimited, {"retry_after_seconds": 2.0, "counts_as_send": False}),
    "?": (OutcomeUnknown, {"is_sent_possible": True}),
}

ESMS_ROWS = {
    "P": "99",
    "P0": "108",
    "H": "101 102 103 104 140 143 146 177 204 789 790 791 799 801 802",
    "B": "107 120 163 687 110 210 300 118 301 115 201 851",
    "T": "105 199 854",
    "TPS": "160",
}
SPEEDSMS_ROWS = {"P0": "105", "H": "007 008 009 300", "B": "101 110 113", "T": "500"}
BOT_ROWS = {"B": "400 404", "H": "401", "T5": "403", "?": "408", "FAST": "429"}


def rows(expected: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, letter) for letter, codes in expected.items() for code in codes.split()]


def check_error(error: ChannelError, letter: str) -> None:
    """Assert that an error is what the class of its code says."""
    error_class, attributes = EXPECTED[letter]
    assert type(error) is error_class
    assert {name: getattr(error, name) for name in attributes} == attributes
    assert error.is_sent_possible == (letter == "?")
