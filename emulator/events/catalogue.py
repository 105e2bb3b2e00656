"""Every event of the fact sheet by name, with an envelope and a sample: for what nobody on a phone can cause.

docs: zalo 7.4
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from emulator.credentials import APP_ID, OA_ID
from emulator.events import samples
from emulator.events.account import template_changed
from emulator.events.chat import from_visitor, to_visitor
from emulator.events.envelope import Event, Fields, account_to, of_account, of_user, user_to_account
from emulator.events.samples import Moment

Sample = Callable[[Moment], Fields]
Build = Callable[[str, Moment, Fields], Event]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: how it is wrapped, what stands in it, and whether a citizen must be named.

    `is_template` marks those of the template product, which carry the header `X-ZEvent-Server`.
    """

    build: Build
    sample: Sample
    needs_phone: bool = False
    is_template: bool = False


def make(event_name: str, moment: Moment, fields: Fields) -> Event:
    """The event of this name; `fields` replace or extend the sample's. Raises KeyError for an unknown name."""
    entry = CATALOGUE[event_name]
    return entry.build(event_name, moment, {**entry.sample(moment), **fields})


def make_raw(event_name: str, raw: Fields, now_ms: int) -> Event:
    """An event exactly as given; only its name, the app and the time are added where they are missing."""
    return {"app_id": APP_ID, "event_name": event_name, "timestamp": str(now_ms), **raw}


def _to_account(inside: str, name: str, moment: Moment, content: Fields) -> Event:
    assert moment.phone is not None  # noqa: S101 - the entry says needs_phone
    return user_to_account(name, moment.phone, {inside: content}, moment.now_ms)


def _to_citizen(name: str, moment: Moment, content: Fields) -> Event:
    recipient = moment.phone.user_id if moment.phone else ""
    return account_to(recipient, name, content, moment.now_ms)


def _receipt(name: str, moment: Moment, content: Fields) -> Event:
    # A template's receipt is told from the account's by its delivery time, and goes to the number (docs: zalo 7.4).
    is_template = "delivery_time" in content or "tracking_id" in content
    recipient = moment.number if is_template or moment.phone is None else moment.phone.user_id
    return account_to(recipient, name, content, moment.now_ms)


def _visitor(wrap: Callable[[str, str, Fields, int], Event], name: str, moment: Moment, content: Fields) -> Event:
    anonymous_id = str(content.pop("anonymous_id", samples.NOBODY))
    return wrap(name, anonymous_id, content, moment.now_ms)


def _account(name: str, moment: Moment, content: Fields, inside: str = "") -> Event:
    return of_account(name, {inside: content} if inside else content, moment.now_ms)


def _template(name: str, moment: Moment, content: Fields) -> Event:
    return template_changed(name, content, moment.now_ms)


def _follow(name: str, moment: Moment, content: Fields) -> Event:
    assert moment.phone is not None  # noqa: S101 - the entry says needs_phone
    who = {"user_id_by_app": moment.phone.user_id_by_app, "follower": {"id": moment.phone.user_id}}
    return of_account(name, {**who, **content}, moment.now_ms)


def _user(name: str, moment: Moment, content: Fields) -> Event:
    assert moment.phone is not None  # noqa: S101 - the entry says needs_phone
    return of_user(name, moment.phone, content, moment.now_ms)


def _fixed(**fields: Any) -> Sample:
    return lambda _moment: dict(fields)


def _external(**fields: Any) -> Sample:
    return lambda moment: {"user_id": "".join(moment.users), "user_external_id": "website-17", **fields}


def _kinds(kinds: Iterable[str]) -> dict[str, Sample]:
    return {kind: samples.text if kind == "text" else partial(samples.attachment, kind) for kind in kinds}


_FROM_USER = _kinds(["text", "image", "gif", "link", "audio", "video", "sticker", "location", "file"])
_FROM_USER["business_card"] = samples.business_card
_FROM_OA = _kinds(["text", "image", "gif", "list", "file", "sticker", "template", "link", "video", "carousel"])
_FROM_OA |= dict.fromkeys(("msg", "action", "request_user_info"), samples.text)
_ANONYMOUS = {kind: partial(samples.anonymous, kind) for kind in ("text", "image", "file", "sticker")}
_GROUP_CHANGES = [
    "create_group",
    "delete_group",
    "update_group_info",
    "add_group_admin",
    "remove_group_admin",
    "user_join_group",
    "user_out_group",
    "user_leave_group",
    "user_request_join_group",
    "accept_request_join_group",
    "reject_request_join_group",
]

_MESSAGES = partial(_to_account, "message")
_IN_DATA = partial(_account, inside="data")
_IN_MESSAGE = partial(_account, inside="message")


def _said_in_group(content: Sample) -> Sample:
    return lambda moment: {**samples.group(moment), "message": content(moment)}


CATALOGUE: dict[str, Entry] = {
    **{f"user_send_{kind}": Entry(_MESSAGES, sample, needs_phone=True) for kind, sample in _FROM_USER.items()},
    **{f"oa_send_{kind}": Entry(_to_citizen, sample, needs_phone=True) for kind, sample in _FROM_OA.items()},
    "user_received_message": Entry(_receipt, lambda moment: {"msg_id": moment.message_id}, needs_phone=True),
    "user_seen_message": Entry(_to_citizen, lambda moment: {"msg_ids": [moment.message_id]}, needs_phone=True),
    "user_reacted_message": Entry(_MESSAGES, samples.reaction, needs_phone=True),
    "oa_reacted_message": Entry(_to_citizen, samples.reaction, needs_phone=True),
    "follow": Entry(_follow, _fixed(source="oa_profile"), needs_phone=True),
    "unfollow": Entry(_follow, _fixed(source="oa_profile"), needs_phone=True),
    "user_follow": Entry(_follow, _fixed(source="oa_profile"), needs_phone=True),
    "user_unfollow": Entry(_follow, _fixed(source="oa_profile"), needs_phone=True),
    "user_click_chatnow": Entry(_user, _fixed(), needs_phone=True),
    "user_submit_info": Entry(partial(_to_account, "info"), samples.info, needs_phone=True),
    "update_user_info": Entry(_IN_DATA, lambda moment: {"method": "UPDATE", "user_id": "".join(moment.users)}),
    "user_withdraw": Entry(_user, _fixed(), needs_phone=True),
    **{
        name: Entry(partial(_account, inside="tag"), samples.tag)
        for name in ("add_user_to_tag", "remove_user_from_tag", "remove_tag")
    },
    "widget_interaction_accepted": Entry(_IN_DATA, _external(url="https://dvc.example.vn/")),
    "widget_failed_to_sync_user_external_id": Entry(_IN_DATA, _external(message="user_external_id is taken")),
    "user_asking_product": Entry(_MESSAGES, samples.text, needs_phone=True),
    **{f"anonymous_send_{kind}": Entry(partial(_visitor, from_visitor), sample) for kind, sample in _ANONYMOUS.items()},
    **{
        f"oa_send_anonymous_{kind}": Entry(partial(_visitor, to_visitor), sample) for kind, sample in _ANONYMOUS.items()
    },
    **{name: Entry(_account, samples.group) for name in _GROUP_CHANGES},
    **{f"user_send_group_{kind}": Entry(_account, _said_in_group(made)) for kind, made in _FROM_USER.items()},
    **{f"oa_send_group_{kind}": Entry(_account, _said_in_group(made)) for kind, made in _FROM_OA.items()},
    "oa_send_consent": Entry(_account, samples.consent),
    "user_reply_consent": Entry(_account, samples.consent_reply),
    "user_call_oa": Entry(_user, samples.call, needs_phone=True),
    "oa_call_user": Entry(_user, samples.call, needs_phone=True),
    "extension_purchased": Entry(_IN_DATA, _fixed(extension_id="1", order_id="1", user_id=OA_ID)),
    "user_feedback": Entry(_IN_MESSAGE, samples.rating, is_template=True),
    "user_click_response_button": Entry(_account, samples.response_button, is_template=True),
    "change_template_status": Entry(
        _template,
        _fixed(
            template_id=samples.TEMPLATE_ID,
            status={"prev_status": "PENDING_REVIEW", "new_status": "ENABLE"},
            reason="",
        ),
        is_template=True,
    ),
    "change_template_quality": Entry(
        _template, _fixed(template_id=samples.TEMPLATE_ID, quality="MEDIUM"), is_template=True
    ),
    "change_template_quota": Entry(
        _template,
        _fixed(template_id=samples.TEMPLATE_ID, quota={"prev_value": "500", "new_value": "1000"}),
        is_template=True,
    ),
    "change_oa_daily_quota": Entry(
        _template, _fixed(quota={"prev_value": "500", "new_value": "5000"}), is_template=True
    ),
    "change_oa_template_tags": Entry(_template, _fixed(tags=["TRANSACTION", "CUSTOMER_CARE"]), is_template=True),
    **{
        name: Entry(_account, lambda moment: {"msg_id": moment.message_id, "tracking_id": ""}, is_template=True)
        for name in ("event_journey_time_out", "event_journey_acknowledged")
    },
}
