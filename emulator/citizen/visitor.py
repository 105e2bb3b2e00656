"""What a visitor of the website writes without a name (docs: zalo 4.6, 7.4 "Anonymous")."""

from emulator import events
from emulator.citizen.contents import BUILDERS, choose_content
from emulator.citizen.deed import Body, Done, Hand
from emulator.contents import read_content
from emulator.errors import BadControl
from emulator.state import Emulator, new_message_id
from emulator.visitors import FROM_VISITOR, Visitor

FIELDS = ("image_url", "image_base64", "file", "sticker", "text")


def send_as_visitor(emulator: Emulator, visitor: Visitor, body: Body, origin: str) -> Done:
    """Text, image, file or sticker; `{"event_name", "msg_id"}`. Raises BadControl."""
    field = choose_content(body, FIELDS)
    if field is None:
        raise BadControl(f"give one of {', '.join(FIELDS)}")
    content = BUILDERS[field](Hand(emulator, body, origin))
    now_ms, message_id = emulator.clock.now_ms(), new_message_id()
    visitor.interact(now_ms)
    message = {"msg_id": message_id, "conversation_id": visitor.conversation_id, **content.message}
    event_name = f"anonymous_send_{content.kind}"
    event = events.from_visitor(event_name, visitor.anonymous_id, message, now_ms)
    visitor.note(FROM_VISITOR, message_id, read_content("oa", FROM_VISITOR, None, event), now_ms)
    emulator.outbox.post(event)
    emulator.touch()
    return {"event_name": event_name, "msg_id": message_id}
