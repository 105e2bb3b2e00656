"""What handlers are given: one update, who it is from, where the conversation stands, and the means to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.answers import Answer, Option
from bot.fsm import BLANK, Standing
from bot.texts import Words, words_for
from bot.updates import Update
from storage.citizens import Citizen

if TYPE_CHECKING:
    from bot.services import ChatServices
    from bot.transcript import Transcript
    from bot.understanding import Meaning
    from storage.conversations import Conversation
    from storage.database import Database

Say = Callable[[Answer], Awaitable[None]]


@dataclass(slots=True)
class Context:
    """One update on its way to a handler.

    A handler may be run again after a crash, with the same `entry_id`: its effects must bear that, and it must give
    the same answers in the same order (those that went out are passed over). No transaction may be open while
    `answer` runs.
    """

    update: Update
    citizen: Citizen
    entry_id: int
    services: ChatServices = field(repr=False)
    now: datetime
    """The time to compare dates with, with offset."""
    say: Say = field(repr=False)
    conversation: Conversation | None = None
    """Who answers at the moment; None where nothing was noted yet."""
    standing: Standing = BLANK
    meaning: Meaning | None = field(default=None, repr=False)
    """What a text was understood as; None for other kinds."""
    command: tuple[str, str] | None = field(default=None, repr=False)
    """The name and the argument of a text that is a command, typed, pressed or chosen by its number."""
    received_at: datetime | None = None
    """When the update came to us."""
    transcript: Transcript | None = field(default=None, repr=False)
    """What is said around this update; `transcript.forget()` where nothing of it may be written down."""

    @property
    def database(self) -> Database:
        """For reading and writing."""
        return self.services.database

    @property
    def language(self) -> str:
        """The person's language: vi or en."""
        return self.citizen.language

    @property
    def words(self) -> Words:
        """The common texts in the person's language."""
        return words_for(self.citizen.language)

    @property
    def text(self) -> str:
        """The words of the update, or nothing."""
        return self.update.text or ""

    async def answer(self, text: str, *options: Option) -> None:
        """Send an answer; what it offers to choose may be typed too until the next answer.

        Raises:
            ChannelError: what the platform had against it; handlers let it pass.
        """
        await self.send(Answer(text, options))

    async def send(self, answer: Answer) -> None:
        """As `answer`, for one that has an attachment too."""
        from bot.rendering import typed_choices

        self.standing = replace(self.standing, choices=typed_choices(answer))
        await self.say(answer)

    def go(self, state: StrEnum, **data: Any) -> None:
        """Be in a state from the next message on, with data (JSON values) for it."""
        self.standing = Standing(state.value, data, self.standing.choices)

    def leave(self) -> None:
        """Be in no state any more; what was offered to choose stays."""
        self.standing = Standing(None, {}, self.standing.choices)
