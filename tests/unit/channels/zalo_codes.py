"""Every row of the sheet's error tables by class, written down by hand (docs: zalo 2.6, 4.8, 6.6)."""

from __future__ import annotations

from channels.errors import (
    BadMessage,
    ChannelError,
    Later,
    NeedsAuthorization,
    NeedsHuman,
    RateLimited,
    RecipientRefused,
    RecipientUnreachable,
    Temporary,
    TokenRejected,
    UnknownCode,
)
from channels.later import Until

# Class letters of the sheet, refined where the sheet says so in words.
EXPECTED: dict[str, tuple[type[ChannelError], dict[str, object]]] = {
    "R": (TokenRejected, {"retryable": True}),
    "T": (Temporary, {"retryable": True, "max_retries": None}),
    "T1": (Temporary, {"max_retries": 1}),
    "FAST": (RateLimited, {"retry_after_seconds": 60.0, "counts_as_send": False}),
    "MORNING": (Later, {"until": Until.MORNING, "try_other_channel": False}),
    "DAY": (Later, {"until": Until.NEXT_DAY, "try_other_channel": False}),
    "DAY*": (Later, {"until": Until.NEXT_DAY, "try_other_channel": True}),
    "MONTH": (Later, {"until": Until.NEXT_MONTH}),
    "H": (NeedsHuman, {"retryable": False, "needs_alert": True, "retry_once": False}),
    "H1": (NeedsHuman, {"retry_once": True}),
    "CONSENT": (NeedsAuthorization, {"needs_alert": True}),
    "P": (RecipientUnreachable, {"try_other_channel": True, "retry_tomorrow_once": False}),
    "P+1": (RecipientUnreachable, {"try_other_channel": True, "retry_tomorrow_once": True}),
    "P0": (RecipientUnreachable, {"try_other_channel": False}),
    "REFUSED": (RecipientRefused, {"try_other_channel": False}),
    "REFUSED*": (RecipientRefused, {"try_other_channel": True}),
    "B": (BadMessage, {"is_our_fault": True, "needs_alert": True}),
    "?": (UnknownCode, {"retryable": False, "needs_alert": True}),
}

TOKEN_ROWS = {"R": "-216 -220 -124 216 401 -401"}

OAUTH_ROWS = {"H": "-14002 -14003 -14004 -14005", "CONSENT": "-14014 -118", "B": "-14018"}

OA_ROWS = TOKEN_ROWS | {
    "FAST": "-32",
    "B": "-100 -201 -202 -210 -233 -240",
    "T1": "-200",
    "T": "-214",
    "H": "-204 -205 -207 -208 -209 -212 -215 -219 -221 -223 -224 -235 -238 -241 -242 -248 -249 -320 -321",
    "DAY": "-211 -218",
    "P": "-213 -222 -227 -230 -232",
    "P0": "-237 -403",
    "REFUSED*": "-217 -244",
    "MORNING": "-234",
    "DAY*": "-305 -311",
    "?": "-1340 -1341",
}

ZBS_ROWS = TOKEN_ROWS | {
    "FAST": "-32",
    "T": "-100",
    "H": "-101 -102 -103 -104 -105 -109 -1091 -115 -117 -120 -1201 -1202 -123 -128 -129 -142 -143 -1241 -125 -126 -127 "
    "-131 -135 -1351 -136 -138 -1381 -145 -146 -151 -152",
    "H1": "-137",
    "B": "-106 -107 -111 -112 -1121 -1122 -1123 -1124 -113 -1131 -1132 -116 -121 -122 -130 -132 -148 -149 -1491 -150 "
    "-153 -158 -159 -161 -162",
    "P0": "-108",
    "P": "-110 -118 -119",
    "P+1": "-114",
    "REFUSED*": "-139 -140",
    "REFUSED": "-134 -141",
    "MORNING": "-133",
    "DAY": "-144 -147 -1472 -160",
    "MONTH": "-1441 -1471",
}


def rows(expected: dict[str, str]) -> list[tuple[int, str]]:
    return [(int(code), letter) for letter, codes in expected.items() for code in codes.split()]


def check_error(error: ChannelError, code: int, letter: str) -> None:
    """Assert that an error is what the class of its code says."""
    error_class, attributes = EXPECTED[letter]
    assert type(error) is error_class
    assert error.code == str(code)
    assert {name: getattr(error, name) for name in attributes} == attributes
    assert not error.is_sent_possible, "an explicit refusal is never in doubt"
