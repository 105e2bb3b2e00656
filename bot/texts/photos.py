"""Words about photos that people send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhotoWords:
    """Every text about photos in one language; `{…}` are filled in."""

    unreadable: str
    """No code can be read"""
    failed: str
    """The photo could not be fetched"""
    too_large: str
    """The photo is too large"""
    no_dossier_code: str
    """There is a code, and it is none of a dossier"""
    several: str
    """Several dossiers' codes are on it"""
    identity_card: str
    """It is an identity card"""
    button_by_hand: str
    button_dossier: str
    """`{code}`"""


VI = PhotoWords(
    unreadable=(
        "Chưa đọc được mã trên ảnh. Ông/Bà chụp lại gần hơn, đủ sáng, và để mã nằm gọn trong ảnh.\n"
        "Ông/Bà cũng có thể nhập mã hồ sơ bằng chữ."
    ),
    failed="Chưa tải được ảnh. Ông/Bà vui lòng gửi lại ảnh, hoặc nhập mã hồ sơ bằng chữ.",
    too_large="Ảnh quá lớn. Ông/Bà vui lòng gửi ảnh nhỏ hơn, hoặc nhập mã hồ sơ bằng chữ.",
    no_dossier_code=(
        "Mã trên ảnh không phải mã hồ sơ. Ông/Bà chụp mã QR hoặc mã vạch trên giấy hẹn trả kết quả.\n"
        "Ông/Bà cũng có thể nhập mã hồ sơ bằng chữ."
    ),
    several="Trên ảnh có nhiều mã hồ sơ. Ông/Bà muốn liên kết hồ sơ nào?",
    identity_card=(
        "Ảnh này có vẻ là giấy tờ tùy thân. Chúng tôi không nhận loại ảnh này và đã bỏ ảnh, không lưu lại.\n"
        "Xin Ông/Bà không gửi giấy tờ tùy thân qua đây, và nên xóa tin đó trên điện thoại của mình."
    ),
    button_by_hand="Nhập mã hồ sơ",
    button_dossier="Hồ sơ {code}",
)

EN = PhotoWords(
    unreadable=(
        "No code could be read in the photo. Please take it closer, in good light, with the whole code in it.\n"
        "You can also type the dossier code."
    ),
    failed="The photo could not be loaded. Please send it again, or type the dossier code.",
    too_large="The photo is too large. Please send a smaller one, or type the dossier code.",
    no_dossier_code=(
        "The code in the photo is none of a dossier. Please photograph the QR code or bar code of the slip.\n"
        "You can also type the dossier code."
    ),
    several="There are several dossier codes in the photo. Which one do you want to link?",
    identity_card=(
        "This photo seems to show an identity paper. We do not take such photos and have dropped it, unsaved.\n"
        "Please do not send identity papers here, and delete that message on your phone."
    ),
    button_by_hand="Type the code",
    button_dossier="Dossier {code}",
)

WORDS: Mapping[str, PhotoWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> PhotoWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
