"""The consent of an account's admin: where to go, and what is believed of what comes back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from channels.zalo.config import ZaloConfig
from channels.zalo.consent import Consent, ConsentRefused, challenge_of, make_verifier

CONFIG = ZaloConfig(app_id="1234567890123456789", app_secret=SecretStr("app-secret-for-tests"))
CALLBACK = "https://hoso.example.vn/oauth/zalo/callback/"


def test_the_challenge_is_the_vector_of_the_standard() -> None:
    verifier = SecretStr("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifiers_are_fresh_and_of_the_right_length() -> None:
    made = {make_verifier().get_secret_value() for _ in range(20)}
    assert len(made) == 20
    assert {len(verifier) for verifier in made} == {43}


def _query(consent: Consent) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(consent.url).query).items()}


def test_the_address_names_app_callback_state_and_challenge_and_never_the_verifier() -> None:
    consent = Consent.begin(CONFIG, CALLBACK)
    assert consent.verifier is not None
    assert consent.url.startswith("https://oauth.zaloapp.com/v4/oa/permission?")
    assert _query(consent) == {
        "app_id": CONFIG.app_id,
        "redirect_uri": CALLBACK,
        "state": consent.state,
        "code_challenge": challenge_of(consent.verifier),
    }
    assert consent.verifier.get_secret_value() not in consent.url


def test_without_pkce_neither_parameter_is_sent() -> None:
    consent = Consent.begin(CONFIG, CALLBACK, pkce="off")
    assert "code_challenge" not in _query(consent)
    _, method = consent.read_callback(f"{CALLBACK}?code=c&oa_id=7&state={consent.state}")
    assert "code_verifier" not in method.form()


def test_a_fixed_pair_uses_the_given_verifier_and_is_refused_without_one() -> None:
    fixed = SecretStr("v" * 43)
    consent = Consent.begin(CONFIG, CALLBACK, pkce="fixed", fixed_verifier=fixed)
    assert _query(consent)["code_challenge"] == challenge_of(fixed)
    with pytest.raises(ValueError, match="fixed"):
        Consent.begin(CONFIG, CALLBACK, pkce="fixed")


def test_the_callback_gives_the_account_and_the_request_for_its_first_pair() -> None:
    consent = Consent.begin(CONFIG, CALLBACK)
    assert consent.verifier is not None
    oa_id, method = consent.read_callback(f" {CALLBACK}?code=abc&oa_id=388613280878808645&state={consent.state}\n")
    assert oa_id == "388613280878808645"
    assert method.form() == {
        "grant_type": "authorization_code",
        "code": "abc",
        "code_verifier": consent.verifier.get_secret_value(),
    }


@pytest.mark.parametrize(
    "query", ["code=abc&oa_id=7&state=another", "code=abc&oa_id=7", "code=abc&oa_id=7&state=", "", "state=%FF"]
)
def test_what_belongs_to_another_consent_is_refused(query: str) -> None:
    with pytest.raises(ConsentRefused, match="another consent"):
        Consent.begin(CONFIG, CALLBACK).read_callback(f"{CALLBACK}?{query}")


@pytest.mark.parametrize("given", ["oa_id=7", "code=abc", ""])
def test_an_address_without_code_or_account_is_refused(given: str) -> None:
    consent = Consent.begin(CONFIG, CALLBACK)
    with pytest.raises(ConsentRefused, match="whole address"):
        consent.read_callback(f"{CALLBACK}?state={consent.state}&{given}")
