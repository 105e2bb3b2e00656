"""Guarded downloads: what a stranger's address may do to us is nothing."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from yarl import URL

from bot.download_config import DownloadConfig
from bot.downloads import (
    AddressRefused,
    DownloadError,
    DownloadFailed,
    Downloads,
    TooLarge,
    WrongKind,
    is_public,
    sniff_kind,
)

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 100
MOST = 50_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A server on this machine that counts who knocks."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.handler: Handler = self._picture
        self.port = 0

    async def _picture(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=JPEG, content_type="text/html")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        return await self.handler(request)

    def url(self, path: str = "/a.jpg", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    one = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", one.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


def config(*trusted: Server, **changes: Any) -> DownloadConfig:
    values: dict[str, Any] = {
        "max_bytes": MOST,
        "total_seconds": 2,
        "connect_seconds": 1,
        "trusted_origins": frozenset(f"127.0.0.1:{one.port}" for one in trusted),
    }
    return DownloadConfig(**(values | changes))


async def fetch(url: str, settings: DownloadConfig) -> bytes:
    async with Downloads(settings) as downloads:
        return await downloads.fetch(url)


async def test_a_picture_of_the_trusted_stand_in_is_fetched_whatever_its_type_is_called(server: Server) -> None:
    assert await fetch(server.url(), config(server)) == JPEG


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001"]
)
async def test_this_machine_is_not_knocked_at(server: Server, host: str) -> None:
    anywhere = config(schemes=frozenset({"http"}), ports=frozenset({server.port}))
    with pytest.raises(DownloadError):
        await fetch(server.url(host=host), anywhere)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.vn/a", "http://example.vn/a.jpg", "https://example.vn:8080/a.jpg",
     "https://user:secret@example.vn/a.jpg", "https:///a.jpg", "", "//example.vn", "https://[::1", "data:,AA",
     "gopher://127.0.0.1:6379/_INFO", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://[fd00:ec2::254]/",
     "https://100.64.0.1/", "https://[64:ff9b::a00:1]/"],
)  # fmt: skip
async def test_addresses_of_other_kinds_are_not_opened(url: str) -> None:
    with pytest.raises((AddressRefused, DownloadFailed)):
        await fetch(url, config())


async def test_a_name_that_means_something_else_the_second_time_gains_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is judged at its socket, so there is no moment between look and use."""
    real = socket.getaddrinfo

    def rebinding(host: Any, *args: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "photos.example" else host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    anywhere = config(schemes=frozenset({"http"}), ports=frozenset({server.port}))
    with pytest.raises(AddressRefused):
        await fetch(server.url(host="photos.example"), anywhere)
    assert server.asked == []


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://localhost:{other}/a", "https://10.1.2.3/a"]
)
async def test_redirects_are_judged_like_addresses(server: Server, place: str) -> None:
    async def redirect(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": place.format(other=1)})

    server.handler = redirect
    with pytest.raises(AddressRefused):
        await fetch(server.url(), config(server))
    assert server.asked == ["/a.jpg"]


async def test_redirects_end(server: Server) -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": str(URL(request.path) / "a")})

    server.handler = redirect
    with pytest.raises(DownloadFailed):
        await fetch(server.url(), config(server))
    assert len(server.asked) == DownloadConfig().max_redirects + 1


async def test_a_redirect_within_the_trusted_place_is_followed(server: Server) -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        if request.path == "/a.jpg":
            return web.Response(status=302, headers={"Location": "/b.jpg"})
        return web.Response(body=JPEG)

    server.handler = redirect
    assert await fetch(server.url(), config(server)) == JPEG


async def test_a_file_that_says_it_is_too_large_is_not_read(server: Server) -> None:
    async def large(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=JPEG + b"\0" * MOST)

    server.handler = large
    with pytest.raises(TooLarge):
        await fetch(server.url(), config(server))


async def test_an_endless_file_is_cut_off(server: Server) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        while sent < 100_000_000:
            await answer.write(JPEG * 100)
            sent += len(JPEG) * 100
        return answer

    server.handler = endless
    with pytest.raises(TooLarge):
        await fetch(server.url(), config(server))
    assert sent < 50_000_000


async def test_packed_answers_are_not_unpacked(server: Server) -> None:
    async def packed(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"\0" * 10_000_000), headers={"Content-Encoding": "gzip"})

    server.handler = packed
    with pytest.raises(DownloadFailed):
        await fetch(server.url(), config(server))


@pytest.mark.parametrize("where", ["head", "body"])
async def test_a_slow_server_is_given_up(server: Server, where: str) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        if where == "body":
            await answer.prepare(request)
            await answer.write(JPEG)
        await asyncio.sleep(30)
        return answer

    server.handler = slow
    with pytest.raises(DownloadFailed):
        await fetch(server.url(), config(server, total_seconds=0.3))


@pytest.mark.parametrize("status", [404, 500, 204, 304])
async def test_what_is_no_success_is_no_picture(server: Server, status: int) -> None:
    async def fail(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    server.handler = fail
    with pytest.raises(DownloadFailed):
        await fetch(server.url(), config(server))


@pytest.mark.parametrize("body", [b"", b"<html>", b"%PDF-1.7", b"MZ\x90", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
async def test_the_first_bytes_say_what_it_is(server: Server, body: bytes) -> None:
    async def other(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="image/jpeg")

    server.handler = other
    with pytest.raises(WrongKind):
        await fetch(server.url(), config(server))


async def test_nobody_at_home_is_a_failure(server: Server) -> None:
    with pytest.raises(DownloadFailed):
        await fetch("http://127.0.0.1:1/a.jpg", config(trusted_origins=frozenset({"127.0.0.1:1"})))


async def test_no_message_of_an_error_holds_the_address() -> None:
    with pytest.raises(DownloadError) as caught:
        await fetch("http://10.9.8.7/secret-token", config())
    assert "10.9.8.7" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["8.8.8.8", "113.161.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "a",
     "255.255.255.255", "192.0.0.8", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1%eth0", "ff02::1",
     "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "2002:a00:1::", "2001:db8::1", "fd00::1"],
)  # fmt: skip
def test_all_others_are_not(host: str) -> None:
    assert not is_public(host)


def test_kinds_are_told_by_their_first_bytes() -> None:
    assert sniff_kind(b"RIFF\0\0\0\0WEBPVP8 ") == "webp"
    assert sniff_kind(b"GIF89a") == "gif"
    assert sniff_kind(b"RIFF\0\0\0\0WAVE") is None
