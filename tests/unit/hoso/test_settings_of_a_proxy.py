"""The real Zalo behind a proxy on this machine is the real Zalo: real template ids, real nights, real patience."""

import os
from typing import Any

import pytest

from hoso.errors import BadSettings
from hoso.settings import ENV_FILE_VARIABLE, PREFIX, Settings, load_settings

PROXY: dict[str, Any] = {
    "zalo_app_id": "1234",
    "zalo_app_secret": "s",
    "zalo_oa_id": "5678",
    "zalo_oa_secret_keys": "new,old",
    "zalo_template_base": "http://127.0.0.1:3128",
}
TEMPLATES = {
    f"zalo_template_{name}": "1"
    for name in [
        "submitted",
        "accepted",
        "refused",
        "supplement",
        "finished",
        "withdrawn",
        "payment",
        "stopped",
        "returned",
    ]
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(ENV_FILE_VARIABLE, "")


def load(**values: Any) -> Settings:
    return load_settings(**values)


def test_its_template_ids_are_not_the_emulators() -> None:
    with pytest.raises(BadSettings, match="HOSO_ZALO_TEMPLATE_ACCEPTED"):
        load(**PROXY)
    assert set(load(**PROXY, **TEMPLATES).templates.values()) == {"1"}


def test_nobody_is_woken_and_nothing_is_hurried() -> None:
    settings = load(**PROXY, **TEMPLATES)
    assert settings.hours.is_set
    assert settings.doubt_seconds == 300
    with pytest.raises(BadSettings, match="HOSO_LEASE_SECONDS"):
        load(**PROXY, **TEMPLATES, lease_seconds=6)


def test_no_channel_gets_the_emulators_secrets() -> None:
    settings = load(**PROXY, **TEMPLATES)
    assert (settings.zalo_bot, settings.esms, settings.callback_token, settings.standin_base) == (None,) * 4


@pytest.mark.parametrize(
    "token", ["abcdefgh/jklmnopqr", "abcdefgh?jklmnopqr", "abcdefgh#jklmnopqr", "mật-khẩu-bí-mật-dài"]
)
def test_a_callback_token_that_no_address_can_hold_is_told_at_once(token: str) -> None:
    with pytest.raises(BadSettings, match="HOSO_SMS_CALLBACK_TOKEN") as caught:
        load(sms_callback_token=token)
    assert token not in str(caught.value)
