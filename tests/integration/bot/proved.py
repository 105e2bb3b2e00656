"""A dossier whose phone somebody proved, as a one-time code does: its notices may come into the chat."""

from typing import Any

from storage import citizens
from storage.citizens import ProvedPhone
from tests.integration.bot.stories import dossier_id
from tests.integration.bot.town import Phone, Town


async def own(town: Town, phone: Phone, code: str, status: int, **data: Any) -> int:
    """Post the event (its notice goes by template), and link the dossier by the person's own phone."""
    await town.event(code, status, phone="0" + phone.number[2:], **data)
    await town.until(lambda: _is_quiet(town, code), "the notice before the link")
    found = await dossier_id(town, code)
    proof = ProvedPhone(phone.number, town.cipher)
    await citizens.link(town.database, await town.citizen(phone), found, proof="otp_zalo", phone=proof)
    return found


async def notices_of(town: Town, code: str) -> list[tuple[str, str, str | None]]:
    """Kind, state and reason of a dossier's notices, in order."""
    rows = await town.database.fetch(
        "SELECT kind, state, reason FROM notices WHERE dossier_code = %(code)s ORDER BY ordinal", {"code": code}
    )
    return [(row["kind"], row["state"], row["reason"]) for row in rows]


async def ended(town: Town, code: str, kind: str) -> tuple[str, str | None]:
    """State and reason of a dossier's notice, once it is neither waiting nor under way."""

    async def look() -> tuple[str, str | None] | None:
        found = [(state, reason) for name, state, reason in await notices_of(town, code) if name == kind]
        return found[0] if found and found[0][0] not in ("pending", "sending") else None

    outcome: tuple[str, str | None] = await town.until(look, f"the end of {kind}")
    return outcome


async def _is_quiet(town: Town, code: str) -> bool:
    return all(state not in ("pending", "sending") for _, state, _ in await notices_of(town, code))
