"""A photo in a talk: fetched from the platform when it is looked at, made anew, never what a browser could run."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from storage import inbox
from storage.conversations import Said, note_said
from storage.inbox import NewEntry
from tests.integration.console import talk_rows as rows
from tests.office import Office, open_office

ROOT = "/console/conversations"
WARD = "H17.33.2"


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (3000, 300), (200, 30, 30)).save(made, "PNG")
    return made.getvalue()


CONTENTS = {"/a.png": picture(), "/evil.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"}


@asynccontextmanager
async def platform() -> AsyncIterator[TestServer]:
    """A server that has what people sent, at the place of the emulator's."""

    async def give(request: web.Request) -> web.Response:
        return web.Response(body=CONTENTS[request.path], content_type="image/png")

    app = web.Application()
    app.router.add_get("/{name}", give)
    server = TestServer(app)
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


async def send_photo(office: Office, citizen_id: int, url: str, entry: str) -> int:
    """A photo that came by a webhook and stands in the transcript; the message's id."""
    event = {
        "event_name": "user_send_image",
        "app_id": "1234567890123456789",
        "timestamp": str(int(datetime.now(UTC).timestamp() * 1000)),
        "sender": {"id": "246845883529197922"},
        "recipient": {"id": "388613280878808645"},
        "user_id_by_app": "552177279717587730",
        "message": {"msg_id": entry, "attachments": [{"type": "image", "payload": {"url": url}}]},
    }
    stored = NewEntry("zalo", entry, "user_send_image", "message", json.dumps(event))
    await inbox.store(office.database, [stored], office.cipher)
    [row] = await office.database.fetch("SELECT id FROM inbox WHERE platform_id = %(id)s", {"id": entry})
    await note_said(office.database, office.cipher, Said(citizen_id, "citizen", "photo", entry_id=row["id"]))
    [row] = await office.database.fetch("SELECT max(id) AS id FROM messages")
    return int(row["id"])


async def test_a_photo_is_shown_as_a_small_jpeg_and_nothing_else_is(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with (
        platform() as server,
        open_office(postgres_url, redis_url, data_dir, emulator_listen=f"127.0.0.1:{server.port}") as office,
    ):
        citizen_id = await rows.person(office, "u1")
        await rows.link(office, citizen_id, await rows.dossier(office, f"{WARD}-260302-0001", WARD))
        talk = await rows.waiting(office, citizen_id)
        good = await send_photo(office, citizen_id, str(server.make_url("/a.png")), "m1")
        evil = await send_photo(office, citizen_id, str(server.make_url("/evil.svg")), "m2")
        inner = await send_photo(office, citizen_id, "http://169.254.169.254/latest", "m3")
        lan = await office.sign_in("lan", (WARD, "author"))
        async with lan.client.get(office.url(f"{ROOT}/{talk.number}/photos/{good}")) as response:
            content = await response.read()
            assert (response.status, response.headers["Content-Type"]) == (200, "image/jpeg")
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert Image.open(io.BytesIO(content)).size[0] <= 1600
        for message in (evil, inner):
            assert (await lan.get(f"{ROOT}/{talk.number}/photos/{message}")).status == 404
        other = (await rows.waiting(office, await rows.person(office, "u2"))).number
        city = await office.sign_in("tam", ("*", "author"))
        assert (await city.get(f"{ROOT}/{other}/photos/{good}")).status == 404  # another citizen's
