"""Contexts for tests that touch neither servers nor platforms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from bot.answers import Answer
from bot.context import Context
from bot.fsm import BLANK, Standing
from bot.services import ChatConfig, ChatServices
from bot.understanding import Entities, Label, Meaning
from bot.updates import Update, UpdateKind
from storage.citizens import Citizen
from storage.conversations import Conversation
from storage.crypto import Cipher, generate_key
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Heard:
    """What the person was told."""

    answers: list[Answer] = field(default_factory=list)

    async def __call__(self, answer: Answer) -> None:
        self.answers.append(answer)

    @property
    def texts(self) -> list[str]:
        return [answer.text for answer in self.answers]


def make_context(
    text: str | None = "Xin chào",
    *,
    kind: UpdateKind = UpdateKind.TEXT,
    heard: Heard | None = None,
    conversation: Conversation | None = None,
    standing: Standing = BLANK,
    **citizen: Any,
) -> Context:
    """A context without a database."""
    services = ChatServices(cast("Database", None), Cipher([generate_key()]), ChatConfig(), ring=lambda _lane: None)
    return Context(
        update=Update("e-1", "zalo", kind, "user", "user", text=text),
        citizen=Citizen(**{"id": 1, "language": "vi", "follows": None} | citizen),
        entry_id=7,
        services=services,
        now=NOW,
        say=heard or Heard(),
        conversation=conversation,
        standing=standing,
    )


def meaning(label: Label = Label.FEE, confidence: float = 0.9, *, is_english: bool = False, **more: Any) -> Meaning:
    """What a text is taken for."""
    return Meaning(label, confidence, Entities(is_english=is_english), **more)


def reads_as(value: Meaning) -> Callable[..., Meaning]:
    """An understanding that takes every text for this."""
    return lambda _text, **_now: value
