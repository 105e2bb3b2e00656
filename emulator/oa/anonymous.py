"""Messages to people who chat on the account's website without a name (docs: zalo 4.6).

No window and no quota is documented for them. They have no phone, so nothing tells that a message arrived.
"""

from typing import Any

from aiohttp import web

from emulator import events
from emulator.errors import Refused
from emulator.oa.drafts import check_message
from emulator.oa.media import find_media
from emulator.oa.mirrors import mirror, name_echo
from emulator.oa.requests import Incoming, list_remarks, need_recipient, origin_of, respond, tell_sent
from emulator.oa.rules import INVALID, UNSUPPORTED, need_id, note_unknown
from emulator.state import Emulator, new_message_id
from emulator.visitors import TO_VISITOR, Visitor

KINDS = frozenset({"text", "image", "sticker", "file"})


def is_for_visitor(body: dict[str, Any]) -> bool:
    """Whether a request names an anonymous visitor instead of a user."""
    recipient = body.get("recipient")
    return isinstance(recipient, dict) and "anonymous_id" in recipient and "user_id" not in recipient


def answer_visitor(
    request: web.Request, emulator: Emulator, incoming: Incoming, kinds: frozenset[str] = KINDS
) -> web.Response:
    """Send one of these kinds of messages. Raises Refused: -100, -201, -210, -233."""
    note_unknown(incoming.body, ("recipient", "message"), "the body", incoming.remarks)
    visitor = _find_visitor(incoming, emulator)
    draft = check_message(incoming.body.get("message"), emulator.config, incoming.remarks)
    if draft.kind not in kinds:
        raise Refused(UNSUPPORTED, rule="anonymous", detail=f"a visitor gets {', '.join(sorted(kinds))} here")
    if draft.quote and all(kept["message_id"] != draft.quote for kept in visitor.messages):
        raise Refused(INVALID)  # gone, as may happen to any message
    now_ms = emulator.clock.now_ms()
    shown = find_media(draft.media, emulator.assets, now_ms)
    list_remarks(request, incoming.remarks)
    message_id = new_message_id()
    ids = {"anonymous_id": visitor.anonymous_id, "conversation_id": visitor.conversation_id}
    body = tell_sent(message_id, ids, now_ms)
    visitor.note(TO_VISITOR, message_id, {"kind": draft.kind, "text": draft.text, **shown}, now_ms)
    emulator.touch()
    if emulator.config.echo_oa_messages:
        content = mirror(draft, shown, origin_of(request))
        told = {"msg_id": message_id, "conversation_id": visitor.conversation_id, **content}
        name = name_echo("oa_send_anonymous_", draft.kind)
        emulator.outbox.post(events.to_visitor(name, visitor.anonymous_id, told, now_ms))
    return respond(body)


def _find_visitor(incoming: Incoming, emulator: Emulator) -> Visitor:
    anonymous_id = need_recipient(incoming, "anonymous_id", "conversation_id")
    conversation_id = need_id(incoming.body["recipient"].get("conversation_id"), "recipient.conversation_id")
    visitor = emulator.visitors.get(anonymous_id)
    if visitor is None:
        raise Refused(INVALID, rule="anonymous_id", detail="no visitor of the website has this id")
    if visitor.conversation_id != conversation_id:
        raise Refused(INVALID, rule="conversation_id", detail="this visitor is in another conversation")
    return visitor
