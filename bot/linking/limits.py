"""The limits on asking and guessing: counted in PostgreSQL, under a lock for each subject.

A citizen over their own limit is told so, whatever they ask for. The limits of a phone and of a dossier say nothing:
the answer is the usual one and no code goes out, or they would tell what exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.linking import metrics
from bot.linking.config import LinkingConfig
from storage import guesses
from storage.database import Connection
from storage.guesses import Kind, Window

if TYPE_CHECKING:
    from bot.services import ChatServices

HOUR, DAY = 3600.0, 86400.0
_WRONG = (Kind.ASKED, Kind.TRIED, Kind.LOOKUP, Kind.REFUSED)
_EVERYBODY = "everybody"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the counts say before a deed."""

    citizen_is_over: bool
    others_are_over: bool = False


def citizen_subject(citizen_id: int) -> str:
    """Return how a citizen is counted."""
    return f"citizen:{citizen_id}"


def phone_subject(phone: str | None, code: str | None) -> str:
    """Return how a phone is counted; what has none is counted as if it had one of its own."""
    return f"phone:{phone}" if phone else f"phone of:{code}"


def dossier_subject(code: str) -> str:
    """Return how a dossier is counted."""
    return f"dossier:{code}"


async def before_asking(
    connection: Connection, services: ChatServices, *, citizen: str, phone: str, dossier: str
) -> Standing:
    """Lock the subjects of a code that is asked for, and return what their counts say."""
    config = services.config.linking
    await guesses.lock(connection, services.cipher, (citizen, phone, dossier))
    windows = (
        Window(Kind.ASKED, citizen, HOUR, config.asked_per_citizen_hour),
        Window(Kind.ASKED, phone, HOUR, config.asked_per_phone_hour),
        Window(Kind.ASKED, phone, DAY, config.asked_per_phone_day),
        Window(Kind.ASKED, dossier, DAY, config.asked_per_dossier_day),
        *_wrong_windows(citizen, config),
    )
    over = _reached(await guesses.count(connection, services.cipher, windows), windows)
    return Standing(over[0] or any(over[4:]), any(over[1:4]))


async def may_try(connection: Connection, services: ChatServices, citizen: str) -> bool:
    """Say whether a citizen may type one more code."""
    windows = _wrong_windows(citizen, services.config.linking)
    return not any(_reached(await guesses.count(connection, services.cipher, windows), windows))


async def may_look_up(connection: Connection, services: ChatServices, citizen: str) -> bool:
    """Say whether a citizen may ask about one more dossier that is not linked."""
    windows = (Window(Kind.LOOKUP, citizen, HOUR, services.config.linking.lookups_per_citizen_hour),)
    return not any(_reached(await guesses.count(connection, services.cipher, windows), windows))


async def may_show_photo(connection: Connection, services: ChatServices, citizen: str) -> bool:
    """Note a photo, and say whether it may be looked at: each takes a core for a while."""
    windows = (Window(Kind.PHOTO, citizen, HOUR, services.config.linking.photos_per_citizen_hour),)
    is_allowed = not any(_reached(await guesses.count(connection, services.cipher, windows), windows))
    if is_allowed:
        await guesses.add(connection, services.cipher, Kind.PHOTO, {citizen: False})
    return is_allowed


async def watch(connection: Connection, services: ChatServices, citizen: str) -> None:
    """Raise the alarm when a bound is reached, once in its time; to be called after each deed, right or wrong."""
    config = services.config.linking
    most = config.alarm_per_citizen_day
    windows = [Window(kind, citizen, DAY, most, only_wrong=True) for kind in _WRONG]
    times = sum(await guesses.count(connection, services.cipher, windows))
    total = await guesses.wrong_of_all(connection, seconds=HOUR, most=config.alarm_of_all_hour)
    if times >= most:
        await _alarm(connection, services, citizen, "one person", DAY, times)
    if total >= config.alarm_of_all_hour:
        await _alarm(connection, services, _EVERYBODY, "several people", HOUR, total)


async def _alarm(
    connection: Connection, services: ChatServices, subject: str, scope: str, seconds: float, made: int
) -> None:
    if subject == _EVERYBODY:  # a citizen's is locked already
        await guesses.lock(connection, services.cipher, (subject,))
    told = await guesses.count(connection, services.cipher, (Window(Kind.ALARM, subject, seconds, 1),))
    if any(told):
        return
    await guesses.add(connection, services.cipher, Kind.ALARM, {subject: False})
    metrics.GUESSING.labels(scope).inc()
    advice = "somebody tries dossier codes or one-time codes; nothing was told; see docs/linking.md, Guessing"
    _log.error("linking_guessing", scope=scope, guesses=made, advice=advice)
    services.alarm(
        f"Linking: {made} or more wrong guesses by {scope}. Nothing was told. See docs/linking.md, Guessing."
    )


def _wrong_windows(citizen: str, config: LinkingConfig) -> tuple[Window, ...]:
    return (
        Window(Kind.TRIED, citizen, HOUR, config.wrong_per_citizen_hour, only_wrong=True),
        Window(Kind.TRIED, citizen, DAY, config.wrong_per_citizen_day, only_wrong=True),
    )


def _reached(times: Sequence[int], windows: Sequence[Window]) -> list[bool]:
    return [number >= window.most for number, window in zip(times, windows, strict=True)]
