"""What the console's views ask for, and which roles have it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from storage.officers import Role


class Permission(StrEnum):
    """What a view needs. Every view declares exactly one; most are looked at in a unit."""

    NOBODY = "nobody"
    """Needs no sign-in: the sign-in itself, style sheets."""
    SIGNED_IN = "signed_in"
    """Any officer: one's own account."""
    SEE_TODAY = "see_today"
    SEE_DOSSIERS = "see_dossiers"
    ACT_ON_DOSSIERS = "act_on_dossiers"
    """Send again, mark as told otherwise, confirm an apology."""
    SEE_BROADCASTS = "see_broadcasts"
    WRITE_BROADCASTS = "write_broadcasts"
    """Write, upload lists, submit, start, pause, resume, cancel."""
    APPROVE_BROADCASTS = "approve_broadcasts"
    TALK = "talk"
    """Take over conversations, answer tickets."""
    SEE_TALKS = "see_talks"
    SEE_TEXTS = "see_texts"
    WRITE_TEXTS = "write_texts"
    APPROVE_TEXTS = "approve_texts"
    ADMINISTER = "administer"


_EVERY: Final = frozenset(Role)
_AUTHOR: Final = frozenset({Role.AUTHOR})
_APPROVER: Final = frozenset({Role.APPROVER})

ROLES: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.NOBODY: frozenset(),
    Permission.SIGNED_IN: _EVERY,
    Permission.SEE_TODAY: _EVERY,
    Permission.SEE_DOSSIERS: _EVERY,
    Permission.ACT_ON_DOSSIERS: _AUTHOR,
    Permission.SEE_BROADCASTS: _EVERY,
    Permission.WRITE_BROADCASTS: _AUTHOR,
    Permission.APPROVE_BROADCASTS: _APPROVER,
    Permission.TALK: _AUTHOR,
    Permission.SEE_TALKS: frozenset({Role.AUTHOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Permission.SEE_TEXTS: _EVERY,
    Permission.WRITE_TEXTS: _AUTHOR,
    Permission.APPROVE_TEXTS: _APPROVER,
    Permission.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
}
