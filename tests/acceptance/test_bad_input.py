"""Bad input at every door: the answers of the contract, nothing stored half, and nothing lost beside it."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.acceptance.conftest import Dossier
from tests.engines import register_name
from tests.site import BATCH, SINGLE, Site, make_event
from tests.site import ask as site_ask

MILLION_DIGITS = b"9" * 1_000_000
STRANGER = b"a-stranger-by-name"
BODY_DEADLINE_SECONDS = 5.0
EVENTS, WEBHOOK = "/v1/events", "/webhooks/zalo"


@pytest.fixture
def nothing_stored(site: Site) -> Iterator[None]:
    """Fails when a test leaves a dossier, an event or an entry of the inbox behind; refusals are listed and no more."""
    count = (
        "SELECT (SELECT count(*) FROM dossiers), (SELECT count(*) FROM event_keys), (SELECT count(*) FROM notices),"
        " (SELECT count(*) FROM inbox WHERE kind <> 'receipt'),"
        " (SELECT count(*) FROM dossier_events WHERE outcome <> 'rejected'),"
        " (SELECT count(*) FROM dossier_events WHERE outcome = 'rejected' AND payload_enc IS NOT NULL)"
    )
    before = site.query(count)
    yield
    assert site.query(count) == before


def assert_problem(status: int, document: Any, expected: int) -> None:
    assert status == expected, document
    assert {"type", "title", "status", "detail"} <= document.keys()
    assert document["status"] == expected
    assert "\n" not in document["detail"]


def single(**replaced: Any) -> dict[str, Any]:
    return make_event("H17.33.2-260302-9999", 2, "0905123456") | replaced


def with_data(**replaced: Any) -> dict[str, Any]:
    event = single()
    return event | {"data": event["data"] | replaced}


WHOLE_BODIES: dict[str, tuple[bytes, str, int]] = {
    "no JSON": (b"status=2", SINGLE, 400),
    "half JSON": (json.dumps(single()).encode()[:-9], SINGLE, 400),
    "empty": (b"", BATCH, 400),
    "not UTF-8": (b'{"id": "\xff"}', SINGLE, 400),
    "nested 100,000 deep": (b"[" * 100_000 + b"]" * 100_000, BATCH, 400),
    "an array as one event": (b"[]", SINGLE, 400),
    "one event as a batch": (json.dumps(single()).encode(), BATCH, 400),
    "5 MB": (b'[{"id": "' + b"x" * 5_000_000 + b'"}]', BATCH, 413),
    "1,001 events": (b"[" + b",".join([b"{}"] * 1001) + b"]", BATCH, 413),
    "another media type": (json.dumps(single()).encode(), "text/plain", 415),
}
BAD_EVENTS: dict[str, tuple[bytes, str]] = {
    "unknown status": (json.dumps(with_data(status=11)).encode(), "data.status"),
    "status as text": (json.dumps(with_data(status="2")).encode(), "data.status"),
    "a million digits": (json.dumps(with_data(status=77)).encode().replace(b"77", MILLION_DIGITS), "data.status"),
    "status NaN": (json.dumps(with_data(status=77)).encode().replace(b"77", b"NaN"), "data.status"),
    "data as a list": (json.dumps(single(data=[])).encode(), "data"),
    "no time": (json.dumps(single(time=None)).encode(), "time"),
    "time without offset": (json.dumps(single(time="2026-03-02T08:15:00")).encode(), "time"),
    "time in the year 9999": (json.dumps(single(time="9999-12-31T23:59:59-14:00")).encode(), "time"),
    "no dossier code": (json.dumps(single(subject="xin chào")).encode(), "subject"),
    "NUL": (json.dumps(single(id="evt-\0")).encode(), "id"),
    "a lone surrogate": (json.dumps(with_data(procedure_name="\ud800")).encode(), "data.procedure_name"),
    "a name as an object": (json.dumps(with_data(applicant={"name": {}})).encode(), "data.applicant.name"),
    "not CloudEvents": (json.dumps(single(specversion="0.3")).encode(), "specversion"),
    "nothing at all": (b"null", ""),
}


@pytest.mark.parametrize("name", WHOLE_BODIES)
@pytest.mark.usefixtures("nothing_stored")
async def test_a_body_that_is_no_request_is_refused_whole(site: Site, name: str) -> None:
    body, content_type, expected = WHOLE_BODIES[name]
    assert_problem(*await site.post(body, content_type=content_type), expected)


@pytest.mark.usefixtures("nothing_stored")
async def test_a_bad_single_event_answers_422_and_names_the_field(site: Site) -> None:
    for name, (body, field) in BAD_EVENTS.items():
        status, document = await site.post(body, content_type=SINGLE)
        assert_problem(status, document, 422)
        assert field in [error["field"] for error in document["errors"]], name


async def test_good_events_go_through_right_beside_every_bad_one(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    good = [new_dossier() for _ in range(len(BAD_EVENTS) + 1)]
    lines = [json.dumps(make_event(dossier.code, 2, dossier.phone)).encode() for dossier in good]
    mixed = [lines[0]]
    for (bad, _), line in zip(BAD_EVENTS.values(), lines[1:], strict=True):
        mixed += [bad, line]
    status, answer = await site.post(b"[" + b",".join(mixed) + b"]")
    assert status == 200
    outcomes = [result["outcome"] for result in answer["results"]]
    assert outcomes == ["accepted"] + ["rejected", "accepted"] * len(BAD_EVENTS)
    for result, (_, field) in zip(answer["results"][1::2], BAD_EVENTS.values(), strict=True):
        assert field in [error["field"] for error in result["errors"]]
    for dossier in good:
        assert await site.wait_until(lambda d=dossier: site.arrived(d.phone), what="the neighbour") == ["accepted"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong-key-0123456789", "Basic dTpw", "Bearer é\u00ff"])
@pytest.mark.usefixtures("nothing_stored")
async def test_a_wrong_or_missing_key_answers_401(site: Site, authorization: str) -> None:
    headers = {"Content-Type": SINGLE} | ({"Authorization": authorization} if authorization else {})
    for method, path in (("POST", EVENTS), ("GET", "/v1/dossiers/H17.33.2-260302-0001/notices")):
        status, document, sent = await ask(site, method, path, json.dumps(single()).encode(), headers)
        assert_problem(status, document, 401)
        assert sent["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "signature", "expected"),
    [
        (b"{}", None, 200),
        (b"{}", "mac=" + "0" * 64, 401),
        (b'{"event_name": "user_send_text", "timestamp": "1"}', None, 401),
        (b'{"event_name": "user_send_text", "timestamp": "1"}', "mac=" + "0" * 64, 401),
        (b'{"event_name": "user_send_text", "timestamp": "1"}', "no signature at all", 401),
        (b"no JSON", "mac=" + "0" * 64, 400),
        (b"[" * 100_000, None, 400),
        (b'{"timestamp": ' + MILLION_DIGITS + b"}", "mac=" + "0" * 64, 400),
        (b'{"event_name": "' + b"x" * (1 << 20) + b'"}', None, 413),
    ],
    ids=["probe", "signed probe", "unsigned", "wrong", "garbage signature", "no JSON", "nested", "digits", "1 MiB"],
)
@pytest.mark.usefixtures("nothing_stored")
async def test_the_webhook_keeps_nothing_that_is_not_signed(
    site: Site, body: bytes, signature: str | None, expected: int
) -> None:
    headers = {"Content-Type": "application/json"} | ({"X-ZEvent-Signature": signature} if signature else {})
    status, document, _ = await ask(site, "POST", WEBHOOK, body, headers)
    if expected == 200:
        assert status == 200
    else:
        assert_problem(status, document, expected)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", EVENTS, 405),
        ("PUT", EVENTS, 405),
        ("PUT", WEBHOOK, 405),
        ("DELETE", "/livez", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/webhooks/other", 404),
        ("GET", "/v1/dossiers/%00/notices", 404),
        ("GET", "/v1/dossiers/H17.33.2-260302-0000/notices", 404),
    ],
)
async def test_wrong_addresses_and_methods_get_problem_documents(
    site: Site, method: str, path: str, expected: int
) -> None:
    status, document, _ = await ask(site, method, path, b"", {"Authorization": f"Bearer {site.key}"})
    assert_problem(status, document, expected)


@pytest.mark.parametrize("path", ["/console", "/console?x=1"])
async def test_the_console_is_found_without_its_last_slash(site: Site, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(site.url + path, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, "/console/")


@pytest.mark.usefixtures("nothing_stored")
async def test_a_body_that_stops_half_way_is_given_up_and_others_are_served_meanwhile(site: Site) -> None:
    whole = json.dumps(single()).encode()
    head = f"Authorization: Bearer {site.key}\r\nContent-Type: {SINGLE}\r\nContent-Length: {len(whole)}\r\n"

    async def half(path: str, headers: str) -> tuple[bytes, float]:
        begun = time.monotonic()
        answer = await speak(site, f"POST {path} HTTP/1.1\r\nHost: h\r\n{headers}\r\n".encode() + whole[:50])
        return answer, time.monotonic() - begun

    waiting = asyncio.gather(half(EVENTS, head), half(WEBHOOK, f"Content-Length: {len(whole)}\r\n"))
    assert (await site.get("/livez"))[0] == 200
    assert not waiting.done()
    for answer, seconds in await waiting:
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
        assert seconds < BODY_DEADLINE_SECONDS * 3


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /livez HTTP/1.1\r\nHost: h\r\nX-Long: " + STRANGER + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /" + STRANGER + b"x" * 100_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=["long header", "long address", "negative length", "two lengths", "TLS", "no HTTP"],
)
async def test_broken_http_is_refused_and_the_server_lives_on(site: Site, request_bytes: bytes) -> None:
    register_name(STRANGER.decode())  # what broken requests say is in no log
    answer = await speak(site, request_bytes)
    assert answer == b"" or answer.split(b" ")[1].startswith(b"4")
    assert (await site.get("/livez"))[0] == 200


async def ask(site: Site, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any, Any]:
    """Status, decoded answer, headers; a path is sent as it is written."""
    url = URL(site.url + path, encoded=True)
    status, document, sent = await site_ask(method, url, data=io.BytesIO(body), headers=headers)
    assert status < 400 or sent["Content-Type"] == "application/problem+json"
    return status, document, sent


async def speak(site: Site, request: bytes) -> bytes:
    """What the server says to raw bytes until it closes, or falls silent for three deadlines."""
    host, port = site.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(request)
            await writer.drain()
        async with asyncio.timeout(BODY_DEADLINE_SECONDS * 3):
            with contextlib.suppress(ConnectionError):
                return await reader.read(65_536)
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
