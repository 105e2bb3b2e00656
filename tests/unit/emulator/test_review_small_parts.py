"""Faults that exclude each other, reactions, words among the settings, the lock of a state file."""

from pathlib import Path
from typing import Any

import pytest

from emulator.config import EmulatorConfig
from emulator.errors import BadControl, StateFileError
from emulator.faults import Faults
from emulator.reactions import REMOVE, change_reactions
from emulator.settings import change_settings, set_written
from emulator.state_lock import StateLock


def order(faults: Faults, *modes: str) -> None:
    for mode in modes:
        faults.order({"path": "/message", "mode": mode, "times": 1})


def strike(faults: Faults) -> list[str]:
    return [fault.written for fault in faults.strike("/message/template")]


def test_orders_that_answer_instead_are_used_up_one_request_each() -> None:
    faults = Faults()
    order(faults, "http_500", "slow:1", "error:-100", "reset", "no_receipt")
    assert strike(faults) == ["http_500", "slow:1", "no_receipt"]
    assert strike(faults) == ["error:-100"]
    assert strike(faults) == ["reset"]
    assert strike(faults) == []


def test_each_side_takes_back_its_own_reactions_only() -> None:
    kept = change_reactions((), "oa", "/-heart", 2)
    kept = change_reactions(kept, "user", ":>", 2)
    with pytest.raises(OverflowError):
        change_reactions(kept, "user", ":o", 2)
    assert change_reactions(kept, "oa", REMOVE, 2) == [{"by": "user", "icon": ":>"}]


@pytest.mark.parametrize("written", ["pkce=fixd", "rsa_codes=", "quality_7_days=high", "daily_quota=" + "9" * 400])
def test_a_setting_of_few_words_takes_no_other(written: str) -> None:
    with pytest.raises(BadControl):
        set_written(EmulatorConfig(), written)


@pytest.mark.parametrize("wanted", [{"daily_quota": 10**400}, {"asset_days": float("inf")}, {"bot_users": 2**60}])
def test_numbers_beyond_reason_are_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(BadControl):
        change_settings(EmulatorConfig(), wanted)


def test_a_state_file_belongs_to_one_emulator_at_a_time(tmp_path: Path) -> None:
    first, second = StateLock(tmp_path / "state.json"), StateLock(tmp_path / "state.json")
    first.take()
    with pytest.raises(StateFileError, match="used by another emulator"):
        second.take()
    first.free()
    second.take()
    second.free()


def test_a_lock_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StateFileError, match="--state"):
        StateLock(tmp_path / "file" / "state.json").take()
