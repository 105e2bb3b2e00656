"""Smaller parts: the spool's lines, problems, the merged description, alarms, patience."""

import asyncio
import io
import json
import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alarm import FIRST_ALERTS, SignatureAlarm
from bot.openapi import build_document
from bot.patience import Patience
from bot.problems import problem
from bot.spool_file import decode_lines, encode_line
from channels.base import SignatureOutcome, SignatureVerdict


@given(st.lists(st.binary(max_size=60), max_size=8), st.integers(0, 400))
def test_a_file_cut_anywhere_gives_its_whole_records(records: list[bytes], cut: int) -> None:
    content = b"".join(b"\n" + encode_line(record) for record in records)
    read = list(decode_lines(io.BytesIO(content[:cut])))
    assert read == records[: len(read)]
    assert list(decode_lines(io.BytesIO(content))) == records


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=3, max_size=3), st.integers(0, 200))
def test_damage_in_one_line_costs_that_line_only(records: list[bytes], place: int) -> None:
    lines = [encode_line(record) for record in records]
    position = place % (len(lines[1]) - 1)
    broken = bytearray(lines[1])
    broken[position] = ord("!")
    read = list(decode_lines(io.BytesIO(lines[0] + bytes(broken) + lines[2])))
    assert read == [records[0], None, records[2]]


def test_a_problem_names_wrong_fields_and_keeps_vietnamese_readable() -> None:
    response = problem(422, "Sai", "thiếu trường", errors=[{"field": "data.status"}], headers={"Retry-After": "3"})
    assert response.content_type == "application/problem+json"
    assert response.headers["Retry-After"] == "3"
    assert isinstance(response.body, bytes)
    assert "thiếu trường" in response.body.decode()
    assert json.loads(response.body)["errors"] == [{"field": "data.status"}]
    assert "errors" not in json.loads(problem(404, "x", "y").body or b"")  # type: ignore[arg-type]


def test_descriptions_that_contradict_each_other_are_refused_at_start() -> None:
    again = {"paths": {"/livez": {"get": {"responses": {}}}}}
    with pytest.raises(ValueError, match="/livez is described twice: get"):
        build_document(title="t", version="1", server_url=None, fragments=[again])
    other = {"components": {"schemas": {"Problem": {"type": "string"}}}}
    with pytest.raises(ValueError, match=r"components\.schemas\.Problem"):
        build_document(title="t", version="1", server_url=None, fragments=[other])


def test_the_public_address_is_in_the_description() -> None:
    document = build_document(title="t", version="1", server_url="https://hoso.example.vn")
    assert document["servers"] == [{"url": "https://hoso.example.vn"}]


def test_the_first_mismatches_are_loud_and_later_ones_do_not_flood(caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    alarm = SignatureAlarm("zalo", clock=lambda: clock[0])
    wrong = SignatureVerdict(SignatureOutcome.WRONG)
    with caplog.at_level(logging.ERROR):
        for _ in range(FIRST_ALERTS + 100):
            alarm.tell(wrong, {"X-ZEvent-Signature": "value"}, let_in=False)
        assert len(caplog.records) == FIRST_ALERTS
        clock[0] = 61
        alarm.tell(wrong, {}, let_in=False)
    assert json.loads(caplog.records[-1].getMessage())["since_last_log"] == 100
    assert "value" not in caplog.text


async def test_patience_ends_in_time_even_with_what_cannot_be_cancelled() -> None:
    patience = Patience()
    may_end = asyncio.Event()

    async def stubborn() -> None:
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        await patience.run(stubborn(), 0.05)
    assert time.monotonic() - started < 1
    may_end.set()
    await patience.aclose()


async def test_patience_hands_on_results_and_errors() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise KeyError("x")

    patience = Patience()
    assert await patience.run(answer(), 1) == 42
    with pytest.raises(KeyError):
        await patience.run(fail(), 1)
