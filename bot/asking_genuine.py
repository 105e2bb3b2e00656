"""Does somebody ask whether a message is really from the city? By a few phrases of folded text. Pure.

The fourteen labels have none for it (docs: public-services 5), and it matters more than they do: links and false
messages attract fraud (docs: public-services 11, point 17).
"""

from __future__ import annotations

import re

from dossiers import fold

MAX_CHARS = 200
"""Of a long text, so much of its beginning and of its end is read: a message that is pasted stands between."""

_WORTH_A_LOOK = re.compile(
    r"\b(?:that|gia|lua|mao danh|phai|dung|an toan|dang tin|ai gui|cua ai|tin duoc|"
    r"chuyen|otp|xung|danh|"
    r"real\w*|genuine|legit\w*|fake|official|from|sent|scam\w*|phishing|fraud\w*|who|transfer|asks?|asked|asking)\b"
)
"""What every such question holds: nearly all other texts are known by this alone not to be one."""
_THING = (
    r"(?:tin|tin nhan|sms|mms|thong bao|zalo|tai khoan|trang|kenh|duong link|link|duong dan|cuoc goi|so nay"
    r"|so dien thoai|nguoi goi|ma nay|bot|message|notice|account|call|text)"
)
_CITY = (
    r"(?:thanh pho|da nang|nha nuoc|co quan|uy ban|ubnd|phuong|xa|chinh quyen|cong an|cong dich vu|dich vu cong"
    r"|chinh thuc|chinh chu|mot cua|the city|the government|official|the authorit\w+)"
)
_TRUE = (
    r"(?:that khong|that k|that ko|that hay|co that|phai that|la that|gia khong|gia hay|gia mao|mao danh|dang tin"
    r"|tin duoc khong|an toan khong)"
)
_ASKED = r"(?:co phai|phai|co dung|dung la|dung)(?: (?:la|tu|do|cua|that))*"
_ASKS_FOR = r"(?:bao|keu|yeu cau|doi|bat|xin|du|ep)"
_REALLY = r"(?:real|genuine|legit\w*|fake|official)"

_PATTERNS = (
    rf"\b{_THING}\b.{{0,40}}\b{_TRUE}\b",
    rf"\b{_THING}\b.{{0,30}}\b{_ASKED} {_CITY}\b",
    rf"\bco phai (?:la )?(?:{_THING} )?(?:cua|tu|do) {_CITY}\b.{{0,30}}\b(?:khong|gui|k|ko|ha|a)\b",
    rf"\bco phai (?:la )?{_THING} {_CITY}\b",
    rf"\bco (?:dung|that)(?: (?:la|su))* (?:tin )?(?:cua|tu|do) {_CITY}(?: \w+){{0,2}} (?:khong|k|ko|ha|a)\b",
    rf"\b{_CITY} (?:co )?gui (?:tin|thong bao|cai|cho) .{{0,25}}\b(?:that|phai) (?:khong|k|ko)\b",
    r"\b(?:lua dao|gia mao|mao danh|co phai lua|bi lua)\b",
    rf"\b(?:is|are) (?:this|that|it|these|the)\b.{{0,40}}\b{_REALLY}\b",
    rf"\b(?:is|are|was|did|does)\b.{{0,40}}\b(?:from|sent by|come from) {_CITY}\b",
    r"\b(?:scam\w*|phishing|fraud\w*)\b",
    # Told of: somebody is asked for money or for a code, by whoever says to be an officer.
    rf"\b{_ASKS_FOR}\b.{{0,20}}\bchuyen (?:tien|khoan)\b",
    rf"\b{_ASKS_FOR}\b.{{0,20}}\b(?:doc|dua|cung cap|gui|cho)(?: \w+){{0,2}} (?:ma )?otp\b",
    r"\bhoi (?:(?:toi|tui|em|minh|me|ba) )?(?:ma )?otp\b",
    r"\b(?:tu xung|gia danh)\b",
    r"\bgoi(?: \w+){0,3} (?:noi|bao|xung) la (?:can bo|cong an|nhan vien|nguoi cua)\b",
    r"\b(?:asks?|asked|asking|wants?|told)\b.{0,20}\b(?:transfer|send)\b.{0,12}\bmoney\b",
    r"\b(?:asks?|asked|asking)\b.{0,20}\b(?:otp|one-time code)\b",
)
_PHRASES = re.compile("|".join(_PATTERNS))
_ABOUT_A_QUOTE = re.compile(
    r"\b(?:that khong|that k|co that|that hay|phai khong|dung khong|cua ai|ai gui|tin gia|"
    r"real|genuine|really|who sent)\b"
)
_COMPLAINT = re.compile(r"\b(?:to cao|khieu nai|phan anh|kien nghi|to giac|complain\w*|report an?)\b")
_PROCEDURE = re.compile(r"\b(?:giay to|thu tuc|can gi|ho so can|cong chung|chung thuc)\b")


def asks_if_genuine(text: str, *, is_quoting: bool = False) -> bool:
    """Return whether a text asks that; `is_quoting`: it answers a message, so a mere "thật không?" is enough.

    A complaint that names a fraud is a complaint, and a question about papers is about papers.
    """
    said = fold(text if len(text) <= 2 * MAX_CHARS else f"{text[:MAX_CHARS]} {text[-MAX_CHARS:]}")
    if not _WORTH_A_LOOK.search(said) or _COMPLAINT.search(said) or _PROCEDURE.search(said):
        return False
    return bool(_PHRASES.search(said) or (is_quoting and _ABOUT_A_QUOTE.search(said)))
