"""Personal numbers made unreadable, for logs, pages and officers' free text.

docs: public-services 4.1 and 4.2 (the masked forms), 11.16 (officers' notes may contain anything).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from dossiers.contact import normalise_phone
from dossiers.number_spans import IN_NUMBERS, Span, personal_spans, shadow_of
from dossiers.text import truncate

HIDDEN = "***"
"""What stands for a value of which nothing may be shown."""

REDACTED = "[số đã ẩn]"
"""What stands in free text for a number: no digit of it stays, since three missing digits can be tried out."""

LOOKED_AT = 10
"""How many times the length wanted is looked at: numbers written with many signs in between shrink by about that."""


def mask_phone(phone: str | None) -> str:
    """Return a phone number as ``0905***456``; ``***`` for what is no phone number. Never raises."""
    digits = normalise_phone(phone) or _digits(phone)
    national = "0" + digits[2:] if digits.startswith("84") and len(digits) in {11, 12} else digits
    if len(national) not in {10, 11}:
        return HIDDEN
    return national[:4] + HIDDEN + national[-3:]


def mask_identity_number(number: str | None) -> str:
    """Return a 12-digit identity number as ``048*******34``, a 9-digit one as ``201****34``; else ``***``."""
    digits = _digits(number)
    if len(digits) not in {9, 12}:
        return HIDDEN
    return digits[:3] + "*" * (len(digits) - 5) + digits[-2:]


def redact(text: str) -> str:
    """Return text in NFC in which every phone and identity number, however written, is replaced.

    Dossier codes, dates, amounts of money and hotlines stay where they can be told apart; a bare run of nine digits
    or more never stays. Redacting twice changes nothing.
    """
    text = unicodedata.normalize("NFC", text)
    while spans := personal_spans(text):  # again, because what is left of a long run may be a number of its own
        text = _replaced(text, spans)
    return text


def redact_and_truncate(text: str, max_chars: int) -> str:
    """Return ``truncate(redact(text), max_chars)``, looking at the beginning of a long text only.

    Of a text longer than ``LOOKED_AT`` times ``max_chars`` the rest is left out unread. A number could have been cut
    in two there and no longer be known as one, so whatever may belong to it (digits and what stands between them) is
    hidden as a whole. That is seen only where nearly all before it was numbers too; the text then ends with "…".
    """
    text = unicodedata.normalize("NFC", text)
    most_chars = LOOKED_AT * max_chars
    if len(text) <= most_chars:
        return _cut(redact(text), max_chars)
    beginning = text[:most_chars]
    kept = len(shadow_of(beginning).rstrip(IN_NUMBERS))
    rest = REDACTED if _digits(beginning[kept:]) else ""
    return _cut(f"{redact(beginning[:kept])} {rest}".strip() + "…", max_chars)


def _cut(text: str, max_chars: int) -> str:
    """Cut to length. A run too long to be a number may be one when it is cut: then that is hidden too."""
    shown = truncate(text, max_chars)
    while contains_personal_number(shown):
        shown = truncate(redact(shown), max_chars)
    return shown


def _replaced(text: str, spans: Sequence[Span]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += text[position:start], REDACTED
        position = end
    return "".join([*pieces, text[position:]])


def contains_personal_number(text: str) -> bool:
    """Return whether ``redact`` would change the text's numbers."""
    return bool(personal_spans(unicodedata.normalize("NFC", text)))


def _digits(text: str | None) -> str:
    return "".join(c for c in shadow_of(text or "") if c.isdigit())
