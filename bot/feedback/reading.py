"""What a message of feedback says: is there more than the wish to give some, what kind is it, which number is meant."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from dossiers.text import fold
from storage.tickets import ALPHABET, NUMBER_CHARS, PREFIXES

MIN_WORDS: Final = 3
"""Fewer, beside the wish itself, are no feedback yet."""
MAX_PLAIN_WORDS: Final = 12
"""A mere question is short."""
MAX_QUESTION_WORDS: Final = 14
"""A question about one's own ticket is short; a longer message tells of something."""


class Topic(StrEnum):
    """Kinds of feedback."""

    COMPLAINT = "complaint"
    PETITION = "petition"
    PRAISE = "praise"


_WISH_WORDS: Final = """
    da vang a oi cho toi tui em minh con chau anh chi co chu bac muon xin duoc gui mot vai y phan gop kien nghi khieu
    nai to cao don khen danh gia voi ve viec hoi hay lam sao the nao cach o dau chinh quyen thanh pho cong dich vu ban
    ad admin shop nhe nha ha hi would like want i make give send an some my the feedback complaint complain petition
    praise suggestion please about how can do
"""
_WISHES = frozenset(_WISH_WORDS.split())
_PRAISE = re.compile(
    r"\b(khen|cam on|rat tot|hai long|tuyet voi|nhiet tinh|chu dao|than thien|praise|thank|excellent|great|helpful)\b"
)
_NO_PRAISE = re.compile(
    r"\b(khong|ko|k|chua|chang|cha|dau co) (duoc |he |co )?(hai long|nhiet tinh|tot|than thien|chu dao)\b|"
    r"\b(not|un)\s?(happy|satisfied|helpful)\b|\b(khieu nai|gay kho|qua lau|tre hen|thai do|to cao|buc xuc|te qua)\b"
)
_PETITION = re.compile(r"\b(kien nghi|de nghi|de xuat|gop y|nen |mong (thanh pho|phuong|so)|suggest|petition|propose)")
_NUMBER = re.compile(rf"\b({'|'.join(PREFIXES.values())})[-\s–]?([{ALPHABET}]{{{NUMBER_CHARS}}})\b")
_OWN = re.compile(
    r"\b(phan anh|gop y|khieu nai|kien nghi|don|yeu cau|ticket) .{0,20}?cua "
    r"(toi|tui|em|minh|con|chau|ong|ba|co|chu|bac|anh|chi)\b|"
    r"\b(toi|tui|em|minh|con|chau)?\s?(da|co) (gui )?(phan anh|gop y|khieu nai|kien nghi)\b|"
    r"\b(ma|so) (phan anh|kien nghi|khieu nai)\b|\bmy (feedback|complaint|petition|ticket|request)\b"
)
_PROGRESS = re.compile(
    r"\b(toi dau|den dau|di dau|ra sao|sao roi|the nao roi|xong chua|roi chua|chua vay|chua a|tra loi chua|giai quyet "
    r"chua|xu ly chua|chua ai|chua (co |duoc )?(tra loi|giai quyet|xu ly|phan hoi)|tinh trang|ket qua|bao gio|khi nao|"
    r"status|where|how far|progress|any news|any update|any answer|answered|what about|what happened|happening)\b"
)
_QUESTION = re.compile(
    r"\b(o dau|o mo|cho nao|(toi|den) dau( roi)?|bao gio|khi nao|khi mo|bao lau|bao nhieu|may gio|"
    r"can (giay to )?(gi|chi)|giay to (gi|chi)|(co|ko) (lam|mo|nghi)( viec| cua)? (khong|ko|k|hong)|"
    r"where|when|how (much|long|do)|what (papers|time)|is it open)\b"
)
_GRIEVANCE = re.compile(
    r"\b(lau qua|qua lau|cham|tre|thai do|buc xuc|khong ai|ko ai|chang ai|vo ly|te|gay kho|cai kieu|lam an|"
    r"slow|late|rude|nobody|unfair|angry)\b"
)
_YES = re.compile(
    r"(da |vang |u |uh |thoi |roi )?(gui|gui di|gui luon|gui ngay|dong y|ok|oke|okay|co|dung|dung roi|dung vay|"
    r"xac nhan|vang|da|duoc|u|uh|yes|send|send it|confirm|y|correct)( a| nhe| nha)?"
)
_NO = re.compile(
    r"(da |vang )?(thoi|thoi khoi|khong|khong gui|khong gui nua|thoi khong gui|thoi khong gui nua|khoi|huy|"
    r"huy bo|bo qua|khong can nua|thoi khong can nua|cancel|no|stop it|never mind|do not send|"
    r"don't send)( a| nhe| nha)?"
)


def has_substance(text: str) -> bool:
    """Return whether a message tells of something, beyond the wish to give feedback."""
    words = re.findall(r"\w+", fold(text))
    return len([word for word in words if word not in _WISHES]) >= MIN_WORDS


def is_plain_question(text: str) -> bool:
    """Return whether a message merely asks something, without telling what was wrong."""
    folded = fold(text)
    if len(folded.split()) > MAX_PLAIN_WORDS or _GRIEVANCE.search(folded):
        return False
    return text.rstrip().endswith("?") or _QUESTION.search(folded) is not None


def find_topic(text: str) -> Topic:
    """Return the kind of feedback; in doubt a complaint, which is answered in any case."""
    folded = fold(text)
    if _PRAISE.search(folded) and not _NO_PRAISE.search(folded):
        return Topic.PRAISE
    if _PETITION.search(folded) and not _NO_PRAISE.search(folded):
        return Topic.PETITION
    return Topic.COMPLAINT


def find_number(text: str) -> str | None:
    """Return the number of a ticket in a text, in its one written form: PA-7K2M9QXT."""
    found = _NUMBER.search(fold(text).upper())
    return f"{found[1]}-{found[2]}" if found else None


def asks_for_state(text: str) -> bool:
    """Return whether somebody asks how far their own feedback is."""
    folded = fold(text)
    if len(folded.split()) > MAX_QUESTION_WORDS:
        return False
    return bool(_OWN.search(folded) and _PROGRESS.search(folded))


def says_yes(text: str) -> bool:
    """Return whether a whole message agrees."""
    return bool(_YES.fullmatch(fold(text).strip(" .!,")))


def says_no(text: str) -> bool:
    """Return whether a whole message takes the matter back."""
    return bool(_NO.fullmatch(fold(text).strip(" .!,")))
