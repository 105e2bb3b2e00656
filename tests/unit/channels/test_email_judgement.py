"""What a failure at each step of SMTP proves (docs: rq-httpx-redis-pitfalls B1; RFC 5321)."""

from __future__ import annotations

import ssl

import aiosmtplib
import pytest

from channels.email.judgement import Step, judge_failure, judge_reply
from channels.errors import (
    ChannelError,
    NeedsHuman,
    OutcomeUnknown,
    PlatformDown,
    RecipientUnreachable,
    Temporary,
    UnknownCode,
)

BEFORE = [step for step in Step if step is not Step.LETTER]
GONE = [
    aiosmtplib.SMTPServerDisconnected("gone"),
    aiosmtplib.SMTPReadTimeoutError("silence"),
    aiosmtplib.SMTPResponseException(-1, "no SMTP at all"),
    ConnectionResetError(),
    TimeoutError(),
    ssl.SSLEOFError(),
]


@pytest.mark.parametrize("step", BEFORE)
@pytest.mark.parametrize("failure", GONE, ids=lambda failure: type(failure).__name__)
def test_before_the_letter_has_left_every_break_is_not_sent(failure: Exception, step: Step) -> None:
    error = judge_failure(failure, step)
    assert type(error) is PlatformDown
    assert (error.counts_as_send, error.is_sent_possible) == (False, False)


@pytest.mark.parametrize("failure", [*GONE, ssl.SSLError("bad record")], ids=lambda failure: type(failure).__name__)
def test_after_the_letter_has_left_every_break_is_unknown(failure: Exception) -> None:
    error = judge_failure(failure, Step.LETTER)
    assert type(error) is OutcomeUnknown
    assert error.is_sent_possible


@pytest.mark.parametrize(
    ("step", "code", "words", "expected"),
    [
        (Step.CONNECT, 421, "4.3.2 closing", PlatformDown),
        (Step.CONNECT, 554, "no service for you", NeedsHuman),
        (Step.LOGIN, 454, "4.7.0 try later", PlatformDown),
        (Step.LOGIN, 535, "5.7.8 bad credentials", NeedsHuman),
        (Step.LOGIN, 534, "5.7.9 application password needed", NeedsHuman),
        (Step.SENDER, 451, "4.3.0 later", Temporary),
        (Step.SENDER, 421, "4.3.2 closing", PlatformDown),
        (Step.SENDER, 550, "5.1.8 bad sender", NeedsHuman),
        (Step.SENDER, 530, "5.7.0 log in first", NeedsHuman),
        (Step.RECIPIENT, 450, "4.2.0 greylisted", Temporary),
        (Step.RECIPIENT, 452, "4.2.2 mailbox full", Temporary),
        (Step.RECIPIENT, 550, "5.1.1 unknown user", RecipientUnreachable),
        (Step.RECIPIENT, 550, "no such user", RecipientUnreachable),
        (Step.RECIPIENT, 553, "mailbox name not allowed", RecipientUnreachable),
        (Step.RECIPIENT, 554, "5.2.1 mailbox closed", RecipientUnreachable),
        (Step.RECIPIENT, 550, "5.7.1 relaying denied", NeedsHuman),
        (Step.RECIPIENT, 554, "transaction failed", NeedsHuman),
        (Step.RECIPIENT, 252, "cannot tell", UnknownCode),
        (Step.ASK, 554, "no valid recipients", NeedsHuman),
        (Step.ASK, 250, "ok?", UnknownCode),
        (Step.LETTER, 451, "4.3.0 later", Temporary),
        (Step.LETTER, 421, "closing", PlatformDown),
        (Step.LETTER, 554, "5.7.1 looks like spam", NeedsHuman),
        (Step.LETTER, 550, "5.1.1 unknown after all", RecipientUnreachable),
        (Step.LETTER, 354, "go on", OutcomeUnknown),
    ],
)
def test_each_reply_at_its_step(step: Step, code: int, words: str, expected: type[ChannelError]) -> None:
    error = judge_failure(aiosmtplib.SMTPResponseException(code, words), step)
    assert type(error) is expected
    assert error.code == str(code)
    assert error.is_sent_possible == (expected is OutcomeUnknown)


@pytest.mark.parametrize(
    ("code", "words", "again"), [(552, "5.2.2 full", True), (550, "5.2.2 full", True), (550, "5.1.1 unknown", False)]
)
def test_a_full_mailbox_is_tried_again_tomorrow(code: int, words: str, again: bool) -> None:
    error = judge_reply(code, words, Step.RECIPIENT)
    assert isinstance(error, RecipientUnreachable)
    assert (error.retry_tomorrow_once, error.try_other_channel) == (again, True)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_certificate_that_is_not_trusted_needs_a_person(is_wrapped: bool) -> None:
    failure: Exception = ssl.SSLCertVerificationError("self-signed")
    if is_wrapped:
        failure, cause = aiosmtplib.SMTPConnectError("no"), failure
        failure.__cause__ = cause
    error = judge_failure(failure, Step.CONNECT)
    assert type(error) is NeedsHuman
    assert error.code == "tls"


@pytest.mark.parametrize(("step", "code"), [(Step.CONNECT, "starttls"), (Step.LOGIN, "login")])
def test_an_extension_that_the_server_lacks_needs_a_person(step: Step, code: str) -> None:
    error = judge_failure(aiosmtplib.SMTPException("not supported by this server"), step)
    assert type(error) is NeedsHuman
    assert error.code == code


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("code", [250, 354, 421, 450, 550, 554, 599])
def test_no_error_quotes_the_server(step: Step, code: int) -> None:
    words = "5.1.1 <lan@example.vn> unknown"
    error = judge_failure(aiosmtplib.SMTPRecipientRefused(code, words, "lan@example.vn"), step)
    assert "lan@example.vn" not in repr(error) + str(error)
