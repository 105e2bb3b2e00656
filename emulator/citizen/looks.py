"""A citizen looks at the chat, reacts to a message, answers a template (docs: zalo 4.6, 7.4)."""

from emulator import events
from emulator.citizen.deed import Body, Deed, Done, check_fields, read_text
from emulator.errors import BadControl
from emulator.messages import TO_CITIZEN, Message
from emulator.reactions import REMOVE, change_reactions

MAX_RATE = 5
MAX_LABEL_CHARS = 100


def look(deed: Deed) -> Done:
    """Everything that arrived is read."""
    deed.check_true("read")
    return {"event_name": "user_seen_message", "count": deed.emulator.receipts.read_all(deed.phone)}


def react(deed: Deed) -> Done:
    """An icon on a message, or all of the citizen's taken back with `/-remove`."""
    given = deed.part("reaction")
    check_fields(given, frozenset({"message_id", "icon"}), "reaction")
    message = deed.message(given.get("message_id"), "reaction.message_id")
    icon, emulator = given.get("icon"), deed.emulator
    icons = emulator.config.reaction_icons
    if not isinstance(icon, str) or icon not in (*icons, REMOVE):
        raise BadControl(f"reaction.icon must be one of {' '.join(icons)} or {REMOVE}", field="reaction.icon")
    _change(message, icon, emulator.config.reactions_per_message)
    emulator.tell_message(message)
    emulator.outbox.post(events.user_reacted(deed.phone, message.message_id, icon, emulator.clock.now_ms()))
    return {"event_name": "user_reacted_message", "msg_id": message.message_id}


def rate(deed: Deed) -> Done:
    """One to five stars on a template, the latest or `msg_id`."""
    given = deed.part("feedback")
    check_fields(given, frozenset({"rate", "note", "feedbacks", "msg_id"}), "feedback")
    rating = given.get("rate")
    if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= MAX_RATE:
        raise BadControl(f"feedback.rate must be a whole number from 1 to {MAX_RATE}", field="feedback.rate")
    note, chosen = given.get("note", ""), given.get("feedbacks", [])
    if not isinstance(note, str) or not isinstance(chosen, list) or not all(isinstance(each, str) for each in chosen):
        raise BadControl("feedback.note is a text and feedback.feedbacks a list of texts", field="feedback")
    template, emulator = _template(deed, given, "feedback"), deed.emulator
    now_ms = emulator.clock.now_ms()
    emulator.ratings.add(template, rating, note, chosen, now_ms)
    event = events.feedback(template, rating, note, chosen, now_ms)
    if emulator.config.feedback_rating_type:
        event["message"] |= {"rating_type": "csat", "option": "five_emotions"}
    emulator.outbox.post(event, is_template=True)
    emulator.touch()
    return {"event_name": "user_feedback", "msg_id": template.message_id}


def press_response(deed: Deed) -> Done:
    """A tap on the answering button of a template, the latest or `msg_id`; `data` is the button's label."""
    given = deed.part("response_button")
    check_fields(given, frozenset({"data", "msg_id"}), "response_button")
    label = read_text(given, "data", of="response_button")[:MAX_LABEL_CHARS]
    template = _template(deed, given, "response_button")
    event = events.clicked_response_button(template, label, deed.emulator.clock.now_ms())
    deed.emulator.outbox.post(event, is_template=True)
    return {"event_name": "user_click_response_button", "msg_id": template.message_id}


def _change(message: Message, icon: str, limit: int) -> None:
    try:
        message.shown["reactions"] = change_reactions(message.shown.get("reactions", ()), "user", icon, limit)
    except OverflowError as error:
        raise BadControl(f"a message carries at most {limit} reactions", field="reaction", status=409) from error


def _template(deed: Deed, given: Body, field: str) -> Message:
    templates = [
        message
        for message in deed.emulator.messages.of_phone(deed.phone.phone)
        if message.template_id is not None
        and message.direction == TO_CITIZEN
        and given.get("msg_id", message.message_id) == message.message_id
    ]
    if not templates:
        raise BadControl("this phone has no such template message", field=field, status=409)
    return templates[-1]
