"""Level-1 codes of the electronic identifiers of agencies, as they were before the merger of 1/7/2025.

Old dossiers keep their prefixes for years, so the old list stays. docs: public-services 3.1 (Decision 20/2020/QĐ-TTg).
"""

from __future__ import annotations

UNKNOWN_AUTHORITY = "đơn vị chưa rõ"
"""What is shown for a unit that no table knows: accepted all the same."""

HOME_AUTHORITIES = frozenset({"H17", "H47"})
"""Đà Nẵng, and former Quảng Nam that merged into it on 1/7/2025."""

# H01 to H63, in the alphabetical order that the numbers follow.
_LOCALITIES = """
An Giang, Bắc Giang, Bắc Kạn, Bạc Liêu, Bắc Ninh, Bà Rịa-Vũng Tàu, Bến Tre, Bình Định, Bình Dương, Bình Phước,
Bình Thuận, Cà Mau, Cần Thơ, Cao Bằng, Đắk Lắk, Đắk Nông, Đà Nẵng, Điện Biên, Đồng Nai, Đồng Tháp,
Gia Lai, Hà Giang, Hải Dương, Hải Phòng, Hà Nam, Hà Nội, Hà Tĩnh, Hòa Bình, TP.HCM, Hậu Giang,
Hưng Yên, Khánh Hòa, Kiên Giang, Kon Tum, Lai Châu, Lâm Đồng, Lạng Sơn, Lào Cai, Long An, Nam Định,
Nghệ An, Ninh Bình, Ninh Thuận, Phú Thọ, Phú Yên, Quảng Bình, Quảng Nam, Quảng Ngãi, Quảng Ninh, Quảng Trị,
Sóc Trăng, Sơn La, Tây Ninh, Thái Bình, Thái Nguyên, Thanh Hóa, Thừa Thiên Huế, Tiền Giang, Trà Vinh, Tuyên Quang,
Vĩnh Long, Vĩnh Phúc, Yên Bái
"""

PLACES: dict[str, str] = {
    f"H{number:02d}": " ".join(place.split()) for number, place in enumerate(_LOCALITIES.split(","), start=1)
} | dict.fromkeys(HOME_AUTHORITIES, "Đà Nẵng")
"""Level-1 code → place; both home codes read "Đà Nẵng"."""
