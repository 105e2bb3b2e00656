"""The one message that everybody sends here: the template of the notice "submitted", with words of usual length."""

import json
from typing import Any

TEMPLATE_ID = "400101"
PARAMS = {
    "ma_ho_so": "H17.33.0-260302-0000001",
    "thu_tuc": "Đăng ký khai sinh",
    "don_vi": "UBND phường Hải Châu",
    "ngay_nop": "02/03/2026",
    "viec_tiep_theo": "Cơ quan sẽ kiểm tra hồ sơ và báo cho Ông/Bà khi tiếp nhận. Hỏi thêm: 1022",
}
DESCRIPTION: dict[str, Any] = {
    "templateId": TEMPLATE_ID,
    "templateName": "submitted",
    "status": "ENABLE",
    "price": "300",
    "listParams": [
        {"name": name, "require": True, "type": "STRING", "maxLength": 400, "minLength": 0, "acceptNull": False}
        for name in PARAMS
    ],
}
PATH = "/message/template"
TOKEN = "bench-access"
HEADERS = {"access_token": TOKEN, "Content-Type": "application/json"}


def body(number: int) -> bytes:
    """Return the POST's body for message `number`, to a phone of its own."""
    document = {
        "phone": f"849{number % 100_000_000:08d}",
        "template_id": TEMPLATE_ID,
        "template_data": PARAMS,
        "tracking_id": f"m-{number}",
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
