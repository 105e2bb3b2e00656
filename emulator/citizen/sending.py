"""A citizen's message on its way: the window opens, the webhook goes out, the chat shows it."""

from typing import Any

from emulator import events
from emulator.citizen.contents import Builder
from emulator.citizen.deed import Body, Deed, Done
from emulator.envelopes import encode
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id


def send(emulator: Emulator, phone: Phone, event_name: str, content: Body, shown: dict[str, Any] | None = None) -> Done:
    """A message of the citizen; every one is an interaction (docs: zalo 4.7)."""
    now_ms = emulator.clock.now_ms()
    phone.interact(now_ms)
    message_id = new_message_id()
    event = events.from_user(event_name, phone, {"msg_id": message_id, **content}, now_ms)
    emulator.leave(phone, message_id, encode(event), shown=shown)
    emulator.outbox.post(event)
    emulator.tell_phone(phone)
    return {"event_name": event_name, "msg_id": message_id}


def send_content(deed: Deed, build: Builder) -> Done:
    """What the act's field says, as a message, with `quote` for an answer to another."""
    content = build(deed)
    message = content.message
    if "quote" in deed.body:
        message = {**message, "quote_msg_id": deed.message(deed.body["quote"], "quote").message_id}
    return send(deed.emulator, deed.phone, f"user_send_{content.kind}", message, content.shown)


def ask_product(deed: Deed) -> Done:
    """A question about a product of the account's shop: old, absent from current docs (docs: zalo 7.4, grade C)."""
    return send(deed.emulator, deed.phone, "user_asking_product", {"text": deed.text("product")})
