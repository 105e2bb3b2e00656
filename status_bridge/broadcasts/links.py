"""Links in broadcasts: one, https, on an official domain; nothing else that a phone would make a link of. Pure.

A message of the city with a strange link in it is what frauds look like, so doubt means no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

MAX_LINK_CHARS: Final = 200  # docs: zalo 6.4, parameter kind 13
# The host ends at / ? # or the end, so that neither a user nor a port fits; letters are ASCII, so that none looks like
# another one.
_LINK: Final = re.compile(
    r"https://((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(?:[/?#][\x21-\x7e]*)?", re.IGNORECASE
)
_ODD_SIGNS: Final = re.compile(r"[\\<>\"{}|^`]")
_TOPS: Final = (
    "vn|com|net|org|info|biz|io|me|co|cc|tv|ly|gl|gg|to|tk|ml|ga|cf|gq|xyz|top|click|link|online|site|shop|store|app|dev"
    "|page|live|vip|club|pro|asia|mobi|ru|cn|us|uk|eu|jp|kr|in|id|sg|my|th|la|kh|ph|hk|tw|fr|de|ws|im|is|ai|gd|su|pw"
    "|icu|cyou|win|bid|loan|work|fun|space|website|tech|cloud|zip|mov|support|help|center|news|one|today|world|gov|edu"
)
# With a scheme, with www., by numbers, or a name whose end is a domain's: what phones underline. "TP.HCM" is none.
_FOUND: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/{2}|www\d*\.)\S+"
    r"|\b(?:https?|hxxps?|javascript|data|tel|sms|mailto|zalo):\S+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?=[:/]\S)"
    rf"|(?<![\w-])(?:[\w-]+\.)+(?:{_TOPS})(?![\w-])(?:[:/?#]\S*)?"
    r"|(?<![\w-])(?:[\w-]+\.)+[a-z]{2,}/\S+",
    re.IGNORECASE,
)
_DOTS: Final = str.maketrans({"。": ".", "．": ".", "｡": ".", "․": ".", "⁄": "/", "∕": "/", "／": "/", "：": ":"})


def find_links(text: str) -> list[str]:
    """Return what a phone may make a link of, tricks with wide letters, odd dots and invisible signs seen through."""
    visible = "".join(c for c in text.translate(_DOTS) if unicodedata.category(c) != "Cf")
    return [found.group() for found in _FOUND.finditer(unicodedata.normalize("NFKC", visible))]


def judge_link(link: str, domains: Sequence[str]) -> str | None:
    """Return the word by which a link is refused: link_not_https, link_odd, link_not_official; None: it is fine.

    `domains`: the official ones; those below them are official too.
    """
    if not link.lower().startswith("https://"):
        return "link_not_https"
    found = _LINK.fullmatch(link)
    if found is None or len(link) > MAX_LINK_CHARS or _ODD_SIGNS.search(link):
        return "link_odd"
    host = found[1].lower()
    if any(part.startswith("xn--") for part in host.split(".")):
        return "link_odd"
    rest = link[len("https://") + len(host) :]
    if _leads_on(rest):
        return "link_odd"
    is_official = any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, domains))
    return None if is_official else "link_not_official"


def _leads_on(rest: str) -> bool:
    """Return whether path or query hold another address: an official page that forwards leads anywhere."""
    for _ in range(3):
        if "//" in rest or "\\" in rest or re.search(r"[=/?&#](?:https?|javascript|data):", rest, re.IGNORECASE):
            return True
        rest, before = unquote(rest), rest
        if rest == before:
            return False
    return True  # still changing: nobody writes an honest link in three wrappings
