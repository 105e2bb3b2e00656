"""The one thing that every peer's job does: the POST that our worker does, over connections that stay open.

Through httpx as it is installed, like any user's job. For coroutines there is our client beside it, so that one sees
what the queue costs and what the client.
"""

import logging
import os
import threading

import httpx

from benchmarks.peers.settings import CONNECTIONS
from benchmarks.template import HEADERS, PATH, body
from channels.http import HttpClient, HttpConfig, PlatformRequest

REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1/0")
URL = os.environ.get("BENCH_PROVIDER_URL", "http://127.0.0.1") + PATH
IN_FLIGHT = 100  # where a peer takes so many at once

logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a message would cost them a tenth

_local = threading.local()
_lock = threading.Lock()
_clients: list[HttpClient] = []
_stock_clients: list[httpx.AsyncClient] = []


def send(number: int) -> None:
    """Send message `number`; for jobs that are plain functions. One httpx client a thread."""
    client = getattr(_local, "client", None)
    if client is None:
        with _lock:  # its TLS context takes long to make
            client = _local.client = httpx.Client(headers=HEADERS, timeout=30, trust_env=False)
    answer = client.post(URL, content=body(number))
    answer.raise_for_status()
    if answer.json()["error"] != 0:
        raise RuntimeError("refused")


async def send_async(number: int) -> None:
    """Send message `number`; for jobs that are coroutines. One httpx client a process."""
    if not _stock_clients:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        _stock_clients.append(httpx.AsyncClient(headers=HEADERS, timeout=30, trust_env=False, limits=limits))
    answer = await _stock_clients[0].post(URL, content=body(number))
    answer.raise_for_status()
    if answer.json()["error"] != 0:
        raise RuntimeError("refused")


async def send_async_with_our_client(number: int) -> None:
    """The same through our HTTP client, which is no part of any queue."""
    if not _clients:
        _clients.append(await HttpClient(HttpConfig(max_in_flight=IN_FLIGHT)).__aenter__())
    answer = await _clients[0].request(PlatformRequest("bench", "POST", URL, HEADERS, body=body(number)))
    if answer.document["error"] != 0:
        raise RuntimeError("refused")
