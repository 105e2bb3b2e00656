"""Messages that are worked on a second time, in the worst case: what was done is done once and said the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from bot.download_config import DownloadConfig
from bot.downloads import Downloads
from bot.fsm import BLANK
from bot.services import ChatServices
from bot.texts.photos import words_of as photo_words
from bot.texts.postal import words_of as postal_words
from bot.updates import UpdateKind
from storage.crypto import Cipher, generate_key
from storage.database import Database
from tests.integration.bot.direct import Chatter, chatter, digits_of, make_dossiers, next_entry, services_of

CODE, PHONE = "H17.33.2-260302-0001", "84905123456"
POSTAL = postal_words("vi")


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with Database(postgres_url, max_size=4) as opened:
        yield opened


@pytest.fixture
async def services(database: Database) -> ChatServices:
    cipher = Cipher([generate_key()])
    await make_dossiers(database, cipher, {CODE: PHONE})
    return services_of(database, cipher)


async def _rows(services: ChatServices, table: str) -> int:
    return len(await services.database.fetch(f"SELECT 1 FROM {table}"))


async def _owner(services: ChatServices, name: str) -> Chatter:
    one = await chatter(services, name)
    await one.says(f"#link {CODE}")
    await one.says(await digits_of(services, one))
    one.standing = BLANK
    return one


async def test_feedback_that_was_sent_is_not_denied_when_the_state_is_lost(services: ChatServices) -> None:
    an, entry = await chatter(services, "an"), next_entry()
    await an.says("#feedback Cán bộ một cửa bắt tôi đi lại ba lần mà không nói rõ thiếu giấy gì")
    sent = await an.says("#feedback_send", entry_id=entry)
    an.standing = BLANK
    assert await an.says("#feedback_send", entry_id=entry) == sent
    assert (await _rows(services, "tickets"), await _rows(services, "outgoing_events")) == (1, 1)


async def test_an_erasure_that_was_taken_up_is_not_asked_about_again_when_the_state_is_lost(
    services: ChatServices,
) -> None:
    an, entry = await chatter(services, "an"), next_entry()
    await an.says("#erase")
    done = await an.says("#erase_yes", entry_id=entry)
    an.standing = BLANK
    assert await an.says("#erase_yes", entry_id=entry) == done
    assert (await _rows(services, "tickets"), await _rows(services, "erasure_jobs")) == (1, 1)
    assert await an.says("#erase_yes") != done, "another message is asked first"


async def test_a_wish_that_another_took_back_meanwhile_was_registered_all_the_same(services: ChatServices) -> None:
    an, binh, entry, other = await _owner(services, "an"), await _owner(services, "binh"), next_entry(), next_entry()
    registered = await an.says(f"#post_yes {CODE}", entry_id=entry)
    assert registered.startswith(POSTAL.registered.format(code=CODE))
    withdrawn = await binh.says(f"#post_withdraw {CODE}", entry_id=other)
    assert withdrawn == POSTAL.withdrawn.format(code=CODE)
    assert await binh.says(f"#post_withdraw {CODE}", entry_id=other) == withdrawn
    assert await an.says(f"#post_yes {CODE}", entry_id=entry) == registered
    assert (await _rows(services, "postal_wishes"), await _rows(services, "outgoing_events")) == (1, 2)


@asynccontextmanager
async def _slow_server() -> AsyncIterator[str]:
    async def wait(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("nobody waits for so long")

    app = web.Application()
    app.router.add_get("/{tail:.*}", wait)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("is_feedback", [False, True])
async def test_slow_pictures_together_take_no_longer_than_a_try_may(
    services: ChatServices, *, is_feedback: bool
) -> None:
    async with _slow_server() as origin:
        rules = DownloadConfig(total_seconds=20, together_seconds=0.5, trusted_origins=frozenset({origin}))
        async with Downloads(rules) as downloads:
            an = await chatter(replace(services, downloads=downloads), "an")
            if is_feedback:
                await an.says("#feedback")
            photos = tuple(f"http://{origin}/{number}.jpg" for number in range(8))
            async with asyncio.timeout(10):
                said = await an.says("", kind=UpdateKind.PHOTO, photos=photos)
    assert said
    assert is_feedback or photo_words("vi").failed in said
