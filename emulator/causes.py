"""`/_emulator/…` for what no phone can cause: any event by name, anonymous visitors, an admin in the chat tool.

docs: zalo 7.4
"""

from typing import Any

from aiohttp import web

from emulator import citizen, events
from emulator.citizen.deed import read_text
from emulator.control import control, parse_phone, phone_of, read_object
from emulator.envelopes import answer
from emulator.errors import BadControl
from emulator.events.samples import Moment
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.visitors import Visitor

MAX_ID_CHARS = 64
MAX_NAME_CHARS = 100


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    router = app.router
    router.add_get("/_emulator/events", list_events)
    router.add_post("/_emulator/events", cause_event)
    router.add_get("/_emulator/visitors", list_visitors)
    router.add_post("/_emulator/visitors", open_visitor)
    router.add_post("/_emulator/visitors/{anonymous_id}/send", send_from_visitor)
    router.add_post("/_emulator/phones/{phone}/admin", type_as_admin)


@control
async def list_events(_request: web.Request, _emulator: Emulator) -> web.Response:
    """The events that can be caused by name, and the acts of a phone's `send`."""
    known = [{"event_name": name, "needs_phone": entry.needs_phone} for name, entry in events.CATALOGUE.items()]
    return answer({"events": known, "acts": list(citizen.ACTS)})


@control
async def cause_event(request: web.Request, emulator: Emulator) -> web.Response:
    """Send an event: `{"event_name", "phone"?, "fields"?}` from the table, or `{"event_name", "raw"}` as it is."""
    body = await read_object(request, {"event_name", "phone", "fields", "raw"})
    name = body.get("event_name")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARS:
        raise BadControl("event_name must be the name of an event; see GET /_emulator/events", field="event_name")
    event, is_template = _raw(body, name, emulator) if "raw" in body else _known(body, name, emulator)
    is_sent = emulator.outbox.post(event, is_template=is_template)
    emulator.touch()
    return answer({"event_name": name, "sent": is_sent, "event": event})


@control
async def list_visitors(_request: web.Request, emulator: Emulator) -> web.Response:
    """The visitors with the latest of their chats."""
    return answer([visitor.view() for visitor in emulator.visitors.all()])


@control
async def open_visitor(request: web.Request, emulator: Emulator) -> web.Response:
    """A new visitor, or the one with this id; `{"anonymous_id", "conversation_id"}`."""
    body = await read_object(request, {"anonymous_id"})
    anonymous_id = body.get("anonymous_id")
    if anonymous_id is not None and (not isinstance(anonymous_id, str) or not 0 < len(anonymous_id) <= MAX_ID_CHARS):
        raise BadControl(f"anonymous_id must be a text of 1 to {MAX_ID_CHARS} characters", field="anonymous_id")
    visitor = emulator.visitors.find_or_open(anonymous_id)
    emulator.touch()
    return answer({"anonymous_id": visitor.anonymous_id, "conversation_id": visitor.conversation_id})


@control
async def send_from_visitor(request: web.Request, emulator: Emulator) -> web.Response:
    """The visitor writes: text, image, file or sticker."""
    visitor = _visitor_of(request, emulator)
    body = await read_object(request)
    return answer(citizen.send_as_visitor(emulator, visitor, body, f"{request.scheme}://{request.host}"))


@control
async def type_as_admin(request: web.Request, emulator: Emulator) -> web.Response:
    """An admin writes to this phone in the chat tool: `{"text", "admin_id"?}`."""
    phone = phone_of(request, emulator)
    body = await read_object(request, {"text", "admin_id"})
    given = {"admin_id": read_text(body, "admin_id")} if "admin_id" in body else {}
    return answer(citizen.type_as_admin(emulator, phone, read_text(body, "text"), **given))


def _raw(body: dict[str, Any], name: str, emulator: Emulator) -> tuple[events.Event, bool]:
    raw = body["raw"]
    if not isinstance(raw, dict) or body.keys() & {"phone", "fields"}:
        raise BadControl("raw must be the event as an object, with no phone and fields beside it", field="raw")
    return events.make_raw(name, raw, emulator.clock.now_ms()), False


def _known(body: dict[str, Any], name: str, emulator: Emulator) -> tuple[events.Event, bool]:
    entry, fields = events.CATALOGUE.get(name), body.get("fields", {})
    if entry is None:
        raise BadControl("no such event is known; give the whole of it as raw", field="event_name")
    if not isinstance(fields, dict):
        raise BadControl("fields must be an object", field="fields")
    phone = _phone(body, emulator)
    if entry.needs_phone and phone is None:
        raise BadControl("this event is about a citizen; give phone", field="phone")
    event = events.make(name, Moment(new_message_id(), emulator.clock.now_ms(), phone), fields)
    is_receipt_of_template = name == "user_received_message" and "delivery_time" in event["message"]
    return event, entry.is_template or is_receipt_of_template


def _phone(body: dict[str, Any], emulator: Emulator) -> Phone | None:
    return emulator.find_or_create_phone(parse_phone(body["phone"])) if "phone" in body else None


def _visitor_of(request: web.Request, emulator: Emulator) -> Visitor:
    visitor = emulator.visitors.get(request.match_info["anonymous_id"])
    if visitor is None:
        raise BadControl("no such visitor; POST /_emulator/visitors opens one", status=404)
    return visitor
