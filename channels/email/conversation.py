"""One conversation with a mail server: connect, encrypt, log in, and hand one letter over (RFC 5321, 3.3)."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass, field

import aiosmtplib

from channels.deadline import refuse_if_late
from channels.email.address import domain_of
from channels.email.config import EmailConfig
from channels.email.judgement import Step, judge_failure

START_INPUT = 354
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed over; `letter` with CRLF at its line ends."""

    sender: str
    recipient: str = field(repr=False)
    letter: bytes = field(repr=False)


@dataclass(slots=True)
class _Progress:
    step: Step = Step.CONNECT


async def hand_over(parcel: Parcel, config: EmailConfig, tls: ssl.SSLContext | None) -> None:
    """Hand a letter over, on a connection of its own. Raises `ChannelError`."""
    server = _client(config, tls)
    progress, failure = _Progress(), None
    try:
        async with asyncio.timeout(config.total_seconds):
            await _converse(server, parcel, config, progress)
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
        failure = exc
    finally:
        server.close()
    if failure is not None:
        # Outside of the handler, so that no traceback shows the server's words: they quote the recipient's address.
        raise judge_failure(failure, progress.step)


def _client(config: EmailConfig, tls: ssl.SSLContext | None) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=config.host,
        port=config.port,
        local_hostname=domain_of(config.sender),  # the library's default asks the network for a name, in every send
        timeout=config.timeout_seconds,
        use_tls=config.security == "tls",
        start_tls=config.security == "starttls",
        tls_context=tls,
    )


async def _converse(server: aiosmtplib.SMTP, parcel: Parcel, config: EmailConfig, progress: _Progress) -> None:
    await server.connect()
    if config.user is not None and config.password is not None:
        progress.step = Step.LOGIN
        await server.login(config.user, config.password.get_secret_value())
    progress.step = Step.SENDER
    await server.mail(parcel.sender)
    progress.step = Step.RECIPIENT
    await server.rcpt(parcel.recipient)
    progress.step = Step.ASK
    _expect(await server.execute_command(b"DATA"), START_INPUT, START_INPUT)
    protocol = server.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("gone before the letter")
    refuse_if_late()
    # Not server.data(), which does not tell whether the letter had left when something broke.
    protocol.write(_to_wire(parcel.letter))
    progress.step = Step.LETTER
    _expect(await protocol.read_response(timeout=config.timeout_seconds), 200, 299)
    protocol.write(b"QUIT\r\n")  # politeness; its answer is not awaited, the letter is theirs


def _expect(reply: aiosmtplib.SMTPResponse, lowest: int, highest: int) -> None:
    if not lowest <= reply.code <= highest:
        raise aiosmtplib.SMTPResponseException(reply.code, reply.message)


def _to_wire(letter: bytes) -> bytes:
    """With its dots doubled and the end that the server waits for (RFC 5321, 4.5.2)."""
    end = b".\r\n" if letter.endswith(b"\r\n") else b"\r\n.\r\n"
    return _LEADING_DOT.sub(b"..", letter) + end
