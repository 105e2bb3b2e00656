"""A small POST goes straight to a connection: what else a server may do with one must not reach the next message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from channels.errors import NeedsHuman, OutcomeUnknown, PlatformDown
from channels.http import HttpClient, HttpConfig, PlatformRequest

END = b"\r\n\r\n"


def answer(number: int, *more: str) -> bytes:
    body = b'{"number": %d}' % number
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(head).encode() + END + body


class Server:
    """Answers the requests of each connection with the next of `answers`, whatever bytes these are."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.connections: list[asyncio.StreamWriter] = []
        self.url = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        try:
            while True:
                head = await reader.readuntil(END)
                self.heads.append(head)
                lines = head.lower().split(b"\r\n")
                length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
                await reader.readexactly(length)
                writer.write(self.answers.pop(0))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(HttpConfig(max_in_flight=1, spare_connections=1)) as client:
        yield client


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/send?x=%C3%AA"
    yield server
    listening.close()
    for writer in server.connections:
        writer.close()


async def post(http: HttpClient, server: Server, **headers: str) -> object:
    response = await http.request(PlatformRequest("test", "POST", server.url, headers, body=b"{}"))
    return response.document["number"]


async def test_the_request_is_whole_and_the_connection_is_used_again(http: HttpClient, server: Server) -> None:
    server.answers = [answer(1), answer(2)]
    assert [await post(http, server, access_token="t"), await post(http, server, access_token="u")] == [1, 2]
    assert len(server.connections) == 1
    first, *lines = server.heads[0].removesuffix(END).decode().split("\r\n")
    assert first == "POST /send?x=%C3%AA HTTP/1.1"
    assert sorted(lines) == sorted(
        [
            f"Host: {server.url.split('/')[2]}",
            f"User-Agent: {http.config.user_agent}",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "access_token: t",
            "Content-Length: 2",
        ]
    )
    assert b"access_token: u\r\n" in server.heads[1]


async def test_a_header_of_the_request_takes_the_place_of_ours(http: HttpClient, server: Server) -> None:
    server.answers = [answer(1)]
    assert await post(http, server, Accept="text/plain") == 1
    assert server.heads[0].lower().count(b"\r\naccept: ") == 1
    assert b"text/plain" in server.heads[0]


async def test_interim_answers_are_passed_over(http: HttpClient, server: Server) -> None:
    server.answers = [b"HTTP/1.1 103 Early Hints\r\nLink: </x>" + END + answer(1)]
    assert await post(http, server) == 1


async def test_an_answer_in_chunks_is_read_whole(http: HttpClient, server: Server) -> None:
    chunks = b'9\r\n{"number"\r\n4\r\n: 1}\r\n0\r\n\r\n'
    server.answers = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" + END + chunks, answer(2)]
    assert [await post(http, server), await post(http, server)] == [1, 2]
    assert len(server.connections) == 1


async def test_a_connection_that_the_server_closes_is_not_used_again(http: HttpClient, server: Server) -> None:
    server.answers = [answer(1, "Connection: close"), answer(2)]
    assert [await post(http, server), await post(http, server)] == [1, 2]
    assert len(server.connections) == 2


async def test_a_second_answer_to_one_request_is_nobodys_answer(http: HttpClient, server: Server) -> None:
    server.answers = [answer(1) + answer(99), answer(2)]
    assert [await post(http, server), await post(http, server)] == [1, 2]


async def test_what_comes_while_nobody_asked_is_nobodys_answer(http: HttpClient, server: Server) -> None:
    server.answers = [answer(1), answer(2)]
    assert await post(http, server) == 1
    server.connections[0].write(answer(99))
    await server.connections[0].drain()
    await asyncio.sleep(0.05)  # until it lies on the idle connection
    assert await post(http, server) == 2
    assert len(server.connections) == 2


async def test_a_server_that_talks_before_it_is_asked_gets_nothing_and_few_calls(
    http: HttpClient, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes with the end of a handshake lies there before the request could be written."""
    calls = 0
    connect = aiohttp.TCPConnector.connect

    async def connect_and_hear(self: aiohttp.TCPConnector, *args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        connection = await connect(self, *args, **more)
        assert connection.protocol is not None
        if calls < 50:
            connection.protocol.data_received(answer(99))
        return connection

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", connect_and_hear)
    server.answers = [answer(1)]
    with pytest.raises(PlatformDown, match="nothing was sent"):
        await post(http, server)
    assert calls < 10
    assert server.heads == []


async def test_a_value_that_would_begin_another_header_does_not_leave(http: HttpClient, server: Server) -> None:
    for value in ("a\r\nX: b", "a\nb", "a\rb", "a\0b"):
        with pytest.raises(OutcomeUnknown, match="ValueError"):
            await post(http, server, access_token=value)
    assert server.connections == []


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "http://", "http://[::1", "no address"])
async def test_an_unusable_address_needs_a_human(http: HttpClient, address: str) -> None:
    with pytest.raises(NeedsHuman):
        await http.request(PlatformRequest("test", "POST", address, body=b"{}"))
