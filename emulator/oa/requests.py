"""How every sending address begins and ends: token, body, recipient; what was remarked, the answer, the echo."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from emulator import events
from emulator.envelopes import encode, success
from emulator.errors import Refused
from emulator.gate import check_json_type, remark
from emulator.messages import Message
from emulator.oa.drafts import Draft
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID, Remarks, need_id, need_object, note_unknown, parse_object
from emulator.state import Emulator

QUOTABLE_CHANNELS = frozenset({"oa", "template"})  # both lie in the account's chat


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request to send: its bytes, its JSON object, and what was let through though it broke a rule."""

    raw: bytes
    body: dict[str, Any]
    remarks: Remarks = field(default_factory=list)


async def take(request: web.Request, emulator: Emulator) -> Incoming:
    """The request's token and body, checked. Raises Refused: -216, -220, -201."""
    check_token(request, emulator)
    check_json_type(request)
    raw = await request.read()
    return Incoming(raw, parse_object(raw))


def need_recipient(incoming: Incoming, name: str, *more: str) -> str:
    """The id under `recipient`, the only field there beside `more`. Raises Refused(-201)."""
    recipient = need_object(incoming.body.get("recipient"), "recipient")
    note_unknown(recipient, (name, *more), "recipient", incoming.remarks)
    return need_id(recipient.get(name), f"recipient.{name}")


def list_remarks(request: web.Request, remarks: Remarks) -> None:
    """Let everybody see what was let through."""
    for rule, detail in remarks:
        remark(request, rule, detail)


def need_message_of(user_id: str, message_id: str, name: str, emulator: Emulator) -> Message:
    """A kept message of this person's chat. Raises Refused(-201); that one is gone is ordinary life."""
    message = emulator.messages.get(message_id)
    if message is None or message.channel not in QUOTABLE_CHANNELS:
        raise Refused(INVALID)
    if message.user_id != user_id:
        raise Refused(INVALID, rule=name, detail=f"{name} is a message of another chat")
    return message


def check_quote(draft: Draft, user_id: str, emulator: Emulator) -> None:
    """Whether the quoted message, if there is one, is of this chat. Raises Refused(-201)."""
    if draft.quote:
        need_message_of(user_id, draft.quote, "quote_message_id", emulator)


def tell_sent(message_id: str, to: dict[str, str], now_ms: int, quota: dict[str, Any] | None = None) -> bytes:
    """The answer to an accepted message (docs: zalo 4.3); `to` names the recipient."""
    data: dict[str, Any] = {"message_id": message_id, **to, "sent_time": str(now_ms)}
    return encode(success(data if quota is None else {**data, "quota": quota}))


def respond(body: bytes) -> web.Response:
    """An answer that is encoded already."""
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def echo(emulator: Emulator, event_name: str, message: Message, content: dict[str, Any]) -> None:
    """Bring the account's own message back to it, if the settings say so (docs: zalo 7.3)."""
    if emulator.config.echo_oa_messages:
        emulator.outbox.post(events.oa_echo(event_name, message, content, emulator.clock.now_ms()))


def origin_of(request: web.Request) -> str:
    """Where the emulator is seen from, such as `http://127.0.0.1:9090`."""
    return f"{request.scheme}://{request.host}"
