"""Messages of the Bot Platform (docs: zalo 8)."""

from typing import Any


def read(_direction: str, _template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """The text of a message."""
    return {"kind": "text", "text": str(request.get("text", ""))}
