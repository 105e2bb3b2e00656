"""What the one-stop system is told: the worker's chore that sends it, and the doctor's look at it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from hoso.findings import Finding
from hoso.settings import Settings
from hoso.site import Site
from storage import outgoing
from storage.crypto import Cipher
from storage.database import Database
from workers.outgoing import OutgoingConfig, OutgoingSender
from workers.sweeper import Duty
from workers.webhook_signature import read_secret

RETENTION_SECONDS = 3600.0


def outgoing_config(settings: Settings) -> OutgoingConfig | None:
    """Return where to and how, or None without a receiver."""
    if settings.outgoing_url is None:
        return None
    return OutgoingConfig(
        url=settings.outgoing_url,
        keys=[read_secret(secret.get_secret_value()) for secret in settings.outgoing_secrets],
        give_up_seconds=settings.outgoing_retry_hours * 3600,
    )


def outgoing_chores(
    settings: Settings, database: Database, cipher: Cipher, tell_staff: Callable[[str], None]
) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """Return the chore that sends; none without a receiver: the events wait then."""
    config = outgoing_config(settings)
    if config is None:
        return []

    async def run() -> None:
        async with OutgoingSender(database, cipher, config, tell_staff=tell_staff) as sender:
            await sender.run()

    return [run]


def outgoing_duties(settings: Settings, database: Database) -> list[Duty]:
    """Return the duty that drops what was delivered long ago."""

    async def forget() -> None:
        await outgoing.forget_delivered(database, days=settings.outgoing_retention_days)

    return [Duty("outgoing_retention", RETENTION_SECONDS, forget)]


async def look_at_outgoing(site: Site, database: Database) -> AsyncIterator[Finding]:
    """Say what the one-stop system has not been told yet, and why."""
    part, url = "outgoing", site.settings.outgoing_url
    waiting = await outgoing.count(database)
    number = sum(found.events for found in waiting.values())
    if url is None:
        if number:
            yield Finding(part, "warn", f"{number} events wait for a receiver; set HOSO_OUTGOING_URL and its secret")
        else:
            yield Finding(part, "ok", "no HOSO_OUTGOING_URL, and no event that waits for it")
        return
    if since := await outgoing.stopped_since(database, url):
        detail = f"the receiver answered 410 on {since:%Y-%m-%d %H:%M} UTC, {number} events wait; hoso outgoing resume"
        yield Finding(part, "fail", detail)
    elif "failed" in waiting:
        detail = f"{waiting['failed'].events} events were given up; see: hoso outgoing list --state failed"
        yield Finding(part, "warn", detail)
    else:
        yield Finding(part, "ok", f"{number} events on their way" if number else "all events are delivered")
