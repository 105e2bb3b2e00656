"""Ports of this machine: which are free, and whether the ones we want are."""

import errno
import socket
from collections.abc import Sequence

from hoso.errors import NotReady
from hoso.settings import split_address


def check_free(addresses: Sequence[str]) -> None:
    """Make sure that nobody listens there.

    Raises:
        NotReady: an address is taken, or is not this machine's.
    """
    for address in addresses:
        host, port = split_address(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                what = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
                raise NotReady(
                    f"{address} {what}; stop what listens there or set HOSO_LISTEN / HOSO_EMULATOR_LISTEN"
                ) from error


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
