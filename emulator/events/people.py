"""What a citizen does beside writing: follow, share, withdraw, call, consent (docs: zalo 7.4)."""

from typing import Any

from emulator.events.envelope import Event, of_account, of_user, user_to_account
from emulator.phones import Phone

CONSENT_MS = 180 * 86_400_000  # how long a consent lasts is nowhere told; half a year looks real


def relationship(event_name: str, phone: Phone, now_ms: int, source: str = "oa_profile") -> Event:
    """`follow` and `unfollow`: no sender and recipient, but `oa_id` and `follower`."""
    who = {"user_id_by_app": phone.user_id_by_app, "source": source, "follower": {"id": phone.user_id}}
    return of_account(event_name, who, now_ms)


def clicked_chatnow(phone: Phone, now_ms: int) -> Event:
    """`user_click_chatnow`: once per citizen and account; it opens the window."""
    return of_user("user_click_chatnow", phone, {}, now_ms)


def withdrew(phone: Phone, now_ms: int) -> Event:
    """`user_withdraw`: the citizen takes consent back; whoever hears it deletes the citizen's data."""
    return of_user("user_withdraw", phone, {}, now_ms)


def submitted_info(phone: Phone, info: dict[str, Any], now_ms: int) -> Event:
    """`user_submit_info`: `info` in its newer or older shape, as it is."""
    return user_to_account("user_submit_info", phone, {"info": info}, now_ms)


def replied_consent(phone: Phone, choice: str, now_ms: int) -> Event:
    """`user_reply_consent`: `choice` is ALLOW or USER_BLOCKED; only an allowed call has an end."""
    fields = {
        "phone": phone.phone,
        "user_consent": choice,
        "confirmed_time": str(now_ms),
        "expired_time": str(now_ms + CONSENT_MS) if choice == "ALLOW" else "0",
    }
    return of_account("user_reply_consent", fields, now_ms)


def called(event_name: str, phone: Phone, call: dict[str, Any], now_ms: int) -> Event:
    """`user_call_oa` and `oa_call_user`: `call` holds call_id, call_type, init_time, durations, status_code."""
    return of_user(event_name, phone, call, now_ms)
