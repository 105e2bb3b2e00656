import asyncio
import json
from pathlib import Path
from typing import Any

from emulator.config import EmulatorConfig
from emulator.credentials import REFRESH_TOKEN
from emulator.state import Emulator, new_message_id


def filled(path: Path, count: int) -> Emulator:
    emulator = Emulator(EmulatorConfig(state_file=path))
    for number in range(count):
        phone = emulator.find_or_create_phone(f"849{number:08d}")
        emulator.arrive(phone, channel="oa", message_id=new_message_id(), request=b"{}", answer=b"{}", faults=[])
    return emulator


def stored(path: Path) -> Any:
    return json.loads(path.read_text())


async def test_a_calm_save_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    emulator = filled(path, 1000)
    saving = asyncio.create_task(emulator._save_calmly(path))
    await asyncio.sleep(0)
    pair = emulator.tokens.refresh(REFRESH_TOKEN, emulator.config, emulator.clock.now_ms())
    emulator.save()
    await saving
    assert stored(path)["tokens"]["refresh_token"] == pair["refresh_token"]
    assert list(tmp_path.iterdir()) == [path]


async def test_a_save_that_is_cut_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    emulator = filled(path, 1000)
    emulator.save()
    before = path.read_bytes()
    emulator.quota.used = 7
    saving = asyncio.create_task(emulator._save_calmly(path))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


async def test_messages_that_come_during_a_calm_save_harm_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    emulator = filled(path, 1000)
    saving = asyncio.create_task(emulator._save_calmly(path))
    await asyncio.sleep(0)
    while not saving.done():
        phone = emulator.find_or_create_phone("84999999999")
        emulator.arrive(phone, channel="oa", message_id=new_message_id(), request=b"{}", answer=b"{}", faults=[])
        await asyncio.sleep(0)
    await saving
    assert Emulator(EmulatorConfig(state_file=path)).messages.last_seq == 1000
