"""The gateways' codes, and which of our errors they are (docs: zalo 10.1, 10.2).

Classes of the sheet: P permanent for this number, H a person is needed, B our bug, T try again.
"""

from __future__ import annotations

from typing import Final

from channels.code_table import CodeTable, Make, make_table, temporary, too_fast, unreachable
from channels.errors import BadMessage, NeedsHuman

# The gateway counts by the second (docs: zalo 10.1, row 160, "TPS"), so a short rest is enough.
TPS_PAUSE_SECONDS: Final = 2.0

_P: Make = unreachable(other=False)  # no phone behind the number: no other channel of the number helps
_T: Make = temporary(max_retries=8)
_H: Make = NeedsHuman
_B: Make = BadMessage

ESMS_ACCEPTED = "100"
ESMS_DUPLICATE = "124"
"""The RequestId was used within 24 hours: the message is the gateway's already."""

ESMS: CodeTable = make_table(
    [
        ("99", unreachable(), "the number is blocked at the gateway", "B"),
        ("101", _H, "ApiKey or SecretKey is wrong", "B"),
        ("102", _H, "no price list", "B"),
        ("103", _H, "the balance is used up", "B"),
        ("104", _H, "the sender name is unknown", "B"),
        ("105", _T, "the message is not found, perhaps not yet", "B"),
        ("107", _B, "rule of the list's size", "B"),
        ("108", _P, "the number is malformed", "B"),
        ("110", _B, "wrong content or type", "B"),
        ("115", _B, "the hashed number is malformed", "B"),
        ("118", _B, "wrong content or type", "B"),
        ("120", _B, "rule of the list's size", "B"),
        ("140", _H, "our address is not on the gateway's list", "B"),
        ("143", _H, "the account is locked", "B"),
        ("146", _H, "the text does not match the registered template", "B"),
        ("160", too_fast(pause_seconds=TPS_PAUSE_SECONDS), "too many messages a second", "B"),
        ("163", _B, "rule of the list's size", "B"),
        ("177", _H, "the carrier is not registered for the sender name", "B"),
        ("199", _T, "the same request is being worked on", "B"),
        ("201", _B, "a forbidden word", "B"),
        ("204", _H, "wrong account or template", "B"),
        ("210", _B, "wrong content or type", "B"),
        ("300", _B, "wrong content or type", "B"),
        ("301", _B, "wrong content or type", "B"),
        ("687", _B, "rule of the list's size", "B"),
        ("789", _H, "wrong account or template", "B"),
        ("790", _H, "wrong account or template", "B"),
        ("791", _H, "wrong account or template", "B"),
        ("799", _H, "wrong account or template", "B"),
        ("801", _H, "over-quota mode is not allowed", "B"),
        ("802", _H, "over-quota mode is not allowed", "B"),
        ("851", _B, "the status query names no message", "B"),
        ("854", _T, "no data for the status query", "B"),
    ]
)

SPEEDSMS: CodeTable = make_table(
    [
        ("007", _H, "our address is locked", "C"),
        ("008", _H, "the account is blocked", "C"),
        ("009", _H, "the account may not do this", "C"),
        ("101", _B, "wrong parameters", "C"),
        ("105", _P, "the number is not valid", "C"),
        ("110", _B, "the text's encoding is not supported", "C"),
        ("113", _B, "the text is too long", "C"),
        ("300", _H, "the balance is used up", "C"),
        ("500", _T, "the gateway failed", "C"),
    ]
)
