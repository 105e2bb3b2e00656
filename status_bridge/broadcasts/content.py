"""What is approved, as one hash: text, audience, list, hours, share. Pure."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

from storage.broadcasts import Broadcast, Draft


def hash_content(draft: Draft, *, canary_percent: float, list_digest: bytes | None) -> bytes:
    """Return SHA-256 over the canonical JSON of everything that is approved.

    Any other character, recipient's row, moment or share makes another hash; `list_digest` is that of the list's rows.
    """
    content: dict[str, Any] = {
        "title": draft.title,
        "unit": draft.unit,
        "purpose": draft.purpose,
        "urgent": draft.urgent,
        "category": draft.category,
        "message": draft.message.model_dump(mode="json"),
        "audience": draft.audience.model_dump(mode="json"),
        "list_digest": None if list_digest is None else list_digest.hex(),
        "scheduled_at": None if draft.scheduled_at is None else draft.scheduled_at.astimezone(UTC).isoformat(),
        # As the database keeps it (real), so that one hash comes before and after.
        "canary_percent": f"{canary_percent:.6g}",
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def hash_of(broadcast: Broadcast, list_digest: bytes | None) -> bytes:
    """Return the hash of a broadcast as it stands."""
    return hash_content(broadcast.draft, canary_percent=broadcast.canary_percent, list_digest=list_digest)
