"""Messages to a group, for accounts whose package holds them (docs: zalo 4.1, 4.8; grade C).

`POST /_emulator/groups` makes a group, or changes one, since no sheet tells how the account would.
"""

import secrets
from typing import Any

from aiohttp import web

from emulator import events
from emulator.control import control, read_object
from emulator.credentials import OA_ID
from emulator.envelopes import answer
from emulator.errors import BadControl, Refused
from emulator.gate import platform_face
from emulator.groups import Group
from emulator.oa.drafts import check_message
from emulator.oa.media import find_media
from emulator.oa.mirrors import mirror, name_echo
from emulator.oa.requests import check_quote, list_remarks, need_recipient, origin_of, respond, take, tell_sent
from emulator.oa.rules import INVALID, UNSUPPORTED, note_unknown
from emulator.phones import normalise_phone
from emulator.state import Emulator, new_message_id

PACKAGE_MISSING = -224  # docs: zalo 4.8, this and the next two
GROUP_DISABLED = -237
NOT_IN_GROUP = -403
KINDS = frozenset({"text", "image", "gif", "sticker", "file"})
MAX_NAME_CHARS = 100


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/group/message", send_to_group)
    app.router.add_get("/_emulator/groups", list_groups)
    app.router.add_post("/_emulator/groups", put_group)


@platform_face
async def send_to_group(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/group/message` with `recipient.group_id`."""
    incoming = await take(request, emulator)
    if not emulator.config.groups:
        raise Refused(PACKAGE_MISSING)
    note_unknown(incoming.body, ("recipient", "message"), "the body", incoming.remarks)
    group = _find_group(need_recipient(incoming, "group_id"), emulator)
    draft = check_message(incoming.body.get("message"), emulator.config, incoming.remarks)
    if draft.kind not in KINDS:
        raise Refused(UNSUPPORTED, rule="group", detail=f"a group gets {', '.join(sorted(KINDS))}")
    check_quote(draft, group.group_id, emulator)
    now_ms = emulator.clock.now_ms()
    shown = find_media(draft.media, emulator.assets, now_ms)
    list_remarks(request, incoming.remarks)
    message_id = new_message_id()
    body = tell_sent(message_id, {"group_id": group.group_id}, now_ms)
    emulator.arrive_off_phone(group.group_id, message_id=message_id, request=incoming.raw, answer=body, shown=shown)
    if emulator.config.echo_oa_messages:
        told = {"msg_id": message_id, **mirror(draft, shown, origin_of(request))}
        name = name_echo("oa_send_group_", draft.kind)
        emulator.outbox.post(events.group_changed(name, group.group_id, [OA_ID], now_ms, told))
    return respond(body)


@control
async def list_groups(_request: web.Request, emulator: Emulator) -> web.Response:
    """Every group, oldest first."""
    return answer([group.view() for group in emulator.groups.all()])


@control
async def put_group(request: web.Request, emulator: Emulator) -> web.Response:
    """`{"group_id"?, "name"?, "phones"?, "is_disabled"?, "has_account"?}` → the group; a new one tells the webhook."""
    body = await read_object(request, {"group_id", "name", "phones", "is_disabled", "has_account"})
    group_id, name = body.get("group_id", secrets.token_hex(10)), body.get("name", "Nhóm")
    for field, value in (("group_id", group_id), ("name", name)):
        if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARS:
            raise BadControl(f"{field} must be a text of 1 to {MAX_NAME_CHARS} characters", field=field)
    is_new = emulator.groups.get(group_id) is None
    group = Group(
        group_id,
        name,
        _member_ids(body.get("phones", []), emulator),
        is_disabled=_flag(body, "is_disabled", default=False),
        has_account=_flag(body, "has_account", default=True),
    )
    emulator.groups.put(group)
    emulator.touch()
    if is_new:
        emulator.outbox.post(events.group_changed("create_group", group_id, group.user_ids, emulator.clock.now_ms()))
    return answer(group.view())


def _find_group(group_id: str, emulator: Emulator) -> Group:
    group = emulator.groups.get(group_id)
    if group is None:
        raise Refused(INVALID, rule="group_id", detail="no group has this id")
    if group.is_disabled:
        raise Refused(GROUP_DISABLED)
    if not group.has_account:
        raise Refused(NOT_IN_GROUP)
    return group


def _member_ids(phones: Any, emulator: Emulator) -> tuple[str, ...]:
    if not isinstance(phones, list):
        raise BadControl("phones must be a list", field="phones")
    numbers = [normalise_phone(each) if isinstance(each, str) else None for each in phones]
    if None in numbers:
        raise BadControl("phones must be Vietnamese mobile numbers", field="phones")
    return tuple(emulator.find_or_create_phone(number).user_id for number in numbers if number)


def _flag(body: dict[str, Any], name: str, *, default: bool) -> bool:
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise BadControl(f"{name} must be true or false", field=name)
    return value
