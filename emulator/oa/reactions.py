"""The account reacts to a message with an icon (docs: zalo 4.6)."""

from aiohttp import web

from emulator import events
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.messages import Message
from emulator.oa.gate import find_user
from emulator.oa.requests import Incoming, list_remarks, need_message_of, need_recipient, respond, tell_sent
from emulator.oa.rules import INVALID, OUT_OF_RANGE, need_id, need_object, note_unknown
from emulator.oa.windows import check_reachable
from emulator.reactions import REMOVE, change_reactions
from emulator.state import Emulator


def react(request: web.Request, emulator: Emulator, incoming: Incoming) -> web.Response:
    """Set or clear a reaction. Raises Refused: -201, -210 for too many, -222, -227."""
    note_unknown(incoming.body, ("recipient", "sender_action"), "the body", incoming.remarks)
    user_id = need_recipient(incoming, "user_id")
    message_id, icon = _check_action(incoming, emulator.config)
    phone = find_user(user_id, emulator)
    check_reachable(phone)
    message = need_message_of(user_id, message_id, "react_message_id", emulator)
    _change(message, icon, emulator.config)
    list_remarks(request, incoming.remarks)
    emulator.tell_message(message)
    now_ms = emulator.clock.now_ms()
    if emulator.config.echo_oa_messages:
        emulator.outbox.post(events.oa_reacted(user_id, message_id, icon, now_ms))
    return respond(tell_sent(message_id, {"user_id": user_id}, now_ms))


def _check_action(incoming: Incoming, config: EmulatorConfig) -> tuple[str, str]:
    action = need_object(incoming.body["sender_action"], "sender_action")
    note_unknown(action, ("react_icon", "react_message_id"), "sender_action", incoming.remarks)
    icon = action.get("react_icon")
    if icon != REMOVE and icon not in config.reaction_icons:
        raise Refused(INVALID, rule="react_icon", detail=f"react_icon is one of the documented icons or {REMOVE}")
    return need_id(action.get("react_message_id"), "sender_action.react_message_id"), str(icon)


def _change(message: Message, icon: str, config: EmulatorConfig) -> None:
    limit = config.reactions_per_message
    try:
        message.shown["reactions"] = change_reactions(message.shown.get("reactions", ()), "oa", icon, limit)
    except OverflowError as error:
        raise Refused(OUT_OF_RANGE, rule="reactions", detail=str(error)) from error
