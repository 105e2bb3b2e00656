"""What somebody says about messages and data, beyond the label: hours, a pause, a wrong number, what to do. Pure.

All of it is read from folded text, so accents do not matter (docs: public-services 6.4, 4.3).
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from enum import StrEnum

from dossiers.text import fold

MAX_PAUSE = timedelta(days=30)
USUAL_PAUSE = timedelta(days=7)
MAX_CHARS = 300
"""Of a longer text only the beginning is looked at."""

_TIME = r"(\d{1,2})\s*(?:(?:h|g|gio|:)\s*([0-5]\d)?)?\s*(ruoi)?\s*(PARTS)?\b"
_RANGE = re.compile(
    _TIME.replace("PARTS", "sang|trua|chieu|am|pm|dem")
    + r"\s*(?:den|toi|-|–|to|until|till|ra)\s*"
    + _TIME.replace("PARTS", "sang|trua|chieu|toi|am|pm|dem")
)
_AFTERNOON = frozenset({"chieu", "toi", "pm", "trua", "dem"})
_NOT = re.compile(r"\b(dung|khong|ko|k|tranh|ngung|tat|im|don'?t|do not|not|never|no)\b")
_ONLY = re.compile(r"\b(chi|only)\b")
_MESSAGES = re.compile(r"\b(nhan|gui|bao tin|thong bao|tin nhan|lam phien|message|text me|notify|write)\b")
_NIGHT = re.compile(r"\b(ban dem|buoi toi|dem khuya|at night|nua dem)\b")
_DAYTIME = re.compile(r"\b(ban ngay|gio hanh chinh|office hours|daytime|during the day)\b")
_PAUSE = re.compile(r"\b(tam (dung|ngung|hoan|tat|khong)|pause|mot thoi gian|snooze|for a while)\b")
_LENGTH = re.compile(r"(\d{1,3}|mot|hai|ba|one|two|three|a)\s*(tuan|ngay|thang|weeks?|days?|months?)\b")
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "one": 1, "two": 2, "three": 3, "a": 1}
_UNITS = {"tuan": 7, "week": 7, "ngay": 1, "day": 1, "thang": 30, "month": 30}
_WRONG_NUMBER = re.compile(
    r"\b(sai so|nham so|lon so|so nay khong phai|khong phai so|nham nguoi|gui nham|"
    r"khong phai ho so cua (toi|em|minh|tui|con)|toi khong nop ho so|wrong number|"
    r"not my (dossier|number|application))\b"
)
_START = re.compile(
    r"(?:(?:da|vang|ok|toi|em|minh|cho|cho toi|muon|toi muon|xin|hay|nho|please|i want to)\s+)*"
    r"(?:nhan lai|bat lai|dang ky lai|tiep tuc nhan|tiep tuc gui|start|resume|subscribe|resubscribe)"
    r"(?:\s+(?:tin|tin nhan|thong bao|bao tin|nhu cu|di|a|nhe|nha|giup toi|giup|cho toi|receiving|messages|again|"
    r"notices))*"
)
_KNOW = re.compile(
    r"\b((luu|giu|biet|co|thu thap) (nhung |cac )?(gi|thong tin|du lieu|chi)|thong tin gi|du lieu gi|"
    r"(xem|coi) (lai )?(du lieu|thong tin)|what (do you|data|information)|"
    r"(luu|giu) (so|thong tin|du lieu)( \w+){0,4} khong)\b"
)
_COPY = re.compile(r"\b(ban sao|sao chep|ban day du|xuat du lieu|trich xuat|copy|export)\b")
_ERASE = re.compile(r"\b(xoa|go bo|loai bo|bo so|huy du lieu|delete|erase|remove|forget)\b")
_KEEP_NOT = re.compile(
    r"\b((dung|khong|ko|k|thoi|ngung|khong muon|khong cho) (luu|giu|thu thap)|"
    r"(rut|bo|lay|dua|go|loai) .{0,25}\b(khoi|ra)|don sach|quen (toi|tui|minh|em) di|"
    r"stop keeping|do not keep|don't keep)\b"
)
_WITHDRAW = re.compile(
    r"\b((rut|huy|thu hoi|bo|rut lai) (lai )?(su )?(dong y|chap thuan|uy quyen|consent)|khong dong y|"
    r"withdraw|revoke)\b"
)


class DataWish(StrEnum):
    """What is wanted of one's data."""

    KNOW = "know"
    COPY = "copy"
    ERASE = "erase"
    WITHDRAW = "withdraw"


def read_data_wish(text: str) -> DataWish:
    """Return what is wanted. What is not clear gets what is known, under which erasure and all the rest is offered."""
    said = fold(text[:MAX_CHARS])
    if _ERASE.search(said):
        return DataWish.ERASE
    if _WITHDRAW.search(said):
        return DataWish.WITHDRAW
    if _COPY.search(said):
        return DataWish.COPY
    return DataWish.ERASE if _KEEP_NOT.search(said) and not _KNOW.search(said) else DataWish.KNOW


def read_quiet_hours(text: str) -> tuple[time, time] | None:
    """Return the local hours without messages that a text asks for, from and to; over midnight the first is later.

    "chỉ nhắn từ 8h đến 17h" is 17:00 to 08:00, "đừng nhắn từ 22h đến 6h" is 22:00 to 06:00. None: no hours named.
    """
    said = fold(text[:MAX_CHARS])
    if match := _RANGE.search(said):
        before = said[: match.start()]
        wants_quiet = bool(_NOT.search(before)) and not _ONLY.search(before)
        return _range(match, wants_quiet=wants_quiet)
    if _NIGHT.search(said):
        return time(21), time(7)
    return (time(17), time(8)) if _DAYTIME.search(said) else None


def wants_hours(text: str) -> bool:
    """Return whether a text is about the hours of messages, and not of an office."""
    said = fold(text[:MAX_CHARS])
    is_about_messages = _MESSAGES.search(said) and (_ONLY.search(said) or _NOT.search(said))
    return bool(is_about_messages) and read_quiet_hours(text) is not None


def _range(match: re.Match[str], *, wants_quiet: bool) -> tuple[time, time] | None:
    first, second = _time(match.groups()[:4]), _time(match.groups()[4:])
    if first is None or second is None:
        return None
    may_mean_afternoon = 0 < second.hour < 12 and match[8] is None and match[4] in (None, "sang", "am")
    if not wants_quiet and may_mean_afternoon and second < first < (later := second.replace(hour=second.hour + 12)):
        second = later  # "từ 8h đến 5h": nobody means the next morning
    if first == second:
        return None
    return (first, second) if wants_quiet else (second, first)


def _time(parts: tuple[str | None, ...]) -> time | None:
    hour, minute, half, part = int(parts[0] or 0), parts[1], parts[2], parts[3]
    if part in _AFTERNOON and hour < 12 and not (part == "trua" and hour >= 10) and not (part == "dem" and hour < 6):
        hour += 12
    elif part in {"am", "dem"} and hour == 12:
        hour = 0
    if hour == 24:
        hour = 0
    return time(hour, 30 if half else int(minute or 0)) if hour < 24 else None


def read_pause(text: str) -> timedelta | None:
    """Return for how long a text asks for silence, at most `MAX_PAUSE`; None where it is about no pause."""
    said = fold(text[:MAX_CHARS])
    length = _LENGTH.search(said)
    if not _PAUSE.search(said):
        return None
    if length is None:
        return USUAL_PAUSE
    number = _NUMBERS.get(length[1]) or int(length[1])
    days = number * _UNITS[length[2].removesuffix("s")]
    return min(timedelta(days=max(days, 1)), MAX_PAUSE)


def is_wrong_number(text: str) -> bool:
    """Return whether somebody says that a message was meant for somebody else."""
    return _WRONG_NUMBER.search(fold(text[:MAX_CHARS])) is not None


def wants_start(text: str) -> bool:
    """Return whether the whole text asks for messages again."""
    return len(text) <= MAX_CHARS and _START.fullmatch(fold(text).strip(" .!")) is not None
