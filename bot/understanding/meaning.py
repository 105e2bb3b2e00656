"""What a citizen's message means: one of fourteen labels, and what is named in it. docs: public-services 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Label(StrEnum):
    """What the citizen wants; the boundaries are those of docs: public-services 5."""

    DOSSIER_STATUS = "dossier_status"
    LINK_DOSSIER = "link_dossier"
    LIST_DOSSIERS = "list_dossiers"
    PROCEDURE_PAPERS = "procedure_papers"
    FEE = "fee"
    WHERE_WHEN = "where_when"
    POSTAL_DELIVERY = "postal_delivery"
    FEEDBACK = "feedback"
    TALK_TO_OFFICER = "talk_to_officer"
    STOP_NOTIFICATIONS = "stop_notifications"
    DELETE_DATA = "delete_data"
    HELP = "help"
    GREETING_THANKS = "greeting_thanks"
    OUT_OF_SCOPE = "out_of_scope"


LABELS: tuple[Label, ...] = tuple(Label)
"""The labels in the order of the model's columns."""


@dataclass(frozen=True, slots=True)
class DateSaid:
    """A day as the citizen said it."""

    words: str
    """As typed: "hôm qua", "12/5", "rằm" """
    day: date | None = None
    """The day meant, seen from ``now``; None when the words do not tell"""


@dataclass(frozen=True, slots=True)
class Entities:
    """What is named in the message. Every tuple is in the order of the text, each value once."""

    dossier_codes: tuple[str, ...] = ()
    """Complete codes in their one written form, also social insurance file numbers"""
    code_tails: tuple[str, ...] = ()
    """Ends of codes ("hồ sơ 0056"): look for them only among the asker's own dossiers. docs: public-services 3.3"""
    procedure_codes: tuple[str, ...] = ()
    """``d.dddddd``, without the unit"""
    procedures: tuple[str, ...] = ()
    """Short names of the procedures named in plain words, as "Đăng ký khai sinh" for "giấy khai sinh" """
    phones: tuple[str, ...] = ()
    """Mobile numbers as ``84…``"""
    dates: tuple[DateSaid, ...] = ()
    places: tuple[str, ...] = ()
    """"phường Hải Châu", "Hội An": as people write them, in their proper spelling where known"""
    is_english: bool = False
    """Whether the message is English"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The answer of ``understand``."""

    label: Label
    confidence: float
    """0 to 1: the share of such answers that are right (calibrated on the training utterances by cross-validation)"""
    entities: Entities
    second: Label | None = None
    """Another wish in the same message: answer the first, offer this one"""
    is_opt_out: bool = False
    """The whole message is an opt-out word. docs: public-services 6.4"""
    is_unclear_opt_out: bool = False
    """An opt-out word typed so that it may be another word ("dung" is also đúng and dùng, "huy" a name): after a
    question ask again. Only ever true together with ``is_opt_out``."""
    is_danger: bool = False
    """Somebody may be in danger: emergency numbers and an officer first. docs: public-services 5"""
