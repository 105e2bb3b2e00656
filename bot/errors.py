"""What the bot raises.

BotError
├── CannotStore       neither PostgreSQL nor the local spool took an event: answer 503, the platform repeats it
├── SpoolFailed       the spool's directory cannot be written (full, read-only, gone)
├── LeaseLost         another process works on this inbox entry now: stop, and send nothing
└── ConversationBusy  somebody else works on this citizen's conversation: put the entry back for a moment
"""


class BotError(Exception):
    """Base of everything this room raises on purpose."""


class CannotStore(BotError):
    """Neither PostgreSQL nor the local spool took an event. Answer 503, so that the platform repeats it."""


class SpoolFailed(BotError):
    """The spool's directory cannot be written. Free space, or fix the rights of HOSO_DATA_DIR."""


class LeaseLost(BotError):
    """Another process works on this entry now, or will soon. Stop without sending anything."""


class ConversationBusy(BotError):
    """Somebody else works on this citizen's conversation. Put the entry back; it is tried again in a moment."""
