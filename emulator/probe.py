"""What the console does when somebody saves a webhook's address: two calls that both must get 200.

docs: zalo 7.2 "URL save probe", grade C. There is no GET and no challenge.
"""

from typing import Any

import aiohttp

from emulator.config import EmulatorConfig
from emulator.courier import Call
from emulator.credentials import APP_ID
from emulator.envelopes import encode
from emulator.signature import CONTENT_TYPE, signed_headers

CANNOT_CONNECT = "Không thể kết nối với webhook"
EMPTY = b"{}"
# Ids that are nobody's: the receiver answers 200 and drops the event.
FOREIGN_USER_ID = "246845883529197922"
FOREIGN_USER_ID_BY_APP = "552177279717587730"
FOREIGN_OA_ID = "388613280878808645"


async def probe_webhook(url: str, config: EmulatorConfig, now_ms: int) -> dict[str, Any]:
    """Knock twice: `{"empty": status, "sample": status, "ok"}` (null for no answer), with `message` when not ok."""
    sample = encode(make_sample(now_ms))
    calls = {
        "empty": Call("POST", url, {"Content-Type": CONTENT_TYPE}, EMPTY),
        "sample": Call("POST", url, signed_headers(sample, str(now_ms), config), sample),
    }
    timeout = aiohttp.ClientTimeout(total=config.webhook_deadline_seconds)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        found: dict[str, Any] = {name: await _knock(session, call) for name, call in calls.items()}
    is_ok = all(status == 200 for status in found.values())
    return {**found, "ok": is_ok} if is_ok else {**found, "ok": False, "message": CANNOT_CONNECT}


def make_sample(now_ms: int) -> dict[str, Any]:
    """The console's example: a `user_send_text` of a stranger to an account that is not ours."""
    return {
        "app_id": APP_ID,
        "user_id_by_app": FOREIGN_USER_ID_BY_APP,
        "event_name": "user_send_text",
        "timestamp": str(now_ms),
        "sender": {"id": FOREIGN_USER_ID},
        "recipient": {"id": FOREIGN_OA_ID},
        "message": {"msg_id": "This is message id", "text": "This is testing message"},
    }


async def _knock(session: aiohttp.ClientSession, call: Call) -> int | None:
    try:
        async with session.request(
            call.method, call.url, data=call.body, headers=call.headers, allow_redirects=False
        ) as answer:
            return answer.status
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
