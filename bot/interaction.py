"""Which deeds open the platform's window, in which a consultation message may be written (docs: zalo 4.7, grade C).

Presses on menus and on `oa.query.*` buttons arrive as messages. Accepted calls, which count too, are not stored as
somebody's events, so they open nothing here: a consultation message less, and nothing refused.
"""

from __future__ import annotations

from bot.updates import Update, UpdateKind

_OPENING = frozenset(UpdateKind) - {
    UpdateKind.GROUP,
    UpdateKind.UNFOLLOWED,
    UpdateKind.CONTACT_SHARED,
    UpdateKind.WITHDREW,
    UpdateKind.STAFF_WROTE,
}


def opens_window(update: Update) -> bool:
    """Whether the person may be written to for a while because of this."""
    return update.kind in _OPENING
