"""Moments as people write them at the command line."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import typer

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def utc_now() -> datetime:
    """Return the present time with its offset."""
    return datetime.now(UTC)


def check_moment(text: str | None) -> str | None:
    """Return what an option was given, before anything else is started; for `typer.Option(callback=…)`.

    Raises:
        typer.BadParameter: it names no moment.
    """
    if text is not None:
        read_moment(text, now=datetime.now(UTC), zone=ZoneInfo("UTC"))
    return text


def read_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that `text` names, with an offset.

    A date, a date and time (of the city's zone unless it says another), or how long ago: 30m, 12h, 3d.

    Raises:
        typer.BadParameter: it is none of these.
    """
    if text[-1:] in _UNITS and text[:-1].isdigit():
        try:
            return now - int(text[:-1]) * _UNITS[text[-1]]
        except OverflowError:
            raise typer.BadParameter(f"{text!r} is too long ago") from None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment such as 2026-03-02T08:15, 2026-03-02, 12h or 3d") from None
