"""What a failure at some step of SMTP proves (docs: rq-httpx-redis-pitfalls B1; RFC 5321, 4.2 and 6.1).

The server takes a message over with its answer to the end of the letter. Before the letter has left, every failure
means "not sent"; while that answer is awaited, "unknown". A refusal is the server's own word, at any step.
"""

from __future__ import annotations

import re
import ssl
from enum import Enum, auto

import aiosmtplib

from channels.errors import (
    ChannelError,
    NeedsHuman,
    OutcomeUnknown,
    PlatformDown,
    RecipientUnreachable,
    Temporary,
    UnknownCode,
)


class Step(Enum):
    """How far the conversation got."""

    CONNECT = auto()  # greeting, EHLO, STARTTLS
    LOGIN = auto()
    SENDER = auto()  # MAIL FROM
    RECIPIENT = auto()  # RCPT TO
    ASK = auto()  # DATA
    LETTER = auto()  # the letter has left


_HUMAN = {
    Step.CONNECT: "the mail server refuses our connection; ask its operator",
    Step.LOGIN: "the mail server refuses our login; check user and password",
    Step.SENDER: "the mail server refuses our sender address; check it",
    Step.RECIPIENT: "the mail server does not forward for us; check the login and its rules",
    Step.ASK: "the mail server refuses our letters; ask its operator",
    Step.LETTER: "the mail server refuses our letters; ask its operator",
}
# What a server says of the person's mailbox and of nothing else (RFC 5321, 4.2.3).
_MAILBOX_REPLIES = frozenset({550, 551, 552, 553})
# RFC 3463: class.subject.detail; subjects 1 and 2 are the address and the mailbox, 7 is policy.
_ENHANCED = re.compile(r"[245]\.([0-9]{1,3})\.([0-9]{1,3})\b")
# The other side went away in the middle; any other failure of TLS is a matter of certificates and settings.
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError)


def judge_failure(failure: Exception, step: Step) -> ChannelError:
    """Our error for whatever the conversation raised. Its detail never quotes the server, who may quote addresses."""
    if isinstance(failure, aiosmtplib.SMTPResponseException) and 200 <= failure.code < 600:
        return judge_reply(failure.code, failure.message, step)
    kind = type(failure).__name__
    if step is Step.LETTER:
        return OutcomeUnknown("broken", f"no good answer after the letter had left ({kind})")
    tls = next((each for each in (failure, failure.__cause__) if isinstance(each, ssl.SSLError)), None)
    if tls is not None and not isinstance(tls, _BROKEN_TLS):
        return NeedsHuman("tls", "no encrypted connection to the mail server; check its certificate and the port")
    if type(failure) is aiosmtplib.SMTPException:  # the library's word for an extension that the server lacks
        if step is Step.CONNECT:
            return NeedsHuman("starttls", "the mail server offers no STARTTLS, and nothing is sent in clear")
        return NeedsHuman("login", "the mail server offers no way to log in that we know")
    return PlatformDown("connect", f"the conversation with the mail server broke before the letter ({kind})")


def judge_reply(code: int, words: str, step: Step) -> ChannelError:
    """Our error for a reply that is not the one we need."""
    if code < 400:
        if step is Step.LETTER:
            return OutcomeUnknown(str(code), "a strange answer after the letter had left")
        return UnknownCode(str(code), "a strange answer of the mail server before the letter")
    if code < 500:
        return _refuse_for_now(code, step)
    found = _ENHANCED.match(words)
    subject = int(found[1]) if found else None
    if step.value >= Step.RECIPIENT.value and _is_about_mailbox(code, subject, step):
        is_full = code == 552 or (found is not None and found[0].endswith("2.2"))
        return RecipientUnreachable(
            str(code), "the mail server does not deliver to this mailbox", retry_tomorrow_once=is_full
        )
    return NeedsHuman(str(code), _HUMAN[step])


def _refuse_for_now(code: int, step: Step) -> ChannelError:
    if step.value <= Step.LOGIN.value or code == 421:  # 421: the service closes; no letter was asked about
        return PlatformDown(str(code), "the mail server is not available for now")
    return Temporary(str(code), "the mail server refuses for now")


def _is_about_mailbox(code: int, subject: int | None, step: Step) -> bool:
    if subject is not None:
        return subject in {1, 2}
    return step is Step.RECIPIENT and code in _MAILBOX_REPLIES
