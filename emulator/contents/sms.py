"""Short messages of either gateway (docs: zalo 10); parts and alphabet are told beside the request."""

from typing import Any


def read(_direction: str, _template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """The text: eSMS calls it `Content`, SpeedSMS `content`."""
    return {"kind": "sms", "text": str(request.get("Content", request.get("content", "")))}
