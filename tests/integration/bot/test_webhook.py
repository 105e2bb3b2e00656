"""The platform's door against a real server and a real database."""

import asyncio
import gzip
import io
import json
import logging
from pathlib import Path

import pytest

from tests.integration.bot.harness import (
    OA_ID,
    SENDER,
    running_bot,
    send_raw,
    signed,
    text_event,
)

VECTOR_BODY = (
    '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730","event_name":"user_send_text",'
    '"timestamp":"1767225600000","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"message":{"msg_id":"m-1","text":"Xin chào"}}'
).encode()
VECTOR_MAC = "0957e353ddd3da5312ba6c2f3425f64e990aa42c2606160f25742b753c034163"


async def test_the_published_signature_is_accepted_and_the_event_kept(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        response = await bot.post(VECTOR_BODY, {"X-ZEvent-Signature": f"mac={VECTOR_MAC}"})
        assert response.status == 200
        (row,) = await bot.rows()
        assert (row["platform"], row["kind"], row["state"], row["account_id"]) == ("zalo", "message", "pending", OA_ID)
        assert bot.cipher.decrypt(row["raw_enc"], "inbox.raw") == VECTOR_BODY.decode()
        assert row["sender_hash"] == bot.cipher.lookup_hash(SENDER)
        assert bot.rung == [{"message"}]


async def test_the_same_message_again_changes_nothing(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        body = text_event("m-1")
        answers = await asyncio.gather(*(bot.post(body) for _ in range(5)))
        assert [answer.status for answer in answers] == [200] * 5
        assert len(await bot.rows()) == 1
        assert bot.rung == [{"message"}]


async def test_concurrent_events_share_statements(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        answers = await asyncio.gather(*(bot.post(text_event(f"m-{i}")) for i in range(60)))
        assert {answer.status for answer in answers} == {200}
        rows = await bot.rows()
        assert len(rows) == 60
        assert len({row["received_at"] for row in rows}) < 30  # now() is one per statement


WRONG_SIGNATURES: dict[str, dict[str, str]] = {
    "missing": {},
    "wrong": {"X-ZEvent-Signature": "mac=" + "0" * 64},
    "unreadable": {"X-ZEvent-Signature": "nonsense"},
}


async def test_a_wrong_signature_is_401_and_nothing_is_kept(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        for name, headers in WRONG_SIGNATURES.items():
            response = await bot.post(text_event("m-1"), headers)
            assert (response.status, response.content_type) == (401, "application/problem+json"), name
            problem = json.loads(await response.text())
            assert (problem["type"], problem["status"]) == ("about:blank", 401)
        assert await bot.rows() == []


async def test_the_unsigned_probe_is_200_without_any_effect(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        assert (await bot.post(b"{}", {})).status == 200
        assert await bot.rows() == []
        assert bot.rung == []
        assert (await bot.session.get(f"{bot.url}/webhooks/zalo")).status == 200


async def test_log_mode_lets_wrong_signatures_in_and_says_so_loudly(
    postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", mode="log") as bot:
        with caplog.at_level(logging.ERROR):
            body = text_event("m-1", "xin chao")
            assert (await bot.post(body, signed(body, secret="app-secret-for-tests"))).status == 200
            assert (await bot.post(text_event("m-2"), {"X-ZEvent-Signature": "mac=" + "0" * 64})).status == 200
        assert len(await bot.rows()) == 2
        records = [json.loads(record.getMessage()) for record in caplog.records]
        assert records[0]["event"] == "matches alternative recipe app_secret"
        assert records[1]["event"] == "webhook_signature_mismatch"
        assert all(record["let_in"] for record in records)
        assert "X-ZEvent-Signature" in records[0]["header_names"]
        assert "xin chao" not in caplog.text
        assert "mac=" not in caplog.text


async def test_enforce_mode_names_an_alternative_recipe_but_refuses(
    postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        body = text_event("m-1")
        assert (await bot.post(body, signed(body, secret="app-secret-for-tests"))).status == 401
        assert "matches alternative recipe app_secret" in caplog.text
        assert await bot.rows() == []


async def test_signed_events_of_an_unknown_account_are_200_and_dropped(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        assert (await bot.post(text_event("This is message id", oa_id="579745863508352884"))).status == 200
        assert await bot.rows() == []


async def test_unknown_events_are_kept_and_nobody_is_woken(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        body = b'{"event_name":"brand_new","timestamp":"1767225600000","x":[1,2]}'
        assert (await bot.post(body)).status == 200
        (row,) = await bot.rows()
        assert (row["kind"], row["state"]) == ("unknown", "ignored")
        assert bot.rung == []


UNSTORABLE = {
    "garbage": b"not json",
    "no utf-8": b"\xff\xfe{}",
    "nul": b'{"event_name":"user_send_text","timestamp":"1767225600000","message":{"text":"a\\u0000b"}}',
    "surrogate": b'{"event_name":"user_send_text","timestamp":"1767225600000","message":{"text":"\\ud800"}}',
    "deep": b'{"timestamp":"1767225600000","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "digits": b'{"timestamp":"1767225600000","x":' + b"9" * 500_000 + b"}",
    "nan": b'{"timestamp":"1767225600000","x":NaN}',
    "empty": b"",
}


@pytest.mark.parametrize("mode", ["enforce", "log"])
async def test_what_cannot_be_stored_is_400_and_nothing_is_kept(postgres_url: str, tmp_path: Path, mode: str) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", mode=mode) as bot:
        for name, body in UNSTORABLE.items():
            for headers in (signed(body), {}):
                response = await bot.post(body, headers)
                assert (response.status, response.content_type) == (400, "application/problem+json"), name
        assert await bot.rows() == []
        assert not list(tmp_path.glob("spool/*"))


async def test_oversized_bodies_are_413_however_they_come(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        url = f"{bot.url}/webhooks/zalo"
        large = b"{" + b" " * (1 << 20) + b"}"

        async def chunks():
            for start in range(0, len(large), 65536):
                yield large[start : start + 65536]

        plain = await bot.session.post(url, data=io.BytesIO(large))
        chunked = await bot.session.post(url, data=chunks())
        bomb = gzip.compress(b" " * (20 << 20))
        packed = await bot.session.post(url, data=bomb, headers={"Content-Encoding": "gzip"})
        for response in (plain, chunked, packed):
            assert (response.status, response.content_type) == (413, "application/problem+json")


async def test_compressed_and_chunked_bodies_are_read_as_they_were_meant(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        url = f"{bot.url}/webhooks/zalo"
        body = text_event("m-1")
        headers = signed(body) | {"Content-Encoding": "gzip"}
        assert (await bot.session.post(url, data=gzip.compress(body), headers=headers)).status == 200
        broken = await bot.session.post(url, data=b"no gzip at all", headers=headers)
        assert (broken.status, broken.content_type) == (400, "application/problem+json")
        unknown = await bot.session.post(url, data=body, headers=signed(body) | {"Content-Encoding": "compress"})
        assert unknown.status == 415
        assert len(await bot.rows()) == 1


async def test_a_body_that_stops_half_way_is_408_within_the_deadline(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", body_deadline_seconds=0.3) as bot:
        started = asyncio.get_running_loop().time()
        head = b"POST /webhooks/zalo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
        answer = await send_raw(bot.url, head)
        assert asyncio.get_running_loop().time() - started < 2
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in answer


async def test_a_sender_that_leaves_half_way_harms_nobody(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        head = b"POST /webhooks/zalo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
        await send_raw(bot.url, head, close=True)
        assert (await bot.post(text_event("m-1"))).status == 200
