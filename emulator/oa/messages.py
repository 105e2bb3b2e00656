"""Consultation messages: what an account may write to people inside the window (docs: zalo 4.2, 4.3)."""

from aiohttp import web

from emulator.gate import platform_face
from emulator.oa.anonymous import answer_visitor, is_for_visitor
from emulator.oa.drafts import check_message
from emulator.oa.gate import find_user
from emulator.oa.media import find_media
from emulator.oa.mirrors import mirror, name_echo
from emulator.oa.requests import (
    check_quote,
    echo,
    list_remarks,
    need_recipient,
    origin_of,
    respond,
    take,
    tell_sent,
)
from emulator.oa.rules import note_unknown
from emulator.oa.windows import admit
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of

VISITOR_KINDS = frozenset({"file"})  # the one kind whose sample posts here (docs: zalo 4.6)


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/message/cs", send_consultation)


@platform_face
async def send_consultation(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/cs`: text, picture, sticker, file, list, request for information (docs: zalo 4.2)."""
    incoming = await take(request, emulator)
    if is_for_visitor(incoming.body):
        return answer_visitor(request, emulator, incoming, VISITOR_KINDS)
    note_unknown(incoming.body, ("recipient", "message"), "the body", incoming.remarks)
    user_id = need_recipient(incoming, "user_id")
    draft = check_message(incoming.body.get("message"), emulator.config, incoming.remarks)
    phone = find_user(user_id, emulator)
    check_quote(draft, user_id, emulator)
    now_ms = emulator.clock.now_ms()
    shown = find_media(draft.media, emulator.assets, now_ms)
    quota = admit(phone, emulator)
    list_remarks(request, incoming.remarks)
    message_id = new_message_id()
    body = tell_sent(message_id, {"user_id": user_id}, now_ms, quota)
    message = emulator.arrive(
        phone,
        channel="oa",
        message_id=message_id,
        request=incoming.raw,
        answer=body,
        faults=faults_of(request),
        shown=shown,
    )
    echo(emulator, name_echo("oa_send_", draft.kind), message, mirror(draft, shown, origin_of(request)))
    return respond(body)
