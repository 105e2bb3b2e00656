"""Figures as people read them: 12.345,6 in Vietnamese, 12,345.6 in English; pure."""

from __future__ import annotations

from typing import Final

_SIGNS: Final = {"vi": (".", ","), "en": (",", ".")}
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_UNITS: Final = {"vi": ("giây", "phút", "giờ", "ngày"), "en": ("s", "min", "h", "d")}
NOTHING: Final = "–"


def number(value: float | None, digits: int = 0, *, language: str = "vi") -> str:
    """Return a figure with its thousands set apart and that many decimals; a dash for None."""
    if value is None:
        return NOTHING
    thousands, point = _SIGNS[language]
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\0").replace(".", point).replace("\0", thousands).replace("-", "−")


def money(vnd: float | None, *, language: str = "vi") -> str:
    """Return an amount in đồng; a dash for None."""
    return NOTHING if vnd is None else f"{number(vnd, language=language)} đ"


def lasting(seconds: float | None, *, language: str = "vi") -> str:
    """Return a duration in its largest fitting unit: `0,8 giây`, `41 phút`, `3,5 giờ`; a dash for None."""
    if seconds is None:
        return NOTHING
    sizes = (1, _MINUTE, _HOUR, _DAY)
    place = max(i for i, size in enumerate(sizes) if i == 0 or seconds >= size)
    amount = seconds / sizes[place]
    digits = 0 if amount >= 10 or round(amount, 1) == int(amount) else 1
    return f"{number(amount, digits, language=language)} {_UNITS[language][place]}"
