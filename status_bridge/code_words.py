"""What a platform's code means, in our own words, by the channel that answered it."""

from collections.abc import Mapping
from typing import Any, Final

from channels.sms import codes as sms
from channels.zalo import error_codes as zalo

_BY_NUMBER: Final[Mapping[str, Mapping[int, Any]]] = {
    "zalo_oa": zalo.OA,
    "zalo_template": zalo.ZBS,
    "zalo_template_uid": zalo.TEMPLATE_BY_USER,
}
_BY_TEXT: Final[Mapping[str, Mapping[str, Any]]] = {"sms_esms": sms.ESMS, "sms_speedsms": sms.SPEEDSMS}
_OURS: Final = {
    "lease_expired": "the worker that sent it ended, or was frozen for too long",
    "poison": "the second worker ended while it sent this",
    "cancelled": "the worker was stopped while it sent this",
    "too_late": "the lease was nearly over before the platform was called",
    "timeout": "no complete answer in time",
    "deadline": "no answer before the deadline",
    "broken": "the connection broke after the request had left",
    "unreadable": "the answer was none of the platform's",
    "our_limit": "our own rate limit",
    "quota_reserved": "the rest of the quota is kept for others",
    "quiet_hours": "not at this hour",
}


def meaning_of(channel: str | None, code: str | None) -> str | None:
    """Return what `code` means on `channel`, None when nobody knows."""
    if code is None:
        return None
    row = row_of(channel, code)
    return _OURS.get(code) if row is None else str(row.meaning)


def row_of(channel: str | None, code: str) -> Any:
    """Return the row of a platform's table for a code on a channel, None when there is none."""
    if code.lstrip("-").isdigit() and channel is not None and channel in _BY_NUMBER:
        return _BY_NUMBER[channel].get(int(code))
    return _BY_TEXT.get(channel or "", {}).get(code)
