"""Signed webhook events to measure with: all invented, none alike, in the platform's shapes (docs: zalo 7.3, 7.4)."""

import json
from typing import Any

from pydantic import SecretStr

from benchmarks.press import prepare
from channels.zalo.routes import WEBHOOK_PATH as PATH
from channels.zalo.signature import SIGNATURE_HEADER, sign

APP_ID = "1234567890123456789"
OA_ID = "388613280878808645"
OA_SECRET = SecretStr("oa-secret-for-the-benchmark")
_BORN_MS = 1_767_225_600_000


def signed_requests(count: int, *, run: str) -> list[bytes]:
    """Return `count` requests, ready to be written to a socket: two texts, a delivery, a reading, and again."""
    return [_request(number, run) for number in range(count)]


def _request(number: int, run: str) -> bytes:
    timestamp = str(_BORN_MS + number)
    document = {"app_id": APP_ID, "timestamp": timestamp} | _content(number, f"{run}-{number}")
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    mac = sign(app_id=APP_ID, body=body, timestamp=timestamp, secret=OA_SECRET)
    return prepare(PATH, body, {SIGNATURE_HEADER: f"mac={mac}"})


def _content(number: int, message_id: str) -> dict[str, Any]:
    person = str(246_845_883_529_000_000 + number % 100_000)
    if number % 4 < 2:
        return {
            "user_id_by_app": person[::-1],
            "event_name": "user_send_text",
            "sender": {"id": person},
            "recipient": {"id": OA_ID},
            "message": {"msg_id": message_id, "text": "Cho tôi hỏi hồ sơ H17.33.2-260302-0001 tới đâu rồi ạ?"},
        }
    if number % 4 == 2:
        return {
            "event_name": "user_received_message",
            "sender": {"id": OA_ID},
            "recipient": {"id": f"849{number % 100_000_000:08d}"},
            "message": {
                "msg_id": message_id,
                "tracking_id": f"n-{message_id}",
                "delivery_time": str(_BORN_MS + number),
            },
        }
    return {
        "event_name": "user_seen_message",
        "sender": {"id": OA_ID},
        "recipient": {"id": person},
        "message": {"msg_ids": [message_id]},
    }
