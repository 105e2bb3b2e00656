"""The message that carries a one-time code: an urgent notice that ends with its code.

It goes by the platform's template by phone, then as a short message, and never into the chat: there it would prove
nothing. A decoy's row is written the same way, and is never sent.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from bot.texts.linking import words_of
from storage.notices import NewNotice

KIND: Final = "otp"
"""Delivery knows this kind (status_bridge/route_bars.py): to the phone alone, never again after a doubt, not late."""
LANE: Final = "urgent"
DECOY: Final = "decoy"
"""The reason of a row that is not sent."""


def notice_of_code(
    notice_id: uuid.UUID, digits: str, *, phone: str | None, language: str, seconds: float, now: datetime
) -> NewNotice:
    """Return the notice; without a phone (84…) a row that looks like one and is final. `now` is the database's."""
    words, minutes = words_of(language), max(1, round(seconds / 60))
    return NewNotice(
        id=notice_id,
        dossier_id=None,  # in no dossier's order: a code waits for nothing
        dossier_code=None,
        ordinal=None,
        event_key=None,
        kind=KIND,
        state="pending" if phone else "suppressed",
        reason=None if phone else DECOY,
        demands_action=False,
        language=language,
        phone=phone,
        content={
            "text": words.code_text.format(code=digits, minutes=minutes),
            "sms": words.code_sms.format(code=digits, minutes=minutes),
            "params": {"otp": digits},
        },
        due_at=now if phone else None,
        lane=LANE,
        urgent_until=now + timedelta(seconds=seconds),
    )
