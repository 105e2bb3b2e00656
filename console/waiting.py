"""How long somebody is asked to wait before the next try, in words."""

from __future__ import annotations

import math
from collections.abc import Callable

_MINUTES_FROM_SECONDS = 90


def ask_to_wait(t: Callable[..., str], seconds: float) -> str:
    """Return the sentence, rounded up: who waits so long is heard again."""
    if seconds > _MINUTES_FROM_SECONDS:
        return t("sign_in.errors.wait_minutes", minutes=math.ceil(seconds / 60))
    return t("sign_in.errors.wait_seconds", seconds=math.ceil(seconds))
