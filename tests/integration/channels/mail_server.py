"""A real mail server in the test's own loop, its certificate, and a proxy that breaks SMTP at a chosen step."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import struct
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum, auto
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "hoso", "a-password-of-the-tests"


@dataclass
class MailServer:
    """What it was told, and what it answers where a test wants another answer than 250."""

    letters: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    """By step: MAIL, RCPT, DATA."""
    hangs_up_after_letter: bool = False
    was_encrypted: list[bool] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.replies:
            return f"{self.replies['RCPT']} <{address}>"  # real servers quote the address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.replies:
            return self.replies["DATA"]
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=default)
        self.letters.append((str(envelope.mail_from), list(envelope.rcpt_tos), letter))
        assert server.transport is not None
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.hangs_up_after_letter:
            server.transport.abort()
        return "250 OK"


@asynccontextmanager
async def open_mail_server(
    *, certificate: Certificate | None = None, is_tls: bool = False, needs_login: bool = False
) -> AsyncIterator[MailServer]:
    """A server on loopback: plain, with STARTTLS (a certificate), or encrypted from the first byte."""
    mail = MailServer()
    context = None if certificate is None else certificate.server_context()
    transports: list[asyncio.BaseTransport] = []

    class Conversation(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            if transport not in transports:
                mail.connections += 1
                transports.append(transport)
            super().connection_made(transport)

    def start() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # "requiring AUTH while not requiring TLS": on loopback, here
            return Conversation(
                mail,
                hostname="mail.example.vn",
                ident="test",
                tls_context=None if is_tls else context,
                authenticator=_authenticate,
                auth_required=needs_login,
                auth_require_tls=False,
            )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(start, "127.0.0.1", 0, ssl=context if is_tls else None)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        for transport in transports:
            if not transport.is_closing():  # a second abort is an error in the first releases of Python 3.11
                transport.abort()  # type: ignore[attr-defined] # typeshed: WriteTransport; it is both
        await server.wait_closed()
        await asyncio.sleep(0)


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate of 127.0.0.1, or of another name."""

    pem: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem, self.key)
        return context


def make_certificate(folder: Path, *, address: str = "127.0.0.1") -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / f"{address}.pem", folder / f"{address}.key")
    made.pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made.key.write_bytes(private)
    return made


class Cut(Enum):
    """How the conversation breaks at the chosen step."""

    RESET_BEFORE = auto()  # the server never gets the line
    RESET_AFTER = auto()  # the server gets the line; its answer never comes through
    CLOSE_AFTER = auto()  # the same, with an orderly close
    SILENCE = auto()  # the server gets the line; nothing comes back, the connection stays
    GARBAGE = auto()  # an answer that is no SMTP
    HALF = auto()  # half of the answer, then a close


class SmtpProxy:
    """Passes a plain conversation on line by line, until a line of the client begins with `at`."""

    def __init__(self, upstream_port: int, at: str, cut: Cut) -> None:
        self._upstream_port, self._at, self._cut = upstream_port, at.encode(), cut
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        to_read, to_write = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        try:
            await self._converse(reader, writer, to_read, to_write)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            self._tasks.discard(task)
            for each in (writer, to_write):
                with contextlib.suppress(ConnectionError):
                    each.close()

    async def _converse(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        to_read: asyncio.StreamReader,
        to_write: asyncio.StreamWriter,
    ) -> None:
        if self._at == b"GREETING":
            return await self._break(writer, await to_read.readline())
        writer.write(await to_read.readline())
        is_letter = False
        while line := await reader.readline():
            is_chosen = line.startswith(self._at)
            if is_chosen and self._cut is Cut.RESET_BEFORE:
                return _reset(writer)
            to_write.write(line)
            if is_letter and line != b".\r\n":
                continue
            answer = await _read_reply(to_read)
            if is_chosen:
                return await self._break(writer, answer)
            is_letter = answer.startswith(b"354")
            writer.write(answer)
        return None

    async def _break(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        match self._cut:
            case Cut.RESET_BEFORE | Cut.RESET_AFTER:
                _reset(writer)
            case Cut.SILENCE:
                await asyncio.Event().wait()
            case Cut.GARBAGE:
                writer.write(b"\x16\x03\x01 this is no SMTP\r\n")
            case Cut.HALF:
                writer.write(answer[: len(answer) // 2])
            case Cut.CLOSE_AFTER:
                pass
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _read_reply(reader: asyncio.StreamReader) -> bytes:
    reply = b""
    while line := await reader.readline():
        reply += line
        if line[3:4] != b"-":
            break
    return reply
