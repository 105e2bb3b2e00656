"""A linked dossier's way so far, on request: states with their dates, and the messages that were sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answers import Choice
from bot.context import Context
from bot.handlers.status import say_not_linked, tell_linked
from bot.linking import find_linked
from bot.router import Router
from bot.texts.timeline import TimelineWords, words_of
from dossiers import Status
from storage import timelines
from storage.timelines import Step, Told

router = Router("timeline")

MAX_STEPS = 40
"""More than that is not read; the newest stay."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps in a row with the same status: the first time, the last, and how many."""

    status: int
    first: datetime
    last: datetime
    count: int = 1


@router.command("timeline")
async def tell_timeline(context: Context, argument: str) -> None:
    """`#timeline CODE` (or our id of it), of a linked dossier only."""
    if not argument.strip():
        await tell_linked(context)
        return
    dossier = await find_linked(context, argument)
    if dossier is None:
        await say_not_linked(context, argument)
        return
    words = words_of(context.language)
    steps = await timelines.steps_of(context.database, dossier.id)
    told = await timelines.told_of(context.database, dossier.id)
    lines = [words.title.format(code=dossier.code), *_step_lines(steps, words, context)]
    lines += ["", *_told_lines(told, words, context.words.format_moment)]
    await context.answer("\n".join(lines), Choice(words.back, f"#status {dossier.code}"))


def merge(steps: Sequence[Step]) -> list[Stretch]:
    """Return steps with neighbours of one status put together: inner steps repeat 4 (docs: public-services 2.1)."""
    stretches: list[Stretch] = []
    for step in steps:
        if stretches and stretches[-1].status == step.status:
            before = stretches[-1]
            stretches[-1] = Stretch(before.status, before.first, step.at, before.count + 1)
        else:
            stretches.append(Stretch(step.status, step.at, step.at))
    return stretches


def _step_lines(steps: Sequence[Step], words: TimelineWords, context: Context) -> list[str]:
    stretches = merge(steps)
    lines = [words.earlier] if len(stretches) > MAX_STEPS else []
    format_moment = context.words.format_moment
    for one in stretches[-MAX_STEPS:]:
        line = words.step.format(moment=format_moment(one.first), label=context.words.labels[Status(one.status)])
        if one.count > 1:
            line += words.repeated.format(count=one.count, moment=format_moment(one.last))
        lines.append(line)
    return lines or [words.nothing]


def _told_lines(told: Sequence[Told], words: TimelineWords, format_moment: Callable[[datetime], str]) -> list[str]:
    if not told:
        return [words.nothing_told]
    return [
        words.told,
        *(
            words.told_line.format(
                moment=format_moment(one.at),
                label=words.notices[one.kind],
                channel=name_channel(one.channel, words),
            )
            for one in told
        ),
    ]


def name_channel(channel: str | None, words: TimelineWords) -> str:
    """Return how people call a channel, by the first word of its name."""
    return words.channels.get((channel or "").split("_", 1)[0], channel or "?")
