"""The pure parts of the Zalo adapter: proofs, texts, answers, requests as values."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from channels.base import OutgoingMessage, Recipient, TemplateContent
from channels.errors import BadMessage, NeedsAuthorization, OutcomeUnknown, RecipientUnreachable
from channels.plain_text import split_text
from channels.zalo.calls import build_api_request, build_oauth_request, read_result
from channels.zalo.config import ZaloConfig
from channels.zalo.limits import MAX_TEXT_CHARS
from channels.zalo.methods import ExchangeCode, GetOa, RefreshToken, SendConsultation, SendTemplate, TemplateInfo
from channels.zalo.oauth import FALLBACK_ACCESS_LIFE, TokenPair, read_token_answer
from channels.zalo.proofs import appsecret_proof, code_challenge, hash_phone, is_mobile

CONFIG = ZaloConfig(app_id="123", app_secret=SecretStr("app-secret-for-tests"))
TOKEN = SecretStr("access-token-for-tests")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SEND = SendTemplate(phone=SecretStr("84987654321"), template_id="1", template_data={"a": "ế"}, tracking_id="n")
TEXT = SendConsultation(user_id="5", text="chào")


# --- Vectors of the sheet (docs: zalo 14) -----------------------------------------------------------------------------


def test_appsecret_proof_vector() -> None:
    assert (
        appsecret_proof(SecretStr("app-secret-for-tests"), SecretStr("access-token-for-tests"))
        == "7196be12396e82d498574863aab45f32c0f0c84c6d6d4038d19a0d78120bdf44"
    )


def test_pkce_vector() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_hashed_phone_vector() -> None:
    assert hash_phone("84987654321") == "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438"


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("84987654321", True),
        ("84387654321", True),
        ("84287654321", False),
        ("0987654321", False),
        ("+84987654321", False),
        ("8498765432", False),
        ("849876543210", False),
        ("84987654321\n", False),
        ("8498765432１", False),
    ],
)
def test_the_form_of_a_mobile_number(phone: str, expected: bool) -> None:
    assert is_mobile(phone) is expected


# --- Requests ---------------------------------------------------------------------------------------------------------


def test_a_template_send_is_the_documented_request() -> None:
    request = build_api_request(CONFIG, SEND, TOKEN)
    assert (request.method, request.url) == ("POST", "https://business.openapi.zalo.me/message/template")
    assert request.headers == {"access_token": "access-token-for-tests", "Content-Type": "application/json"}
    assert json.loads(request.body or b"") == {
        "phone": "84987654321",
        "template_id": "1",
        "template_data": {"a": "ế"},
        "tracking_id": "n",
    }
    assert "ế".encode() in (request.body or b"")


def test_development_mode_and_proof_are_added_only_when_set() -> None:
    config = CONFIG.model_copy(update={"send_appsecret_proof": True})
    request = build_api_request(config, SEND.model_copy(update={"mode": "development"}), TOKEN)
    assert json.loads(request.body or b"")["mode"] == "development"
    assert request.headers["appsecret_proof"] == appsecret_proof(CONFIG.app_secret, TOKEN)


def test_a_query_is_the_documented_request() -> None:
    request = build_api_request(CONFIG, TemplateInfo(template_id="7"), TOKEN)
    assert (request.method, request.query, request.body) == ("GET", {"template_id": "7"}, None)
    assert build_api_request(CONFIG, GetOa(), TOKEN).url == "https://openapi.zalo.me/v2.0/oa/getoa"


def test_oauth_calls_are_forms_with_the_secret_in_a_header() -> None:
    refresh = build_oauth_request(CONFIG, RefreshToken(refresh_token=SecretStr("R&1")))
    exchange = build_oauth_request(CONFIG, ExchangeCode(code=SecretStr("C"), code_verifier=SecretStr("V")))
    assert refresh.url == "https://oauth.zaloapp.com/v4/oa/access_token"
    assert refresh.headers["secret_key"] == "app-secret-for-tests"
    assert refresh.body == b"app_id=123&grant_type=refresh_token&refresh_token=R%261"
    assert exchange.body == b"app_id=123&grant_type=authorization_code&code=C&code_verifier=V"
    assert b"code_verifier" not in (build_oauth_request(CONFIG, ExchangeCode(code=SecretStr("C"))).body or b"")


@pytest.mark.parametrize("value", [SEND, TEXT, build_api_request(CONFIG, SEND, TOKEN)])
def test_requests_show_nothing_personal(value: Any) -> None:
    shown = repr(value) + str(value)
    assert not any(secret in shown for secret in ("84987654321", "access-token-for-tests", "chào", "ế", "'5'"))


# --- Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"msg_id": "a", "sent_time": "1767225600000", "quota": {"dailyQuota": "500", "remainingQuota": "499"}},
        {"msg_id": "a", "sent_time": 1767225600000, "quota": {"dailyQuota": 500, "remainingQuota": 499}},
    ],
)
def test_numbers_come_as_texts_or_numbers(data: dict[str, Any]) -> None:
    result = read_result(SEND, {"error": "0", "message": "Success", "data": data})
    assert result.sent_time == datetime(2026, 1, 1, tzinfo=UTC)
    assert result.quota is not None
    assert (result.quota.daily_quota, result.quota.remaining_quota) == (500, 499)


@pytest.mark.parametrize(
    "extra", [{}, {"quota": None}, {"quota": "many"}, {"quota": []}, {"sent_time": "soon"}, {"sent_time": -1}]
)
def test_an_odd_quota_or_time_does_not_spoil_an_accepted_message(extra: dict[str, Any]) -> None:
    assert read_result(SEND, {"error": 0, "data": {"msg_id": 17, **extra}}).msg_id == "17"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"message": "Success"},
        {"error": None},
        {"error": "none"},
        {"error": 0},
        {"error": 0, "data": {}},
        {"error": 0, "data": []},
        {"error": 0, "data": {"msg_id": ""}},
        {"error": 0, "data": {"msg_id": None}},
    ],
)
def test_an_answer_that_proves_nothing_is_unknown(document: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        read_result(SEND, document)


@pytest.mark.parametrize("code", [-118, "-118", -118.0])
def test_a_refusal_without_data_or_with_odd_words_is_still_a_refusal(code: object) -> None:
    with pytest.raises(RecipientUnreachable, match="-118"):
        read_result(SEND, {"error": code, "message": None})


def pair() -> TokenPair:
    return TokenPair(
        access_token=SecretStr("A1"),
        refresh_token=SecretStr("R1"),
        access_expires_at=NOW,
        refresh_expires_at=NOW + timedelta(days=10),
    )


@pytest.mark.parametrize(
    ("expires_in", "life"),
    [
        ("90000", timedelta(hours=25)),
        (3600, timedelta(hours=1)),
        (None, FALLBACK_ACCESS_LIFE),
        ("soon", FALLBACK_ACCESS_LIFE),
        (0, FALLBACK_ACCESS_LIFE),
        ("99999999999", timedelta(days=30)),
    ],
)
def test_the_life_of_a_token_is_what_the_answer_says(expires_in: object, life: timedelta) -> None:
    answer = {"access_token": "A2", "refresh_token": "R2", "expires_in": expires_in}
    found = read_token_answer(answer, now=NOW, old=pair())
    assert found.access_expires_at == NOW + life
    assert found.refresh_token == SecretStr("R2")
    assert found.refresh_expires_at == NOW + timedelta(days=90)


def test_a_named_life_of_the_refresh_token_counts() -> None:
    answer = {"access_token": "A2", "refresh_token": "R2", "expires_in": "1", "refresh_token_expires_in": "864000"}
    assert read_token_answer(answer, now=NOW, old=None).refresh_expires_at == NOW + timedelta(days=10)


@pytest.mark.parametrize("answer", [{"access_token": "A2"}, {"access_token": "A2", "refresh_token": ""}])
def test_a_missing_refresh_token_keeps_the_old_one(answer: dict[str, str]) -> None:
    found = read_token_answer(answer, now=NOW, old=pair())
    assert found.refresh_token == SecretStr("R1")
    assert found.refresh_expires_at == NOW + timedelta(days=10)
    with pytest.raises(OutcomeUnknown, match="no_refresh_token"):
        read_token_answer(answer, now=NOW, old=None)


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": None, "error": 0}, {"access_token": 7}])
def test_no_access_token_and_no_code_is_unknown(answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        read_token_answer(answer, now=NOW, old=pair())


def test_an_oauth_error_is_read_from_its_code_whatever_the_text_keys() -> None:
    with pytest.raises(NeedsAuthorization, match="-14014"):
        read_token_answer({"error": "-14014", "error_name": 5, "message": ""}, now=NOW, old=pair())


# --- Texts ------------------------------------------------------------------------------------------------------------


def test_a_text_is_cut_at_paragraphs_then_lines_sentences_words() -> None:
    assert split_text("một hai\n\nba bốn\n\nnăm", 17) == ["một hai\n\nba bốn", "năm"]
    assert split_text("một hai ba\nbốn năm", 12) == ["một hai ba", "bốn năm"]
    assert split_text("Một hai. Ba bốn năm", 12) == ["Một hai.", "Ba bốn năm"]
    assert split_text("một hai ba bốn", 8) == ["một hai", "ba bốn"]
    assert split_text("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert split_text("  \n ") == []


def test_an_ordinary_text_stays_one_part() -> None:
    assert split_text("Xin chào") == ["Xin chào"]
    assert len(split_text("ế" * MAX_TEXT_CHARS)) == 1


def test_letters_keep_their_marks() -> None:
    parts = split_text("x̂" * 20, 5)  # x with circumflex has no composed form
    assert all(not unicodedata.combining(part[0]) for part in parts)


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(BadMessage):
        split_text("a\0b")
    with pytest.raises(ValueError, match="limit"):
        split_text("a", 0)


WORDS = st.text(st.sampled_from("aế\u0302 \n.👍\u200d"), max_size=120)


@given(WORDS, st.integers(1, 30))
def test_no_part_is_too_long_or_blank_and_nothing_but_space_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(unicodedata.normalize("NFC", text).split())


# --- Messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["", "a" * 49, "a b", "a/b", "á", "a\n"])
def test_a_reference_is_what_every_platform_can_echo(reference: str) -> None:
    with pytest.raises(ValidationError):
        OutgoingMessage(reference=reference, recipient=Recipient(), text="x")


def test_a_message_needs_content_and_shows_none() -> None:
    with pytest.raises(ValidationError, match="a text, a template or an attachment"):
        OutgoingMessage(reference="a", recipient=Recipient())
    message = OutgoingMessage(
        reference="a",
        recipient=Recipient(phone=SecretStr("84987654321"), user_id="246845883529197922"),
        text="riêng tư",
        template=TemplateContent(template_id="1", params={"a": "bí mật"}),
    )
    assert not any(word in repr(message) for word in ("riêng tư", "bí mật", "84987654321", "246845883529197922"))
