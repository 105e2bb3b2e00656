"""Every row of the error tables, said by the emulator over HTTP and heard by the adapter (docs: zalo 2.6, 4.8, 6.6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage
from channels.errors import ChannelError, UnknownCode
from channels.zalo.methods import ExchangeCode
from channels.zalo.oauth import exchange_code
from tests.integration.channels.bench import BY_USER, CS, OAUTH, SEND, Bench, template, template_to, text
from tests.unit.channels.zalo_codes import OA_ROWS, OAUTH_ROWS, ZBS_ROWS, check_error

USER = "246845883529197922"
MESSAGES: dict[str, tuple[str, OutgoingMessage]] = {
    "zalo_template": (SEND, template()),
    "zalo_template_uid": (BY_USER, template_to(USER)),
    "zalo_oa": (CS, text("xin chào", user_id=USER)),
}


async def hear(bench: Bench, path: str, codes: str, letter: str, ask: Callable[[], Awaitable[Any]]) -> None:
    for code in map(int, codes.split()):
        # A refused token is refreshed and the call repeated, so its code must come twice to be seen.
        await bench.emulator.order(path, f"error:{code}", times=2 if letter == "R" else 1)
        with pytest.raises(ChannelError) as caught:
            await ask()
        check_error(caught.value, code, letter)
    assert await bench.messages() == []


def sender(bench: Bench, name: str) -> tuple[str, Callable[[], Awaitable[Any]]]:
    path, message = MESSAGES[name]
    channel = bench.channels(check_templates=False)[name]
    return path, lambda: channel.send(message)


@pytest.mark.parametrize(("letter", "codes"), OAUTH_ROWS.items(), ids=OAUTH_ROWS)
async def test_each_oauth_code_is_heard_as_its_class(bench: Bench, letter: str, codes: str) -> None:
    method = ExchangeCode(code=SecretStr("any"))
    await hear(bench, OAUTH, codes, letter, lambda: exchange_code(bench.http, bench.zalo, method, now=bench.clock()))


@pytest.mark.parametrize(("letter", "codes"), OA_ROWS.items(), ids=OA_ROWS)
async def test_each_oa_code_is_heard_as_its_class(bench: Bench, letter: str, codes: str) -> None:
    path, ask = sender(bench, "zalo_oa")
    await hear(bench, path, codes, letter, ask)


@pytest.mark.parametrize(("letter", "codes"), ZBS_ROWS.items(), ids=ZBS_ROWS)
async def test_each_template_code_is_heard_as_its_class(bench: Bench, letter: str, codes: str) -> None:
    path, ask = sender(bench, "zalo_template")
    await hear(bench, path, codes, letter, ask)


@pytest.mark.parametrize(
    ("letter", "codes"),
    [("H", "-249 -131"), ("B", "-1121 -201"), ("T", "-100"), ("P", "-230"), ("REFUSED", "-141"), ("R", "-216 -124")],
)
async def test_templates_by_user_id_hear_the_codes_of_both_hosts(bench: Bench, letter: str, codes: str) -> None:
    path, ask = sender(bench, "zalo_template_uid")
    await hear(bench, path, codes, letter, ask)


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_code_in_no_table_is_parked(bench: Bench, name: str) -> None:
    path, ask = sender(bench, name)
    await bench.emulator.order(path, "error:-31999")
    with pytest.raises(UnknownCode, match="-31999") as caught:
        await ask()
    assert (caught.value.retryable, caught.value.needs_alert) == (False, True)
    assert await bench.messages() == []
