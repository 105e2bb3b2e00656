"""The second act of `hoso demo`: the citizen writes to the account in plain words, and gets answers to act on.

Everything goes the real way: the emulator's phone, the signed webhook, the inbox, the bot, and back to the phone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.catalogue.samples import import_samples
from hoso.site import Site

ANSWER_SECONDS = 15.0
_POLL_SECONDS = 0.05

Ask = Callable[..., Awaitable[Any]]
"""`ask(method, path, **options)`: the emulator's control addresses."""


@dataclass(frozen=True)
class Turn:
    """What the citizen wrote, and what came back on the phone; `ok` says whether it was what should come."""

    citizen: str
    answers: Sequence[str]
    ok: bool

    def as_json(self) -> dict[str, Any]:
        """Return the object of `demo --once --json`."""
        return {"citizen": self.citizen, "answers": list(self.answers), "ok": self.ok}


async def bring_catalogue(site: Site) -> None:
    """Put the sample procedures and offices into the demo's own database."""
    async with site.database() as database:
        await import_samples(database)


class Conversation:
    """A citizen with this phone; `ask` reaches the emulator, `say` prints a line."""

    def __init__(self, ask: Ask, phone: str, say: Callable[[str], None]) -> None:
        self._ask = ask
        self._phone = phone
        self._say = say
        self._seen = 0

    async def play(self, code: str) -> list[Turn]:
        """Link the dossier with the code that the phone gets, ask where it stands, and what papers something needs."""
        self._seen = await self._last()
        turns = [await self._turn(f"Gắn hồ sơ {code} vào Zalo cho tôi", "mã xác thực")]
        one_time_code = await self._one_time_code()
        turns += [
            await self._turn(one_time_code, code, shown="●" * len(one_time_code)),
            await self._turn("ho so cua toi toi dau roi", code),
            await self._turn("làm lại thẻ căn cước cần giấy tờ gì", "căn cước"),
        ]
        return turns

    async def _turn(self, text: str, expected: str, *, shown: str | None = None) -> Turn:
        await self._ask("POST", f"phones/{self._phone}/send", json={"text": text})
        answers = await self._answers()
        ok = any(expected.casefold() in answer.casefold() for answer in answers)
        self._say(f"  {'✓' if ok else '✗'} “{shown or text}”")
        for answer in answers:
            self._say(f"      → {answer.splitlines()[0]}")
        return Turn(shown or text, answers, ok)

    async def _answers(self) -> list[str]:
        """Wait for the first answer, and for others a moment longer."""
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        found: list[Mapping[str, Any]] = []
        while not found and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
            found = await self._news("oa")
        if found:
            await asyncio.sleep(4 * _POLL_SECONDS)
            found = await self._news("oa")
            self._seen = max(message["seq"] for message in found)
        return [str(message["text"]) for message in found]

    async def _one_time_code(self) -> str:
        """Read the code on the phone, as a person would; nothing when none came."""
        deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            for message in await self._ask("GET", f"messages?phone={self._phone}&channel=template"):
                params = (message.get("request") or {}).get("template_data") or {}
                if "otp" in params:
                    return str(params["otp"])
            await asyncio.sleep(_POLL_SECONDS)
        return ""

    async def _news(self, channel: str) -> list[Mapping[str, Any]]:
        messages = await self._ask("GET", f"messages?phone={self._phone}&channel={channel}&since={self._seen}")
        return [message for message in messages if message["seq"] > self._seen]

    async def _last(self) -> int:
        return max((message["seq"] for message in await self._ask("GET", f"messages?phone={self._phone}")), default=0)
