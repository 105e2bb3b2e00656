"""Who may be written to, and who pays: the window of seven days, the free 48 hours, the package (docs: zalo 4.7)."""

from datetime import datetime
from typing import Any

from emulator.clock import VIETNAM
from emulator.config import EmulatorConfig
from emulator.credentials import OA_ID
from emulator.errors import Refused
from emulator.phones import Phone
from emulator.state import Emulator

FREE_WINDOW_MS = 48 * 3600 * 1000
WINDOW_MS = 7 * 24 * 3600 * 1000
PACKAGE_ENDS = "31/12/2099"
UNLIMITED_REPLIES = 999_999_999  # no source tells how "unlimited" is written
OUT_OF_QUOTA = -211


def admit(phone: Phone, emulator: Emulator) -> dict[str, Any]:
    """Take one consultation message for this person; the answer's `quota` (docs: zalo 4.3).

    Raises Refused: -222, -227 unreachable; -230, -232 outside the window; -211 (older: -305, -311) nothing left.
    """
    check_reachable(phone)
    now_ms, config = emulator.clock.now_ms(), emulator.config
    is_free = check_window(phone, now_ms)
    quota = charge(phone, is_free, config.package_replies - emulator.package_used, config)
    if quota["quota_type"] == "sub_quota":
        emulator.package_used += 1
        return _owned(quota, PACKAGE_ENDS)
    return _owned(quota, _day(phone.last_interaction_ms + FREE_WINDOW_MS))


def take_from_package(emulator: Emulator) -> dict[str, Any]:
    """Pay one message from the package; the answer's `quota`. Raises Refused(-211)."""
    config = emulator.config
    quota = take_package(config.package_replies - emulator.package_used, config)
    emulator.package_used += 1
    return _owned(quota, PACKAGE_ENDS)


def check_reachable(phone: Phone) -> None:
    """Whether anything of the account can reach this person (docs: zalo 4.7). Raises Refused: -222, -227."""
    if not phone.zalo or phone.inactive:
        raise Refused(-222)
    if phone.blocked:
        raise Refused(-227)


def check_window(phone: Phone, now_ms: int) -> bool:
    """Whether the free 48 hours are open. Raises Refused: -232 never spoke, -230 more than seven days ago."""
    if not phone.last_interaction_ms:
        raise Refused(-232)
    age_ms = now_ms - phone.last_interaction_ms
    if age_ms > WINDOW_MS:
        raise Refused(-230)
    return age_ms <= FREE_WINDOW_MS


def count_free_replies(config: EmulatorConfig) -> int:
    """Free replies of one window; a large number when the settings know no limit."""
    return UNLIMITED_REPLIES if config.free_replies_per_window is None else config.free_replies_per_window


def charge(phone: Phone, is_free_window: bool, package_left: int, config: EmulatorConfig) -> dict[str, Any]:
    """`quota_type`, `remain` and `total` after taking this message; the type tells who paid.

    Raises Refused: -211; with `older_reply_codes` the package stays as it is, and -305 or -311 is answered.
    """
    total = count_free_replies(config)
    if is_free_window and phone.free_replies_used < total:
        phone.free_replies_used += 1
        return {"quota_type": "reply", "remain": str(total - phone.free_replies_used), "total": str(total)}
    if config.older_reply_codes:
        raise Refused(-311 if is_free_window else -305)
    return take_package(package_left, config)


def take_package(package_left: int, config: EmulatorConfig) -> dict[str, Any]:
    """`quota_type`, `remain` and `total` after taking one message from the package. Raises Refused(-211)."""
    if package_left <= 0:
        raise Refused(OUT_OF_QUOTA)
    return {"quota_type": "sub_quota", "remain": str(package_left - 1), "total": str(config.package_replies)}


def _owned(quota: dict[str, Any], ends: str) -> dict[str, Any]:
    return {**quota, "expired_date": ends, "owner_type": "OA", "owner_id": OA_ID}


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, VIETNAM).strftime("%d/%m/%Y")
