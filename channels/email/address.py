"""Which e-mail addresses we write to: those that people have, a small part of what RFC 5321 allows."""

from __future__ import annotations

import re
from typing import Final

MAX_ADDRESS_CHARS: Final = 254  # RFC 5321, 4.5.3.1.3
MAX_LOCAL_CHARS: Final = 64  # RFC 5321, 4.5.3.1.1

# No display name, no quoting, no comment, no line end: nothing that could add a header or a command.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")


def is_address(text: str) -> bool:
    """Whether a text is one address of ASCII letters: `name@example.vn`."""
    found = _ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_CHARS else None
    return found is not None and len(found[1]) <= MAX_LOCAL_CHARS


def domain_of(address: str) -> str:
    """What stands behind the sign."""
    return address.rpartition("@")[2]
