"""What a citizen answers to a template message (docs: zalo 7.4 "ZNS / ZBS events")."""

from emulator.events.envelope import Event, of_account
from emulator.messages import Message


def feedback(message: Message, rate: int, note: str, feedbacks: list[str], now_ms: int) -> Event:
    """`user_feedback` on a template message: `rate` from 1 to 5."""
    content = {
        "note": note,
        "rate": rate,
        "submit_time": str(now_ms),
        "msg_id": message.message_id,
        "feedbacks": feedbacks,
        "tracking_id": message.tracking_id or "",
    }
    return of_account("user_feedback", {"message": content}, now_ms)


def clicked_response_button(message: Message, label: str, now_ms: int) -> Event:
    """`user_click_response_button`: the message's id stands at the top, the button's label in `data`."""
    content = {
        "submit_time": str(now_ms),
        "button_type": "response",
        "data": label,
        "tracking_id": message.tracking_id or "",
    }
    return of_account("user_click_response_button", {"msg_id": message.message_id, "message": content}, now_ms)
