"""Downloads of what people send: an address that a stranger wrote, opened as if it were an attack.

Size, time, redirects and pixels have limits; no private, loopback, link-local or metadata address is reached, whatever
its name resolves to, because each address is judged when its socket is made; and the first bytes, not the server's
word, say what it is. Nothing is written to disk.

DownloadError
├── AddressRefused    the address is none that may be opened
├── TooLarge          more bytes than the limit
├── WrongKind         the bytes are no picture of a kind that is taken
└── DownloadFailed    the other side: an error status, no answer in time, a broken connection
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from bot.download_config import DownloadConfig

IMAGE_KINDS = frozenset({"jpeg", "png", "webp", "gif"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS: Mapping[str, str] = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "bao-ho-so"}
_CHUNK_BYTES = 65_536
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = ipaddress.ip_network("192.0.0.0/24")  # the library of older versions calls some of it global


class DownloadError(Exception):
    """Base of what a download may come to; no message holds the address."""


class AddressRefused(DownloadError):
    """The address is none that may be opened. Tell the person that the picture could not be read."""


class TooLarge(DownloadError):
    """More bytes than the limit. Ask for a smaller picture."""


class WrongKind(DownloadError):
    """The bytes are no picture of a kind that is taken. Ask for a photo."""


class DownloadFailed(DownloadError):
    """The other side failed or was slow. Ask for the picture again."""


class _Forbidden(OSError):
    """An address that no socket is made for; an OSError, so that the next of a name's addresses is tried."""


class Downloads:
    """Fetches pictures; one for a process, safe for many tasks. Opens itself when needed; `aclose` at the end."""

    def __init__(self, config: DownloadConfig | None = None) -> None:
        self._config = config or DownloadConfig()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def deadline(self) -> float:
        """Return until when (the loop's time) all pictures of a message must be done with that is begun now.

        Else slow servers use up the time of a try at a message, and it is tried again and again.
        """
        return asyncio.get_running_loop().time() + self._config.together_seconds

    async def fetch(self, url: str, *, kinds: Collection[str] = IMAGE_KINDS) -> bytes:
        """Return the bytes behind an address.

        Args:
            url: as it came with a message.
            kinds: of `IMAGE_KINDS`; what the first bytes must be.

        Raises:
            DownloadError: as in the module's tree.
        """
        try:
            async with asyncio.timeout(self._config.total_seconds):
                data = await self._follow(url)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            if _is_forbidden(error):
                raise AddressRefused("an address that is not public") from error
            raise DownloadFailed(type(error).__name__) from error
        if sniff_kind(data) not in kinds:
            raise WrongKind("no picture by its first bytes")
        return data

    async def _follow(self, url: str) -> bytes:
        target = self._checked(URL(url))
        for _ in range(self._config.max_redirects + 1):
            async with self._open().get(target, allow_redirects=False, headers=_HEADERS) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    target = self._checked(target.join(URL(answer.headers["Location"])))
                    continue
                if answer.status != 200:
                    raise DownloadFailed(f"status {answer.status}")
                return await self._read(answer)
        raise DownloadFailed("too many redirects")

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise DownloadFailed("packed, though we asked for it unpacked")
        most = self._config.max_bytes
        if (answer.content_length or 0) > most:
            raise TooLarge(f"more than {most} bytes")
        data = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
            data += chunk
            if len(data) > most:
                raise TooLarge(f"more than {most} bytes")
        return bytes(data)

    def _checked(self, target: URL) -> URL:
        """Return the address if its form is one that may be opened; its numbers are judged at the socket."""
        origin = f"{target.host}:{target.port}"
        if origin in self._config.trusted_origins and target.scheme in ("http", "https"):
            return target
        if target.scheme not in self._config.schemes or not target.host or target.user or target.password:
            raise AddressRefused("not an address of a kind that is opened")
        if target.port not in self._config.ports:
            raise AddressRefused("a port that is not knocked at")
        return target

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            config = self._config
            connector = aiohttp.TCPConnector(
                limit=16, limit_per_host=4, force_close=True, use_dns_cache=False, socket_factory=self._make_socket
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=config.total_seconds, sock_connect=config.connect_seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,  # a proxy of the surroundings would be asked instead of the address that is judged
            )
        return self._session

    def _make_socket(self, address: tuple[Any, ...]) -> socket.socket:
        # Where the numbers are known and nothing can change them any more: a name that resolves to something else the
        # second time gains nothing. Addresses written as numbers come here too.
        family, kind, protocol, _, where = address
        host, port = str(where[0]), int(where[1])
        if not is_public(host) and not self._is_trusted(host, port):
            raise _Forbidden("not public")
        return socket.socket(family, kind, protocol)

    def _is_trusted(self, host: str, port: int) -> bool:
        named = {f"{host}:{port}"}
        if ipaddress.ip_address(host.partition("%")[0]).is_loopback:
            named |= {f"localhost:{port}"}
        return not named.isdisjoint(self._config.trusted_origins)


def is_public(host: str) -> bool:
    """Say whether an address in numbers is one of the public Internet, also one that is hidden in an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if any(one is not None and not _is_public(one) for one in hidden):
            return False
        if any(one is not None for one in hidden):
            return address.ipv4_mapped is None  # a mapped one is no address that a server should have
        if int(address) >> 32 == 0:  # `::a.b.c.d`, long given up
            return False
    return _is_public(address)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address in _SPECIAL:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def sniff_kind(data: bytes) -> str | None:
    """Return what the first bytes say: jpeg, png, webp, gif, or None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "gif" if data[:6] in (b"GIF87a", b"GIF89a") else None


def _is_forbidden(error: BaseException) -> bool:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, _Forbidden):
            return True
        waiting += [one.__cause__, one.__context__, getattr(one, "os_error", None)]
        waiting += getattr(one, "exceptions", ())
    return False
