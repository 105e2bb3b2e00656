"""The fifteen kinds of template parameters: how long each may be, an example, and the format of some. Pure.

docs: zalo 6.4; the numbers, lengths and formats are graded C
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_DATE_FORMS = ("%d/%m/%Y", "%d-%m-%Y", "%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_PHONE = re.compile(r"\+?\d{3,14}", re.ASCII)
_MONEY = re.compile(r"-?\d{1,12}([.,]\d{1,3})*", re.ASCII)
_LINK = re.compile(r"https?://[^\s/]+\S*|[A-Za-z0-9_\-./?=&%]+", re.ASCII)


def _is_date(value: str) -> bool:
    for form in _DATE_FORMS:
        try:
            datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read
        except ValueError:
            continue
        return True
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its number and name, code points it may have, an example, and whether a value has its format."""

    number: int
    name: str
    max_chars: int
    sample: str
    is_well_formed: Callable[[str], bool] | None = None


KINDS = (
    Kind(1, "person_name", 30, "Nguyễn Văn A"),
    Kind(2, "phone", 15, "84987654321", lambda value: _PHONE.fullmatch(value) is not None),
    Kind(3, "address", 200, "1 Lê Lợi, phường Bến Nghé"),
    Kind(4, "code", 30, "H29.1-260101-0001"),
    Kind(5, "label", 30, "Hồ sơ trực tuyến"),
    Kind(6, "status", 30, "Đã tiếp nhận"),
    Kind(7, "contact", 50, "Bộ phận Một cửa"),
    Kind(8, "title", 5, "Ông"),
    Kind(9, "product", 200, "Cấp bản sao trích lục hộ tịch"),
    Kind(10, "amount", 20, "2 bản"),
    Kind(11, "date", 20, "01/01/2026", _is_date),
    Kind(12, "otp", 10, "123456"),
    Kind(13, "url", 200, "ho-so?ma=H29", lambda value: _LINK.fullmatch(value) is not None),
    Kind(14, "currency", 12, "8000", lambda value: _MONEY.fullmatch(value) is not None),
    Kind(15, "bank_note", 90, "Le phi H29.1-260101-0001"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_NUMBER = {kind.number: kind for kind in KINDS}
