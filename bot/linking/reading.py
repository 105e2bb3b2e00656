"""What a person wants to link, read from their words. Pure."""

from __future__ import annotations

import re

from bot.linking.asking import Target
from dossiers import dossier_from_qr_payload, find_dossier_codes, find_phones, fold

_RELATIVE = re.compile(
    r"\b(?:nguoi than|nguoi nha|gia dinh|relative|my (?:mother|father|parents?|wife|husband|son|daughter|mom|dad)"
    r"|(?:cua|cho|giup|ho) (?:me|ma|bo|ba|cha|tia|vo|chong|ong xa|ba xa|con trai|con gai|anh trai|chi gai|em trai"
    r"|em gai|ong noi|ong ngoai|ba noi|ba ngoai|co|chu|bac|di|cau)\b)"
)
_FORGOT = re.compile(
    r"\b(?:quen|mat|khong nho|ko nho|k nho|khong biet|khong co|lost|forgot)\b.{0,20}"
    r"\b(?:ma|so|bien nhan|giay hen|code|number)\b"
)
_CODE = re.compile(
    r"\b(?:(?:khong|ko|k|chua|chang|ma|gui|nhan|co|thay) (?:\w+ )?(?:ma|otp)(?! ho so)\b|otp|(?:the|no|a|any) code\b)"
)
_UNLINK = re.compile(
    r"\b(?:(?:huy|bo|go|ngung|dung|thoi|xoa|ngat|cat)(?: cai| het| tat ca| moi)? (?:lien ket|ket noi)|unlink)\b"
)
_LINK_WORD = re.compile(r"k.{1,4}t|unlink", re.IGNORECASE)  # "kết", however its accents are written
_ALL = re.compile(r"\b(?:tat ca|het|toan bo|moi ho so|all|everything)\b")


def read_target(text: str) -> Target | None:
    """Return the dossier code in a text, else the mobile phone in it, else a bare code of a lesser-known form."""
    if codes := find_dossier_codes(text):
        return Target(code=codes[0])
    if phones := find_phones(text):
        return Target(phone=phones[0])
    if (
        len(text) <= 200
        and not any(sign.isspace() for sign in text.strip())
        and (code := dossier_from_qr_payload(text))
    ):
        return Target(code=code)
    return None


def is_about_relative(text: str) -> bool:
    """Say whether a text is about a relative's dossier."""
    return bool(_RELATIVE.search(fold(text)))


def has_forgotten(text: str) -> bool:
    """Say whether somebody has lost the code, and needs the way by the phone."""
    return bool(_FORGOT.search(fold(text)))


def speaks_of_code(text: str) -> bool:
    """Say whether somebody who waits for a one-time code says that it does not come, or asks what it is."""
    return bool(_CODE.search(fold(text)))


def wants_unlinking(text: str) -> bool:
    """Say whether somebody wants links to end."""
    # Quickly, as most texts are about something else: folding takes longer.
    return bool(_LINK_WORD.search(text)) and bool(_UNLINK.search(fold(text)))


def means_all(text: str) -> bool:
    """Say whether it is about all of them."""
    return bool(_ALL.search(fold(text)))
