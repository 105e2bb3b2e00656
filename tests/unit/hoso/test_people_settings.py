"""Who is told, over shared phones, and what is held back: what the settings mean and what they refuse."""

import os

import pytest

from dossiers.status import Notice
from hoso.delivery_settings import LONGEST_HOLD_SECONDS
from hoso.errors import BadSettings
from hoso.settings import ENV_FILE_VARIABLE, PREFIX, Settings, load_settings
from status_bridge.choices import Role


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(ENV_FILE_VARIABLE, "")


def _load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    return load_settings()


def test_unset_the_applicant_alone_is_told_and_nothing_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch)
    assert (settings.roles, settings.holds) == ((Role.APPLICANT,), {})
    assert (settings.shared_phone_owners, settings.shared_phone_days) == (20, 30)


def test_roles_keep_their_order_and_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, NOTIFY="owner, applicant,owner").roles == (Role.OWNER, Role.APPLICANT)


@pytest.mark.parametrize("text", [",", "boss", "applicant,Owner"])
def test_unknown_roles_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(BadSettings, match="HOSO_NOTIFY: must be some of applicant, owner, submitter, authorised"):
        _load(monkeypatch, NOTIFY=text)


def test_each_notice_has_a_hold_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    holds = _load(monkeypatch, HOLD_SECONDS="refused:600, finished: 300,stopped:0").holds
    assert holds == {Notice.REFUSED: 600.0, Notice.FINISHED: 300.0}


@pytest.mark.parametrize("text", ["refused", "refused:", "refused:ten", "refused:-1", "rejected:5", "600"])
def test_what_is_no_hold_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(BadSettings, match="HOSO_HOLD_SECONDS: must be such as refused:600,finished:300"):
        _load(monkeypatch, HOLD_SECONDS=text)


def test_nothing_is_held_back_for_longer_than_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, HOLD_SECONDS=f"refused:{LONGEST_HOLD_SECONDS}").holds
    with pytest.raises(BadSettings, match="at most"):
        _load(monkeypatch, HOLD_SECONDS=f"refused:{LONGEST_HOLD_SECONDS + 1}")
