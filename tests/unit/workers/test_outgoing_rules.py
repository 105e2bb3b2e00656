"""Signing and retrying of outgoing events: pure rules."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from workers.outgoing_decision import (
    JITTER_SHARE,
    MAX_WAIT_SECONDS,
    PAUSES_SECONDS,
    Answer,
    Fate,
    decide,
    read_retry_after,
)
from workers.webhook_signature import new_secret, read_secret, sign

DAY = 86_400.0


def test_the_signature_is_that_of_the_schemes_published_vector() -> None:
    key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign([key], id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_changed_each_signs() -> None:
    old, new = read_secret(new_secret()), read_secret(new_secret())
    signatures = sign([new, old], id="a", timestamp=1, body="đ".encode()).split(" ")
    expected = [hmac.new(key, b"a.1." + "đ".encode(), hashlib.sha256).digest() for key in (new, old)]
    assert signatures == [f"v1,{base64.b64encode(digest).decode()}" for digest in expected]


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!!", "c2hvcnQ=", "whsec_c2hvcnQ=", "whsec_" + "A" * 88 + "=="])
def test_a_bad_secret_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="hoso outgoing secret") as caught:
        read_secret(text)
    assert len(text) < 10 or text not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert decide(Answer(status), tries=1, seconds_left=DAY, chance=0.5).fate is Fate.DELIVERED


@pytest.mark.parametrize("status", [None, 301, 302, 307, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(status: int | None) -> None:
    decision = decide(Answer(status, "x"), tries=1, seconds_left=DAY, chance=0.0)
    assert decision.fate is Fate.AGAIN
    assert decision.due_in_seconds == PAUSES_SECONDS[0]
    assert decision.rest_seconds == 0


def test_gone_is_gone() -> None:
    assert decide(Answer(410), tries=1, seconds_left=DAY, chance=0.5).fate is Fate.GONE


def test_pauses_grow_and_are_jittered_upwards_only() -> None:
    pauses = [decide(Answer(500), tries=t, seconds_left=10 * DAY, chance=0.0).due_in_seconds for t in range(1, 12)]
    assert pauses[: len(PAUSES_SECONDS)] == list(PAUSES_SECONDS)
    assert set(pauses[len(PAUSES_SECONDS) :]) == {PAUSES_SECONDS[-1]}
    assert pauses == sorted(pauses)
    late = decide(Answer(500), tries=1, seconds_left=DAY, chance=1.0).due_in_seconds
    assert late == pytest.approx(PAUSES_SECONDS[0] * (1 + JITTER_SHARE))


def test_the_day_ends_before_a_try_that_would_come_after_it() -> None:
    assert decide(Answer(500), tries=5, seconds_left=1799, chance=0.0).fate is Fate.FAILED
    assert decide(Answer(500), tries=5, seconds_left=1801, chance=0.0).fate is Fate.AGAIN


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_to_wait_is_left_alone(status: int) -> None:
    decision = decide(Answer(status, wait_seconds=900), tries=1, seconds_left=DAY, chance=0.5)
    assert (decision.fate, decision.due_in_seconds, decision.rest_seconds) == (Fate.AGAIN, 900, 900)


def test_other_statuses_cannot_ask_to_wait() -> None:
    assert decide(Answer(500, wait_seconds=900), tries=1, seconds_left=DAY, chance=0.0).rest_seconds == 0


def test_nobody_is_waited_for_longer_than_a_day() -> None:
    decision = decide(Answer(503, wait_seconds=1e9), tries=1, seconds_left=DAY / 2, chance=0.0)
    assert (decision.fate, decision.rest_seconds) == (Fate.FAILED, MAX_WAIT_SECONDS)


def test_retry_after_is_seconds_or_a_date() -> None:
    now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert read_retry_after("120", now) == 120
    assert read_retry_after("Mon, 02 Mar 2026 08:05:00 GMT", now) == 300
    assert read_retry_after("Mon, 02 Mar 2026 07:00:00 GMT", now) == 0
    # Numbers that no clock holds: an event must not be stuck because of them.
    beyond = ("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2026 99999999999999999999:00:00 GMT")
    assert [read_retry_after(text, now) for text in beyond] == [None, None]
    assert [read_retry_after(text, now) for text in (None, "", "soon", "-5", "1.5", "9" * 40, "²")] == [None] * 7


def test_an_answer_is_listed_in_a_word() -> None:
    assert str(Answer(503)) == "503"
    assert str(Answer(302, "redirect not followed")) == "302 redirect not followed"
    assert str(Answer(None, "TimeoutError")) == "TimeoutError"
