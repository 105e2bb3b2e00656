"""An admin of the account writes in the chat tool, past every app (docs: zalo 7.3 `sender.admin_id`)."""

from emulator import events
from emulator.citizen.deed import Done
from emulator.envelopes import encode
from emulator.errors import BadControl
from emulator.phones import Phone
from emulator.receipts import TYPED_BY_ADMIN
from emulator.state import Emulator, new_message_id

DEFAULT_ADMIN = "4000000000000000004"


def type_as_admin(emulator: Emulator, phone: Phone, text: str, admin_id: str = DEFAULT_ADMIN) -> Done:
    """The text arrives on the phone and comes back as `oa_send_text` with `sender.admin_id`. Raises BadControl."""
    if not phone.zalo or phone.blocked:
        raise BadControl("this phone cannot be reached; change its state first", status=409)
    now_ms, message_id = emulator.clock.now_ms(), new_message_id()
    request = {"recipient": {"user_id": phone.user_id}, "message": {"text": text}}
    message = emulator.arrive(
        phone,
        channel="oa",
        message_id=message_id,
        request=encode(request),
        answer=b"",
        faults=[],
        shown={TYPED_BY_ADMIN: admin_id},
    )
    is_sent = emulator.config.echo_oa_messages and emulator.outbox.post(
        events.admin_echo(message, text, admin_id, now_ms)
    )
    return {"event_name": "oa_send_text", "msg_id": message_id, "sent": is_sent}
