"""Words that may mean a person in danger: emergency numbers and an officer come first. docs: public-services 5.

Rather one alarm too many. What is plainly about papers ("hỗ trợ nhà bị cháy cần giấy tờ gì") is left alone, unless
somebody calls for help in the same breath.
"""

from __future__ import annotations

import re

from bot.understanding.normalise import Said

_ALWAYS = (
    r"tu tu|tu sat|(?:muon|thich|di) chet|chet (?:cho xong|quach|luon di)|khong muon song|khong thiet song|"
    r"ket lieu|nhay (?:cau|lau|song)|cat (?:tay|co tay)|uong thuoc (?:sau|ngu|chuot|tru sau|doc)|danh nhau|"
    r"danh lon|bi danh|dang danh|danh (?:dap|chet|vo|con|toi|em|me)\b|bi dam|dam chem|chem nhau|chem nguoi|"
    r"giet nguoi|giet|cam dao|bao hanh|bao luc|hiep dam|xam hai|cuong hiep|bat coc|cuop|(?:bi|doa) (?:giet|danh)|"
    r"cap cuu|dot quy|ngat xiu|bat tinh|duoi nuoc|chet duoi|tai nan|chay mau|ngo doc|dien giat|no gas|no binh|"
    r"xi gas|hoa hoan|sap nha|mac ket|cuu (?:toi|em|voi|nguoi|mang|me|con|ba)|keu cuu|suicide|"
    r"kill? (?:myself|me)|(?:want to|wanna) die|end my life|beating me|emergency|on fire|help me"
)
_FIRE_TYPED = re.compile(r"\bcháy\b")
_FIRE_PLAIN = re.compile(
    r"\b(?:chay (?:nha|lon|to|quan|cho|chung cu|rung|xe|no|kho|cong ty)|(?:bi|dam|dang co|co|phat|boc) chay|"
    r"nha (?:toi |em |ben canh |hang xom )?(?:dang )?chay)\b"
)
_FIRE_SAFETY = re.compile(r"phong chay|pccc|chua chay(?! gap)|chay may|ban chay|dau chay|bao chay tu dong")
_WORDS = re.compile(rf"\b(?:{_ALWAYS})\b")
_PAPERS = re.compile(
    r"\b(?:thu tuc|giay to|can gi|ho tro|tro cap|boi thuong|boi duong|bao hiem|che do|xac nhan|giay chung|ho so|"
    r"dang ky|don xin|to khai|khai tu|mau don|bao tu|dieu kien|giay phep|lam giay|phu cap|tham duyet|hoc phi)\b"
)
_URGENT = re.compile(
    r"\b(?:cuu|dang (?:chay|danh|bi|co|dinh|muon)|gap|khan|ngay bay gio|lien|nhanh len|mau len|chet mat|bay gio)\b"
)
_NO_DANGER = re.compile(r"tu van|danh gia|tai nan giao thong (?:thang|nam) truoc|tai nan lao dong")
_SUICIDE_TYPED = "tự vẫn"  # folded it is also "tư vấn", advice


def is_danger(said: Said) -> bool:
    """Return whether the message speaks of a danger to somebody."""
    words = " ".join(said.words)
    typed = said.clean.lower()
    fire = _FIRE_TYPED.search(typed) if said.accented else _FIRE_PLAIN.search(words)
    is_fire = fire is not None and _FIRE_SAFETY.search(words) is None
    if not (is_fire or _SUICIDE_TYPED in typed or _WORDS.search(_NO_DANGER.sub("", words))):
        return False
    return _PAPERS.search(words) is None or _URGENT.search(words) is not None
