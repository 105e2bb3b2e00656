"""What was said around one inbox entry, until it is written down: the person's words, and each part of the answer."""

from __future__ import annotations

from bot.rendering import Rendered
from bot.updates import UpdateKind
from channels.content import Animation, Picture, Sticker
from storage.conversations import Said
from storage.inbox import Entry

MAX_PART = 32_000  # smallint


class Transcript:
    """Collects; nothing is kept before `hear` said that this conversation is (`bot/chat_middlewares/transcript.py`)."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._citizen_id: int | None = None
        self._waiting: list[Said] = []

    def hear(self, said: Said) -> None:
        """Keep this conversation, beginning with what was written to us."""
        self._citizen_id = said.citizen_id
        self._waiting.append(said)

    def forget(self) -> None:
        """Keep nothing of this exchange: what was erased is not written down again."""
        self._citizen_id = None
        self._waiting.clear()

    def add_sent(self, part: int, rendered: Rendered, message_id: str | None) -> None:
        """Add a part that went out, now (with the platform's id) or in an earlier try."""
        if self._citizen_id is None or part > MAX_PART:
            return
        said = Said(
            self._citizen_id,
            "bot",
            _kind_of(rendered).value,
            text=rendered.text,
            entry_id=self._entry.id,
            part=part,
            message_id=message_id,
        )
        self._waiting.append(said)

    def take(self) -> list[Said]:
        """Return what is to be written down now."""
        taken, self._waiting = self._waiting, []
        return taken


def _kind_of(rendered: Rendered) -> UpdateKind:
    match rendered.attachment:
        case None:
            return UpdateKind.TEXT
        case Picture():
            return UpdateKind.PHOTO
        case Animation():
            return UpdateKind.GIF
        case Sticker():
            return UpdateKind.STICKER
        case _:
            return UpdateKind.FILE
