from typing import Any

import pytest

from emulator.config import EmulatorConfig
from emulator.credentials import ACCESS_TOKEN, REFRESH_TOKEN, credentials
from emulator.errors import BadControl, Refused
from emulator.faults import Faults
from emulator.pkce import challenge_of
from emulator.signature import sign
from emulator.tokens import TokenBook

CONFIG = EmulatorConfig()
NOW = 1_772_400_000_000
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def test_the_signature_is_that_of_the_fact_sheet() -> None:
    body = (
        '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730","event_name":"user_send_text",'
        '"timestamp":"1767225600000","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
        '"message":{"msg_id":"m-1","text":"Xin chào"}}'
    ).encode()
    assert len(body) == 251
    mac = sign("1234567890123456789", body, "1767225600000", "oa-secret-for-tests")
    assert mac == "0957e353ddd3da5312ba6c2f3425f64e990aa42c2606160f25742b753c034163"


def test_the_pkce_challenge_is_that_of_the_fact_sheet() -> None:
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_refresh_gives_a_new_pair_once_and_the_old_access_token_dies() -> None:
    tokens = TokenBook.fresh(CONFIG, NOW)
    pair = tokens.refresh(REFRESH_TOKEN, CONFIG, NOW)
    assert pair["expires_in"] == "90000"
    assert tokens.check_access(ACCESS_TOKEN, NOW) == "expired"
    assert tokens.check_access(pair["access_token"], NOW) == "valid"
    with pytest.raises(Refused) as again:
        tokens.refresh(REFRESH_TOKEN, CONFIG, NOW)
    assert (again.value.code, again.value.rule) == (-14014, "refresh_token_reused")


def test_the_old_access_token_may_live_on_by_setting() -> None:
    config = EmulatorConfig(old_token_dies_at_refresh=False)
    tokens = TokenBook.fresh(config, NOW)
    tokens.refresh(REFRESH_TOKEN, config, NOW)
    assert tokens.check_access(ACCESS_TOKEN, NOW) == "valid"
    assert tokens.check_access(ACCESS_TOKEN, NOW + 90_000_000) == "expired"


def test_tokens_have_the_lives_of_the_fact_sheet() -> None:
    tokens = TokenBook.fresh(CONFIG, NOW)
    assert tokens.check_access(ACCESS_TOKEN, NOW + 90_000_000 - 1) == "valid"
    assert tokens.check_access(ACCESS_TOKEN, NOW + 90_000_000) == "expired"
    assert tokens.check_access("made up", NOW) == "unknown"
    with pytest.raises(Refused, match="-14014"):
        tokens.refresh(REFRESH_TOKEN, CONFIG, NOW + 91 * 86_400_000)


@pytest.mark.parametrize(
    ("challenge", "verifier", "is_taken"),
    [(None, None, True), (None, VERIFIER, True), (challenge_of(VERIFIER), VERIFIER, True),
     (challenge_of(VERIFIER), None, False), (challenge_of(VERIFIER), "wrong", False)],
)  # fmt: skip
def test_a_code_works_with_the_verifier_that_fits(challenge: str | None, verifier: str | None, is_taken: bool) -> None:
    tokens = TokenBook.fresh(CONFIG, NOW)
    code = tokens.issue_code(NOW, challenge)
    if is_taken:
        assert tokens.exchange_code(code, verifier, CONFIG, NOW)["access_token"]
    else:
        with pytest.raises(Refused, match="-14005"):
            tokens.exchange_code(code, verifier, CONFIG, NOW)


def test_a_code_is_single_use_and_lives_ten_minutes() -> None:
    tokens = TokenBook.fresh(CONFIG, NOW)
    code = tokens.issue_code(NOW, None)
    tokens.exchange_code(code, None, CONFIG, NOW)
    late = tokens.issue_code(NOW, None)
    for spent in (code, late):
        with pytest.raises(Refused, match="-14005"):
            tokens.exchange_code(spent, None, CONFIG, NOW + 600_000)


def test_tokens_survive_a_snapshot() -> None:
    tokens = TokenBook.fresh(CONFIG, NOW)
    tokens.issue_code(NOW, "challenge")
    tokens.refresh(REFRESH_TOKEN, CONFIG, NOW)
    assert TokenBook.restored(tokens.snapshot()) == tokens


def test_credentials_carry_every_secret_and_the_templates_that_may_be_sent() -> None:
    given = credentials()
    names = "app_id app_secret oa_id oa_secret_key access_token refresh_token bot_token bot_secret_token"
    sms = "esms_api_key esms_secret_key speedsms_access_token"
    assert set(given) == {*names.split(), *sms.split(), "templates"}
    sendable = [template["template_id"] for template in given["templates"]]
    assert sendable == [*(str(400101 + n) for n in range(13)), "401001", "401002", "401003", "401006"]
    assert given["templates"][0]["params"][0] == {"name": "ma_ho_so", "type": "STRING", "max": 40}


def test_a_fault_strikes_so_often_and_such_a_share() -> None:
    draws = iter([0.1, 0.9, 0.1])
    faults = Faults(draw=lambda: next(draws))
    faults.order({"path": "/message", "mode": "http_500", "share": 0.5, "times": 2})
    assert [len(faults.strike("/message/template")) for _ in range(3)] == [1, 0, 1]
    assert faults.orders == []
    assert faults.strike("/v4/oa/access_token") == []


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"path": "/x"},
        {"path": "x", "mode": "reset"},
        {"path": "/x", "mode": "explode"},
        {"path": "/x", "mode": "slow"},
        {"path": "/x", "mode": "slow:-1"},
        {"path": "/x", "mode": "slow:nan"},
        {"path": "/x", "mode": "error:0"},
        {"path": "/x", "mode": "error:x"},
        {"path": "/x", "mode": "reset:1"},
        {"path": "/x", "mode": 5},
        {"path": "/x", "mode": "reset", "times": 0},
        {"path": "/x", "mode": "reset", "times": True},
        {"path": "/x", "mode": "reset", "share": 0},
        {"path": "/x", "mode": "reset", "share": 1.5},
        {"path": "/x", "mode": "reset", "often": 1},
    ],
)
def test_a_fault_that_cannot_be_understood_is_refused(order: dict[str, Any]) -> None:
    with pytest.raises(BadControl):
        Faults().order(order)
