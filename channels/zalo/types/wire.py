"""Zalo's envelope: `message` is in either language and never read for meaning (docs: zalo 1 "Envelope")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from channels import wire
from channels.wire import LenientInt, LenientText


class WireModel(wire.WireModel):
    """Base of what answers hold."""

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read the whole answer; most results are its `data`. Raises pydantic's `ValidationError`."""
        data = document.get("data")
        return cls.model_validate(data if isinstance(data, dict) else {})


class Envelope(WireModel):
    """`{"error": 0, "message": "Success", "data": {…}}` of the OA and template hosts."""

    error: LenientInt = None
    message: LenientText = ""


class Nothing(WireModel):
    """Calls whose answer holds no more than "it was done"."""
