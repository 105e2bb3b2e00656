"""What may never be lost, whoever talks and however much is sent."""

from __future__ import annotations

from bot.context import Context

COMMANDS = frozenset({"stop", "erase", "withdraw", "end", "person"})
"""Commands of that kind: leave us alone, forget me, a person please."""


def must_hear(context: Context) -> bool:
    """Whether somebody may be in danger, or wants to be left alone."""
    if context.command is not None:
        return context.command[0] in COMMANDS
    meaning = context.meaning
    return meaning is not None and (meaning.is_danger or meaning.is_opt_out)
