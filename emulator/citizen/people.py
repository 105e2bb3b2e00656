"""What a citizen does beside writing: follow, open the chat, share, withdraw, call, consent (docs: zalo 4.7, 7.4)."""

from typing import Any

from emulator import events
from emulator.citizen.deed import Body, Deed, Done, check_fields, read_text, read_url
from emulator.errors import BadControl
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id

INFO_FIELDS = ("name", "phone", "user_dob", "gender", "address", "ward", "district", "city")
OLDER_FIELDS = ("name", "phone", "address", "city", "district", "ward")
CONSENTS = ("ALLOW", "USER_BLOCKED")
CALL_TYPES = ("audio", "video")
MAX_CALL_SECONDS = 86_400
RING_SECONDS = 5


def follow(emulator: Emulator, phone: Phone, follows: bool) -> None:
    """Follow or unfollow the account; following opens the window (docs: zalo 4.7)."""
    now_ms = emulator.clock.now_ms()
    phone.follows = follows
    if follows:
        phone.interact(now_ms)
    prefix = "user_" if emulator.config.user_follow_names else ""
    emulator.outbox.post(events.relationship(f"{prefix}{'follow' if follows else 'unfollow'}", phone, now_ms))


def click_chatnow(deed: Deed) -> Done:
    """The profile's "Message" button: an interaction each time, an event the first time only."""
    deed.check_true("chatnow")
    now_ms, phone = deed.emulator.clock.now_ms(), deed.phone
    phone.interact(now_ms)
    is_first, phone.clicked_chatnow = not phone.clicked_chatnow, True
    if is_first:
        deed.emulator.outbox.post(events.clicked_chatnow(phone, now_ms))
    deed.emulator.tell_phone(phone)
    return {"event_name": "user_click_chatnow", "sent": is_first}


def submit_info(deed: Deed) -> Done:
    """The account's form comes back: name and number unless told otherwise (null leaves a field out)."""
    given = deed.part("submit_info")
    check_fields(given, frozenset(INFO_FIELDS), "submit_info")
    said = {"name": deed.phone.name, "phone": deed.phone.phone, **given}
    for name, value in said.items():
        if value is not None and not isinstance(value, str):
            raise BadControl(f"submit_info.{name} must be a text or null", field=f"submit_info.{name}")
    emulator = deed.emulator
    info = _info({name: value for name, value in said.items() if value is not None}, emulator)
    emulator.profiles.share(deed.phone.user_id, info)
    emulator.touch()
    emulator.outbox.post(events.submitted_info(deed.phone, info, emulator.clock.now_ms()))
    return {"event_name": "user_submit_info"}


def withdraw(deed: Deed) -> Done:
    """Consent is taken back: what was shared is forgotten, and whoever hears of it must forget too."""
    deed.check_true("withdraw")
    deed.emulator.profiles.forget(deed.phone.user_id)
    deed.emulator.touch()
    deed.emulator.outbox.post(events.withdrew(deed.phone, deed.emulator.clock.now_ms()))
    return {"event_name": "user_withdraw"}


def call_account(deed: Deed) -> Done:
    """The citizen calls the account. That opens no window."""
    return _call(deed, "call", "user_call_oa")


def accept_call(deed: Deed) -> Done:
    """The citizen accepts a call of the account, which is an interaction (docs: zalo 4.7)."""
    done = _call(deed, "accept_call", "oa_call_user")
    deed.phone.interact(deed.emulator.clock.now_ms())
    deed.emulator.tell_phone(deed.phone)
    return done


def reply_consent(deed: Deed) -> Done:
    """The answer to the account's request for consent to be called."""
    choice = deed.body["consent"]
    if choice not in CONSENTS:
        raise BadControl(f"consent must be {' or '.join(CONSENTS)}", field="consent")
    deed.emulator.outbox.post(events.replied_consent(deed.phone, choice, deed.emulator.clock.now_ms()))
    return {"event_name": "user_reply_consent"}


def accept_widget(deed: Deed) -> Done:
    """The visitor of a website agrees that its widget may know who this is."""
    given = deed.part("widget")
    check_fields(given, frozenset({"user_external_id", "url"}), "widget")
    external_id, url = read_text(given, "user_external_id", of="widget"), read_url(given.get("url"), "widget.url")
    emulator = deed.emulator
    emulator.outbox.post(events.widget_accepted(deed.phone, external_id, url, emulator.clock.now_ms()))
    return {"event_name": "widget_interaction_accepted"}


def _info(said: dict[str, str], emulator: Emulator) -> Body:
    written: dict[str, Any] = dict(said)
    if emulator.config.user_info_phone_as_number and said.get("phone", "").isdecimal():
        written["phone"] = int(said["phone"])
    if emulator.config.older_user_info:
        return {name: written[name] for name in OLDER_FIELDS if name in written}
    place = {f"user_{name}": written[name] for name in ("address", "ward", "district", "city") if name in written}
    info: Body = {name: written[name] for name in ("name", "phone", "user_dob", "gender") if name in written}
    return {**info, "full_address": place} if place else info


def _call(deed: Deed, field: str, event_name: str) -> Done:
    given = {} if deed.body[field] is True else deed.part(field)
    check_fields(given, frozenset({"call_type", "talk_seconds"}), field)
    call_type, talk_seconds = given.get("call_type", "audio"), given.get("talk_seconds", 30)
    if call_type not in CALL_TYPES:
        raise BadControl(f"{field}.call_type must be {' or '.join(CALL_TYPES)}", field=f"{field}.call_type")
    if isinstance(talk_seconds, bool) or not isinstance(talk_seconds, int) or not 0 <= talk_seconds <= MAX_CALL_SECONDS:
        raise BadControl(f"{field}.talk_seconds must be a whole number from 0", field=f"{field}.talk_seconds")
    now_ms, call_id = deed.emulator.clock.now_ms(), new_message_id()
    call = {
        "call_id": call_id,
        "call_type": call_type,
        "init_time": str(now_ms),
        "call_duration": str(talk_seconds + RING_SECONDS),
        "talk_time": str(talk_seconds),
        "status_code": "0",
    }
    deed.emulator.outbox.post(events.called(event_name, deed.phone, call, now_ms))
    return {"event_name": event_name, "call_id": call_id}
