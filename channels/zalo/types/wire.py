"""Base of Zalo's answers; their envelope is read in `calls.py` (docs: zalo 1 "Envelope")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from channels import wire


class WireModel(wire.WireModel):
    """Base of what answers hold."""

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read the whole answer; most results are its `data`. Raises pydantic's `ValidationError`."""
        data = document.get("data")
        return cls.model_validate(data if isinstance(data, dict) else {})


class Nothing(WireModel):
    """Calls whose answer holds no more than "it was done"."""
