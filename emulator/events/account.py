"""What changes at the account itself: tags, templates, quotas, groups, the website's widget (docs: zalo 7.4)."""

from collections.abc import Sequence
from typing import Any

from emulator.events.envelope import Event, of_account
from emulator.phones import Phone

DAILY_QUOTA_CHANGED = "change_oa_daily_quota"


def tag_changed(event_name: str, user_ids: Sequence[str], tag_name: str, now_ms: int) -> Event:
    """`add_user_to_tag`, `remove_user_from_tag`, `remove_tag`: `tag: {user_ids, name}`."""
    return of_account(event_name, {"tag": {"user_ids": list(user_ids), "name": tag_name}}, now_ms)


def template_changed(event_name: str, fields: dict[str, Any], now_ms: int) -> Event:
    """`change_template_…`, `change_oa_template_tags`, `change_oa_daily_quota` (which writes `oaId`)."""
    id_name = "oaId" if event_name == DAILY_QUOTA_CHANGED else "oa_id"
    return of_account(event_name, fields, now_ms, id_name=id_name)


def group_changed(
    event_name: str, group_id: str, user_ids: Sequence[str], now_ms: int, message: dict[str, Any] | None = None
) -> Event:
    """Group events: `group_id` and `users: [{id}]`; `message` when somebody wrote (grade C)."""
    fields: dict[str, Any] = {"group_id": group_id, "users": [{"id": user_id} for user_id in user_ids]}
    if message is not None:
        fields["message"] = message
    return of_account(event_name, fields, now_ms)


def widget_accepted(phone: Phone, user_external_id: str, url: str, now_ms: int) -> Event:
    """`widget_interaction_accepted`: the website's visitor agreed to be known (grade C)."""
    data = {"user_id": phone.user_id, "user_external_id": user_external_id, "url": url}
    return of_account("widget_interaction_accepted", {"data": data}, now_ms)
