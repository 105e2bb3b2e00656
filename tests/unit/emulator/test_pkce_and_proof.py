import pytest

from emulator.appsecret_proof import is_proof, prove
from emulator.config import EmulatorConfig
from emulator.consent import choose_language, render_consent
from emulator.credentials import REFRESH_TOKEN
from emulator.errors import Refused
from emulator.pkce import challenge_of, check_verifier, describe_mismatch
from emulator.tokens import TokenBook

NOW = 1_772_400_000_000
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
OTHER = "v" * 43


def test_the_proof_is_that_of_the_fact_sheet() -> None:
    proof = "7196be12396e82d498574863aab45f32c0f0c84c6d6d4038d19a0d78120bdf44"
    assert prove("access-token-for-tests", "app-secret-for-tests") == proof
    assert is_proof(proof, "access-token-for-tests", "app-secret-for-tests")
    for wrong in ("", proof.upper(), prove("another", "app-secret-for-tests"), "ờ"):
        assert not is_proof(wrong, "access-token-for-tests", "app-secret-for-tests")


@pytest.mark.parametrize(
    ("mode", "saved", "asked", "verifier", "is_taken"),
    [
        ("any", None, None, None, True),
        ("any", None, None, OTHER, True),
        ("any", None, CHALLENGE, VERIFIER, True),
        ("any", None, CHALLENGE, OTHER, False),
        ("any", None, CHALLENGE, None, False),
        ("fresh", None, CHALLENGE, VERIFIER, True),
        ("fresh", None, CHALLENGE, OTHER, False),
        ("fresh", None, None, VERIFIER, False),
        ("fixed", CHALLENGE, None, VERIFIER, True),
        ("fixed", CHALLENGE, challenge_of(OTHER), VERIFIER, True),
        ("fixed", CHALLENGE, challenge_of(OTHER), OTHER, False),
        ("fixed", CHALLENGE, None, None, False),
        ("fixed", None, CHALLENGE, VERIFIER, False),
        ("fixed", "", None, None, False),
        ("off", CHALLENGE, challenge_of(OTHER), None, True),
        ("off", None, None, None, True),
    ],
)
def test_each_mode_of_pkce_takes_the_verifier_it_should(
    mode: str, saved: str | None, asked: str | None, verifier: str | None, is_taken: bool
) -> None:
    config = EmulatorConfig(pkce=mode, fixed_code_challenge=saved)
    if is_taken:
        check_verifier(asked, verifier, config)
    else:
        with pytest.raises(Refused) as refused:
            check_verifier(asked, verifier, config)
        assert (refused.value.code, refused.value.rule) == (-14005, "pkce")


@pytest.mark.parametrize(
    ("mode", "asked", "is_odd"),
    [("any", None, False), ("any", CHALLENGE, False), ("fresh", None, True), ("fresh", CHALLENGE, False),
     ("fixed", None, False), ("fixed", CHALLENGE, False), ("fixed", challenge_of(OTHER), True),
     ("off", None, False), ("off", CHALLENGE, True)],
)  # fmt: skip
def test_a_challenge_that_does_not_fit_the_console_is_told_early(mode: str, asked: str | None, is_odd: bool) -> None:
    config = EmulatorConfig(pkce=mode, fixed_code_challenge=CHALLENGE)
    assert (describe_mismatch(asked, config) is not None) == is_odd


def test_a_refresh_may_answer_without_a_refresh_token_and_the_old_one_stays_good() -> None:
    config = EmulatorConfig(refresh_answer_omits_token=True, tell_refresh_token_life=True)
    tokens = TokenBook.fresh(config, NOW)
    first = tokens.refresh(REFRESH_TOKEN, config, NOW)
    second = tokens.refresh(REFRESH_TOKEN, config, NOW)
    assert set(first) == {"access_token", "expires_in"}
    assert first["access_token"] != second["access_token"]
    pair = tokens.exchange_code(tokens.issue_code(NOW, None), None, config, NOW)
    assert pair["refresh_token"]


def test_the_life_of_a_refresh_token_is_told_by_setting_as_a_text() -> None:
    config = EmulatorConfig(tell_refresh_token_life=True)
    pair = TokenBook.fresh(config, NOW).refresh(REFRESH_TOKEN, config, NOW)
    assert pair["refresh_token_expires_in"] == str(90 * 86_400)


@pytest.mark.parametrize(
    ("before", "after", "is_over"),
    [
        ({}, {}, False),
        ({}, {"callback_url": "https://a.vn/cb"}, False),
        ({"callback_url": "https://a.vn/cb"}, {"callback_url": "https://b.vn/cb"}, True),
        (
            {"callback_url": "https://a.vn/cb"},
            {"callback_url": "https://b.vn/cb", "grant_ends_on_change": False},
            False,
        ),
        ({"permissions": ("gửi tin",)}, {"permissions": ("gửi tin", "xem người quan tâm")}, True),
        ({"permissions": ("gửi tin",)}, {"permissions": ("gửi tin",)}, False),
    ],
)
def test_a_grant_ends_with_what_was_consented_to(before: dict[str, str], after: dict[str, str], is_over: bool) -> None:
    config = EmulatorConfig(**before)  # type: ignore[arg-type]
    tokens = TokenBook.fresh(config, NOW)
    for name, value in after.items():
        setattr(config, name, value)
    assert tokens.is_grant_over(config) == is_over
    if is_over:
        with pytest.raises(Refused, match="-14014"):
            tokens.refresh(REFRESH_TOKEN, config, NOW)
        tokens.exchange_code(tokens.issue_code(NOW, None), None, config, NOW)
        assert not tokens.is_grant_over(config)


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [(None, "", "vi"), (None, "en-GB,en;q=0.9,vi;q=0.5", "en"), (None, "vi-VN,en;q=0.5", "vi"), ("vi", "en", "vi"),
     ("en", "vi", "en"), ("fr", "fr", "vi")],
)  # fmt: skip
def test_the_consent_page_speaks_the_language_of_its_reader(wanted: str | None, accepted: str, language: str) -> None:
    assert choose_language(wanted, accepted) == language


@pytest.mark.parametrize(("lang", "allow", "deny"), [("vi", "Đồng ý", "Từ chối"), ("en", "Allow", "Deny")])
def test_the_consent_page_offers_both_answers_and_the_other_language(lang: str, allow: str, deny: str) -> None:
    page = render_consent(
        {"app_id": "1", "state": '"><b>'}, account="UBND <A>", site="a.vn", permissions=("gửi & nhận",), lang=lang
    )
    assert f'lang="{lang}"' in page
    assert f">{allow}</button>" in page
    assert f">{deny}</button>" in page
    assert "gửi &amp; nhận" in page
    assert "UBND &lt;A&gt;" in page
    assert '"><b>' not in page
    assert f"lang={'en' if lang == 'vi' else 'vi'}" in page
