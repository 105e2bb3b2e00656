"""Short messages (docs: zalo 10)."""

from typing import Any


def read(_direction: str, _template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """The text of a short message."""
    return {"kind": "sms", "text": str(request.get("Content", ""))}
