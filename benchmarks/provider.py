"""A platform's template door for measuring, and nothing more: answers at once, or after a set time.

Not the emulator: that one checks every rule, and here the sender has to be the busy one. A process of its own:
`python -m benchmarks.provider PORT`. It notes each message's first arrival by `tracking_id`, and counts every
request, so that a measurement can say that everything arrived exactly once. Requests under `/_bench/` are for whoever
measures.
"""

import asyncio
import json
import re
import signal
import sys
import time
from functools import partial
from typing import cast

from benchmarks.template import DESCRIPTION
from hoso.loops import choose_loop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TRACKING = re.compile(rb'"tracking_id": *"([^"]+)"')
_USER = re.compile(rb'"user_id": *"([^"]+)"')
_TOKENS = {"access_token": "bench-access", "refresh_token": "bench-refresh", "expires_in": "90000"}
_QUOTA = b'"quota":{"dailyQuota":"500000","remainingQuota":"499999"}'


class Ledger:
    """What arrived, and how long an answer takes."""

    def __init__(self) -> None:
        self.delay_seconds = 0.0
        self.requests = 0
        self.arrivals: dict[bytes, float] = {}
        self.chat: dict[str, float] = {}

    def take_chat(self, body: bytes) -> bytes:
        """Note one message of a chat and return the platform's answer to it."""
        found = _USER.search(body)
        self.requests += 1
        message_id, user_id = f"c{self.requests:019d}", found[1].decode() if found else ""
        self.chat[message_id] = time.time()
        data = {"message_id": message_id, "user_id": user_id, "sent_time": str(time.time_ns() // 1_000_000)}
        return json.dumps({"error": 0, "message": "Success", "data": data}).encode()

    def take(self, body: bytes) -> bytes:
        """Note one message and return the platform's answer to it."""
        now = time.time()
        self.requests += 1
        found = _TRACKING.search(body)
        if found is not None:
            self.arrivals.setdefault(found[1], now)
        return b'{"error":0,"message":"Success","data":{"msg_id":"%020d","sent_time":"%d","sending_mode":"1",%s}}' % (
            self.requests,
            now * 1000,
            _QUOTA,
        )

    def control(self, path: str) -> object:
        """`reset?DELAY_MS` forgets; `count` tells requests, distinct messages and the last arrival; `arrivals` all."""
        name, _, value = path.removeprefix("/_bench/").partition("?")
        if name == "reset":
            self.delay_seconds, self.requests, self.arrivals, self.chat = int(value or 0) / 1000, 0, {}, {}
        elif name == "chat":
            return self.chat
        elif name == "arrivals":
            return {key.decode(): moment for key, moment in self.arrivals.items()}
        last = next(reversed(self.arrivals.values()), 0.0)
        return {"requests": self.requests, "messages": len(self.arrivals), "last": last}


class _Connection(asyncio.Protocol):
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has another base

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        while True:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                break
            found = _LENGTH.search(received, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(received) < whole:
                break
            self._handle(received[:end], received[end + 4 : whole])
            received = received[whole:]
        self._received = received

    def _handle(self, head: bytes, body: bytes) -> None:
        is_chat = head.startswith(b"POST /v3.0/oa/message/cs ")
        if is_chat or head.startswith(b"POST /message/template "):
            answer = _http(self._ledger.take_chat(body) if is_chat else self._ledger.take(body))
            if self._ledger.delay_seconds:
                loop = asyncio.get_running_loop()
                loop.call_later(self._ledger.delay_seconds, partial(self._write, answer))
            else:
                self._write(answer)
            return
        path = head.split(b" ", 2)[1].decode()
        self._write(_http(json.dumps(self._document(path)).encode()))

    def _document(self, path: str) -> object:
        if path.startswith("/_bench/"):
            return self._ledger.control(path)
        if path.startswith("/template/info/"):
            return {"error": 0, "message": "Success", "data": DESCRIPTION}
        if path.startswith("/v4/oa/access_token"):
            return _TOKENS
        return {"error": -404, "message": "no such door here"}

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def serve(port: int) -> None:
    """Serve until SIGTERM."""
    loop, ledger, stop = asyncio.get_running_loop(), Ledger(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: _Connection(ledger), "127.0.0.1", port, backlog=1024)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=choose_loop()) as runner:
        runner.run(serve(int(sys.argv[1])))
