"""Keeps what the person wrote; the answers follow by themselves (`bot/transcript.py`)."""

from __future__ import annotations

import re

from bot.context import Context
from bot.dispatcher import Next
from bot.updates import UpdateKind
from dossiers import redact
from storage.conversations import Said

_FEWEST_DIGITS = 8
"""Shorter is neither a phone nor an identity number, however it is written."""
_CODE = re.compile(r"\b[A-Z]\d{2}(?:\.\d{1,3}){1,4}-\d{6}-\d{4,6}\b")
"""A dossier code as it is printed."""


async def keep_transcript(context: Context, next_: Next) -> bool:
    """Write down a message before it is answered. What is said in groups is nobody's conversation with us.

    Numbers of phones and identity cards are hidden, unless a person of ours reads along: they may need them.
    """
    update, conversation = context.update, context.conversation
    is_staff = update.kind is UpdateKind.STAFF_WROTE
    if context.transcript is None or update.kind is UpdateKind.GROUP or not (update.is_message or is_staff):
        return await next_(context)
    text = update.text
    if text is not None and not is_staff and (conversation is None or conversation.mode == "bot"):
        text = _without_personal_numbers(text)
    said = Said(
        context.citizen.id,
        "officer" if is_staff else "citizen",
        UpdateKind.TEXT.value if is_staff else update.kind.value,
        text=text,
        entry_id=context.entry_id,
        label=None if context.meaning is None else context.meaning.label.value,
        message_id=update.message_id,
        at=context.received_at,
    )
    context.transcript.hear(said)
    return await next_(context)


def _without_personal_numbers(text: str) -> str:
    # Most messages have none, and looking closely costs more than all the rest of this way.
    digits = sum(map(str.isdigit, _CODE.sub("", text)))
    return text if digits < _FEWEST_DIGITS else redact(text)
