"""The e-mail channel against a real mail server: every way to encrypt, log in, and be refused."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient
from channels.email.channel import EmailChannel
from channels.email.config import EmailConfig
from channels.errors import ChannelError, NeedsHuman, OutcomeUnknown, PlatformDown, RecipientUnreachable, Temporary
from tests.integration.channels.mail_server import (
    PASSWORD,
    USER,
    Certificate,
    Cut,
    MailServer,
    SmtpProxy,
    make_certificate,
    open_mail_server,
)
from tests.proxy import refusing_port, unanswering_port

SENDER, ADDRESS = "hoso@danang.gov.vn", "lan.nguyen@example.vn"
TEXT, SUBJECT = "Hồ sơ đã có kết quả.\n.\nMời bạn đến nhận.", "Hồ sơ H17.33.2-260302-0001"
LETTER = OutgoingMessage(
    reference="n-01HZX3", recipient=Recipient(email=SecretStr(ADDRESS)), text=TEXT, subject=SUBJECT
)
LOGIN = {"user": USER, "password": SecretStr(PASSWORD)}


def channel(port: int, **changes: Any) -> EmailChannel:
    fields = {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER, "timeout_seconds": 0.5}
    return EmailChannel(EmailConfig(**(fields | changes)))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def plain() -> AsyncIterator[MailServer]:
    async with open_mail_server() as mail:
        yield mail


async def failure_of(channel: EmailChannel, expected: type[ChannelError], letter: OutgoingMessage = LETTER) -> Any:
    with pytest.raises(ChannelError) as caught:
        await channel.send(letter)
    assert type(caught.value) is expected, repr(caught.value)
    printed = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert ADDRESS not in printed
    assert PASSWORD not in printed
    return caught.value


async def test_a_letter_arrives_as_it_was_meant(plain: MailServer) -> None:
    receipt = await channel(plain.port).send(LETTER)
    ((sender, recipients, letter),) = plain.letters
    assert (sender, recipients) == (SENDER, [ADDRESS])
    assert letter["Subject"] == SUBJECT
    assert letter.get_content().splitlines() == TEXT.splitlines()
    assert letter["Message-ID"] == f"<{receipt.message_id}>"
    assert (receipt.message_id, receipt.cost_vnd) == ("n-01HZX3@danang.gov.vn", 0)


async def test_every_attempt_of_one_message_has_the_same_message_id(plain: MailServer) -> None:
    for _ in range(2):
        await channel(plain.port).send(LETTER)
    assert len({letter["Message-ID"] for _, _, letter in plain.letters}) == 1


async def test_many_letters_at_once(plain: MailServer) -> None:
    sender = channel(plain.port, timeout_seconds=15)
    await asyncio.gather(*(sender.send(LETTER.model_copy(update={"reference": f"n-{at}"})) for at in range(20)))
    assert len({letter["Message-ID"] for _, _, letter in plain.letters}) == 20


# --- Encryption and login ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_an_encrypted_letter_after_a_login(certificate: Certificate, security: str) -> None:
    async with open_mail_server(certificate=certificate, is_tls=security == "tls", needs_login=True) as mail:
        sender = channel(
            mail.port, security=security, certificate_file=str(certificate.pem), timeout_seconds=10, **LOGIN
        )
        await sender.send(LETTER)
        assert len(mail.letters) == 1
        assert mail.was_encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Certificate, security: str) -> None:
    async with open_mail_server(certificate=certificate, is_tls=security == "tls") as mail:
        error = await failure_of(channel(mail.port, security=security, timeout_seconds=10), NeedsHuman)
        assert (error.code, mail.letters) == ("tls", [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_another_name_is_refused(tmp_path: Path, security: str) -> None:
    other = make_certificate(tmp_path, address="127.0.0.2")
    async with open_mail_server(certificate=other, is_tls=security == "tls") as mail:
        sender = channel(mail.port, security=security, certificate_file=str(other.pem), timeout_seconds=10)
        assert (await failure_of(sender, NeedsHuman)).code == "tls"
        assert mail.letters == []


async def test_without_starttls_nothing_is_sent_in_clear(plain: MailServer) -> None:
    error = await failure_of(channel(plain.port, security="starttls", **LOGIN), NeedsHuman)
    assert (error.code, error.is_sent_possible) == ("starttls", False)
    assert plain.letters == []


async def test_tls_towards_a_port_without_it_needs_a_person_and_sends_nothing(plain: MailServer) -> None:
    error = await failure_of(channel(plain.port, security="tls", timeout_seconds=10), NeedsHuman)
    assert (error.code, plain.letters) == ("tls", [])


async def test_a_refused_login_needs_a_person(certificate: Certificate) -> None:
    async with open_mail_server(certificate=certificate, needs_login=True) as mail:
        wrong = {"user": USER, "password": SecretStr("not-" + PASSWORD)}
        sender = channel(
            mail.port, security="starttls", certificate_file=str(certificate.pem), timeout_seconds=10, **wrong
        )
        assert (await failure_of(sender, NeedsHuman)).code == "535"
        assert mail.letters == []


async def test_a_server_that_wants_a_login_that_we_do_not_have_needs_a_person() -> None:
    async with open_mail_server(needs_login=True) as mail:
        assert (await failure_of(channel(mail.port), NeedsHuman)).code == "530"


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        ("MAIL", "451 4.3.0 later", Temporary),
        ("MAIL", "550 5.1.8 bad sender", NeedsHuman),
        ("RCPT", "450 4.2.0 greylisted", Temporary),
        ("RCPT", "550 5.1.1 unknown", RecipientUnreachable),
        ("RCPT", "550 5.7.1 relaying denied", NeedsHuman),
        ("DATA", "451 4.3.0 later", Temporary),
        ("DATA", "554 5.7.1 looks like spam", NeedsHuman),
        ("DATA", "552 5.2.2 mailbox full", RecipientUnreachable),
    ],
)
async def test_a_refusal_is_known_and_quotes_nobody(
    plain: MailServer, step: str, reply: str, expected: type[ChannelError]
) -> None:
    plain.replies[step] = reply
    error = await failure_of(channel(plain.port), expected)
    assert (error.code, error.is_sent_possible) == (reply[:3], False)
    assert plain.letters == []


# --- What the network does (docs: rq-httpx-redis-pitfalls B1) ---------------------------------------------------------


@pytest.mark.parametrize("port_of", [refusing_port, unanswering_port])
@pytest.mark.parametrize("security", ["none", "tls"])
async def test_without_a_connection_nothing_was_sent(port_of: Any, security: str) -> None:
    with port_of() as port:
        error = await failure_of(channel(port, security=security, timeout_seconds=0.3), PlatformDown)
    assert not error.counts_as_send


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
@pytest.mark.parametrize("at", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_cut_before_the_letter_is_not_sent(plain: MailServer, at: str, cut: Cut) -> None:
    async with SmtpProxy(plain.port, at, cut) as proxy:
        error = await failure_of(channel(proxy.port, timeout_seconds=0.3), PlatformDown)
    assert (error.is_sent_possible, error.counts_as_send) == (False, False)
    assert plain.letters == []


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.name.lower())
async def test_cut_after_the_letter_and_before_its_answer_is_unknown(plain: MailServer, cut: Cut) -> None:
    async with SmtpProxy(plain.port, ".\r\n", cut) as proxy:
        error = await failure_of(channel(proxy.port, timeout_seconds=0.3), OutcomeUnknown)
    assert error.is_sent_possible
    assert len(plain.letters) == (0 if cut is Cut.RESET_BEFORE else 1)  # both look the same from here


async def test_cut_in_the_middle_of_the_letter_is_unknown_and_nothing_arrives(plain: MailServer) -> None:
    async with SmtpProxy(plain.port, "Subject:", Cut.RESET_BEFORE) as proxy:
        await failure_of(channel(proxy.port), OutcomeUnknown)
    assert plain.letters == []


async def test_an_encrypted_connection_that_dies_after_the_letter_is_unknown(certificate: Certificate) -> None:
    async with open_mail_server(certificate=certificate, is_tls=True) as mail:
        mail.hangs_up_after_letter = True
        sender = channel(mail.port, security="tls", certificate_file=str(certificate.pem), timeout_seconds=10)
        await failure_of(sender, OutcomeUnknown)
        assert len(mail.letters) == 1


@pytest.mark.parametrize(("at", "expected"), [("RCPT", PlatformDown), (".\r\n", OutcomeUnknown)])
async def test_the_whole_conversation_has_a_deadline(plain: MailServer, at: str, expected: type[ChannelError]) -> None:
    async with SmtpProxy(plain.port, at, Cut.SILENCE) as proxy:
        await failure_of(channel(proxy.port, timeout_seconds=60, total_seconds=0.5), expected)


async def test_a_cancelled_send_closes_its_connection(plain: MailServer) -> None:
    async with SmtpProxy(plain.port, "MAIL", Cut.SILENCE) as proxy:
        task = asyncio.create_task(channel(proxy.port, timeout_seconds=60).send(LETTER))
        async with asyncio.timeout(5):
            while not plain.connections:
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert plain.letters == []
