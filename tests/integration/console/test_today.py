import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from psycopg.types.json import Jsonb

from console import live
from console.desk import DESK, Desk
from console.live import STREAMS, Streams
from console.permissions import Permission
from console.security import guarded
from console.views import View
from console.visitor import visitor_of
from hoso.console import console_config
from storage import brake, officers
from tests.console_sample import fill_office
from tests.office import Desktop, Office, open_office

PROMPT_SECONDS = 5.0


async def add_notice(office: Office, unit: str | None, *, state: str = "delivered", **columns: Any) -> None:
    """One notice of a unit's dossier, made just now unless `created_at` says otherwise."""
    dossier = None
    if unit is not None:
        (row,) = await office.database.fetch(
            "INSERT INTO dossiers (code, status, agency_code) VALUES (%(code)s, 2, %(unit)s) RETURNING id",
            {"code": f"{unit}-{uuid.uuid4().hex[:8]}", "unit": unit},
        )
        dossier = row["id"]
    values = {
        "id": uuid.uuid4(), "dossier_id": dossier, "kind": "accepted", "state": state, "content_hash": b"x",
        "created_at": datetime.now(UTC),
    } | columns  # fmt: skip
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    await office.database.fetch(f"INSERT INTO notices ({names}) VALUES ({places}) RETURNING id", values)


async def fill_broadcast(office: Office, counts: dict[str, int], *, cost_vnd: int) -> None:
    """A broadcast that began just now and has come so far."""
    await office.database.fetch(
        "INSERT INTO broadcasts (number, title, unit, author, purpose, message, audience, state, started_at, progress)"
        " VALUES ('TB-TESTTEST', 'x', 'H17.33.2', 'x', 'information', '{}', '{}', 'sending', now(), %(progress)s)"
        " RETURNING id",
        {"progress": Jsonb({"counts": counts, "cost_vnd": cost_vnd})},
    )


@asynccontextmanager
async def watched(desktop: Desktop) -> AsyncIterator[aiohttp.ClientResponse]:
    async with desktop.client.get(desktop.office.url("/console/today/live")) as response:
        yield response


async def next_event(response: aiohttp.ClientResponse) -> str:
    """The next event of a stream as its lines; beats are passed over."""
    lines: list[str] = []
    async with asyncio.timeout(PROMPT_SECONDS):
        while True:
            line = (await response.content.readline()).decode()
            if line == "":
                raise EOFError
            if line == "\n" and lines:
                return "\n".join(lines)
            if line != "\n" and not line.startswith(":"):
                lines.append(line.rstrip("\n"))


async def test_officers_see_the_figures_of_their_units_and_nobody_elses(office: Office) -> None:
    for unit, notices in (("H17.33.2", 3), ("H17.33.20", 5), ("H17.33", 2), ("H18.1", 7)):
        for _ in range(notices):
            await add_notice(office, unit, cost_vnd=1000, channel="sms", delivered_at=datetime.now(UTC))
    await add_notice(office, None, cost_vnd=1000)
    everywhere = await office.sign_in("city", ("*", "viewer"))
    district = await office.sign_in("district", ("H17.33", "viewer"))
    ward = await office.sign_in("ward", ("H17.33.2", "author"), ("H18.1", "viewer"))
    for desktop, notices in ((everywhere, 18), (district, 10), (ward, 10)):
        text = (await desktop.get("/console/")).text
        assert f'<p class="figure-value">{notices}</p>' in text
        assert f'<p class="figure-value">{notices}.000 đ</p>' in text


async def test_what_belongs_to_the_whole_city_is_for_roles_that_hold_everywhere(office: Office) -> None:
    await brake.pull(office.database, "by_hand", detail="a test", by="test")
    sample = await fill_office(office)
    assert sample.codes
    city = (await (await office.sign_in("city", ("*", "administrator"))).get("/console/")).text
    ward = (await (await office.sign_in("ward", ("H17.33.2", "administrator"))).get("/console/")).text
    for told in (
        "Phanh khẩn cấp",
        "Có người kéo phanh",
        "Dịch vụ công Đà Nẵng",
        "84.210 / 100.000",
        "sắp hết quyền gửi",
    ):
        assert told in city
        assert told not in ward


async def test_what_needs_a_hand_is_counted_and_leads_to_its_page(office: Office) -> None:
    await add_notice(office, "H17.33.2", state="failed")
    await add_notice(office, "H17.33.2", state="no_mobile")
    await add_notice(office, "H17.33.2", state="accepted", reason="no_receipt", demands_action=True)
    await add_notice(office, "H17.33.2", reason="wrong_number")
    await add_notice(office, "H17.33.2", state="in_doubt")
    await add_notice(office, "H17.33.2", state="in_doubt", reason="poison")
    await add_notice(office, "H17.33.2", state="in_doubt", due_at=datetime.now(UTC))  # not decided yet
    await add_notice(office, "H18.1", state="failed")  # another unit's
    told = uuid.uuid4()
    await add_notice(office, "H17.33.2", state="failed", id=told)
    await office.database.fetch(
        "INSERT INTO notice_marks (notice_id, kind, officer)"
        " VALUES (%(id)s, 'told_otherwise', 'x') RETURNING notice_id",
        {"id": told},
    )
    await office.redis.xadd("hoso:events:dead", {"why": "test"})
    text = (await (await office.sign_in("ward", ("H17.33.2", "viewer"))).get("/console/")).text
    for count, path, words in (
        (4, "/console/undelivered", "tin chưa tới người nhận"),
        (1, "/console/undelivered", "tin không rõ đã tới hay chưa"),
        (1, "/console/undelivered", "tin bị tách riêng vì làm hỏng tiến trình gửi"),
    ):
        assert f'<span class="task-count">{count}</span>\n<span><a href="{path}">{words}</a>' in text
    assert "sự kiện không nhận được" not in text
    city = (await (await office.sign_in("city", ("*", "viewer"))).get("/console/")).text
    assert "sự kiện không nhận được" in city
    assert '<span class="task-count">5</span>' in city


async def test_a_broadcast_waits_for_those_who_may_approve_it_and_not_for_its_author(office: Office) -> None:
    await fill_office(office)  # its author is sample.author
    waits = "chờ Ông/Bà duyệt"
    approver = await office.sign_in("approver", ("H17.33", "approver"))
    author = await office.sign_in("sample.author", ("H17.33.2", "approver"))
    elsewhere = await office.sign_in("elsewhere", ("H18", "approver"))
    viewer = await office.sign_in("viewer", ("*", "viewer"))
    assert waits in (await approver.get("/console/")).text
    for desktop in (author, elsewhere, viewer):
        assert waits not in (await desktop.get("/console/")).text


async def test_broadcast_messages_are_told_apart_and_yesterday_is_not_today(office: Office) -> None:
    now = datetime.now(UTC)
    midnight = now.astimezone(office.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    await add_notice(office, "H17.33.2", created_at=midnight, delivered_at=midnight + timedelta(seconds=2))
    await add_notice(office, "H17.33.2", created_at=midnight - timedelta(seconds=1))
    await add_notice(office, "H17.33.2", created_at=midnight - timedelta(hours=25))
    await fill_broadcast(office, {"read": 70_000, "failed": 12}, cost_vnd=21_000_000)
    await add_notice(office, None, lane="broadcast", state="read", broadcast_id=1)
    text = (await (await office.sign_in("city", ("*", "viewer"))).get("/console/")).text
    assert '<p class="figure-value">1</p>' in text
    assert "Hôm qua cả ngày: 1" in text
    assert '<p class="figure-value">2 giây</p>' in text
    assert "Thông báo chung hôm nay" in text
    assert "70.000" in text
    assert "100,0 %" in text  # of the notices about dossiers, not of the broadcast
    assert '<p class="figure-value">21.000.000 đ</p>' in text


async def test_figures_are_made_once_for_many_who_look(office: Office) -> None:
    desktop = await office.sign_in("city", ("*", "viewer"))
    assert "–" in (await desktop.get("/console/")).text
    await add_notice(office, "H17.33.2")
    answers = await asyncio.gather(*(desktop.get("/console/") for _ in range(5)))
    assert all('<p class="figure-value">0</p>' in answer.text for answer in answers)  # kept for ten seconds


async def test_a_stream_sends_the_figures_and_ends_at_once_when_the_server_stops(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        desktop = await office.sign_in("city", ("*", "viewer"))
        async with watched(desktop) as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/event-stream")
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert "Cần xử lý" in await next_event(response)
            began = asyncio.get_running_loop().time()
            await office.server.close()
            assert asyncio.get_running_loop().time() - began < PROMPT_SECONDS
            assert (await response.content.read()) == b""


async def test_strangers_and_viewers_of_nothing_get_no_stream(office: Office) -> None:
    client = await office.stranger()
    async with client.get(office.url("/console/today/live"), allow_redirects=False) as response:
        assert response.status == 303


async def test_an_officer_has_so_many_streams_and_no_more(office: Office) -> None:
    desktop = await office.sign_in("city", ("*", "viewer"))
    other = await office.sign_in("other", ("*", "viewer"))
    opened = [await desktop.client.get(office.url("/console/today/live")) for _ in range(live.MAX_OF_ONE)]
    assert {response.status for response in opened} == {200}
    async with watched(desktop) as response:
        assert response.status == 503
    async with watched(other) as response:
        assert response.status == 200
    for response in opened:
        response.close()


def watching_app(office: Office) -> web.Application:
    """A console of one stream that says who watches, and looks at its session all the time."""

    async def show(request: web.Request) -> web.StreamResponse:
        async def fragment() -> str:
            return f"<p>{visitor_of(request).officer.name}</p>\n<p>watches</p>"

        return await live.stream(
            request, fragment, permission=Permission.SEE_TODAY, every_seconds=0.02, look_seconds=0.02
        )

    app = web.Application()
    app[DESK] = Desk(
        database=office.database,
        cipher=office.cipher,
        redis=office.redis,
        config=console_config(office.settings),
        now=lambda: datetime.now(UTC),
        ring=office.rung.append,
    )
    live.install(app)
    app.router.add_get("/watch", guarded(View("GET", "/watch", show, Permission.SEE_TODAY)))
    return app


async def test_a_stream_ends_with_its_session(office: Office) -> None:
    desktop = await office.sign_in("city", ("*", "viewer"), name="Lan")
    app = watching_app(office)
    async with TestServer(app) as server, desktop.client.get(server.make_url("/watch")) as response:
        assert await next_event(response) == "data: <p>Lan</p>\ndata: <p>watches</p>"
        async with office.database.transaction() as connection:
            await officers.disable(connection, desktop.officer.id)
        assert await next_event(response) == "event: over\ndata: session"
        assert await response.content.read() == b""
        assert app[STREAMS].open == 0


async def test_no_more_streams_once_the_server_stops() -> None:
    streams = Streams()
    async with streams.seat(1) as first:
        assert first
        assert streams.open == 1
        streams.stopping.set()
        async with streams.seat(1) as second:
            assert not second
    assert streams.open == 0
    assert not await streams.rest(60)
