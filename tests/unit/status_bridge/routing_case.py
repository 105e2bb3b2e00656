"""A notice to route, with the facts that a test names."""

import uuid
from datetime import UTC, datetime
from typing import Any

from status_bridge.routing import NoRoute, Policy, Prices, Question, Routed, route
from storage.notices import ClaimedNotice, RecipientFacts

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CODE = "H17.33.2-260302-0001"
PARAMS = {
    "ma_ho_so": CODE,
    "thu_tuc": "Đăng ký khai sinh",
    "don_vi": "UBND phường Hải Châu",
    "noi_dung": "Bản sao giấy chứng sinh",
    "han": "17:00 ngày 05/03/2026",
    "noi_bo_sung": "Cổng Dịch vụ công",
}
EVERYTHING = frozenset({"zalo_oa", "zalo_template_uid", "zalo_template", "sms_esms", "email"})
TEMPLATES = {"accepted": "400102", "supplement": "400104"}
PRICES = Prices(by_phone=200, by_user=150)


def claimed(*, known: dict[str, Any] | None = None, **facts: Any) -> ClaimedNotice:
    """A claimed notice: `supplement` to a mobile phone, of whose owner nothing is known."""
    values: dict[str, Any] = {
        "id": uuid.UUID(int=1),
        "created_at": NOW,
        "token": uuid.uuid4(),
        "dossier_code": CODE,
        "kind": "supplement",
        "language": "vi",
        "demands_action": True,
        "sends": 1,
        "tries": 0,
        "phone": "84905000001",
        "content": {"text": "Hồ sơ cần bổ sung.", "params": PARAMS},
        "route": (),
        "known": RecipientFacts(**(known or {})),
    }
    return ClaimedNotice(**(values | facts))


def policy(**changes: Any) -> Policy:
    """Everything is set up; short messages for what demands action."""
    values: dict[str, Any] = {"channels": EVERYTHING, "templates": TEMPLATES, "sms_channel": "sms_esms"}
    return Policy(**(values | changes))


def routed(notice: ClaimedNotice, prices: Prices = PRICES, **changes: Any) -> Routed | NoRoute:
    """Ask the router."""
    return route(Question(notice, prices), policy(**changes), NOW)
