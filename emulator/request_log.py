"""The platform's requests and answers as they came, for the developers' tab; the latest only.

Kept raw and cheap: everything is read only when somebody looks. The secrets here are the emulator's own invented ones.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from emulator.clock import Clock, to_iso
from emulator.json_text import read_json

MAX_REQUESTS = 500
MAX_SHOWN_CHARS = 20_000


@dataclass(slots=True)
class Exchange:
    """One request with its answer; `milliseconds` is the time it took here."""

    seq: int
    at_ms: int
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes
    milliseconds: float
    rules: list[str] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        """The exchange as JSON; bodies as JSON where they are, else as text."""
        answer = _readable(self.answer)
        return {
            "seq": self.seq,
            "at": to_iso(self.at_ms),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "ms": round(self.milliseconds, 1),
            "request": {"headers": dict(self.headers), "query": dict(self.query), "body": _readable(self.body)},
            "answer": answer,
            "error": answer.get("error") if isinstance(answer, dict) else None,
            "rules": self.rules,
        }


class RequestLog:
    """The latest exchanges, oldest first; `seq` counts from 1."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[Exchange] = deque(maxlen=MAX_REQUESTS)
        self.last_seq = 0

    def add(self, request: web.Request, response: web.StreamResponse, body: bytes, milliseconds: float) -> None:
        """Keep one exchange."""
        self.last_seq += 1
        answer = response.body if isinstance(response, web.Response) else None
        self._kept.append(
            Exchange(
                seq=self.last_seq,
                at_ms=self._clock.now_ms(),
                method=request.method,
                path=request.path,
                headers=request.headers,
                query=request.query,
                body=body,
                status=response.status,
                answer=answer if isinstance(answer, bytes) else b"",
                milliseconds=milliseconds,
                rules=list(rules_broken(request)),
            )
        )

    def after(self, seq: int) -> list[Exchange]:
        """Those with a larger `seq`."""
        return [exchange for exchange in self._kept if exchange.seq > seq]


BROKEN_RULES: web.RequestKey[list[str]] = web.RequestKey("broken_rules", list)


def rules_broken(request: web.Request) -> list[str]:
    """The rules that this request broke, so far; whoever finds another adds it to the list."""
    if BROKEN_RULES not in request:
        request[BROKEN_RULES] = []
    return request[BROKEN_RULES]


def _readable(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return read_json(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")[:MAX_SHOWN_CHARS]
