"""Short forms that only their neighbours explain: "đc" is được or địa chỉ, "chi" is gì or chị.

docs: public-services 4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.understanding.word_lists import word_set

_THANKS = word_set("on tks thanks thank thks camon cmon qua rat ta")


@dataclass(frozen=True, slots=True)
class Spot:
    """One word among its neighbours; neighbours are folded, "" at the ends."""

    before: str
    after: str
    is_first: bool
    has_accents: bool
    """Whether the writer uses accents at all"""


_WHAT_BEFORE = word_set("can giay to lam co mang nhung thieu tuc dem viec la nop muc bi loai don hoi gap so bo")
_CHI_AFTER = word_set("phi nhanh tra tiet cuc bo tieu oi dan duong cach")
_PLACE_AFTER = word_set("phuong xa trung ubnd ub uy co cua noi cho van hcc")
_DENIED = word_set("phai biet bit bik hieu muon thich thay nhan nho dc đc duoc can ai co sao lam gui den")
_ENDS_ASKING = word_set("duoc dc đc co chua phai xong lam toi can mien")

_FAREWELL_BEFORE = word_set("ad on nhieu ok roi nha nhe thoi tks thanks chao em anh chi ban minh tui toi")
_FAREWELL_AFTER = word_set("nha nhe ad ban em anh chi hen nghe")


def _chi(spot: Spot) -> str:
    if spot.after in _CHI_AFTER or spot.before in {"dia", "đia"}:
        return "chi"
    return "gi" if spot.has_accents or spot.before in _WHAT_BEFORE else "chi"


def _dc(spot: Spot) -> str:
    is_address = spot.after in _PLACE_AFTER or spot.before == "xin" or (spot.is_first and spot.after in {"o", "nop"})
    return "dia chi" if is_address else "duoc"


def _tt(spot: Spot) -> str:
    if spot.after in {"hs", "ho", "hso", "don"}:
        return "tinh trang"
    if spot.after in {"phi", "le", "tien", "online", "onl", "qua", "momo"}:
        return "thanh toan"
    return "trung tam" if spot.after in {"hanh", "hcc", "phuc", "hc", "phục"} else "thu tuc"


def _bn(spot: Spot) -> str:
    if spot.after in {"tien", "ngay", "lau", "phi", "le"}:
        return "bao nhieu"
    is_person = (
        spot.is_first or spot.before in {"on", "nho", "chao", "hoi", "cac", "cua", "oi"} or spot.after in {"oi", "cho"}
    )
    return "ban" if is_person else "bao nhieu"


def _mo(spot: Spot) -> str:
    if spot.has_accents or spot.after in {"cua", "quan", "ho", "tiem", "shop", "may", "lop", "cong", "tai", "the"}:
        return "mo"
    return "dau"


def _rang(spot: Spot) -> str:
    return "rang" if spot.has_accents or spot.before in {"ro", "nho", "noi", "biet"} else "sao"


def _rua(spot: Spot) -> str:
    return "rua" if spot.has_accents or spot.after in {"xe", "tien", "tay"} else "vay"


def _chu(spot: Spot) -> str:
    return "bay gio" if not spot.has_accents and spot.before in {"toi", "den", "gio", "tu", "lau"} else "chu"


def _man(spot: Spot) -> str:
    is_verb = spot.after in {"giay", "ho", "thu", "don", "can", "cai", "the", "khai", "so", "hs", "gt", "tt"}
    return "lam" if is_verb and not spot.has_accents else "man"


def _hong(spot: Spot) -> str:
    return "khong" if spot.after == "" and spot.before in _ENDS_ASKING else "hong"


def _kh(spot: Spot) -> str:
    return "ket hon" if spot.before in {"giay", "ky", "dk", "đk"} else "khong"


def _hk(spot: Spot) -> str:
    is_denial = spot.after in _DENIED or (spot.after == "" and spot.before in _ENDS_ASKING)
    return "khong" if is_denial else "ho khau"


def _cn(spot: Spot) -> str:
    is_sunday = spot.before in {"t7", "7", "ngay", "sang", "chieu", "va", "ca"} or spot.after in {
        "co",
        "lam",
        "nghi",
        "mo",
        "",
    }
    return "chu nhat" if is_sunday else "chung nhan"


def _h(spot: Spot) -> str:
    return "gio" if spot.before in {"may", "mây", "gio"} or spot.before.isdigit() else "bay gio"


def _hi(spot: Spot) -> str:
    return "chao" if spot.is_first else "a"


def _c(spot: Spot) -> str:
    return "chi" if spot.before in {"chao", "cam", "on", "a", "thua", "hoi"} or spot.is_first else "co"


def _d(spot: Spot) -> str:
    return "dong" if spot.before.isdigit() else "di"


def _bai(spot: Spot) -> str:
    is_farewell = "bai" in {spot.before, spot.after} or (spot.is_first and spot.after in {"", *_FAREWELL_AFTER})
    return "bye" if is_farewell or (spot.after == "" and spot.before in _FAREWELL_BEFORE) else "bai"


READINGS: dict[str, Callable[[Spot], str]] = {
    "chi": _chi,
    "dc": _dc,
    "đc": _dc,
    "tt": _tt,
    "bn": _bn,
    "mo": _mo,
    "rang": _rang,
    "rua": _rua,
    "chu": _chu,
    "man": _man,
    "hong": _hong,
    "kh": _kh,
    "hk": _hk,
    "cn": _cn,
    "h": _h,
    "hi": _hi,
    "he": lambda spot: "he" if spot.before in {"lien", "quan"} else "a",
    "c": _c,
    "bai": _bai,
    "đ": _d,
    "nhiu": lambda spot: "nhieu" if spot.before in _THANKS else "bao nhieu",
    "nhieu": lambda spot: (
        "bao nhieu" if spot.before in {"het", "mat", "phi", "tien", "ton"} or spot.after == "tien" else "nhieu"
    ),
    "bua": lambda spot: "hom" if not spot.has_accents else "bua",
}
"""Word as typed → how to read it at its spot, in folded words."""
