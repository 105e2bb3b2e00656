"""Every row of the gateways' tables, said by the emulator and heard by the adapter (docs: zalo 10.1, 10.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from channels.errors import ChannelError, UnknownCode
from channels.http import HttpClient
from tests.integration.channels.conftest import EmulatorHandle
from tests.integration.channels.gateways import (
    ESMS_BALANCE,
    ESMS_SEND,
    ESMS_STATUS,
    SPEEDSMS_SEND,
    SPEEDSMS_STATUS,
    esms,
    sms,
    speedsms,
)
from tests.unit.channels.gateway_codes import ESMS_ROWS, SPEEDSMS_ROWS, check_error

Ask = Callable[[], Awaitable[Any]]


async def hear(emulator: EmulatorHandle, path: str, codes: str, letter: str, ask: Ask) -> None:
    for code in codes.split():
        await emulator.order(path, f"error:{int(code)}")
        with pytest.raises(ChannelError) as caught:
            await ask()
        check_error(caught.value, letter)
        assert caught.value.code == code
    assert await emulator.get("messages") == []


@pytest.mark.parametrize(("letter", "codes"), ESMS_ROWS.items(), ids=ESMS_ROWS)
async def test_each_esms_code_is_heard_as_its_class(
    http: HttpClient, emulator: EmulatorHandle, letter: str, codes: str
) -> None:
    channel = esms(http, emulator)
    await hear(emulator, ESMS_SEND, codes, letter, lambda: channel.send(sms()))
    await hear(emulator, ESMS_STATUS, codes, letter, lambda: channel.status("any"))
    await hear(emulator, ESMS_BALANCE, codes, letter, channel.balance_vnd)


@pytest.mark.parametrize(("letter", "codes"), SPEEDSMS_ROWS.items(), ids=SPEEDSMS_ROWS)
async def test_each_speedsms_code_is_heard_as_its_class(
    http: HttpClient, emulator: EmulatorHandle, letter: str, codes: str
) -> None:
    channel = speedsms(http, emulator)
    await hear(emulator, SPEEDSMS_SEND, codes, letter, lambda: channel.send(sms()))
    await hear(emulator, SPEEDSMS_STATUS, codes, letter, lambda: channel.status("1"))


@pytest.mark.parametrize(("make", "path"), [(esms, ESMS_SEND), (speedsms, SPEEDSMS_SEND)])
async def test_a_code_in_no_table_is_parked(
    http: HttpClient, emulator: EmulatorHandle, make: Callable[..., Any], path: str
) -> None:
    await emulator.order(path, "error:998")
    with pytest.raises(UnknownCode, match="998") as caught:
        await make(http, emulator).send(sms())
    assert (caught.value.retryable, caught.value.needs_alert) == (False, True)
