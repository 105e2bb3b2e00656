"""The demo's calls outlast a process that is started anew, and say so when nobody ever listens."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from hoso.demo import once_it_listens
from hoso.errors import NotReady
from tests.site import free_ports


async def answer_here(_request: web.Request) -> web.Response:
    return web.Response(text="here")


async def test_a_call_is_made_again_until_somebody_listens() -> None:
    (port,) = free_ports(1)
    app = web.Application()
    app.add_routes([web.get("/", answer_here)])
    runner = web.AppRunner(app)
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(once_it_listens(lambda: session.get(f"http://127.0.0.1:{port}/")))
        await asyncio.sleep(0.15)
        assert not asking.done()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        async with await asking as answer:
            assert await answer.text() == "here"
    await runner.cleanup()


async def test_where_nobody_ever_listens_one_line_says_so() -> None:
    (port,) = free_ports(1)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotReady, match="nobody listened within"):
            await once_it_listens(lambda: session.get(f"http://127.0.0.1:{port}/"), seconds=0.2)
