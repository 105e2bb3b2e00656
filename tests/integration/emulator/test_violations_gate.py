"""The gate itself (tests/violations.py): it hears of every violation, and lets pass only what a test has announced."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.site import ProcessLog, ask, running_site
from tests.violations import Gate, gate, judge

WHERE = {"method": "GET", "path": "/v2.0/oa/getoa", "code": -216, "detail": "…"}
TOKEN, HEADER = {**WHERE, "rule": "access_token"}, {**WHERE, "rule": "header"}


async def break_a_rule(lab: Any) -> None:
    await lab.platform("GET", "/v2.0/oa/getoa", headers={"access_token": "of another account"})


async def test_what_an_emulator_here_records_fails_a_test_that_did_not_say_so(lab: Any, request: Any) -> None:
    await break_a_rule(lab)
    found = gate.take()  # or this test would fail
    assert [violation["rule"] for violation in found] == ["access_token"]
    wrong = judge(request.node, found)
    assert wrong is not None
    assert wrong.splitlines()[0] == "rules broken: access_token; provokes_violations: not marked"
    assert gate.take() == []


async def test_what_an_emulator_elsewhere_records_is_asked_for_once(lab: Any) -> None:
    elsewhere = Gate()
    elsewhere.watch(lab.url)
    assert await asyncio.to_thread(elsewhere.take) == []
    await break_a_rule(lab)
    assert [violation["rule"] for violation in await asyncio.to_thread(elsewhere.take)] == ["access_token"]
    assert await asyncio.to_thread(elsewhere.take) == []
    await break_a_rule(lab)
    await asyncio.to_thread(elsewhere.leave, lab.url)
    await break_a_rule(lab)
    assert len(await asyncio.to_thread(elsewhere.take)) == 1
    gate.take()


@pytest.mark.provokes_violations("access_token")
async def test_the_emulator_of_a_site_is_asked_after_the_test_and_before_it_ends(
    data_dir: Path, process_log: ProcessLog
) -> None:
    async with running_site(data_dir, process_log, kinds=("emulator",)) as site:
        url = f"{site.emulator_url}/v2.0/oa/getoa"
        assert (await ask("GET", url, headers={"access_token": "of another account"}))[0] == 200


async def test_an_emulator_that_is_down_tells_nothing_and_fails_nothing() -> None:
    elsewhere = Gate()
    elsewhere.watch("http://127.0.0.1:9")
    assert elsewhere.take() == []


@pytest.mark.parametrize(
    ("mark", "found", "is_right"),
    [
        (None, [], True),
        (None, [TOKEN], False),
        (pytest.mark.provokes_violations, [], False),
        (pytest.mark.provokes_violations, [TOKEN, HEADER], True),
        (pytest.mark.provokes_violations("access_token"), [TOKEN, TOKEN], True),
        (pytest.mark.provokes_violations("access_token"), [TOKEN, HEADER], False),
        (pytest.mark.provokes_violations("access_token", "header"), [TOKEN], False),
        (pytest.mark.provokes_violations(sometimes=True), [], True),
        (pytest.mark.provokes_violations("header", sometimes=True), [TOKEN], False),
    ],
)
def test_exactly_what_was_announced_passes(
    mark: pytest.MarkDecorator | None, found: list[Any], is_right: bool, request: pytest.FixtureRequest
) -> None:
    item = pytest.Function.from_parent(request.node.parent, name="test_it", callobj=lambda: None)
    if mark:
        item.add_marker(mark)
    assert (judge(item, found) is None) == is_right
