"""Small questions about an event: no, yes, or yes with extras. The only place that looks into a platform's payloads."""

from __future__ import annotations

from bot.context import Context
from bot.router import Match
from channels.zalo.events import Relationship, RelationshipChange, UserMessage


async def has_text(context: Context) -> Match:
    """A message with words in it; extra `text`, as it was typed."""
    payload = context.event.payload
    if isinstance(payload, UserMessage) and payload.text and payload.text.strip():
        return {"text": payload.text}
    return False


async def changes_following(context: Context) -> Match:
    """Somebody followed the account, or no longer does; extra `follows`."""
    payload = context.event.payload
    if not isinstance(payload, Relationship):
        return False
    if payload.change is RelationshipChange.FOLLOWED:
        return {"follows": True}
    return {"follows": False} if payload.change is RelationshipChange.UNFOLLOWED else False
