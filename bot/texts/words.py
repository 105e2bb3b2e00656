"""The texts of one language, as a value: a language that lacks one cannot be built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dossiers import Status


@dataclass(frozen=True, slots=True)
class Words:
    """Every text of the conversation in one language; `{…}` are filled in."""

    language: str
    introduction: str
    """What this account is and who answers"""
    welcome: str
    """To somebody who has just followed"""
    safety: str
    """What we never ask for, and how to reach a person"""
    short_footer: str
    """The same after an answer, shorter"""
    nothing_linked: str
    """No dossier is linked to this person"""
    linked: str
    """Before the dossiers"""
    more_dossiers: str
    """There are more than were shown"""
    only_text: str
    """To stickers, pictures and the like"""
    apology: str
    """We failed to work on a message"""
    staff_chat: str
    """To staff who write to the alert bot; `{chat_id}`"""
    dossier: str
    """`{code}`"""
    dossier_of: str
    """`{code}` and `{procedure}`"""
    stands: str
    """`{label}` and `{since}`"""
    agency: str
    """`{agency}`"""
    due: str
    """`{due}`"""
    overdue: str
    """After a due date that has passed"""
    next_step: str
    """`{step}`"""
    labels: Mapping[Status, str]
    """Name of each status"""
    steps: Mapping[Status, str]
    """What comes next, and what the citizen does"""
    format_moment: Callable[[datetime], str]
    """A moment in local time"""
